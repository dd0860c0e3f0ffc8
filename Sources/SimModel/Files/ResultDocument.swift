import FoundationEssentials

/// A result as one JSON document, as a command's `--json` prints it.
///
/// Every document starts with `schemaVersion`, `kind` and `simrunVersion`, and then has every key of
/// its type, in the order of their names; what there is none of is `null`. Its JSON Schema is made from
/// the type itself. So a new output is a struct that conforms, a line in `SchemaCommand.documents`, and
/// its schema, recorded by the tests.
public protocol ResultDocument: Codable, Sendable {
  /// What the document is, e.g. `hang`; its schema is `configs/schemas/<kind>.schema.json`.
  static var kind: String { get }
  /// What the document says, in one line.
  static var summary: String { get }
  /// Grows when a key changes its name or its meaning, or goes.
  static var schemaVersion: Int { get }
}

/// Which simrun this is; the Python package and the archives take their version from here.
public enum SimrunVersion {
  /// The one place that states the version.
  public static let current = "0.1.0"
}

extension ResultDocument {
  public static var schemaVersion: Int { 2 }

  /// The document as indented JSON, a newline at its end.
  ///
  /// Throws `EncodingError` for a number that is not finite.
  public func json() throws -> Data {
    let members = try JSONText(encoding: self).members
    return Data((JSONText(header: Self.header, members).indented + "\n").utf8)
  }

  /// The document's first members as text, for writers that stream the rest.
  public static var headerText: String {
    header.map { "\(JSONValue.quoted($0.key)): \($0.value.indented)" }.joined(separator: ", ")
  }

  private static var header: [(key: String, value: JSONText)] {
    [
      ("schemaVersion", JSONText(.int(schemaVersion))), ("kind", JSONText(.string(kind))),
      ("simrunVersion", JSONText(.string(SimrunVersion.current))),
    ]
  }

  /// The JSON Schema (draft 2020-12) of these documents, a newline at its end.
  ///
  /// Throws `DecodingError` for a type whose shape cannot be read off it.
  public static func schema() throws -> Data {
    guard case .object(var members) = try JSONShape(of: Self.self) else {
      preconditionFailure("\(Self.self) is no struct with members")
    }
    members["schemaVersion"] = .constant(.int(schemaVersion))
    members["kind"] = .constant(.string(kind))
    members["simrunVersion"] = .string
    let document = JSONShape.object(members)
    guard case .object(let shape) = document.schema else { return Data() }
    var schema = shape.merging([
      "$schema": .string("https://json-schema.org/draft/2020-12/schema"),
      "title": .string("simrun \(kind)"), "description": .string(summary),
    ]) { own, _ in own }
    // A schema that is printed stands alone: what it refers to is in it.
    let parts = try document.references.map { name, text -> (String, JSONValue) in
      guard case .object(let part) = try JSONValue(parsing: Data(text.utf8), file: name) else {
        preconditionFailure("the schema \(name) is no object")
      }
      let key = String(name.prefix { $0 != "." })
      return (key, .object(part.merging(["$id": .string(name)]) { own, _ in own }))
    }
    if !parts.isEmpty { schema["$defs"] = .object(Dictionary(uniqueKeysWithValues: parts)) }
    return Data((JSONText(.object(schema)).indented + "\n").utf8)
  }
}
