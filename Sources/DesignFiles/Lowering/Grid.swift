import FoundationEssentials
import Glibc
import OriginalModel
import SimModel

/// The numbers a quantiser can give: integer times scale, each channel its own.
struct Grid {
  /// One number, or one per channel.
  var scale: [Double]
  var low: Int
  var high: Int
  /// What each channel can give, where zero points or widths differ between them.
  var limits: [ClosedRange<Int>]?
  var isBipolar = false
  /// What a code of the model is more than the stream's integer; one, or one per channel.
  var zeros = [0]

  func lows(_ channels: Int) -> [Int] {
    limits?.map(\.lowerBound) ?? Array(repeating: low, count: channels)
  }

  func highs(_ channels: Int) -> [Int] {
    limits?.map(\.upperBound) ?? Array(repeating: high, count: channels)
  }

  /// The integer of a number, within what the channel can give.
  func code(_ value: Float, _ channel: Int) throws -> Int {
    let integer = try integer(value, channel)
    guard let limits else { return min(max(integer, low), high) }
    return min(max(integer, limits[channel].lowerBound), limits[channel].upperBound)
  }

  /// The integer of a number.
  ///
  /// Throws `InputError` when it is on no step.
  func integer(_ value: Float, _ channel: Int) throws -> Int {
    let steps = Double(value) / (scale.count == 1 ? scale[0] : scale[channel])
    let nearest = steps.rounded()
    guard abs(steps - nearest) <= 0x1p-16 * max(1, abs(nearest)), abs(nearest) < 0x1p53 else {
      throw InputError(
        "gives \(value), which is no whole number of steps of its scale",
        hint: "a zero point must be whole")
    }
    return Int(nearest)
  }
}

extension Grid {
  /// The grid of a quantiser of a model.
  ///
  /// - Parameter source: the integer type of what a DequantizeLinear takes, and limits by a Clip.
  /// Throws `InputError` when its parameters are not constant or it has no integer grid.
  init(_ node: ModelNode, _ reference: Reference, channels: Int, source: ClosedRange<Int>?) throws {
    func parameter(_ index: Int) throws -> Value? {
      guard index < node.inputs.count, !node.inputs[index].isEmpty else { return nil }
      guard let value = reference.constants[node.inputs[index]] else {
        throw InputError(
          "its parameter '\(node.inputs[index])' is not constant",
          hint: "export with fixed scales (evaluation mode, no dynamic quantisation)")
      }
      return value
    }
    func perChannel(_ value: Value, _ what: String = "scale") throws -> [Double] {
      let list = value.doubles
      if Set(list).count == 1 { return [list[0]] }
      guard list.count == channels else {
        throw InputError("a \(what) of shape \(value.shape) is not one per channel")
      }
      return list
    }
    func single(_ index: Int, _ what: String) throws -> Double {
      guard let value = try parameter(index) else { return 0 }
      let list = Set(value.doubles)
      guard list.count == 1, let only = list.first else {
        throw InputError(
          "its \(what) differs between channels, which no hardware block takes",
          hint: "use one \(what) for the whole tensor in the training code")
      }
      return only
    }
    func whole(_ x: Double, _ what: String) throws -> Int {
      guard let i = Int(exactly: x.rounded()), abs(x - x.rounded()) < 1e-6 else {
        throw InputError("its \(what) \(x) is not whole")
      }
      return i
    }
    let isSigned = try node.int("signed", default: 1) != 0
    let isNarrow = try node.int("narrow", default: node.opType == "IntQuant" ? 1 : 0) != 0
    func range(_ bits: Int) -> (Int, Int) {
      isSigned
        ? (-(1 << (bits - 1)) + (isNarrow ? 1 : 0), (1 << (bits - 1)) - 1)
        : (0, (1 << bits) - 1 - (isNarrow ? 1 : 0))
    }
    func width(_ index: Int) throws -> Int {
      try bits(try single(index, "bit width"))
    }
    func bits(_ number: Double) throws -> Int {
      let bits = try whole(number, "bit width")
      guard (1...32).contains(bits) else { throw InputError("\(bits) bits are beyond any stream") }
      return bits
    }
    /// Whole numbers, one or one per channel.
    func list(_ index: Int, _ what: String) throws -> [Double] {
      guard let value = try parameter(index) else { return [0] }
      return try perChannel(value, what)
    }
    switch node.opType {
    case "Quant", "IntQuant":
      scale = try perChannel(parameter(1)!)
      let zeros = try list(2, "zero point").map { try whole($0, "zero point") }
      self.zeros = zeros
      let widths = try list(3, "bit width").map(bits)
      let count = max(zeros.count, widths.count)
      let all = (0..<count).map { c -> ClosedRange<Int> in
        let (zero, bits) = (zeros[c % zeros.count], widths[c % widths.count])
        let (l, h) = bits == 1 && isSigned ? (-1, 1) : range(bits)
        return l - zero...h - zero
      }
      (low, high) = (all.map(\.lowerBound).min()!, all.map(\.upperBound).max()!)
      self.limits = count > 1 ? all : nil
      isBipolar = isSigned && widths == [1] && zeros == [0]
    case "BipolarQuant":
      scale = try perChannel(parameter(1)!)
      (low, high, isBipolar) = (-1, 1, true)
    case "Trunc" where node.inputs.count == 6:
      scale = try perChannel(parameter(4)!)
      let (l, h) = range(try width(5))
      let step = exp2(log2(scale[0] / (try parameter(1)!.doubles[0])).rounded())
      let zero = try whole(try single(2, "zero point") / step, "zero point")
      (low, high) = (l - zero, h - zero)
    case "Trunc":
      scale = try perChannel(parameter(1)!)
      (low, high) = (Int.min, Int.max)
    case "DequantizeLinear":
      scale = try perChannel(parameter(1)!)
      let zeros = try list(2, "zero point").map { try whole($0, "zero point") }
      guard let source else { throw InputError("what it takes has no integer type") }
      self.zeros = zeros
      (low, high) = (source.lowerBound - zeros.max()!, source.upperBound - zeros.min()!)
      self.limits =
        zeros.count > 1 ? zeros.map { source.lowerBound - $0...source.upperBound - $0 } : nil
    case "MultiThreshold":
      let step = Double(try node.float("out_scale") ?? 1)
      let bias = Double(try node.float("out_bias") ?? 0)
      let steps = try parameter(1)!.shape[1]
      scale = [step]
      if steps == 1, bias == -step / 2 {
        scale = [step / 2]
        (low, high, isBipolar) = (-1, 1, true)
      } else {
        low = try whole(bias / step, "output bias")
        high = low + steps
      }
    default: throw InputError("has no integer grid")
    }
    guard scale.allSatisfy({ $0 != 0 && $0.isFinite }) else {
      throw InputError("its scale is \(scale.first { $0 == 0 || !$0.isFinite }!)")
    }
  }
}

extension Lowering {
  /// Thresholds of several channels go along the axis that the stream has for channels; the other reading of the
  /// input's axes is tried where they do not.
  func requireThresholdsOfChannels(_ step: Reference.Step) throws {
    let (node, source) = (step.node, step.node.inputs[0])
    guard node.opType == "MultiThreshold", let shape = shapes[source], let layout = layouts[source],
      let channels = constants[node.inputs[1]]?.shape.first, channels > 1
    else { return }
    let axis = try ThresholdOperators.channelAxis(of: node, shape: shape, channels: channels)
    guard layout.axes.indices.contains(axis), layout.axes[axis].contains(.channel) else {
      let stated = try node.string("data_layout") ?? ""
      throw LayoutMismatch(
        place: step.node.place,
        hint: stated.isEmpty
          ? "state data_layout of the MultiThreshold: without one its \(channels) channels are taken for axis "
            + "\(axis) of \(shape)"
          : "data_layout of the MultiThreshold is \(stated), with the channels on axis \(axis) of \(shape): "
            + "correct it, or transpose the data")
    }
  }
}
