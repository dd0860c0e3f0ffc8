/// What JSON of a type looks like, read off its `Decodable` conformance.
public indirect enum JSONShape: Sendable, Equatable {
  case string, boolean, integer, number
  /// Whatever JSON there is.
  case any
  case constant(JSONValue)
  /// One of these strings.
  case choice([String])
  case list(JSONShape)
  /// An object with any names.
  case map(JSONShape)
  /// An object with exactly these members.
  case object([String: JSONShape])
  case nullable(JSONShape)
  /// What another schema says, by its name and with its text.
  case reference(String, text: String)

  /// As JSON Schema, draft 2020-12.
  public var schema: JSONValue {
    switch self {
    case .string: Self.type("string")
    case .boolean: Self.type("boolean")
    case .integer: Self.type("integer")
    case .number: Self.type("number")
    case .any: .object([:])
    case .constant(let value): .object(["const": value])
    case .choice(let names): .object(["enum": .array(names.map(JSONValue.string))])
    case .list(let element):
      .object(["type": .string("array"), "items": element.schema])
    case .map(let value):
      .object(["type": .string("object"), "additionalProperties": value.schema])
    case .object(let members):
      .object([
        "type": .string("object"), "additionalProperties": .bool(false),
        "required": .array(members.keys.sorted().map(JSONValue.string)),
        "properties": .object(members.mapValues(\.schema)),
      ])
    case .nullable(let shape):
      .object(["anyOf": .array([shape.schema, Self.type("null")])])
    case .reference(let name, _): .object(["$ref": .string(name)])
    }
  }

  /// The schemas it refers to, by name.
  public var references: [String: String] {
    switch self {
    case .reference(let name, let text): [name: text]
    case .list(let shape), .map(let shape), .nullable(let shape): shape.references
    case .object(let members):
      members.values.reduce(into: [:]) { $0.merge($1.references) { first, _ in first } }
    default: [:]
    }
  }

  private static func type(_ name: String) -> JSONValue { .object(["type": .string(name)]) }
}

/// A type that says itself what its JSON looks like.
public protocol ShapedJSON: Decodable {
  static var jsonShape: JSONShape { get }
  /// Any value of the type.
  static var sample: Self { get }
}

// MARK: Reading a shape off a type

extension JSONShape {
  /// The shape of the JSON that `type` decodes.
  ///
  /// The type is decoded from nothing: its conformance asks for one member after the other, and each
  /// is noted and given a value. Throws `DecodingError` for a type that insists on particular values;
  /// enumerations have to be `CaseIterable`.
  public init<T: Decodable>(of type: T.Type) throws {
    self = try Self.sampled(type).shape
  }

  fileprivate static func sampled<T: Decodable>(_ type: T.Type) throws -> (
    value: T, shape: JSONShape
  ) {
    let (value, shape) = try anySample(type)
    guard let value = value as? T else {
      throw DecodingError.typeMismatch(
        type, .init(codingPath: [], debugDescription: "no sample of \(type)"))
    }
    return (value, shape)
  }

  private static func anySample<T: Decodable>(_ type: T.Type) throws -> (Any, JSONShape) {
    switch type {
    case is Bool.Type: return (false, .boolean)
    case is String.Type: return ("", .string)
    case is Double.Type: return (0.0, .number)
    case is Float.Type: return (Float(0), .number)
    case let type as any FixedWidthInteger.Type: return (type.init(), .integer)
    case let type as any ShapedJSON.Type: return (type.sample, type.jsonShape)
    case let type as any SampledContainer.Type: return try type.sampled()
    case let type as any (CaseIterable & RawRepresentable).Type:
      if let choice = choice(type) { return choice }
    default: break
    }
    let notes = ShapeNotes()
    return (try T(from: ShapeReader(notes: notes)), notes.shape)
  }

  private static func choice<E: CaseIterable & RawRepresentable>(_ type: E.Type)
    -> (Any, JSONShape)?
  {
    let names = E.allCases.compactMap { $0.rawValue as? String }
    guard let first = E.allCases.first, names.count == E.allCases.count else { return nil }
    return (first, .choice(names))
  }
}

/// Standard containers, whose samples are empty but whose elements have a shape.
private protocol SampledContainer {
  static func sampled() throws -> (Any, JSONShape)
}

extension Optional: SampledContainer where Wrapped: Decodable {
  fileprivate static func sampled() throws -> (Any, JSONShape) {
    (Self.none as Any, .nullable(try JSONShape(of: Wrapped.self)))
  }
}

extension Array: SampledContainer where Element: Decodable {
  fileprivate static func sampled() throws -> (Any, JSONShape) {
    (Self(), .list(try JSONShape(of: Element.self)))
  }
}

extension Dictionary: SampledContainer where Key == String, Value: Decodable {
  fileprivate static func sampled() throws -> (Any, JSONShape) {
    (Self(), .map(try JSONShape(of: Value.self)))
  }
}

/// What a type has asked for.
private final class ShapeNotes {
  var shape = JSONShape.object([:])
  var nullable: Set<String> = []

  func note(_ key: String, _ member: JSONShape) {
    guard case .object(var members) = shape else { return }
    members[key] = nullable.contains(key) ? .nullable(member) : member
    shape = .object(members)
  }
}

private struct ShapeReader: Decoder, SingleValueDecodingContainer {
  let notes: ShapeNotes
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Members(notes: notes))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw unreadable("a list") }
  func singleValueContainer() -> any SingleValueDecodingContainer { self }
  func decodeNil() -> Bool { false }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let (value, shape) = try JSONShape.sampled(type)
    notes.shape = shape
    return value
  }

  fileprivate func unreadable(_ what: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: [], debugDescription: "\(what) decoded by hand has no shape"))
  }

  struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let notes: ShapeNotes
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool { true }

    func decodeNil(forKey key: Key) throws -> Bool {
      notes.nullable.insert(key.stringValue)
      return false
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
      let (value, shape) = try JSONShape.sampled(type)
      notes.note(key.stringValue, shape)
      return value
    }

    func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type, forKey key: Key) throws
      -> KeyedDecodingContainer<Inner>
    {
      throw ShapeReader(notes: notes).unreadable("an object")
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      throw ShapeReader(notes: notes).unreadable("a list")
    }

    func superDecoder() throws -> any Decoder { ShapeReader(notes: notes) }
    func superDecoder(forKey key: Key) throws -> any Decoder { ShapeReader(notes: notes) }
  }
}
