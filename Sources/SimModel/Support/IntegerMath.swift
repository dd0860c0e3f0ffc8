import FoundationEssentials
import Glibc

extension Int {
  /// The largest dimension or count that a file or an attribute may state. Products are checked all the
  /// same.
  package static let largestStated = 1 << 40

  /// The quotient rounded up; both operands are non-negative, the divisor positive.
  package func dividedUp(by divisor: Int) -> Int {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder == 0 ? quotient : quotient + 1
  }

  /// The smallest k with 2^k >= self; 0 for values up to 1.
  package var ceilLog2: Int { self <= 1 ? 0 : Int.bitWidth - (self - 1).leadingZeroBitCount }

  /// The largest k with 2^k <= self; 0 for values up to 1.
  package var floorLog2: Int { self <= 1 ? 0 : Int.bitWidth - 1 - leadingZeroBitCount }

  /// `value` truncated toward zero, as Python's `int()`, and held inside the range of `Int`.
  package init(truncating value: Double) {
    if let exact = Int(exactly: value.rounded(.towardZero)) {
      self = exact
    } else {
      self = value > 0 ? .max : (value < 0 ? .min : 0)
    }
  }
}

/// The product of a shape's dimensions; 1 for an empty shape.
package func product(_ dims: some Sequence<Int>) -> Int { dims.reduce(1, *) }

/// The product of `factors`, `nil` on overflow.
package func checkedProduct(_ factors: some Sequence<Int>) -> Int? {
  var result = 1
  for factor in factors {
    let (next, overflow) = result.multipliedReportingOverflow(by: factor)
    guard !overflow else { return nil }
    result = next
  }
  return result
}

/// Greatest common divisor and least common multiple of positive numbers.
package func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}
package func leastCommonMultiple(_ a: Int, _ b: Int) -> Int { a / greatestCommonDivisor(a, b) * b }

/// Base-2 logarithm the way Python's `math.log(x, 2)` rounds it.
package func pythonLog2(_ x: Double) -> Double { log(x) / log(2) }
