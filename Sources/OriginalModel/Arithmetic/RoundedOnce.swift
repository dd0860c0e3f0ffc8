/// Rounding to float32 that is proven right, from results in double precision and bounds on their error.
package enum RoundedOnce {
  /// The float32 nearest to a number that lies within `error` of `value`; `nil` when that does not
  /// decide which one it is.
  @inline(__always)
  static func float(_ value: Double, within error: Double) -> Float? {
    let low = Float(value - error)
    let high = Float(value + error)
    return low == high ? low : nil
  }

  /// `a + b` of two doubles rounded once to float32.
  ///
  /// The sum is rounded to odd first: a double that is not exact gets an odd last bit, so it never
  /// looks like a tie of float32 that it is not (29 bits are between the two precisions).
  @inline(__always)
  package static func sum(_ a: Double, _ b: Double) -> Float {
    let s = a + b
    guard s.isFinite else { return Float(s) }
    let t = s - a
    let error = (a - (s - t)) + (b - t)
    guard error != 0, s.significandBitPattern & 1 == 0 else { return Float(s) }
    return Float((error > 0) ? s.nextUp : s.nextDown)
  }

  /// `a · b + c` of float32 numbers rounded once: the product of two is exact in double precision.
  @inline(__always)
  static func multiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float {
    sum(Double(a) * Double(b), Double(c))
  }
}

/// A number as the unevaluated sum of two doubles: about 106 bits.
struct DoubleDouble {
  var high: Double
  var low: Double

  init(_ value: Double) {
    high = value
    low = 0
  }

  private init(_ high: Double, _ low: Double) {
    let s = high + low
    self.high = s
    self.low = low - (s - high)
  }

  static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let s = a.high + b.high
    let t = s - a.high
    let error = (a.high - (s - t)) + (b.high - t)
    return DoubleDouble(s, error + a.low + b.low)
  }

  static prefix func - (a: DoubleDouble) -> DoubleDouble { DoubleDouble(-a.high, -a.low) }

  static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let p = a.high * b.high
    let error = (-p).addingProduct(a.high, b.high)
    return DoubleDouble(p, error + a.high * b.low + a.low * b.high)
  }

  static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let q = a.high / b.high
    let r = a + -(b * DoubleDouble(q))
    let q2 = r.high / b.high
    let r2 = r + -(b * DoubleDouble(q2))
    return DoubleDouble(q, q2) + DoubleDouble(r2.high / b.high)
  }

  var squareRoot: DoubleDouble {
    guard high > 0 else { return DoubleDouble(high.squareRoot()) }
    let s = DoubleDouble(high.squareRoot())
    let rest = self + -(s * s)
    return s + DoubleDouble(rest.high / (2 * s.high))
  }

  /// The float32 nearest to the sum of both parts.
  var float: Float { RoundedOnce.sum(high, low) }
}
