import Glibc
import OriginalModel
import SimModel

/// A tensor of the model as integers, channels last.
struct ModelTensor {
  let name: String
  let node: String
  /// The model's number is scale · integer + offset; one number each, or one per channel.
  let scale: [Double]
  let offset: [Double]
  let low: Int
  let high: Int
  /// What leaves the model without a quantiser's codes.
  let isEnd: Bool
  /// What of hardware makes it.
  let makers: Set<Maker>
  let channels: Int
  /// Elements of a frame.
  let count: Int
  /// All frames.
  let integers: [Int]
  let shape: [Int]
  /// All elements are one number: that tells it from no other tensor.
  let isConstant: Bool
  /// Who has all its elements is this tensor.
  let isTelling: Bool

  init(
    _ item: (tensor: String, code: Lowering.CodeStream), _ runs: [[String: Value]],
    _ codes: ModelCodes
  ) throws {
    let range = codes.lowering.layers[item.code.layer].range
    try self.init(
      item.tensor, item.code.node, item.code.scale, [0], range, item.code.layout, runs,
      codes.makers(of: item.tensor, item.code.layer))
  }

  /// What leaves the model, of no quantiser.
  init(end item: (tensor: String, layer: Int), _ runs: [[String: Value]], _ codes: ModelCodes)
    throws
  {
    let layer = codes.lowering.layers[item.layer]
    let scale = layer.scale.map { $0 / Double(layer.divisor) }
    let offset =
      layer.isProportional
      ? [0]
      : (0..<layer.shape.channels).map {
        Double(layer.bias?[$0] ?? 0) + (layer.offset?[$0] ?? 0)
      }
    try self.init(
      item.tensor, layer.node, scale, offset, layer.range, codes.lowering.layouts[item.tensor]!,
      runs, codes.makers(of: item.tensor, item.layer), isEnd: true)
  }

  private init(
    _ tensor: String, _ node: String, _ scale: [Double], _ offset: [Double],
    _ range: ClosedRange<Int>, _ layout: Layout, _ runs: [[String: Value]],
    _ makers: Set<Maker>, isEnd: Bool = false
  ) throws {
    (name, self.node, self.scale, self.offset) = (tensor, node, scale, offset)
    (low, high) = (range.lowerBound, range.upperBound)
    (self.isEnd, self.makers) = (isEnd, makers)
    var shape: [Int] = []
    var integers: [Int] = []
    for run in runs {
      let moved = LoweredModel.channelsLast(run[tensor]!, layout)
      shape = moved.shape
      let channels = shape.last ?? 1
      for (i, value) in moved.values.enumerated() {
        let c = i % channels
        let steps = (Double(value) - offset[c % offset.count]) / scale[c % scale.count]
        integers.append(try LoweredModel.whole(steps, tensor))
      }
    }
    (self.shape, self.integers) = (shape, integers)
    isConstant = integers.allSatisfy { $0 == integers[0] }
    isTelling = Self.isTelling(integers)
    channels = shape.last ?? 1
    count = shape.reduce(1, *)
  }

  /// The model's own input when it holds whole numbers.
  init?(input reference: Reference, _ runs: [[String: Value]], _ codes: ModelCodes) throws {
    guard reference.graph.inputs.count == 1, let input = reference.graph.inputs.first,
      let layout = codes.lowering.layouts[input.name]
    else { return nil }
    var integers: [Int] = []
    var shape: [Int] = []
    for run in runs {
      let moved = LoweredModel.channelsLast(run[input.name]!, layout)
      shape = moved.shape
      for value in moved.values {
        guard let whole = Int(exactly: value) else { return nil }
        integers.append(whole)
      }
    }
    (name, node, scale, offset, isEnd) = (input.name, "", [1], [0], false)
    makers = [.input]
    (low, high) = (integers.min() ?? 0, integers.max() ?? 0)
    (self.shape, self.integers) = (shape, integers)
    isConstant = integers.allSatisfy { $0 == integers[0] }
    isTelling = Self.isTelling(integers)
    channels = shape.last ?? 1
    count = shape.reduce(1, *)
  }

  /// Whether the elements tell a tensor from any other: another one has them all by chance once in 2²⁴.
  static func isTelling(_ elements: [Int]) -> Bool {
    let counts = elements.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    let all = Double(elements.count)
    return counts.values.reduce(0) { $0 - Double($1) * log2(Double($1) / all) } >= 24
  }

  /// The model's numbers.
  func real() throws -> Tensor {
    let numbers = integers.enumerated().map { i, q in
      Double(q) * scale[i % channels % scale.count] + offset[i % channels % offset.count]
    }
    return try Tensor(numbers, shape: [integers.count / max(1, count)] + shape)
  }
}
