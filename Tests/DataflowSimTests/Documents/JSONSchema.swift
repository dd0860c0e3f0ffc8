import DataflowAnalysis
import Foundation

/// The keywords of JSON Schema (draft 2020-12) that simrun's schemas use, as far as results and
/// scenarios need them. An unknown keyword is a problem too: nothing is skipped silently.
struct JSONSchema {
  private let root: JSONValue
  private let folder: String

  /// - Parameter path: from the root of the repository.
  init(_ path: String) throws {
    root = try JSONValue(parsing: try TestFiles.data(TestFiles.repository(path)), file: path)
    folder = String(path.split(separator: "/").dropLast().joined(separator: "/"))
  }

  /// What is wrong with `value`, place first; empty when nothing is.
  func problems(_ value: JSONValue) -> [String] { check(value, root, "$") }

  private func check(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
    if case .bool(let allowed) = schema { return allowed ? [] : ["\(place) is not allowed"] }
    guard case .object(let keywords) = schema else { return ["\(place): no schema"] }
    return keywords.sorted { $0.key < $1.key }.flatMap { keyword, argument in
      check(value, keyword, argument, keywords, place)
    }
  }

  private func check(
    _ value: JSONValue, _ keyword: String, _ argument: JSONValue, _ all: [String: JSONValue],
    _ place: String
  ) -> [String] {
    func require(_ holds: Bool, _ text: String) -> [String] { holds ? [] : ["\(place) \(text)"] }
    switch keyword {
    case "$schema", "$id", "title", "description", "default", "$defs": return []
    case "type": return require(isType(value, argument.string), "is not of type \(argument.string)")
    case "const": return require(value == argument, "is not \(argument.compactText)")
    case "enum": return require(argument.array.contains(value), "is none of the choices")
    case "anyOf":
      let found = argument.array.map { check(value, $0, place) }
      return found.contains { $0.isEmpty } ? [] : found.min { $0.count < $1.count } ?? []
    case "allOf": return argument.array.flatMap { check(value, $0, place) }
    case "not": return require(!check(value, argument, place).isEmpty, "is what it must not be")
    case "$ref": return reference(value, argument.string, place)
    case "minimum", "maximum", "exclusiveMinimum": return bound(value, keyword, argument, place)
    case "pattern":
      guard case .string(let text) = value else { return [] }
      let range = text.range(of: argument.string, options: .regularExpression)
      return require(range != nil, "does not match \(argument.string)")
    case "minLength", "minItems": return []
    case "items":
      guard case .array(let items) = value else { return [] }
      return items.enumerated().flatMap { check($1, argument, "\(place)[\($0)]") }
    case "required":
      guard case .object(let members) = value else { return [] }
      return argument.array.map(\.string).filter { members[$0] == nil }.map {
        "\(place) has no \($0)"
      }
    case "properties":
      guard case .object(let members) = value else { return [] }
      return argument.object.flatMap { key, schema in
        members[key].map { check($0, schema, "\(place).\(key)") } ?? []
      }
    case "additionalProperties":
      guard case .object(let members) = value else { return [] }
      let known = all["properties"]?.object ?? [:]
      return members.filter { known[$0.key] == nil }.flatMap {
        check($0.value, argument, "\(place).\($0.key)")
      }
    default: return ["\(place): unknown keyword \(keyword)"]
    }
  }

  private func isType(_ value: JSONValue, _ type: String) -> Bool {
    switch (value, type) {
    case (.null, "null"), (.bool, "boolean"), (.int, "integer"), (.int, "number"),
      (.number, "number"), (.string, "string"), (.array, "array"), (.object, "object"):
      true
    case (.number(let number), "integer"): number == number.rounded()
    default: false
    }
  }

  private func bound(
    _ value: JSONValue, _ keyword: String, _ argument: JSONValue, _ place: String
  ) -> [String] {
    guard let number = value.asDouble, let limit = argument.asDouble else { return [] }
    let holds =
      switch keyword {
      case "minimum": number >= limit
      case "maximum": number <= limit
      default: number > limit
      }
    return holds ? [] : ["\(place) breaks \(keyword) \(limit)"]
  }

  private init(embedded root: JSONValue) { (self.root, folder) = (root, "") }

  private func reference(_ value: JSONValue, _ address: String, _ place: String) -> [String] {
    let parts = root.object["$defs"]?.object.values.map { $0 } ?? []
    if let part = parts.first(where: { $0.object["$id"] == .string(address) }) {
      return JSONSchema(embedded: part).check(value, part, place)
    }
    if address.hasPrefix("#/$defs/") {
      guard let schema = root.object["$defs"]?.object[String(address.dropFirst(8))] else {
        return ["\(place): nothing at \(address)"]
      }
      return check(value, schema, place)
    }
    let path = NSString(string: "/\(folder)/\(address)").standardizingPath.dropFirst()
    guard let other = try? JSONSchema(String(path)) else { return ["\(place): no \(address)"] }
    return other.check(value, other.root, place)
  }
}

extension JSONValue {
  fileprivate var asDouble: Double? {
    switch self {
    case .int(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
