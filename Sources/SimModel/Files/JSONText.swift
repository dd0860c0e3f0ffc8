/// JSON on its way to text: every number and string is written already, whatever its type.
package final class JSONText {
  package enum Content {
    case literal(String)
    case list([JSONText])
    case object([String: JSONText])
    /// Members in an order of their own in front of those sorted by name.
    case document([(key: String, value: JSONText)], [String: JSONText])
  }

  package var content = Content.literal("null")

  package init() {}

  package init(header: [(key: String, value: JSONText)], _ members: [String: JSONText]) {
    content = .document(header, members)
  }

  package init(_ value: JSONValue) {
    content =
      switch value {
      case .array(let items): .list(items.map(JSONText.init))
      case .object(let members): .object(members.mapValues(JSONText.init))
      default: .literal(value.compactText)
      }
  }

  /// The members of an object, none of anything else.
  package var members: [String: JSONText] {
    if case .object(let members) = content { members } else { [:] }
  }

  /// The text, two spaces per level; a list of plain values is one line.
  package var indented: String {
    var text = ""
    write(to: &text, "\n")
    return text
  }

  /// - Parameter newLine: a line break and the indentation of this value's own line.
  private func write(to text: inout String, _ newLine: String) {
    switch content {
    case .literal(let literal): text += literal
    case .list(let items):
      let isPlain = items.allSatisfy { if case .literal = $0.content { true } else { false } }
      let inner = isPlain ? "" : newLine + "  "
      text += "["
      for (n, item) in items.enumerated() {
        if n > 0 { text += isPlain ? ", " : "," }
        text += inner
        item.write(to: &text, newLine + "  ")
      }
      text += isPlain ? "]" : newLine + "]"
    case .object(let members): write([], members, to: &text, newLine)
    case .document(let header, let members): write(header, members, to: &text, newLine)
    }
  }

  private func write(
    _ header: [(key: String, value: JSONText)], _ members: [String: JSONText],
    to text: inout String, _ newLine: String
  ) {
    let all = header + members.sorted { $0.key < $1.key }
    guard !all.isEmpty else { return text += "{}" }
    text += "{"
    for (n, member) in all.enumerated() {
      text += (n > 0 ? "," : "") + newLine + "  " + JSONValue.quoted(member.key) + ": "
      member.value.write(to: &text, newLine + "  ")
    }
    text += newLine + "}"
  }
}

// MARK: Encoding

extension JSONText {
  /// The JSON of `value` with every member of every struct: nil is written as `null`.
  ///
  /// Throws `EncodingError` for a number that is not finite.
  package convenience init(encoding value: some Encodable) throws {
    self.init()
    try set(value, [])
  }

  fileprivate func set(_ value: some Encodable, _ path: [any CodingKey]) throws {
    switch value {
    case let flag as Bool: content = .literal(flag ? "true" : "false")
    case let text as String: content = .literal(JSONValue.quoted(text))
    case let whole as any BinaryInteger: content = .literal("\(whole)")
    case let number as Double: content = .literal(try Self.literal(number, path))
    case let number as Float: content = .literal(try Self.literal(number, path))
    default: try value.encode(to: JSONTextEncoder(text: self, codingPath: path))
    }
  }

  private static func literal(_ number: some BinaryFloatingPoint, _ path: [any CodingKey]) throws
    -> String
  {
    guard number.isFinite else {
      throw EncodingError.invalidValue(
        number, .init(codingPath: path, debugDescription: "\(number) has no form in JSON"))
    }
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  fileprivate func child(_ key: String) -> JSONText {
    let child = JSONText()
    var members = self.members
    content = .literal("null")
    members[key] = child
    content = .object(members)
    return child
  }

  fileprivate func appended() -> JSONText {
    let child = JSONText()
    guard case .list(var items) = content else { return child }
    content = .literal("null")
    items.append(child)
    content = .list(items)
    return child
  }
}

private struct JSONTextEncoder: Encoder, SingleValueEncodingContainer {
  let text: JSONText
  var codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .object = text.content {} else { text.content = .object([:]) }
    return KeyedEncodingContainer(Members(text: text, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .list = text.content {} else { text.content = .list([]) }
    return Items(text: text, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }
  func encodeNil() throws { text.content = .literal("null") }
  func encode<T: Encodable>(_ value: T) throws { try text.set(value, codingPath) }
}

extension JSONTextEncoder {
  struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let text: JSONText
    var codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) throws { _ = text.child(key.stringValue) }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
      try text.child(key.stringValue).set(value, codingPath + [key])
    }

    func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
      try put(value, key)
    }

    // The protocol's own methods for these types leave nil out, and come before the generic one.
    func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: String?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try put(value, key) }
    func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try put(value, key) }

    private func put(_ value: (some Encodable)?, _ key: Key) throws {
      let child = text.child(key.stringValue)
      if let value { try child.set(value, codingPath + [key]) }
    }

    func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type, forKey key: Key)
      -> KeyedEncodingContainer<Inner>
    {
      encoder(key.stringValue).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      encoder(key.stringValue).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder("super") }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key.stringValue) }

    private func encoder(_ key: String) -> JSONTextEncoder {
      JSONTextEncoder(text: text.child(key), codingPath: codingPath)
    }
  }

  struct Items: UnkeyedEncodingContainer {
    let text: JSONText
    var codingPath: [any CodingKey]
    var count: Int { if case .list(let items) = text.content { items.count } else { 0 } }

    func encodeNil() throws { _ = text.appended() }
    func encode<T: Encodable>(_ value: T) throws { try text.appended().set(value, codingPath) }

    func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type)
      -> KeyedEncodingContainer<Inner>
    {
      encoder.container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder }

    private var encoder: JSONTextEncoder {
      JSONTextEncoder(text: text.appended(), codingPath: codingPath)
    }
  }
}
