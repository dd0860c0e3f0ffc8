/// Checking one attribute value against its declaration.
extension AttributeSpec {
  /// The value in the declared kind; an int is taken where a float is due and an empty list for any
  /// list. Throws `InputError` naming the attribute, the value and what is allowed.
  public func checked(_ value: AttributeValue) throws -> AttributeValue {
    switch (kind, value) {
    case (.int(let range), .int(let v)):
      guard range.contains(v) else { throw refusal(value, allowed: Self.text(range)) }
      return value
    case (.ints(let count, let range), .ints(let list)):
      if let count, list.count != count {
        throw refusal(value, allowed: "\(count) integers")
      }
      guard list.allSatisfy(range.contains) else {
        throw refusal(value, allowed: "each \(Self.text(range))")
      }
      return value
    case (.string(let allowed), .string(let v)):
      guard allowed.isEmpty || allowed.contains(v) else {
        throw refusal(value, allowed: allowed.map { "\"\($0)\"" }.joined(separator: ", "))
      }
      return value
    case (.dataType, .string(let v)):
      if v.isEmpty, defaultValue == .string("") { return value }
      guard DataType(v) != nil else { throw unknownType(v) }
      return value
    case (.strings, .strings): return value
    case (.strings, .ints(let list)) where list.isEmpty: return .strings([])
    case (.float(let range), .float(let v)) where range.contains(v): return value
    case (.float(let range), .int(let v)) where range.contains(Double(v)): return .float(Double(v))
    default: throw refusal(value, allowed: kind.text)
    }
  }

  private func refusal(_ value: AttributeValue, allowed: String) -> InputError {
    InputError(
      "\(value.text) is not allowed", at: "attribute '\(name)'", hint: "allowed: \(allowed)")
  }

  private func unknownType(_ type: String) -> InputError {
    InputError(
      "unknown data type '\(type)'", at: "attribute '\(name)'",
      hint: nearestName(to: type, among: DataType.knownNames).map { "did you mean '\($0)'?" }
        ?? "FINN names: BINARY, BIPOLAR, TERNARY, INT<n>, UINT<n>, FIXED<w,i>, FLOAT32")
  }

  static func text(_ range: ClosedRange<Int>) -> String {
    if range == 0...1 { return "0 or 1" }
    if range == anyInt { return "-2^40 to 2^40" }
    return range.upperBound == maximumInt
      ? "\(range.lowerBound) or more, up to 2^31" : "\(range.lowerBound) to \(range.upperBound)"
  }
}

extension AttributeSpec.Kind {
  /// What a person has to write, in words.
  public var text: String {
    switch self {
    case .int(let range): "an integer, \(AttributeSpec.text(range))"
    case .ints(let count?, let range): "\(count) integers, each \(AttributeSpec.text(range))"
    case .ints(nil, let range): "a list of integers, each \(AttributeSpec.text(range))"
    case .string(let allowed) where allowed.isEmpty: "a string"
    case .string(let allowed): allowed.map { "\"\($0)\"" }.joined(separator: " or ")
    case .strings: "a list of strings"
    case .dataType: "a data type name such as INT4"
    case .float(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    }
  }
}
