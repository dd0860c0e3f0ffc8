import Foundation

/// A JSON document as a value that keeps whole numbers exact.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number written without fraction or exponent that fits 64 bits.
  case int(Int)
  /// Any other number; finite.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// What a person calls this kind of value, for error messages.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .int: "a whole number"
    case .number: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

extension JSONValue {
  /// Parses a JSON document.
  ///
  /// Throws `InputError` with line and column where the text stops being JSON. Nesting deeper
  /// than 512 is refused by the parser.
  public init(parsing data: Data, file: String) throws {
    guard !data.isEmpty else { throw InputError("is empty", file: file) }
    guard data.count <= Self.largestText else {
      throw InputError(
        "has \(data.count) bytes; JSON may have \(Self.largestText)", file: file,
        hint: "arrays belong into a .npz")
    }
    do {
      self.init(
        foundation: try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed))
    } catch {
      throw Self.syntaxError(error, in: data, file: file)
    }
    if let twice = JSONDuplicates.first(in: data) {
      throw InputError(
        "the key \(JSONValue.quoted(twice.key)) is there twice", file: file,
        at: Self.place(twice.offset, in: data), hint: "keep the one that is meant")
    }
  }

  /// Bytes of a document; reading it costs up to 30 times as many.
  static let largestText = 1 << 26

  private init(foundation value: Any) {
    if let string = value as? String {
      self = .string(string)
    } else if let members = value as? [String: Any] {
      self = .object(members.mapValues(JSONValue.init(foundation:)))
    } else if let elements = value as? [Any] {
      self = .array(elements.map(JSONValue.init(foundation:)))
    } else if let number = value as? NSNumber {
      self.init(number)
    } else {
      self = .null
    }
  }

  /// Foundation tells whole from real and boolean only through the encoding of the number.
  private init(_ number: NSNumber) {
    switch UInt8(bitPattern: number.objCType.pointee) {
    case UInt8(ascii: "c"), UInt8(ascii: "B"): self = .bool(number.boolValue)
    case UInt8(ascii: "d"), UInt8(ascii: "f"): self = .number(number.doubleValue)
    case UInt8(ascii: "Q"): self = .number(Double(number.uint64Value))
    default: self = .int(number.intValue)
    }
  }

  /// Foundation reports a character offset; people want line and column.
  private static func syntaxError(_ error: any Error, in data: Data, file: String) -> InputError {
    let info = (error as NSError).userInfo["NSDebugDescription"] as? String ?? "syntax error"
    let digits = info.range(of: "character ").map { info[$0.upperBound...].prefix { $0.isNumber } }
    guard let offset = digits.flatMap({ Int($0) }) else {
      return numberError(info, in: data, file: file)
    }
    let message = info.components(separatedBy: " around character").first!
      .components(separatedBy: " starting from").first!
    return InputError(
      "is not valid JSON: \(message)", file: file, at: place(max(0, offset), in: data))
  }

  /// Foundation names a number it cannot hold, but not where it stands.
  private static func numberError(_ info: String, in data: Data, file: String) -> InputError {
    guard let number = info.split(separator: " ").dropFirst().first, info.hasPrefix("Number "),
      let range = data.range(of: Data(number.utf8))
    else { return InputError("is not valid JSON: \(info)", file: file) }
    return InputError(
      "the number \(number) is out of range (allowed: up to 1.8e308 in size)", file: file,
      at: place(range.lowerBound - data.startIndex, in: data))
  }

  private static func place(_ offset: Int, in data: Data) -> String {
    let before = data.prefix(offset)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 - before.startIndex + 1 } ?? 0
    return "line \(line), column \(before.count - lineStart + 1)"
  }
}

extension JSONValue {
  /// The value on one line, object members sorted by name.
  ///
  /// A number that is not finite has no JSON form; it becomes `null`. Writers refuse it before.
  public var compactText: String {
    switch self {
    case .null: "null"
    case .bool(let v): v ? "true" : "false"
    case .int(let v): String(v)
    case .number(let v): v.isFinite ? String(v) : "null"
    case .string(let v): JSONValue.quoted(v)
    case .array(let v): "[" + v.map(\.compactText).joined(separator: ", ") + "]"
    case .object(let v):
      "{"
        + v.sorted { $0.key < $1.key }
        .map { "\(JSONValue.quoted($0.key)): \($0.value.compactText)" }.joined(separator: ", ")
        + "}"
    }
  }

  /// `text` as a JSON string literal.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    result.reserveCapacity(text.utf8.count + 2)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
