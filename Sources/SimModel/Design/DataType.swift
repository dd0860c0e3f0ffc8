/// An element type of the FINN dialect, known by its FINN name.
///
/// The canonical name of `UINT1` is `BINARY`. `BIPOLAR` stores −1 as 0 and +1 as 1.
/// Source: docs/reference/finn-dialect.md#data-types.
public struct DataType: Hashable, Sendable, CustomStringConvertible {
  /// How bits become a number.
  public enum Kind: Hashable, Sendable {
    case binary, bipolar, ternary, unsigned, signed
    /// `FIXED<w,i>`: a signed integer times 2^-(w-i).
    case fixed(fraction: Int)
    /// `SCALEDINT<w>`: only for cost analysis; it has no range.
    case scaled
    case float
  }

  /// The canonical FINN name, e.g. `INT4`.
  public let name: String
  public let kind: Kind
  /// Bits per element in a stream word.
  public let bits: Int

  public var description: String { name }
}

extension DataType {
  /// FINN's types with a name of their own.
  public static let binary = DataType(name: "BINARY", kind: .binary, bits: 1)
  public static let bipolar = DataType(name: "BIPOLAR", kind: .bipolar, bits: 1)
  public static let ternary = DataType(name: "TERNARY", kind: .ternary, bits: 2)
  public static let float32 = DataType(name: "FLOAT32", kind: .float, bits: 32)
  public static let float16 = DataType(name: "FLOAT16", kind: .float, bits: 16)

  /// `UINTn`; `UINT1` is `BINARY`.
  public static func uint(_ bits: Int) -> DataType {
    bits == 1 ? .binary : DataType(name: "UINT\(bits)", kind: .unsigned, bits: bits)
  }

  /// `INTn`.
  public static func int(_ bits: Int) -> DataType {
    DataType(name: "INT\(bits)", kind: .signed, bits: bits)
  }

  /// The widest integer element simrun accepts; FINN itself stops at 64 for inferred types.
  public static let maximumBits = 4096

  /// Parses a FINN type name; `nil` when it is none.
  public init?(_ name: String) {
    func number(after prefix: String) -> Int? {
      guard name.hasPrefix(prefix) else { return nil }
      let digits = name.dropFirst(prefix.count)
      guard !digits.isEmpty, digits.first != "0", digits.allSatisfy(\.isWholeNumber),
        let n = Int(digits), n <= Self.maximumBits
      else { return nil }
      return n
    }
    func arguments(of prefix: String) -> [Int]? {
      guard name.hasPrefix(prefix + "<"), name.hasSuffix(">") else { return nil }
      let inner = name.dropFirst(prefix.count + 1).dropLast()
      let parts = inner.split(separator: ",", omittingEmptySubsequences: false)
        .map { Int($0.filter { $0 != " " }) }
      return parts.contains(nil) ? nil : parts.map { $0! }
    }
    switch name {
    case "BINARY": self = .binary
    case "BIPOLAR": self = .bipolar
    case "TERNARY": self = .ternary
    case "FLOAT32": self = .float32
    case "FLOAT16": self = .float16
    default:
      if let n = number(after: "UINT") {
        self = .uint(n)
      } else if let n = number(after: "INT") {
        self = .int(n)
      } else if let a = arguments(of: "FIXED"), a.count == 2, a[0] > 0, a[0] <= Self.maximumBits,
        a[1] < a[0], a[1] > -Self.maximumBits
      {
        self.init(name: "FIXED<\(a[0]),\(a[1])>", kind: .fixed(fraction: a[0] - a[1]), bits: a[0])
      } else if let a = arguments(of: "SCALEDINT"), a.count == 1, a[0] > 0,
        a[0] <= Self.maximumBits
      {
        self.init(name: "SCALEDINT<\(a[0])>", kind: .scaled, bits: a[0])
      } else if let a = arguments(of: "FLOAT"), a.count == 2 || a.count == 3, a[0] > 0, a[1] >= 0,
        a[0] < 64, a[1] < 128
      {
        let list = a.map(String.init).joined(separator: ",")
        self.init(name: "FLOAT<\(list)>", kind: .float, bits: 1 + a[0] + a[1])
      } else {
        return nil
      }
    }
  }

  /// True when stored values are two's complement (BIPOLAR counts as signed, as in FINN).
  public var isSigned: Bool {
    switch kind {
    case .binary, .unsigned: false
    default: true
    }
  }

  /// True when every value is an integer.
  public var isInteger: Bool {
    switch kind {
    case .binary, .bipolar, .ternary, .unsigned, .signed: true
    default: false
    }
  }

  /// Smallest and largest value, when they fit 64 bits and the type is an integer.
  public var range: ClosedRange<Int>? {
    switch kind {
    case .binary: 0...1
    case .bipolar, .ternary: -1...1
    case .unsigned: bits <= 62 ? 0...(1 << bits) - 1 : nil
    case .signed: bits <= 63 ? -(1 << (bits - 1))...(1 << (bits - 1)) - 1 : nil
    default: nil
    }
  }

  /// Whether `value` can be stored: inside the range, and not 0 for BIPOLAR.
  public func contains(_ value: Int) -> Bool {
    if kind == .bipolar { return value == 1 || value == -1 }
    if let range { return range.contains(value) }
    switch kind {
    case .unsigned: return value >= 0
    case .signed: return true
    default: return false
    }
  }

  /// The smallest FINN type that holds `value`, in FINN's order of preference:
  /// BINARY, UINT2…64, BIPOLAR, TERNARY, INT1…64. So −1 gives BIPOLAR and 2 gives UINT2.
  public static func smallest(for value: Int) -> DataType {
    if value >= 0 {
      return .uint(max(1, Int.bitWidth - value.leadingZeroBitCount))
    }
    if value == -1 { return .bipolar }
    return .int(Int.bitWidth - (~value).leadingZeroBitCount + 1)
  }

  /// The smallest integer type that holds a range.
  package static func holding(_ range: ClosedRange<Int>) -> DataType {
    if range.lowerBound >= 0 { return .smallest(for: range.upperBound) }
    let bits = max(
      Int.bitWidth - (~range.lowerBound).leadingZeroBitCount,
      range.upperBound > 0 ? Int.bitWidth - range.upperBound.leadingZeroBitCount : 0)
    return .int(max(2, bits + 1))
  }

  /// The names a person may write, for error messages.
  public static let knownNames: [String] =
    ["BINARY", "BIPOLAR", "TERNARY", "FLOAT32", "FLOAT16"]
    + (2...64).map { "UINT\($0)" } + (1...64).map { "INT\($0)" }
}
