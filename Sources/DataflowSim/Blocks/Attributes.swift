/// One attribute of a block: its name, type, default and allowed values.
public struct AttributeSpec: Sendable {
  public enum Kind: Sendable, Equatable {
    case int(ClosedRange<Int>)
    /// A list of integers; `count` when its length is fixed.
    case ints(count: Int?, ClosedRange<Int>)
    /// A string, from `allowed` unless that is empty.
    case string(allowed: [String])
    case strings
    /// The name of a FINN data type.
    case dataType
    case float(ClosedRange<Double>)
  }

  public let name: String
  public let kind: Kind
  /// `nil`: the attribute is required.
  public let defaultValue: AttributeValue?
  /// One line for `simrun blocks` and the JSON Schema.
  public let summary: String

  public init(_ name: String, _ kind: Kind, default value: AttributeValue?, _ summary: String) {
    self.name = name
    self.kind = kind
    self.defaultValue = value
    self.summary = summary
  }
}

extension AttributeSpec {
  /// A whole number; required unless a default is given.
  public static func int(
    _ name: String, _ range: ClosedRange<Int> = 1...maximumInt, default value: Int? = nil,
    _ summary: String
  ) -> AttributeSpec {
    AttributeSpec(name, .int(range), default: value.map(AttributeValue.int), summary)
  }

  /// A flag stored as 0 or 1; 0 unless stated.
  public static func flag(_ name: String, default value: Int = 0, _ summary: String)
    -> AttributeSpec
  {
    AttributeSpec(name, .int(0...1), default: .int(value), summary)
  }

  public static func ints(
    _ name: String, count: Int? = nil, _ range: ClosedRange<Int> = 1...maximumInt,
    default value: [Int]? = nil, _ summary: String
  ) -> AttributeSpec {
    AttributeSpec(
      name, .ints(count: count, range), default: value.map(AttributeValue.ints), summary)
  }

  public static func string(
    _ name: String, _ allowed: [String] = [], default value: String? = nil, _ summary: String
  ) -> AttributeSpec {
    AttributeSpec(
      name, .string(allowed: allowed), default: value.map(AttributeValue.string), summary)
  }

  public static func dataType(_ name: String, default value: String? = nil, _ summary: String)
    -> AttributeSpec
  {
    AttributeSpec(name, .dataType, default: value.map(AttributeValue.string), summary)
  }

  /// Bound of any dimension or count; products of several still fit 64 bits checked arithmetic.
  public static let maximumInt = 1 << 40
}

/// A node's attributes after checking: every declared attribute has a value of its declared kind.
public struct Attributes: Sendable {
  public let opType: String
  /// The design's part decides DSP cores; `nil` when the design names none.
  public let part: String?
  public let clockMHz: Double
  private let values: [String: AttributeValue]

  init(opType: String, part: String?, clockMHz: Double, values: [String: AttributeValue]) {
    self.opType = opType
    self.part = part
    self.clockMHz = clockMHz
    self.values = values
  }

  public var isRTL: Bool { opType.hasSuffix("_rtl") }

  /// The attribute's value; a precondition failure if the block did not declare it (a programming
  /// error that the catalogue tests find, never an input error).
  public func int(_ name: String) -> Int {
    guard case .int(let v)? = values[name] else { preconditionFailure("undeclared int \(name)") }
    return v
  }
  public func ints(_ name: String) -> [Int] {
    guard case .ints(let v)? = values[name] else { preconditionFailure("undeclared ints \(name)") }
    return v
  }
  public func string(_ name: String) -> String {
    guard case .string(let v)? = values[name] else {
      preconditionFailure("undeclared string \(name)")
    }
    return v
  }
  public func flag(_ name: String) -> Bool { int(name) != 0 }
  public func dataType(_ name: String) -> DataType {
    DataType(string(name)) ?? .float32
  }

  /// Throws unless `condition`: "`attribute` is VALUE; RULE".
  public func require(_ condition: Bool, _ attribute: String, _ rule: @autoclosure () -> String)
    throws
  {
    guard !condition else { return }
    let value = values[attribute].map { "\($0.text) " } ?? ""
    throw InputError("\(value)\(rule())", at: "attribute '\(attribute)'")
  }

  /// Throws unless `part` divides `whole`, naming the divisors that are allowed.
  public func requireDivides(_ attribute: String, _ whole: Int, _ wholeName: String) throws {
    let part = int(attribute)
    guard part <= 0 || whole % part != 0 else { return }
    throw InputError(
      "\(part) does not divide \(wholeName) = \(whole)", at: "attribute '\(attribute)'",
      hint: "allowed: \(divisorList(of: whole))")
  }
}

/// The divisors of `n` in increasing order.
public func divisors(of n: Int) -> [Int] {
  guard n > 0 else { return [] }
  var small: [Int] = [], large: [Int] = []
  var d = 1
  while d * d <= n {
    if n % d == 0 {
      small.append(d)
      if d * d != n { large.append(n / d) }
    }
    d += 1
  }
  return small + large.reversed()
}

/// At most a dozen divisors, for a message.
private func divisorList(of n: Int) -> String {
  guard n <= 1 << 32 else { return "any divisor of \(n)" }
  let all = divisors(of: n)
  let shown = all.prefix(12).map(String.init).joined(separator: ", ")
  return all.count > 12 ? shown + ", …, \(n)" : shown
}

extension AttributeValue {
  /// The value as a person would write it in JSON.
  public var text: String {
    func quoted(_ s: String) -> String { "\"\(s)\"" }
    switch self {
    case .int(let v): return String(v)
    case .ints(let v): return "[" + v.map(String.init).joined(separator: ", ") + "]"
    case .string(let v): return quoted(v)
    case .strings(let v): return "[" + v.map(quoted).joined(separator: ", ") + "]"
    case .float(let v): return String(v)
    case .floats(let v): return "[" + v.map { String($0) }.joined(separator: ", ") + "]"
    }
  }
}
