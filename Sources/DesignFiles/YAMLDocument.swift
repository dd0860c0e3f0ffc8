import DataflowSim
import Foundation
import Yams

/// YAML read into the same values as JSON, so that the rest need not tell them apart.
enum YAMLDocument {
  /// Aliases can make a short text long; no folding file has as many values.
  private static let mostValues = 1_000_000

  /// Throws `InputError` with line and column where the text stops being YAML.
  static func value(_ data: Data, file: String) throws -> JSONValue {
    guard let text = String(data: data, encoding: .utf8) else {
      throw InputError("is neither JSON nor YAML: it is not UTF-8 text", file: file)
    }
    do {
      guard let root = try Yams.compose(yaml: text) else {
        throw InputError("holds no YAML document", file: file)
      }
      var budget = mostValues
      let value = try Self.value(root, depth: 0, &budget)
      guard case .object = value else {
        throw InputError("is neither a JSON object nor a YAML mapping", file: file)
      }
      return value
    } catch let error as YamlError {
      throw InputError("is neither JSON nor YAML: \(Self.message(error))", file: file)
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  private static func value(_ node: Yams.Node, depth: Int, _ budget: inout Int) throws -> JSONValue
  {
    budget -= 1
    guard budget > 0 else { throw InputError("has more than \(mostValues) values") }
    guard depth < 64 else { throw InputError("is nested deeper than 64 levels") }
    switch node {
    case .scalar(let scalar): return Self.scalar(node, scalar.string)
    case .sequence(let items):
      return .array(try items.map { try value($0, depth: depth + 1, &budget) })
    case .mapping(let members):
      var object: [String: JSONValue] = [:]
      for (key, item) in members {
        object[key.string ?? ""] = try value(item, depth: depth + 1, &budget)
      }
      return .object(object)
    }
  }

  private static func scalar(_ node: Yams.Node, _ text: String) -> JSONValue {
    switch node.tag.description {
    case "tag:yaml.org,2002:int": node.int.map(JSONValue.int) ?? .string(text)
    case "tag:yaml.org,2002:bool": node.bool.map(JSONValue.bool) ?? .string(text)
    case "tag:yaml.org,2002:float":
      node.float.flatMap { $0.isFinite ? .number($0) : nil } ?? .string(text)
    case "tag:yaml.org,2002:null": .null
    default: .string(text)
    }
  }

  private static func message(_ error: YamlError) -> String {
    String(describing: error).split(separator: "\n").first.map(String.init) ?? "a YAML error"
  }
}
