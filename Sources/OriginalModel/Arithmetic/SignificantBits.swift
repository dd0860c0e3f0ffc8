import SimKernels

/// A list of float32 numbers as integers of at most 16 bits times a power of two.
struct DyadicIntegers {
  /// The number of an element is `integer · 2^exponent`.
  let exponent: Int
  let range: ClosedRange<Int>
  private let values: [Float]
  private let scale: Float

  /// `nil` when the numbers need more than 16 bits on a common power of two.
  init?(_ values: [Float]) {
    guard let exponent = Self.commonExponent(values) else { return nil }
    scale = Float(sign: .plus, exponent: -exponent, significand: 1)
    guard scale.isFinite, scale.isNormal else { return nil }
    var (low, high) = (Float(0), Float(0))
    for v in values {
      low = v < low ? v : low
      high = v > high ? v : high
    }
    guard low * scale >= -32768, high * scale <= 32767 else { return nil }
    self.values = values
    self.exponent = exponent
    range = Int(low * scale)...Int(high * scale)
  }

  /// The narrowest format of a kernel that holds all.
  var format: ElementFormat {
    range.lowerBound >= 0 && range.upperBound <= 255
      ? .unsigned(8)
      : range.lowerBound >= -128 && range.upperBound <= 127 ? .signed(8) : .signed(16)
  }

  /// The integers as `format` keeps them.
  func integers() -> Integers {
    let storage: Integers.Storage =
      switch format.storage {
      case .uint8: .uint8(converted { UInt8(truncatingIfNeeded: $0) })
      case .int8: .int8(converted { Int8(truncatingIfNeeded: $0) })
      default: .int32(converted { $0 })
      }
    return Integers(storage, format: format)
  }

  @inline(__always)
  private func converted<T>(_ narrow: (Int32) -> T) -> [T] {
    [T](unsafeUninitializedCapacity: values.count) { out, count in
      values.withUnsafeBufferPointer { values in
        for i in 0..<values.count {
          (out.baseAddress! + i).initialize(
            to: narrow(Int32(values[i] * scale)))
        }
      }
      count = values.count
    }
  }

  /// The exponent of the lowest bit that any of the numbers has; `nil` beyond 16 bits, and for
  /// numbers that are not finite. 0 when all are zero.
  private static func commonExponent(_ values: [Float]) -> Int? {
    var lowest = Int.max
    var highest = Int.min
    var previous: UInt32 = 0
    for v in values {
      let bits = v.bitPattern & 0x7FFF_FFFF
      guard bits != 0, bits != previous else { continue }
      previous = bits
      guard bits < 0x7F80_0000 else { return nil }
      let significand = bits < 0x0080_0000 ? bits : bits & 0x007F_FFFF | 0x0080_0000
      let exponent = max(Int(bits >> 23), 1) - 150
      lowest = min(lowest, exponent + significand.trailingZeroBitCount)
      highest = max(highest, exponent + 31 - significand.leadingZeroBitCount)
      if highest - lowest > 15 { return nil }
    }
    return lowest == Int.max ? 0 : lowest
  }
}

/// A row of weights as one factor times small integers: weights of one bit, ternary ones, and all
/// those on a scale of few bits.
struct ScaledRow {
  let factor: Float
  let integers: [Int16]

  /// `nil` when there is no factor that makes every weight an integer of at most 8 bits.
  init?(_ row: some RandomAccessCollection<Float>) {
    var divisor: UInt32 = 0
    var lowest = Int.max
    var parts: [(significand: Int32, exponent: Int)] = []
    parts.reserveCapacity(row.count)
    for v in row {
      guard v.isFinite else { return nil }
      let fraction = UInt32(v.significandBitPattern)
      let biased = Int(v.exponentBitPattern)
      let magnitude = biased == 0 ? fraction : fraction | 1 << 23
      guard magnitude != 0 else {
        parts.append((0, 0))
        continue
      }
      let zeros = magnitude.trailingZeroBitCount
      let odd = magnitude >> UInt32(zeros)
      let exponent = max(biased, 1) - 150 + zeros
      divisor = Self.gcd(divisor, odd)
      lowest = min(lowest, exponent)
      parts.append((v < 0 ? -Int32(odd) : Int32(odd), exponent))
    }
    guard divisor > 0 else {
      factor = 1
      integers = Array(repeating: 0, count: row.count)
      return
    }
    var integers: [Int16] = []
    integers.reserveCapacity(parts.count)
    for (significand, exponent) in parts {
      guard significand != 0 else {
        integers.append(0)
        continue
      }
      let quotient = Int(significand) / Int(divisor)
      guard exponent - lowest < 16, abs(quotient << (exponent - lowest)) <= 127 else { return nil }
      integers.append(Int16(quotient << (exponent - lowest)))
    }
    self.integers = integers
    factor = Float(sign: .plus, exponent: lowest, significand: Float(divisor))
    guard factor.isNormal else { return nil }
  }

  private static func gcd(_ a: UInt32, _ b: UInt32) -> UInt32 {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
