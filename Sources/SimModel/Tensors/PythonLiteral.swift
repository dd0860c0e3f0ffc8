/// The few Python literals that files of the NumPy and ONNX world contain: dicts, lists, tuples,
/// strings, integers, booleans and `None`.
package enum PythonLiteral: Equatable {
  case none
  case bool(Bool)
  case int(Int)
  case string(String)
  /// A list or a tuple.
  case sequence([PythonLiteral])
  case dictionary([String: PythonLiteral])

  /// Parses `text`, which must be one literal and nothing else; `nil` when it is not.
  package init?(_ text: some StringProtocol) {
    var parser = Parser(bytes: Array(text.utf8))
    guard let value = parser.value(depth: 0), parser.atEnd else { return nil }
    self = value
  }

  private struct Parser {
    let bytes: [UInt8]
    var position = 0

    /// True when only white space is left.
    var atEnd: Bool { bytes[position...].allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D } }

    mutating func skipSpace() {
      while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
        position += 1
      }
    }

    mutating func take(_ character: Character) -> Bool {
      skipSpace()
      guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
      position += 1
      return true
    }

    mutating func take(word: String) -> Bool {
      guard bytes[position...].starts(with: word.utf8) else { return false }
      position += word.utf8.count
      return true
    }

    mutating func value(depth: Int) -> PythonLiteral? {
      guard depth < 16 else { return nil }
      if take("{") { return dictionary(depth: depth) }
      if take("[") { return sequence(until: "]", depth: depth) }
      if take("(") { return sequence(until: ")", depth: depth) }
      if take(word: "True") { return .bool(true) }
      if take(word: "False") { return .bool(false) }
      if take(word: "None") { return PythonLiteral.none }
      return string().map(PythonLiteral.string) ?? integer().map(PythonLiteral.int)
    }

    mutating func dictionary(depth: Int) -> PythonLiteral? {
      var members: [String: PythonLiteral] = [:]
      while !take("}") {
        skipSpace()
        guard let key = string(), take(":"), let member = value(depth: depth + 1),
          members.updateValue(member, forKey: key) == nil
        else { return nil }
        if !take(",") {
          guard take("}") else { return nil }
          break
        }
      }
      return .dictionary(members)
    }

    mutating func sequence(until end: Character, depth: Int) -> PythonLiteral? {
      var elements: [PythonLiteral] = []
      while !take(end) {
        guard let element = value(depth: depth + 1) else { return nil }
        elements.append(element)
        if !take(",") {
          guard take(end) else { return nil }
          break
        }
      }
      return .sequence(elements)
    }

    /// A quoted string without escapes.
    mutating func string() -> String? {
      guard position < bytes.count, bytes[position] == 0x27 || bytes[position] == 0x22 else {
        return nil
      }
      let start = position + 1
      guard let end = bytes[start...].firstIndex(of: bytes[position]) else { return nil }
      guard !bytes[start..<end].contains(0x5C) else { return nil }
      position = end + 1
      return String(validating: bytes[start..<end], as: UTF8.self)
    }

    /// Decimal digits with an optional sign and Python 2's `L`.
    mutating func integer() -> Int? {
      let start = position
      if position < bytes.count, bytes[position] == 0x2D { position += 1 }
      while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
      let value = Int(String(decoding: bytes[start..<position], as: UTF8.self))
      if value != nil, position < bytes.count, bytes[position] == 0x4C { position += 1 }
      return value
    }
  }
}
