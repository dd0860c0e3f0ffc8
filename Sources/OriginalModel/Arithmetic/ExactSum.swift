/// A sum of products of float32 numbers without any rounding.
///
/// Fixed point in two's complement: bit 0 of the first limb weighs 2^−320, below the smallest product
/// of two subnormal numbers (2^−298), and the highest bit is above any sum of 2^40 products of the
/// largest ones. So every sum of products is exact, whatever its terms, and rounding it once gives the
/// number nearest to the mathematical sum.
package struct ExactSum {
  private static let lowest = -320
  private static let limbCount = 11
  private var limbs:
    (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
      (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

  package init() {}

  /// Adds `a · b`; both are finite.
  package mutating func add(_ a: Float, times b: Float) {
    guard a != 0, b != 0 else { return }
    // The product of two 24-bit significands fits 48 bits.
    let (x, ex) = Self.parts(a)
    let (y, ey) = Self.parts(b)
    let product = x &* y
    add(product.magnitude, at: ex + ey, isNegative: product < 0)
  }

  package mutating func add(_ a: Float) { add(a, times: 1) }

  /// Multiplies the whole by −1.
  private mutating func negate() {
    withLimbs { limbs in
      var carry = true
      for i in 0..<Self.limbCount {
        let (sum, overflow) = (~limbs[i]).addingReportingOverflow(carry ? 1 : 0)
        limbs[i] = sum
        carry = overflow
      }
    }
  }

  /// Significand and exponent of a finite number: it is `significand · 2^exponent`.
  private static func parts(_ x: Float) -> (significand: Int64, exponent: Int) {
    let fraction = Int64(x.significandBitPattern)
    let biased = Int(x.exponentBitPattern)
    let magnitude = biased == 0 ? fraction : fraction | 1 << 23
    return (x < 0 ? -magnitude : magnitude, max(biased, 1) - 150)
  }

  private mutating func add(_ magnitude: UInt64, at exponent: Int, isNegative: Bool) {
    let position = exponent - Self.lowest
    let (limb, shift) = (position / 64, UInt64(position % 64))
    let low = magnitude << shift
    let high = shift == 0 ? 0 : magnitude >> (64 - shift)
    withLimbs { limbs in
      var carry = false
      for i in limb..<Self.limbCount {
        let term = i == limb ? low : i == limb + 1 ? high : 0
        if i > limb + 1, !carry { return }
        if isNegative {
          let (a, borrowed) = limbs[i].subtractingReportingOverflow(term)
          let (b, again) = a.subtractingReportingOverflow(carry ? 1 : 0)
          limbs[i] = b
          carry = borrowed || again
        } else {
          let (a, overflowed) = limbs[i].addingReportingOverflow(term)
          let (b, again) = a.addingReportingOverflow(carry ? 1 : 0)
          limbs[i] = b
          carry = overflowed || again
        }
      }
    }
  }

  @inline(__always)
  private mutating func withLimbs(_ body: (UnsafeMutablePointer<UInt64>) -> Void) {
    withUnsafeMutableBytes(of: &limbs) { bytes in
      body(bytes.baseAddress!.assumingMemoryBound(to: UInt64.self))
    }
  }

  private var isNegative: Bool { limbs.10 >> 63 == 1 }

  /// The float32 number nearest to the sum divided by `divisor`, ties to even.
  package func rounded(dividedBy divisor: Int = 1) -> Float {
    precondition(divisor > 0 && divisor < 1 << 31)
    var copy = self
    let negative = isNegative
    if negative { copy.negate() }
    var words = withUnsafeBytes(of: copy.limbs) { Array($0.bindMemory(to: UInt64.self)) }
    // Long division from the highest limb; 64 more bits below, and what is left is sticky.
    var remainder: UInt64 = 0
    words.insert(0, at: 0)
    for i in words.indices.reversed() {
      (words[i], remainder) = UInt64(divisor).dividingFullWidth((remainder, words[i]))
    }
    let value = Self.round(words, isSticky: remainder != 0, lowest: Self.lowest - 64)
    return negative ? -value : value
  }

  /// The nearest float32 to `words · 2^lowest`, with something more below if `isSticky`.
  private static func round(_ words: [UInt64], isSticky: Bool, lowest: Int) -> Float {
    guard let top = words.lastIndex(where: { $0 != 0 }) else { return 0 }
    let highest = top * 64 + 63 - words[top].leadingZeroBitCount
    // The last bit kept weighs 2^−149 at least: below it numbers are subnormal.
    let cut = max(highest - 23, -149 - lowest)
    var kept: UInt64 = 0
    for bit in stride(from: highest, through: cut, by: -1) where bit >= 0 {
      kept = kept << 1 | (words[bit / 64] >> UInt64(bit % 64)) & 1
    }
    let half = cut > 0 && (words[(cut - 1) / 64] >> UInt64((cut - 1) % 64)) & 1 == 1
    var rest = isSticky
    if cut > 1 {
      let (limb, bits) = ((cut - 1) / 64, UInt64((cut - 1) % 64))
      rest = rest || words[..<limb].contains { $0 != 0 }
      rest = rest || words[limb] & ((1 << bits) - 1) != 0
    }
    if half, rest || kept & 1 == 1 { kept += 1 }
    return Float(sign: .plus, exponent: cut + lowest, significand: Float(kept))
  }
}
