/// A place in a JSON document, read with checks that name it: `nodes[3].attributes.PE`.
package struct JSONCursor {
  package let value: JSONValue
  private let path: [Step]

  private enum Step {
    case key(String)
    case index(Int)
  }

  package init(_ document: JSONValue) { self.init(value: document, path: []) }

  private init(value: JSONValue, path: [Step]) {
    self.value = value
    self.path = path
  }

  /// The path as a person writes it; empty for the document itself.
  package var place: String {
    var text = ""
    for step in path {
      switch step {
      case .index(let i): text += "[\(i)]"
      case .key(let key):
        let plain = key.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
        text += plain ? (text.isEmpty ? key : ".\(key)") : "[\(JSONValue.quoted(key))]"
      }
    }
    return text
  }

  package func error(_ message: String, hint: String? = nil) -> InputError {
    InputError(message, at: path.isEmpty ? nil : place, hint: hint)
  }

  private func wrongKind(_ wanted: String) -> InputError {
    error("expected \(wanted), found \(value.kind) \(value.beginning(39))")
  }
}

// MARK: Objects and lists

extension JSONCursor {
  /// Checks that this is an object with no other keys than `keys`.
  package func requireKeys(_ keys: [String]) throws {
    guard case .object(let members) = value else { throw wrongKind("an object") }
    guard let unknown = members.keys.filter({ !keys.contains($0) }).min() else { return }
    let near = nearestName(to: unknown, among: keys)
    throw error(
      "unknown key \(JSONValue.quoted(unknown))",
      hint: near.map { "did you mean \"\($0)\"?" } ?? "known keys: \(keys.joined(separator: ", "))")
  }

  /// The member `key`; `nil` when absent or null.
  package func optional(_ key: String) -> JSONCursor? {
    guard case .object(let members) = value, let member = members[key], member != .null else {
      return nil
    }
    return JSONCursor(value: member, path: path + [.key(key)])
  }

  /// The member `key`, which must be there.
  package func member(_ key: String) throws -> JSONCursor {
    guard case .object = value else { throw wrongKind("an object") }
    guard let member = optional(key) else { throw error("\"\(key)\" is missing") }
    return member
  }

  /// Every member, the names as `name()` gives them and sorted by that: what is written reads back in
  /// the same order.
  package func members() throws -> [(key: String, value: JSONCursor)] {
    guard case .object(let members) = value else { throw wrongKind("an object") }
    return members.map { (raw: $0.key, shown: $0.key.printable, value: $0.value) }
      .sorted { ($0.shown, $0.raw) < ($1.shown, $1.raw) }
      .map { ($0.shown, JSONCursor(value: $0.value, path: path + [.key($0.raw)])) }
  }

  package func elements() throws -> [JSONCursor] {
    guard case .array(let elements) = value else { throw wrongKind("a list") }
    return elements.enumerated().map { JSONCursor(value: $1, path: path + [.index($0)]) }
  }
}

// MARK: Scalars

extension JSONCursor {
  package func string() throws -> String {
    guard case .string(let text) = value else { throw wrongKind("a string") }
    return text
  }

  /// A string of at least one character, as it may be shown: a name goes into tables, messages and
  /// logs, so what these would obey is written as `\u{…}` from here on.
  package func name() throws -> String {
    let text = try string()
    guard !text.isEmpty else { throw error("a name must not be empty") }
    return text.printable
  }

  package func names() throws -> [String] { try elements().map { try $0.name() } }

  package func int(_ range: ClosedRange<Int>) throws -> Int {
    guard case .int(let number) = value else { throw wrongKind("a whole number") }
    guard range.contains(number) else {
      let allowed =
        range.upperBound >= Int.largestStated && range.lowerBound > -1 && number < 0
        ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
      throw error("\(number) is out of range (allowed: \(allowed))")
    }
    return number
  }

  package func double() throws -> Double {
    switch value {
    case .int(let number): return Double(number)
    case .number(let number): return number
    default: throw wrongKind("a number")
    }
  }

  package func bool() throws -> Bool {
    guard case .bool(let flag) = value else { throw wrongKind("true or false") }
    return flag
  }
}

// MARK: Documents

extension JSONCursor {
  /// Checks `"format"` and `"version"` of one of the project's own files.
  package func requireFormat(_ format: String, version: Int) throws {
    guard case .object = value else { throw wrongKind("an object") }
    guard let found = optional("format") else {
      throw error(
        "\"format\" is missing", hint: "a file of this kind starts with \"format\": \"\(format)\"")
    }
    guard try found.string() == format else {
      throw found.error("\(found.value.compactText) is not \"\(format)\"")
    }
    let stated = try member("version")
    guard case .int(version) = stated.value else {
      throw stated.error(
        "version \(stated.value.compactText) of \(format) is unknown (known: \(version))")
    }
  }
}
