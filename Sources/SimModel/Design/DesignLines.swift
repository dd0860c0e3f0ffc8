import Foundation

/// Where the nodes of a design file stand in its text, for reports that point into it.
public struct DesignLines: Sendable {
  /// By name as JSON writes it.
  private var lines: [Data: Int] = [:]

  /// The lines of a design file's text; none of a file that is none.
  ///
  /// One pass: the first `"name"` with a value counts, behind `"nodes"`, since the design has a name too.
  public init(_ text: Data) {
    let text = Data(text)
    guard var place = text.range(of: Data("\"nodes\"".utf8))?.upperBound else { return }
    var line = 1 + Self.lineBreaks(text[..<place])
    while let key = text[place...].range(of: Data("\"name\"".utf8)) {
      line += Self.lineBreaks(text[place..<key.upperBound])
      place = key.upperBound
      if let name = Self.literal(behind: text[place...]), lines[name] == nil { lines[name] = line }
    }
  }

  /// The first line of the node, from 1; `nil` where there is no such node.
  public subscript(node: String) -> Int? { lines[Data(JSONValue.quoted(node).utf8)] }

  private static func lineBreaks(_ text: Data) -> Int { text.count { $0 == UInt8(ascii: "\n") } }

  /// The string behind a key, quotes included: a colon, and blanks around it, come first.
  private static func literal(behind text: Data) -> Data? {
    let value = text.drop { $0 == UInt8(ascii: ":") || $0 <= UInt8(ascii: " ") }
    guard value.first == UInt8(ascii: "\"") else { return nil }
    var isEscaped = false
    for end in value.indices.dropFirst() {
      switch value[end] {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\"): isEscaped = true
      case UInt8(ascii: "\""): return Data(value[...end])
      default: break
      }
    }
    return nil
  }
}
