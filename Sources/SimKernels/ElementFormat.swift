/// How an integer is stored in a few bits of a stream word.
public struct ElementFormat: Hashable, Sendable {
  /// How bits become a number.
  public enum Encoding: Hashable, Sendable {
    /// 0 … 2^bits − 1.
    case unsigned
    /// Two's complement.
    case signed
    /// −1 stored as 0, +1 stored as 1.
    case bipolar
  }

  public let bits: Int
  /// How bits become a number.
  public let encoding: Encoding

  /// `bits` is 1 … 4096; BIPOLAR has one bit.
  public init(bits: Int, _ encoding: Encoding) {
    self.bits = encoding == .bipolar ? 1 : max(1, bits)
    self.encoding = encoding
  }

  /// Whole numbers from 0.
  public static func unsigned(_ bits: Int) -> ElementFormat { ElementFormat(bits: bits, .unsigned) }
  /// Two's complement.
  public static func signed(_ bits: Int) -> ElementFormat { ElementFormat(bits: bits, .signed) }
  /// 0 and 1; −1 and +1 as bits 0 and 1.
  public static let binary = ElementFormat(bits: 1, .unsigned)
  public static let bipolar = ElementFormat(bits: 1, .bipolar)

  /// The array type elements of this format are kept in.
  public enum Storage: Sendable { case bits, int8, uint8, int32, int64, wide }

  /// The narrowest storage that holds every element.
  public var storage: Storage {
    switch encoding {
    case .bipolar: .bits
    case .unsigned where bits == 1: .bits
    case .unsigned: bits <= 8 ? .uint8 : bits <= 31 ? .int32 : bits <= 63 ? .int64 : .wide
    case .signed: bits <= 8 ? .int8 : bits <= 32 ? .int32 : bits <= 64 ? .int64 : .wide
    }
  }

  /// Smallest and largest value; `nil` beyond 64 bits.
  public var range: ClosedRange<Int>? {
    switch encoding {
    case .bipolar: -1...1
    case .unsigned: bits <= 62 ? 0...(1 << bits) - 1 : bits == 63 ? 0...Int.max : nil
    case .signed: bits <= 64 ? (-1 << (bits - 1))...(Int.max >> (64 - bits)) : nil
    }
  }

  /// The value nearest in meaning that this format holds: its low `bits` bits, as hardware keeps
  /// them. BIPOLAR keeps the sign: everything above 0 is +1.
  @inlinable
  public func wrap(_ value: Int) -> Int {
    switch encoding {
    case .bipolar: value > 0 ? 1 : -1
    case .unsigned: bits >= 64 ? value : value & ((1 << bits) &- 1)
    case .signed: bits >= 64 ? value : (value << (64 - bits)) >> (64 - bits)
    }
  }

  /// The stored bits of `value`, truncated to `bits`.
  @inlinable
  public func code(_ value: Int) -> UInt64 {
    if encoding == .bipolar { return value > 0 ? 1 : 0 }
    let raw = UInt64(bitPattern: Int64(value))
    return bits >= 64 ? raw : raw & ((1 << UInt64(bits)) - 1)
  }

  /// The value of stored bits; only for widths up to 64 (63 when unsigned).
  @inlinable
  public func value(ofCode code: UInt64) -> Int {
    encoding == .bipolar ? (code & 1 == 1 ? 1 : -1) : wrap(Int(Int64(bitPattern: code)))
  }
}
