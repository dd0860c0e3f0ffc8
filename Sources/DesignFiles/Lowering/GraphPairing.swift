import OriginalModel
import SimModel

/// Two graphs of one network in front of any hardware, such as two steps of the compiler: which
/// quantised tensors belong together, and what they hold when those in front are equal.
public struct GraphPairing: Sendable {
  /// A quantised tensor of both, in the design's integers, channels last.
  public struct Layer: Sendable {
    /// The tensor of the one graph.
    public var tensor: String
    public var node: String
    /// The tensor of the model, and the values of both, in the same order.
    public var modelTensor: String
    public var expected: [Double]
    public var actual: [Double]
    /// Of a frame.
    public var shape: [Int]
    /// Integers that the quantiser can give.
    public var range: ClosedRange<Int>
    /// What one step means.
    public var scale: Double
    /// The same as a stream of the design.
    public var pair: ModelPairing.Pair
  }

  /// In the order of the graph.
  public let layers: [Layer]
  /// Quantised tensors of the model that the design does not have.
  public let unpaired: [String]
  /// The model as integer streams.
  let codes: ModelCodes

  /// Runs both on the same data, each layer of the design on the model's codes.
  ///
  /// - Parameters:
  ///   - arrays: the model's input data; the design's too, unless `designArrays` are given.
  ///   - limit: frames that are compared.
  /// Throws `InputError` when the two have nothing in common.
  public init(
    _ design: Reference, _ model: Reference, arrays: [String: Tensor], file: String,
    designArrays: [String: Tensor]? = nil, limit: Int = 16, threads: Int = 1
  ) throws {
    let frames = try model.frames(of: arrays, file: file)
    let own =
      try designArrays.map { try design.frames(of: $0, file: file) }
      ?? design.frames(of: arrays, file: file)
    let count = min(frames.count, own.count, limit)
    let runs = try Parallel.all(count, workers: threads, telling: "frames of the model") {
      try model.run(frames.frame($0), keep: .all)
    }
    let codes = try ModelCodes(model)
    let wanted = try codes.quantised.map { try ModelTensor($0, runs, codes) }
    let ownCodes = try ModelCodes(design)
    var replaced = [[String: Value]](repeating: [:], count: count)
    func run() throws -> [[String: Value]] {
      let known = replaced
      return try Parallel.all(count, workers: threads, telling: "frames of the other graph") {
        try design.run(own.frame($0), replacing: known[$0])
      }
    }
    var values = try run()
    var isTaken = wanted.map { _ in false }
    var layers: [Layer] = []
    for item in ownCodes.quantised {
      let actual = try ModelTensor(item, values, ownCodes)
      guard let (index, shift) = Self.best(actual, wanted, isTaken) else { continue }
      isTaken[index] = true
      let expected = wanted[index].integers.map { $0 - shift }
      let share = zip(expected, actual.integers).count { $0 == $1 }
      layers.append(
        Layer(
          tensor: actual.name, node: actual.node, modelTensor: wanted[index].name,
          expected: expected.map(Double.init), actual: actual.integers.map(Double.init),
          shape: actual.shape, range: actual.low...max(actual.low, actual.high),
          scale: abs(actual.scale[0]),
          pair: .init(
            stream: actual.name, node: actual.node, tensor: wanted[index].name,
            modelNode: wanted[index].node, scale: wanted[index].scale,
            offset: wanted[index].scale.map { $0 * Double(shift) }, shift: shift,
            agreement: Double(share) / Double(max(1, expected.count)))))
      guard expected != actual.integers else { continue }
      for frame in 0..<count {
        let part = Array(expected[frame * actual.count..<(frame + 1) * actual.count])
        replaced[frame][actual.name] = Self.value(
          part, actual, item.code.layout, like: values[frame][actual.name]!)
      }
      values = try run()
    }
    guard !wanted.isEmpty, !ownCodes.quantised.isEmpty else {
      throw InputError(
        "no tensor of \(wanted.isEmpty ? "the model" : "it") is quantised to integers, so there is nothing to compare",
        hint:
          "quantisers to floating point (FloatQuant) give none; simrun run --activations writes every tensor"
      )
    }
    guard !layers.isEmpty else {
      throw InputError(
        "no quantised tensor of the one is in the other", hint: "are these graphs of one network?")
    }
    self.layers = layers
    self.codes = codes
    unpaired = zip(wanted, isTaken).filter { !$1 }.map(\.0.name)
  }

  /// The first tensor of those that agree most, and what its codes are greater by.
  private static func best(_ actual: ModelTensor, _ wanted: [ModelTensor], _ isTaken: [Bool])
    -> (index: Int, shift: Int)?
  {
    var best: (index: Int, shift: Int, share: Double)?
    for (i, tensor) in wanted.enumerated()
    where !isTaken[i] && tensor.count == actual.count && tensor.channels == actual.channels
      && tensor.high - tensor.low == actual.high - actual.low
    {
      for shift in Set([0, tensor.low - actual.low]) {
        let equal = actual.integers.indices.count {
          tensor.integers[$0] - shift == actual.integers[$0]
        }
        let share = Double(equal) / Double(max(1, actual.integers.count))
        if share > (best?.share ?? -1) + 1e-9 { best = (i, shift, share) }
      }
      if best?.share == 1 { break }
    }
    return best.map { ($0.index, $0.shift) }
  }

  /// Integers, channels last, as the tensor they stand for.
  private static func value(
    _ integers: [Int], _ tensor: ModelTensor, _ layout: Layout, like value: Value
  ) -> Value {
    let places = Value((0..<value.count).map { Float($0) }, shape: value.shape)
    var numbers = [Float](repeating: 0, count: value.count)
    for (i, place) in LoweredModel.channelsLast(places, layout).values.enumerated() {
      let scale = tensor.scale[i % tensor.channels % tensor.scale.count]
      numbers[Int(place)] = Float(Double(integers[i]) * scale)
    }
    return Value(numbers, shape: value.shape)
  }
}
