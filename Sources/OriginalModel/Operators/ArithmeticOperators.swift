import SimModel
import Foundation

/// Elementwise arithmetic and comparisons with NumPy's broadcasting; every result is rounded once.
enum ArithmeticOperators {
  static let all: [String: Operator] = [
    "Add": binary({ $0 + $1 }, { $0 + $1 }, { $0 &+ $1 }),
    "Sub": binary({ $0 - $1 }, { $0 - $1 }, { $0 &- $1 }),
    "Mul": binary({ $0 * $1 }, { $0 * $1 }, { $0 &* $1 }),
    "Div": binary({ $0 / $1 }, { $0 / $1 }, { $1 == 0 || $1 == -1 ? 0 &- $0 : $0 / $1 }),
    "Pow": binary(
      { Float(Foundation.pow(Double($0), Double($1))) }, { Foundation.pow($0, $1) },
      { Int(exactly: Foundation.pow(Double($0), Double($1)).rounded()) ?? 0 }),
    "Max": variadic({ $0 > $1 || $0.isNaN ? $0 : $1 }, { max($0, $1) }),
    "Min": variadic({ $0 < $1 || $0.isNaN ? $0 : $1 }, { min($0, $1) }),
    "Sum": variadic({ $0 + $1 }, { $0 &+ $1 }),
    "Greater": comparison { $0 > $1 },
    "GreaterOrEqual": comparison { $0 >= $1 },
    "Less": comparison { $0 < $1 },
    "LessOrEqual": comparison { $0 <= $1 },
    "Equal": comparison { $0 == $1 },
    "And": comparison { $0 != 0 && $1 != 0 },
    "Or": comparison { $0 != 0 || $1 != 0 },
    "Not": Operator(1...1) { _ in
      { inputs in
        let x = try inputs.value(0)
        return [Value(x.doubles.map { $0 == 0 ? 1 : 0 }, shape: x.shape, kind: .bool)]
      }
    },
    "Where": Operator(3...3, plain: select),
    "Neg": unary({ -$0 }, { 0 &- $0 }),
    "Abs": unary({ abs($0) }, { $0 < 0 ? 0 &- $0 : $0 }),
    "Sqrt": unary({ $0.squareRoot() }),
    "Exp": unary({ Float(Foundation.exp(Double($0))) }),
    "Log": unary({ Float(Foundation.log(Double($0))) }),
    "Reciprocal": unary({ 1 / $0 }),
    "Floor": unary({ $0.rounded(.down) }, { $0 }),
    "Ceil": unary({ $0.rounded(.up) }, { $0 }),
    "Round": unary({ $0.rounded(.toNearestOrEven) }, { $0 }),
    "Sign": unary({ $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }, { $0.signum() }),
  ]

  static func unary(
    _ float: @escaping @Sendable (Float) -> Float, _ integer: (@Sendable (Int) -> Int)? = nil
  ) -> Operator {
    Operator(1...1) { _ in { inputs in [try map(inputs.value(0), float, integer)] } }
  }

  static func map(
    _ x: Value, _ float: (Float) -> Float, _ integer: ((Int) -> Int)? = nil
  ) -> Value {
    if case .integer(let v) = x.elements, let integer {
      return Value(v.map(integer), shape: x.shape, kind: x.kind)
    }
    return Value(mapped(x.floats, float), shape: x.shape)
  }

  @inline(__always)
  static func mapped(_ x: [Float], _ body: (Float) -> Float) -> [Float] {
    [Float](unsafeUninitializedCapacity: x.count) { out, count in
      x.withUnsafeBufferPointer { x in
        for i in 0..<x.count { out[i] = body(x[i]) }
      }
      count = x.count
    }
  }

  private static func binary(
    _ float: @escaping @Sendable (Float, Float) -> Float,
    _ double: @escaping @Sendable (Double, Double) -> Double,
    _ integer: @escaping @Sendable (Int, Int) -> Int
  ) -> Operator {
    Operator(2...2) { _ in
      { inputs in [try combine(inputs.value(0), inputs.value(1), float, double, integer)] }
    }
  }

  static func combine(
    _ a: Value, _ b: Value, _ float: (Float, Float) -> Float,
    _ double: (Double, Double) -> Double, _ integer: (Int, Int) -> Int
  ) throws -> Value {
    switch (a.elements, b.elements) {
    case (.integer(let x), .integer(let y)):
      let (values, shape) = try zip(x, a.shape, y, b.shape, integer)
      return Value(values, shape: shape, kind: a.kind)
    case (.double, _), (_, .double):
      let (values, shape) = try zip(a.doubles, a.shape, b.doubles, b.shape, double)
      return Value(values, shape: shape)
    default:
      let (values, shape) = try zip(a.floats, a.shape, b.floats, b.shape, float)
      return Value(values, shape: shape)
    }
  }

  /// `body` over two tensors broadcast against each other.
  @inline(__always)
  private static func zip<T, R>(
    _ a: [T], _ aShape: [Int], _ b: [T], _ bShape: [Int], _ body: (T, T) -> R
  ) throws -> ([R], [Int]) {
    let shape = try Extent.broadcast(aShape, bShape)
    let count = try Extent.count(shape)
    let (p, q) = (Broadcast(aShape, to: shape), Broadcast(bShape, to: shape))
    let values = [R](unsafeUninitializedCapacity: count) { out, filled in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          for i in 0..<count { (out.baseAddress! + i).initialize(to: body(a[p[i]], b[q[i]])) }
        }
      }
      filled = count
    }
    return (values, shape)
  }

  private static func variadic(
    _ float: @escaping @Sendable (Float, Float) -> Float,
    _ integer: @escaping @Sendable (Int, Int) -> Int
  ) -> Operator {
    Operator(1...64) { _ in
      { inputs in
        var result = try inputs.value(0)
        for index in inputs.indices.dropFirst() {
          result = try combine(
            result, inputs.value(index), float, { Double(float(Float($0), Float($1))) }, integer)
        }
        return [result]
      }
    }
  }

  private static func comparison(_ body: @escaping @Sendable (Double, Double) -> Bool) -> Operator {
    Operator(2...2) { _ in
      { inputs in
        let (a, b) = (try inputs.value(0), try inputs.value(1))
        let (values, shape) = try zip(a.doubles, a.shape, b.doubles, b.shape) { x, y in
          body(x, y) ? 1 : 0
        }
        return [Value(values, shape: shape, kind: .bool)]
      }
    }
  }

  private static let select: Kernel = { inputs in
    let (condition, a, b) = (try inputs.value(0), try inputs.value(1), try inputs.value(2))
    let shape = try Extent.broadcast(condition.shape, Extent.broadcast(a.shape, b.shape))
    let count = try Extent.count(shape)
    let c = condition.doubles
    let at = Broadcast(condition.shape, to: shape)
    let (p, q) = (Broadcast(a.shape, to: shape), Broadcast(b.shape, to: shape))
    if case .integer(let x) = a.elements, case .integer(let y) = b.elements {
      return [
        Value(
          (0..<count).map { c[at[$0]] != 0 ? x[p[$0]] : y[q[$0]] }, shape: shape, kind: a.kind)
      ]
    }
    let (x, y) = (a.floats, b.floats)
    return [Value((0..<count).map { c[at[$0]] != 0 ? x[p[$0]] : y[q[$0]] }, shape: shape)]
  }
}
