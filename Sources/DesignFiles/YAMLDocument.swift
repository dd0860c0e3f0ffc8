import DataflowSim
import FoundationEssentials
import Yams

/// YAML read into the same values as JSON, so that the rest need not tell them apart.
enum YAMLDocument {
  /// Aliases can make a short text long; no folding file has as many values.
  private static let mostValues = 200_000
  /// How deep values may lie in each other; the parser calls itself once per level.
  private static let deepest = 64
  /// Where the text of a line may begin. Every level but a list's in an object begins further right.
  private static let furthestColumn = 2 * deepest

  /// Throws `InputError` with line and column where the text stops being YAML.
  static func value(_ data: Data, file: String) throws -> JSONValue {
    guard let text = String(data: data, encoding: .utf8) else {
      throw InputError("is neither JSON nor YAML: it is not UTF-8 text", file: file)
    }
    try requireBounded(data, file)
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

  /// Throws for text whose values could be more, or lie deeper in each other, than is allowed. The parser has no
  /// bounds of its own.
  private static func requireBounded(_ data: Data, _ file: String) throws {
    var (line, values, depth, column) = (1, 0, 0, 0)
    var isIndentation = true
    for byte in data {
      switch byte {
      case UInt8(ascii: "\n"):
        (line, column, isIndentation) = (line + 1, -1, true)
        values += 1
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        values += 1
        isIndentation = false
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        depth -= 1
        isIndentation = false
      case UInt8(ascii: ","): values += 1
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "-"),
        UInt8(ascii: "?"), UInt8(ascii: ":"):
        break
      default: isIndentation = false
      }
      column += 1
      guard !isIndentation || column <= furthestColumn, depth <= deepest else {
        throw InputError(
          "is nested deeper than \(deepest) levels", file: file, at: "line \(line)")
      }
      guard values <= mostValues else {
        throw InputError("has more than \(mostValues) values", file: file, at: "line \(line)")
      }
    }
  }

  private static func value(_ node: Yams.Node, depth: Int, _ budget: inout Int) throws -> JSONValue
  {
    budget -= 1
    guard budget > 0 else { throw InputError("has more than \(mostValues) values") }
    guard depth < deepest else { throw InputError("is nested deeper than \(deepest) levels") }
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
