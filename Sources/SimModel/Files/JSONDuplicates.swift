import Foundation

/// Finds a key that one object of a JSON text has twice. Parsers take one of the two and say nothing;
/// whoever reads the file may have meant the other.
struct JSONDuplicates {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  /// Keys of the objects around the position; nil for a list.
  private var open: [Set<[UInt8]>?] = []
  private var expectsKey = false

  /// The first repeated key of a text that is valid JSON, and its offset; nil: there is none.
  static func first(in data: Data) -> (key: String, offset: Int)? {
    data.withUnsafeBytes { raw in
      var scan = JSONDuplicates(bytes: raw.bindMemory(to: UInt8.self))
      return scan.run()
    }
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private mutating func run() -> (key: String, offset: Int)? {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "{"):
        open.append([])
        expectsKey = true
      case UInt8(ascii: "["):
        open.append(nil)
        expectsKey = false
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        open.removeLast(open.isEmpty ? 0 : 1)
        expectsKey = false
      case UInt8(ascii: ","): expectsKey = open.last.flatMap(\.self) != nil
      case UInt8(ascii: "\""):
        if let key = string(), repeats(key) { return (key.text, key.offset) }
        continue
      default: break
      }
      position += 1
    }
    return nil
  }

  private struct Key {
    var bytes: [UInt8]
    var offset: Int
    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// The string at the position as a key, if one is expected; goes behind it.
  private mutating func string() -> Key? {
    let start = position
    position += 1
    var hasEscapes = false
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      if bytes[position] == UInt8(ascii: "\\") {
        hasEscapes = true
        position += 1
      }
      position += 1
    }
    position += 1
    guard expectsKey, position <= bytes.count else { return nil }
    expectsKey = false
    let literal = bytes[start..<position]
    guard hasEscapes else {
      return Key(bytes: Array(literal.dropFirst().dropLast()), offset: start)
    }
    let decoded = try? JSONSerialization.jsonObject(
      with: Data(literal), options: .fragmentsAllowed)
    return (decoded as? String).map { Key(bytes: Array($0.utf8), offset: start) }
  }

  private mutating func repeats(_ key: Key) -> Bool {
    guard let last = open.indices.last else { return false }
    return open[last]?.insert(key.bytes).inserted == false
  }
}
