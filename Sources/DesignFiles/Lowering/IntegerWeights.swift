import OriginalModel
import SimModel

/// Constant weights as integers and a scale per output channel.
struct IntegerWeights {
  /// As in the model; a matrix is `(outputs, inputs)`.
  var shape: [Int]
  var values: [Int]
  /// One number, or one per output channel.
  var scale: [Double]
  /// Every weight is −1 or +1.
  var isBipolar: Bool { values.allSatisfy { $0 == 1 || $0 == -1 } }

  /// Beyond this weights are no integers but real numbers.
  private static let largest = 1 << 15

  /// - Parameters:
  ///   - rowAxis: the axis of output channels.
  ///   - matrixRows: the matrix is `(inputs, outputs)` and is turned.
  /// Throws `InputError` when the weights are on no grid.
  init(
    _ name: String, rowAxis: Int, groups: Int = 1, _ lowering: Lowering, matrixRows: Bool = false
  ) throws {
    guard let value = lowering.constants[name] else {
      throw InputError("its weights '\(name)' are not constant")
    }
    shape = value.shape
    guard shape.count >= 2 else { throw InputError("its weights have shape \(shape)") }
    let numbers = value.doubles
    let inner = shape[(rowAxis + 1)...].reduce(1, *)
    let rows = shape[rowAxis]
    let channel = { (i: Int) in i / inner % rows }
    let stated = WeightScale(name, lowering.reference)?.scales
    var scales: [Double]
    if let stated, stated.count == 1 || (stated.count == rows && groups == 1) {
      scales = stated
    } else {
      scales = try Self.found(numbers, rows: rows, channel, name)
    }
    values = []
    values.reserveCapacity(numbers.count)
    for (i, w) in numbers.enumerated() {
      let s = scales.count == 1 ? scales[0] : scales[channel(i)]
      let steps = w / s
      let nearest = steps.rounded()
      guard abs(steps - nearest) <= 1e-3, abs(nearest) <= Double(Self.largest) else {
        throw Self.real(name, w, lowering)
      }
      values.append(Int(nearest))
    }
    scale = Set(scales).count == 1 ? [scales[0]] : scales
    if matrixRows {
      values = Probe.permuted(values, shape, [1, 0])
      shape = [shape[1], shape[0]]
    }
  }

  /// Bits as signs, for XnorPopcountMatMul of K bits: agreements of x and w are ((2x − 1)·(2w − 1) + 1) / 2 each, so
  /// they are x · (2w − 1) and, for each row, the number of bits w that are 0, which is returned.
  mutating func becomeSigns() throws -> [Double] {
    guard scale == [1], shape[0] > 0, values.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw InputError("counts agreements of bits, but its weights are others than 0 and 1")
    }
    let columns = values.count / shape[0]
    let zeros = (0..<shape[0]).map { row in
      Double(values[row * columns..<(row + 1) * columns].count { $0 == 0 })
    }
    values = values.map { 2 * $0 - 1 }
    return zeros
  }

  private static func real(_ name: String, _ weight: Double, _ lowering: Lowering) -> InputError {
    InputError(
      "its weights '\(name)' are not quantised (\(Float(weight)) is among them)",
      hint:
        "use a quantised layer (QuantConv2d, QuantLinear) in the training code; weights without a "
        + "quantiser stay floating point")
  }

  /// Scales of weights without a quantiser in the file: the least step that makes integers of a row.
  private static func found(
    _ numbers: [Double], rows: Int, _ channel: (Int) -> Int, _ name: String
  ) throws -> [Double] {
    var lists = [Set<Double>](repeating: [], count: rows)
    for (i, w) in numbers.enumerated() where w != 0 { lists[channel(i)].insert(abs(w)) }
    if lists.allSatisfy({ $0.allSatisfy { $0 == $0.rounded() } }) { return [1] }
    return try lists.map { list in
      guard let least = list.min() else { return 1 }
      for divisor in 1...127 {
        let step = least / Double(divisor)
        if list.allSatisfy({
          let n = $0 / step
          return n < Double(largest) && abs(n - n.rounded()) < 2e-5 * max(1, n)
        }) {
          return step
        }
      }
      throw InputError(
        "its weights '\(name)' are not quantised (\(Float(least)) is among them)",
        hint: "use a quantised layer (QuantConv2d, QuantLinear) in the training code; weights "
          + "without a quantiser stay floating point")
    }
  }

  /// From `(outputs, kernel…, inputs)` to `(outputs, inputs, kernel…)`.
  mutating func putChannelsSecond() {
    let order = [0, shape.count - 1] + Array(1..<shape.count - 1)
    values = Probe.permuted(values, shape, order)
    shape = order.map { shape[$0] }
  }

  /// Kernels turned by half a turn, inputs and outputs of every group swapped.
  func turned(groups: Int) -> IntegerWeights {
    let (depth, perGroup) = (shape[0] / groups, shape[1])
    let taps = shape[2...].reduce(1, *)
    var out: [Int] = []
    out.reserveCapacity(values.count)
    for g in 0..<groups {
      for o in 0..<perGroup {
        for c in 0..<depth {
          for t in (0..<taps).reversed() {
            out.append(values[((g * depth + c) * perGroup + o) * taps + t])
          }
        }
      }
    }
    var copy = self
    copy.values = out
    copy.shape = [groups * perGroup, depth] + shape[2...]
    if scale.count == perGroup, groups > 1 {
      copy.scale = (0..<groups).flatMap { _ in scale }
    }
    return copy
  }
}

/// The scale that the quantiser of a constant states, found through reshapes and transposes.
struct WeightScale {
  let scales: [Double]

  init?(_ name: String, _ reference: Reference) {
    let makers = Dictionary(
      reference.graph.nodes.flatMap { node in node.outputs.map { ($0, node) } }
    ) { first, _ in first }
    var name = name
    for _ in 0..<8 {
      guard let node = makers[name] else { return nil }
      switch node.opType {
      case "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity":
        name = node.inputs[0]
      case "Quant", "IntQuant", "BipolarQuant", "DequantizeLinear":
        guard let scale = reference.constants[node.inputs[1]] else { return nil }
        let list = scale.doubles
        guard list.allSatisfy({ $0 != 0 && $0.isFinite }) else { return nil }
        scales = Set(list).count == 1 ? [list[0]] : list
        return
      default: return nil
      }
    }
    return nil
  }
}
