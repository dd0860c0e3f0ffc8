import SimModel

/// Convolutions and products on integers with 32-bit accumulators.
enum QuantizedLinearOperators {
  static let all: [String: Operator] = [
    "QLinearConv": Operator(8...9, convolution),
    "QLinearMatMul": Operator(8...8, plain: product),
    "ConvInteger": Operator(2...4) { preparation in
      let (rule, groups) = (
        try WindowRule(preparation.node), try preparation.node.int("group", default: 1)
      )
      return { inputs in
        [
          try accumulated(
            inputs.value(0), inputs.optional(2), inputs.value(1), inputs.optional(3), rule, groups)
        ]
      }
    },
    "MatMulInteger": Operator(2...4) { _ in
      { inputs in
        let sums = try LinearOperators.product(
          shifted(inputs.value(0), inputs.optional(2), axis: -2),
          shifted(inputs.value(1), inputs.optional(3), axis: -1))
        return [try integer(sums)]
      }
    },
  ]

  private static func integer(_ sums: Value) throws -> Value {
    // Sums of 8-bit products beyond 2^24 are no float32 integers.
    guard let values = sums.integers, values.allSatisfy({ abs($0) < 1 << 24 }) else {
      throw InputError(
        "an accumulator needs more than 24 bits; QuantizeLinear models have no limit")
    }
    return Value(values, shape: sums.shape, kind: .int32)
  }

  /// Codes minus their zero point, one for all or one per index of an axis.
  private static func shifted(_ x: Value, _ zero: Value?, axis: Int) throws -> Value {
    guard let q = x.integers else { throw InputError("holds numbers that are not whole") }
    let z = zero?.integers ?? [0]
    if z.count == 1 { return Value(q.map { Float($0 - z[0]) }, shape: x.shape) }
    let axis = try Extent.axis(axis, rank: x.shape.count)
    guard z.count == x.shape[axis] else {
      throw InputError("\(z.count) zero points for \(x.shape[axis]) channels")
    }
    let inner = x.shape[(axis + 1)...].reduce(1, *)
    return Value(q.indices.map { Float(q[$0] - z[$0 / inner % z.count]) }, shape: x.shape)
  }

  private static func accumulated(
    _ x: Value, _ xZero: Value?, _ w: Value, _ wZero: Value?, _ rule: WindowRule, _ groups: Int
  ) throws -> Value {
    let weights = try shifted(w, wZero, axis: 0)
    let convolution = try Convolution(weights: weights, bias: nil, groups: groups, isConstant: true)
    let window = try rule.window(over: Array(x.shape.dropFirst(2)), kernel: convolution.kernel)
    return try integer(convolution.apply(shifted(x, xZero, axis: 1), window))
  }

  /// saturate(round half even(acc · (sx·sw/sy)) + zy) in float32.
  private static func requantized(
    _ sums: [Int], _ shape: [Int], _ inputs: [Value?], scales: [Float], channelAxis: Int,
    output: (scale: Int, zero: Int)
  ) throws -> Value {
    let (target, zero) = (try inputs.value(output.scale), try inputs.value(output.zero))
    guard let y = target.scalar, let range = zero.kind.range, let z = zero.integers?.first else {
      throw InputError("its output has no single scale and zero point")
    }
    let inner = shape[(channelAxis + 1)...].reduce(1, *)
    let codes = sums.indices.map { i -> Int in
      let factor = scales[scales.count == 1 ? 0 : i / inner % scales.count] / y
      let rounded = (Float(sums[i]) * factor).rounded(.toNearestOrEven)
      let limited = min(max(rounded, -0x1p31), 0x1p31)
      return min(max(Int(limited) + z, range.lowerBound), range.upperBound)
    }
    return Value(codes, shape: shape, kind: zero.kind)
  }

  private static func convolution(_ preparation: Preparation) throws -> Kernel {
    let rule = try WindowRule(preparation.node)
    let groups = try preparation.node.int("group", default: 1)
    return { inputs in
      let sums = try accumulated(
        inputs.value(0), inputs.value(2), inputs.value(3), inputs.value(5), rule, groups)
      var values = sums.integers!
      let inner = sums.shape[2...].reduce(1, *)
      if let bias = inputs.optional(8)?.integers {
        guard bias.count == sums.shape[1] else {
          throw InputError("a bias of \(bias.count) elements for \(sums.shape[1]) channels")
        }
        for i in values.indices { values[i] += bias[i / inner % bias.count] }
      }
      guard let x = try inputs.value(1).scalar else {
        throw InputError("the data has several scales")
      }
      return [
        try requantized(
          values, sums.shape, inputs, scales: inputs.value(4).floats.map { x * $0 },
          channelAxis: 1, output: (6, 7))
      ]
    }
  }

  private static let product: Kernel = { inputs in
    let sums = try integer(
      LinearOperators.product(
        shifted(inputs.value(0), inputs.value(2), axis: -2),
        shifted(inputs.value(3), inputs.value(5), axis: -1)))
    guard let x = try inputs.value(1).scalar else {
      throw InputError("the data has several scales")
    }
    return [
      try requantized(
        sums.integers!, sums.shape, inputs, scales: inputs.value(4).floats.map { x * $0 },
        channelAxis: sums.shape.count - 1, output: (6, 7))
    ]
  }
}
