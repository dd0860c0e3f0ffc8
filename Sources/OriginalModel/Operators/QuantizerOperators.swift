import SimModel
import Foundation

/// The quantisers of QONNX, in float32 as qonnx computes them.
enum QuantizerOperators {
  static let all: [String: Operator] = [
    "Quant": Operator(4...4, quant),
    "IntQuant": Operator(4...4, quant),
    "BipolarQuant": Operator(2...2) { preparation in
      try preparation.requireScale(1)
      return bipolar
    },
    "Trunc": Operator(5...6, trunc),
    "FloatQuant": Operator(6...6, floatQuant),
  ]

  /// Elements of the vector inputs belong to elements of the data by broadcasting.
  private struct Parameters {
    let values: [[Float]]
    let at: [Broadcast]
    let shape: [Int]
    let shapes: [[Int]]

    init(_ inputs: [Value?], _ indices: ClosedRange<Int>) throws {
      let x = try inputs.value(0)
      let list = try indices.map { try inputs.value($0) }
      shape = try list.reduce(x.shape) { try Extent.broadcast($0, $1.shape) }
      guard shape == x.shape else {
        throw InputError("parameters of shape \(shape) do not fit data of shape \(x.shape)")
      }
      values = list.map(\.floats)
      shapes = list.map(\.shape)
      at = list.map { [shape] in Broadcast($0.shape, to: shape) }
    }

    /// How all parameters spread when those that are no scalars spread alike, and their number.
    var common: (at: Broadcast, count: Int)? {
      let vectors = values.indices.filter { values[$0].count != 1 }
      guard let first = vectors.first else { return (at[0], 1) }
      guard vectors.allSatisfy({ shapes[$0] == shapes[first] }) else { return nil }
      return (at[first], values[first].count)
    }

    /// Element `index` of a parameter, or the only one.
    func single(_ parameter: Int, _ index: Int) -> Float {
      values[parameter].count == 1 ? values[parameter][0] : values[parameter][index]
    }

    @inline(__always)
    func callAsFunction(_ parameter: Int, _ index: Int) -> Float {
      values[parameter][at[parameter][index]]
    }
  }

  private static func quant(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    let isSigned = try node.int("signed", default: 1) != 0
    let isNarrow = try node.int("narrow", default: node.opType == "IntQuant" ? 1 : 0) != 0
    let rounding = try RoundingMode(node)
    try preparation.requireScale(1)
    guard preparation.constant(3) != nil else {
      throw InputError(
        "its bit width '\(node.inputs[3])' is not constant",
        hint: "export with fixed bit widths (evaluation mode)")
    }
    return { inputs in
      let x = try inputs.value(0).floats
      let p = try Parameters(inputs, 1...3)
      if let (at, count) = p.common {
        let rules = try (0..<count).map { i in
          try QuantRule(
            scale: p.single(0, i), zeroPoint: p.single(1, i), bits: p.single(2, i),
            isSigned: isSigned, isNarrow: isNarrow, rounding: rounding)
        }
        if let rule = rules.first, count == 1 {
          return [Value(ArithmeticOperators.mapped(x) { rule.apply($0) }, shape: p.shape)]
        }
        return [Value(x.indices.map { rules[at[$0]].apply(x[$0]) }, shape: p.shape)]
      }
      return [
        Value(
          try x.indices.map { i in
            try QuantRule(
              scale: p(0, i), zeroPoint: p(1, i), bits: p(2, i), isSigned: isSigned,
              isNarrow: isNarrow, rounding: rounding
            ).apply(x[i])
          }, shape: p.shape)
      ]
    }
  }

  private static let bipolar: Kernel = { inputs in
    let x = try inputs.value(0).floats
    let p = try Parameters(inputs, 1...1)
    if p.values[0].count == 1 {
      let scale = p.values[0][0]
      return [
        Value(ArithmeticOperators.mapped(x) { $0 >= 0 ? scale : -scale }, shape: p.shape)
      ]
    }
    return [Value(x.indices.map { x[$0] >= 0 ? p(0, $0) : -p(0, $0) }, shape: p.shape)]
  }

  /// Version 1 has five inputs, version 2 six.
  private static func trunc(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    let rounding = try RoundingMode(node, default: .floor)
    let isSigned = try node.int("signed", default: 1) != 0
    let isNarrow = try node.int("narrow", default: 0) != 0
    try preparation.requireScale(1)
    if node.inputs.count == 5 {
      return { inputs in
        let x = try inputs.value(0).floats
        let p = try Parameters(inputs, 1...4)
        return [
          Value(
            x.indices.map { i in
              let (s, z) = (p(0, i), p(1, i))
              let code = (x[i] / s + z).rounded(.toNearestOrEven)
              let step = Float(Foundation.exp2(Double(p(2, i)) - Double(p(3, i))))
              return (rounding.apply(code / step) - z) * s
            }, shape: p.shape)
        ]
      }
    }
    return { inputs in
      let x = try inputs.value(0).floats
      let p = try Parameters(inputs, 1...5)
      return [
        Value(
          x.indices.map { i in
            let (s, z, outScale) = (p(0, i), p(1, i), p(3, i))
            let code = (x[i] / s + z).rounded(.toNearestOrEven)
            let step = Float(
              Foundation.exp2(Foundation.log2(Double(outScale / s)).rounded(.toNearestOrEven)))
            let range = QuantRule.bounds(bits: p(4, i), isSigned: isSigned, isNarrow: isNarrow)
            let clamped = min(max(code / step, range.low), range.high)
            return (rounding.apply(clamped) - z / step) * outScale
          }, shape: p.shape)
      ]
    }
  }

  /// Inputs: x, scale, exponent bits, mantissa bits, exponent bias, largest value.
  private static func floatQuant(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    let rounding = try RoundingMode(node)
    let hasInf = try node.int("has_inf", default: 0) != 0
    let hasNaN = try node.int("has_nan", default: 0) != 0
    let hasSubnormal = try node.int("has_subnormal", default: 1) != 0
    let saturates = try node.int("saturation", default: 1) != 0
    let isSigned = try node.int("signed", default: 1) != 0
    try preparation.requireScale(1)
    return { inputs in
      let x = try inputs.value(0).floats
      let p = try Parameters(inputs, 1...5)
      return [
        Value(
          x.indices.map { i in
            FloatRule(
              scale: p(0, i), exponentBits: p(1, i), mantissaBits: p(2, i), bias: p(3, i),
              largest: p(4, i), hasInf: hasInf, hasNaN: hasNaN, hasSubnormal: hasSubnormal,
              saturates: saturates, isSigned: isSigned, rounding: rounding
            ).apply(x[i])
          }, shape: p.shape)
      ]
    }
  }
}

extension Preparation {
  /// Throws `InputError` when a constant scale has elements that nothing can be divided by.
  func requireScale(_ index: Int) throws {
    guard let scale = constant(index),
      let place = scale.floats.firstIndex(where: { $0 == 0 || !$0.isFinite })
    else { return }
    throw InputError(
      "element \(place) of its scale '\(node.inputs[index])' is \(scale.floats[place])",
      hint: "scales are numbers other than 0, also those of channels that are pruned to nothing")
  }
}

/// QONNX's Quant of one element.
struct QuantRule: Sendable {
  let scale: Float
  let zeroPoint: Float
  let low: Float
  let high: Float
  let isSign: Bool
  let rounding: RoundingMode

  /// Throws `InputError` when the bit width is none.
  init(
    scale: Float, zeroPoint: Float, bits: Float, isSigned: Bool, isNarrow: Bool,
    rounding: RoundingMode
  ) throws {
    guard bits >= 1, bits <= 64, bits == bits.rounded(.down) else {
      throw InputError("\(bits) is not a bit width", at: "input 3", hint: "1 to 64 are")
    }
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.rounding = rounding
    isSign = bits == 1 && isSigned
    (low, high) = Self.bounds(bits: bits, isSigned: isSigned, isNarrow: isNarrow)
  }

  /// Smallest and largest code, in float32 as qonnx computes them: beyond 24 bits rounded.
  static func bounds(bits: Float, isSigned: Bool, isNarrow: Bool) -> (low: Float, high: Float) {
    let narrow: Float = isNarrow ? 1 : 0
    if isSigned {
      let half = Float(Foundation.exp2(Double(bits) - 1))
      return (-half + narrow, half - 1)
    }
    return (0, Float(Foundation.exp2(Double(bits))) - 1 - narrow)
  }

  /// The code of a value.
  @inline(__always)
  func code(_ x: Float) -> Float {
    let u = x / scale + zeroPoint
    if isSign { return u >= 0 ? 1 : -1 }
    // A NaN stays one: comparisons with it are false.
    let clamped = u < low ? low : u > high ? high : u
    return rounding.apply(clamped)
  }

  @inline(__always)
  func apply(_ x: Float) -> Float { (code(x) - zeroPoint) * scale }
}

/// FloatQuant of one element.
private struct FloatRule {
  let scale: Float
  let exponentBits: Float
  let mantissaBits: Float
  let bias: Float
  let largest: Float
  let hasInf: Bool
  let hasNaN: Bool
  let hasSubnormal: Bool
  let saturates: Bool
  let isSigned: Bool
  let rounding: RoundingMode

  func apply(_ x: Float) -> Float {
    let v = x / scale
    guard !v.isNaN else { return v }
    let least = 1 - Int(bias) - Int(mantissaBits)
    let magnitude = abs(v)
    let exponent =
      magnitude == 0 || !magnitude.isFinite ? least : Int(magnitude.exponent) - Int(mantissaBits)
    let step = Float(sign: .plus, exponent: max(exponent, least), significand: 1)
    var q = magnitude.isFinite ? step * rounding.apply(v / step) : v
    if !hasSubnormal, abs(q) < Float(sign: .plus, exponent: 1 - Int(bias), significand: 1) { q = 0 }
    let most = min(representable, largest)
    if q > most { q = saturates ? most : hasInf ? .infinity : hasNaN ? .nan : most }
    let lowest = isSigned ? -most : 0
    if q < lowest {
      q = saturates || !isSigned ? lowest : hasInf ? -.infinity : hasNaN ? .nan : lowest
    }
    return q * scale
  }

  /// The largest number of the format when every code is one.
  private var representable: Float {
    let exponent = Foundation.exp2(Double(exponentBits)) - 1 - Double(bias)
    return Float(Foundation.exp2(exponent) * (2 - Foundation.exp2(-Double(mantissaBits))))
  }
}
