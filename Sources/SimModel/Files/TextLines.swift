import FoundationEssentials
import Glibc

/// The lines of a text, one after the other without holding them all. Line ends are not part of them; the
/// last one may be empty.
public struct TextLines: Sequence, IteratorProtocol, Sendable {
  private let data: Data
  private var position: Int
  private var isAtEnd = false

  /// The lines of `data`.
  public init(_ data: Data) {
    self.data = data
    position = data.startIndex
  }

  /// The next line; nil behind the last.
  public mutating func next() -> Data? {
    guard !isAtEnd else { return nil }
    let start = position
    guard let end = data.index(of: UInt8(ascii: "\n"), from: start) else {
      isAtEnd = true
      return data[start...]
    }
    position = end + 1
    return data[start..<end]
  }

  /// Throws `InputError` with the line when `data` holds a zero byte, which no text does.
  public static func requireText(_ data: Data, file: String) throws {
    guard let zero = data.index(of: 0, from: data.startIndex) else { return }
    let line = data[..<zero].count { $0 == UInt8(ascii: "\n") } + 1
    throw InputError("is no text: it holds a zero byte", file: file, at: "line \(line)")
  }
}

extension Data {
  /// The first place of `byte` from `start` on; nil: there is none.
  fileprivate func index(of byte: UInt8, from start: Int) -> Int? {
    withUnsafeBytes { bytes in
      let offset = start - startIndex
      guard let base = bytes.baseAddress, offset < bytes.count,
        let found = memchr(base + offset, Int32(byte), bytes.count - offset)
      else { return nil }
      return startIndex + (UnsafeRawPointer(found) - base)
    }
  }
}
