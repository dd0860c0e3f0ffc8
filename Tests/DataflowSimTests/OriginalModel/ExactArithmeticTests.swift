import Foundation
import Testing

import OriginalModel

/// Sums that are rounded once, whatever their terms.
@Suite struct ExactArithmeticTests {
  /// Random numbers of very different sizes, with plenty of cancellation.
  private struct Numbers {
    var generator: SystemlessGenerator

    mutating func number(_ exponents: ClosedRange<Int>) -> Float {
      let exponent = Int.random(in: exponents, using: &generator)
      let significand = Float.random(in: 1..<2, using: &generator)
      let value = Float(sign: .plus, exponent: exponent, significand: significand)
      return Bool.random(using: &generator) ? value : -value
    }
  }

  /// A small fixed sequence: tests must not differ from run to run.
  struct SystemlessGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  @Test func integersAreSummedExactly() {
    var numbers = SystemlessGenerator(state: 7)
    for _ in 0..<200 {
      var sum = ExactSum()
      var expected = 0
      for _ in 0..<50 {
        let a = Int.random(in: -5000...5000, using: &numbers)
        let b = Int.random(in: -5000...5000, using: &numbers)
        sum.add(Float(a), times: Float(b))
        expected += a * b
      }
      #expect(sum.rounded() == Float(expected))
      #expect(sum.rounded(dividedBy: 9) == Self.quotient(expected, 9))
    }
  }

  /// The float32 nearest to a quotient, by exact comparison with both neighbours.
  private static func quotient(_ a: Int, _ b: Int) -> Float {
    let guess = Float(Double(a) / Double(b))
    // 2^60 · a / b as integers is far finer than a float32 of this size.
    return [guess.nextDown, guess, guess.nextUp].min { p, q in
      func distance(_ x: Float) -> Double { abs(Double(x) * Double(b) - Double(a)) }
      return distance(p) < distance(q)
    }!
  }

  @Test func whatCancelsLeavesTheRest() {
    var sum = ExactSum()
    sum.add(0x1p100, times: 0x1p27)
    sum.add(0x1p-100, times: 0x1p-49)
    sum.add(-0x1p100, times: 0x1p27)
    #expect(sum.rounded() == 0x1p-149)
    sum.add(-0x1p-149)
    #expect(sum.rounded() == 0)
  }

  @Test func tiesGoToEven() {
    var sum = ExactSum()
    sum.add(0x1p24)
    sum.add(1)
    #expect(sum.rounded() == 0x1p24)
    sum.add(0x1p-149)
    #expect(sum.rounded() == 0x1p24 + 2)
    var odd = ExactSum()
    odd.add(0x1p24 + 2)
    odd.add(1)
    #expect(odd.rounded() == 0x1p24 + 4)
    var negative = ExactSum()
    negative.add(-0x1p24)
    negative.add(-1)
    #expect(negative.rounded() == -0x1p24)
  }

  @Test func smallAndLargeNumbersRoundAsHardwareDoes() {
    var tiny = ExactSum()
    tiny.add(0x1p-75, times: 0x1.8p-75)
    #expect(tiny.rounded() == 0x1p-149)
    var half = ExactSum()
    half.add(0x1p-75, times: 0x1p-75)
    #expect(half.rounded() == 0)
    var large = ExactSum()
    large.add(.greatestFiniteMagnitude)
    large.add(.greatestFiniteMagnitude)
    #expect(large.rounded() == .infinity)
  }

  /// The fast ways give what the exact sum gives: for sums in double precision, and for weights of few
  /// bits as integers.
  @Test(arguments: 0..<40)
  func linearProductsAreRoundedOnce(_ seed: Int) {
    var numbers = Numbers(generator: .init(state: UInt64(seed + 1)))
    let (rows, columns, vectors) = (5, 37, 4)
    let span = seed % 2 == 0 ? -3...2 : -40...2
    var weights = (0..<rows * columns).map { _ in numbers.number(span) }
    var data = (0..<vectors * columns).map { _ in numbers.number(span) }
    if seed % 4 == 0 {
      // One factor per row, ternary: the way through integers.
      let factor = numbers.number(-8...0)
      weights = weights.map { $0 > 1 ? factor : $0 < -1 ? -factor : 0 }
      data = data.map { ($0 * 16).rounded() / 8 }
    }
    // Sums that nearly cancel.
    for v in 0..<vectors where seed % 3 == 0 {
      data[v * columns + 1] = data[v * columns]
      weights[1] = -weights[0]
    }
    let bias = (0..<rows).map { _ in numbers.number(-4...1) }
    let product = LinearProduct(weights: weights, rows: rows, columns: columns, bias: bias)
    let found = product.multiply(data)
    for v in 0..<vectors {
      for r in 0..<rows {
        var sum = ExactSum()
        for k in 0..<columns { sum.add(data[v * columns + k], times: weights[r * columns + k]) }
        sum.add(bias[r])
        #expect(found[v * rows + r] == sum.rounded())
      }
    }
  }

  @Test func roundingToOddIsRoundingOnce() {
    // In double precision alone the sum is a tie of float32; the term below decides.
    #expect(RoundedOnce.sum(1 + 0x1p-24, 0x1p-80) == 1 + Float(0x1p-23))
    #expect(RoundedOnce.sum(1 + 0x1p-24, -0x1p-80) == 1)
    #expect(RoundedOnce.sum(1 + 0x1p-24, 0) == 1)
  }

  @Test func batchNormalisationIsRoundedOnce() {
    // (x − μ)·γ/√(σ² + ε) + β with a root that is exact: the result is a rational number.
    let rule = Normalization(scale: 3, bias: 0.1, mean: 1, variance: 4, epsilon: 0)
    for x in [Float(2), 5.5, -7.25, 1_000_001] {
      var sum = ExactSum()
      sum.add(x, times: 1.5)
      sum.add(-1.5)
      sum.add(0.1)
      #expect(rule.apply(x) == sum.rounded())
    }
  }
}
