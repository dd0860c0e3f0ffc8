import SimModel
import Foundation

/// Activation functions, batch normalisation and what passes values through.
enum ActivationOperators {
  static let all: [String: Operator] = [
    "Relu": ArithmeticOperators.unary({ $0 > 0 || $0.isNaN ? $0 : 0 }, { max($0, 0) }),
    "LeakyRelu": Operator(1...1) { preparation in
      let alpha = try preparation.node.float("alpha") ?? 0.01
      return elementwise { $0 < 0 ? alpha * $0 : $0 }
    },
    "PRelu": Operator(2...2, plain: parametricRelu),
    "Clip": Operator(1...3, clip),
    "Sigmoid": ArithmeticOperators.unary({ x in
      let e = Foundation.exp(-abs(Double(x)))
      return Float(x < 0 ? e / (1 + e) : 1 / (1 + e))
    }),
    "Tanh": ArithmeticOperators.unary({ Float(Foundation.tanh(Double($0))) }),
    "Softplus": ArithmeticOperators.unary({ x in
      let x = Double(x)
      return Float(max(x, 0) + Foundation.log1p(Foundation.exp(-abs(x))))
    }),
    "Erf": ArithmeticOperators.unary({ Float(Foundation.erf(Double($0))) }),
    "Elu": Operator(1...1) { preparation in
      let alpha = Double(try preparation.node.float("alpha") ?? 1)
      return elementwise { $0 < 0 ? Float(alpha * Foundation.expm1(Double($0))) : $0 }
    },
    "HardSigmoid": Operator(1...1) { preparation in
      let alpha = try preparation.node.float("alpha") ?? 0.2
      let beta = try preparation.node.float("beta") ?? 0.5
      return elementwise { min(1, max(0, RoundedOnce.multiplyAdd(alpha, $0, beta))) }
    },
    "HardSwish": ArithmeticOperators.unary({ x in
      x <= -3 ? 0 : x >= 3 ? x : Float(Double(x) * (Double(x) + 3) / 6)
    }),
    "Softmax": Operator(1...1) { try softmax($0, isLogarithm: false) },
    "LogSoftmax": Operator(1...1) { try softmax($0, isLogarithm: true) },
    "BatchNormalization": Operator(5...5) { try batchNormalization($0, channelAxis: 1) },
    "Identity": passThrough,
    "Dropout": Operator(1...3) { preparation in
      let count = preparation.node.outputs.count
      return { inputs in
        let x = try inputs.value(0)
        let mask = Value([Int](repeating: 1, count: x.count), shape: x.shape, kind: .bool)
        return count > 1 ? [x, mask] : [x]
      }
    },
    "DebugMarker": passThrough,
    "Cast": Operator(1...2, cast),
  ]

  private static let passThrough = Operator(1...1) { _ in { inputs in [try inputs.value(0)] } }

  private static func elementwise(_ body: @escaping @Sendable (Float) -> Float) -> Kernel {
    { inputs in [ArithmeticOperators.map(try inputs.value(0), body)] }
  }

  private static let parametricRelu: Kernel = { inputs in
    let (x, slope) = (try inputs.value(0), try inputs.value(1))
    let shape = try Extent.broadcast(x.shape, slope.shape)
    guard shape == x.shape else {
      throw InputError("a slope of shape \(slope.shape) does not fit data of shape \(x.shape)")
    }
    let (v, s) = (x.floats, slope.floats)
    let at = Broadcast(slope.shape, to: shape)
    return [Value(v.indices.map { v[$0] < 0 ? v[$0] * s[at[$0]] : v[$0] }, shape: shape)]
  }

  /// Limits are attributes up to operator set 10 and inputs afterwards.
  private static func clip(_ preparation: Preparation) throws -> Kernel {
    let low = try preparation.node.float("min")
    let high = try preparation.node.float("max")
    return { inputs in
      let x = try inputs.value(0)
      if case .integer(let v) = x.elements {
        let least = inputs.optional(1)?.integers?.first ?? Int.min
        let most = inputs.optional(2)?.integers?.first ?? Int.max
        return [Value(v.map { min(max($0, least), most) }, shape: x.shape, kind: x.kind)]
      }
      let least = inputs.optional(1)?.floats.first ?? low ?? -.infinity
      let most = inputs.optional(2)?.floats.first ?? high ?? .infinity
      return [
        ArithmeticOperators.map(x) { v in v < least ? least : v > most ? most : v }
      ]
    }
  }

  private static func cast(_ preparation: Preparation) throws -> Kernel {
    guard let number = try preparation.node.int("to"),
      let kind = TensorReader.kinds[Int32(truncatingIfNeeded: number)]
    else { throw preparation.node.wrong("to", "the number of an element type") }
    return { inputs in
      let x = try inputs.value(0)
      switch kind {
      case .float32: return [Value(x.floats, shape: x.shape)]
      case .float64: return [Value(x.doubles, shape: x.shape)]
      case .bool: return [Value(x.doubles.map { $0 == 0 ? 0 : 1 }, shape: x.shape, kind: .bool)]
      default:
        let range = kind.range!
        let values = x.doubles.map { value -> Int in
          // Toward zero; what does not fit keeps the low bits, as C does.
          let whole = Int(exactly: value.rounded(.towardZero)) ?? 0
          guard !range.contains(whole) else { return whole }
          let size = range.upperBound - range.lowerBound + 1
          let low = (whole - range.lowerBound) % size
          return range.lowerBound + (low < 0 ? low + size : low)
        }
        return [Value(values, shape: x.shape, kind: kind)]
      }
    }
  }

  /// Along one axis; before operator set 13 everything behind the axis counts as one (default 1).
  private static func softmax(_ preparation: Preparation, isLogarithm: Bool) throws -> Kernel {
    let isOld = preparation.opset < 13
    let stated = try preparation.node.int("axis", default: isOld ? 1 : -1)
    return { inputs in
      let x = try inputs.value(0)
      let axis = try Extent.axis(stated, rank: x.shape.count)
      let length = isOld ? x.shape[axis...].reduce(1, *) : x.shape[axis]
      let step = isOld ? 1 : x.shape[(axis + 1)...].reduce(1, *)
      let v = x.floats
      var out = [Float](repeating: 0, count: v.count)
      guard length > 0 else { return [x] }
      for start in 0..<v.count / length {
        let base = start / step * step * length + start % step
        let indices = (0..<length).map { base + $0 * step }
        let most = indices.reduce(-Double.infinity) { max($0, Double(v[$1])) }
        let sum = indices.reduce(0.0) { $0 + Foundation.exp(Double(v[$1]) - most) }
        for i in indices {
          let shifted = Double(v[i]) - most
          out[i] = Float(
            isLogarithm ? shifted - Foundation.log(sum) : Foundation.exp(shifted) / sum)
        }
      }
      return [Value(out, shape: x.shape)]
    }
  }

  /// (x − μ)·γ/√(σ² + ε) + β, exact and rounded once.
  static func batchNormalization(_ preparation: Preparation, channelAxis: Int) throws -> Kernel {
    let epsilon = try preparation.node.float("epsilon") ?? 1e-5
    return { inputs in
      let x = try inputs.value(0)
      let axis = channelAxis < 0 ? x.shape.count + channelAxis : min(channelAxis, x.shape.count - 1)
      guard axis >= 0 else { throw InputError("data without axes has no channels") }
      let vectors = try (1...4).map { try inputs.value($0).floats }
      let channels = x.shape[axis]
      guard vectors.allSatisfy({ $0.count == channels }) else {
        throw InputError(
          "its vectors have \(vectors.map(\.count)) elements for \(channels) channels")
      }
      let rule = (0..<channels).map { c in
        Normalization(
          scale: vectors[0][c], bias: vectors[1][c], mean: vectors[2][c], variance: vectors[3][c],
          epsilon: epsilon)
      }
      let inner = x.shape[(axis + 1)...].reduce(1, *)
      let v = x.floats
      let out = [Float](unsafeUninitializedCapacity: v.count) { out, filled in
        if inner > 1 {
          for block in 0..<v.count / max(1, inner) {
            let r = rule[block % channels]
            for i in block * inner..<(block + 1) * inner { out[i] = r.apply(v[i]) }
          }
        } else {
          for i in 0..<v.count { out[i] = rule[i % channels].apply(v[i]) }
        }
        filled = v.count
      }
      return [Value(out, shape: x.shape)]
    }
  }
}

/// Batch normalisation of one channel.
package struct Normalization: Sendable {
  let scale: Float
  let bias: Float
  let mean: Float
  let variance: Float
  let epsilon: Float
  /// γ/√(σ² + ε) in double precision.
  private let factor: Double

  package init(scale: Float, bias: Float, mean: Float, variance: Float, epsilon: Float) {
    self.scale = scale
    self.bias = bias
    self.mean = mean
    self.variance = variance
    self.epsilon = epsilon
    factor = Double(scale) / (Double(variance) + Double(epsilon)).squareRoot()
  }

  @inline(__always)
  package func apply(_ x: Float) -> Float {
    let product = (Double(x) - Double(mean)) * factor
    let value = product + Double(bias)
    // σ² + ε, its root, the quotient, the difference, the product and the sum: six roundings.
    let error = abs(product) * 0x1p-50 + abs(value) * 0x1p-52
    return RoundedOnce.float(value, within: error) ?? precise(x)
  }

  private func precise(_ x: Float) -> Float {
    let difference = DoubleDouble(Double(x)) + DoubleDouble(-Double(mean))
    let deviation = (DoubleDouble(Double(variance)) + DoubleDouble(Double(epsilon))).squareRoot
    return (difference * DoubleDouble(Double(scale)) / deviation + DoubleDouble(Double(bias))).float
  }
}
