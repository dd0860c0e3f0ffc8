import FoundationEssentials

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
  /// Throws `InputError` with line and column where the text stops being JSON, repeats a key, holds a number
  /// beyond 64 bits of floating point, or goes beyond the bounds of `JSONParser`.
  public init(parsing data: Data, file: String) throws {
    guard !data.isEmpty else { throw InputError("is empty", file: file) }
    guard data.count <= Self.largestText else {
      throw InputError(
        "has \(data.count) bytes; JSON may have \(Self.largestText)", file: file,
        hint: "arrays belong into a .npz")
    }
    let text = Self.utf8(data)
    do {
      self = try text.withUnsafeBytes(JSONParser.parse)
    } catch let refusal as JSONParser.Refusal {
      throw InputError(
        refusal.message, file: file, at: Self.place(refusal.offset, in: text), hint: refusal.hint)
    }
  }

  /// Bytes of a document.
  public static let largestText = 1 << 25

  /// The text in UTF-8: what Windows shells redirect into a file is UTF-16, with a mark.
  private static func utf8(_ data: Data) -> Data {
    guard data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF]) else { return data }
    return String(data: data, encoding: .utf16).map { Data($0.utf8) } ?? data
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

  /// The beginning of `compactText`, at most `limit` characters of it, at no more cost than that.
  package func beginning(_ limit: Int) -> String {
    var text = ""
    add(to: &text, limit)
    return text.count > limit ? text.prefix(limit) + "…" : text
  }

  private func add(to text: inout String, _ limit: Int) {
    guard text.utf8.count <= 4 * limit else { return }
    switch self {
    case .array(let elements):
      text += "["
      for (n, element) in elements.prefix(limit).enumerated() {
        if n > 0 { text += ", " }
        element.add(to: &text, limit)
      }
      text += "]"
    case .object(let members) where members.count > limit: text += "{ \(members.count) members }"
    case .object(let members):
      text += "{"
      for (n, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if n > 0 { text += ", " }
        text += "\(Self.quoted(String(member.key.prefix(limit)))): "
        member.value.add(to: &text, limit)
      }
      text += "}"
    case .string(let string): text += Self.quoted(String(string.prefix(limit + 1)))
    default: text += compactText
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
