/// Rows of one-bit codes, each row packed from the least significant bit into whole 64-bit words.
///
/// Pad bits at the end of a row are always 0.
public struct BitMatrix: Sendable, Equatable {
  public let rows: Int
  /// Bits of a row.
  public let columns: Int
  /// 64-bit words per row.
  public let rowWords: Int
  public private(set) var words: [UInt64]

  /// Words of 64 bits that a row takes.
  public static func rowWords(columns: Int) -> Int { (columns + 63) / 64 }

  /// All zeros.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    rowWords = Self.rowWords(columns: columns)
    words = [UInt64](repeating: 0, count: rows * rowWords)
  }

  /// Takes `words` as they are; `rows × rowWords` of them, pad bits 0.
  public init(rows: Int, columns: Int, words: [UInt64]) {
    precondition(words.count == rows * Self.rowWords(columns: columns))
    self.rows = rows
    self.columns = columns
    rowWords = Self.rowWords(columns: columns)
    self.words = words
  }

  /// `codes` row by row, each 0 or 1 (only the lowest bit counts).
  public init(columns: Int, codes: [UInt8]) {
    let rows = columns == 0 ? 0 : codes.count / columns
    self.init(rows: rows, columns: columns)
    for r in 0..<rows {
      for k in 0..<rowWords {
        var word: UInt64 = 0
        let base = r * columns + k * 64
        for i in 0..<min(64, columns - k * 64) { word |= UInt64(codes[base + i] & 1) << UInt64(i) }
        words[r * rowWords + k] = word
      }
    }
  }

  /// How many bits there are.
  public var count: Int { rows * columns }

  /// The code at `column` of `row`.
  public subscript(row: Int, column: Int) -> Bool {
    get { words[row * rowWords + column / 64] >> UInt64(column % 64) & 1 == 1 }
    set {
      let bit: UInt64 = 1 << UInt64(column % 64)
      if newValue {
        words[row * rowWords + column / 64] |= bit
      } else {
        words[row * rowWords + column / 64] &= ~bit
      }
    }
  }

  /// The code of element `index` in row-major order.
  public subscript(index: Int) -> Bool { self[index / columns, index % columns] }

  /// One byte per code, row by row.
  public var codes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { out, filled in
      for r in 0..<rows {
        for c in 0..<columns {
          out[r * columns + c] = UInt8(words[r * rowWords + c / 64] >> UInt64(c % 64) & 1)
        }
      }
      filled = count
    }
  }

  /// The same codes cut into rows of another length, which divides their count.
  public func reshaped(columns new: Int) -> BitMatrix {
    if new == columns { return self }
    if columns % 64 == 0, new % 64 == 0 {
      return BitMatrix(rows: count / new, columns: new, words: words)
    }
    var result = BitMatrix(rows: new == 0 ? 0 : count / new, columns: new)
    let piece = greatestCommonDivisor(new, columns)
    for start in stride(from: 0, to: count, by: piece) {
      result.copyBits(piece, from: self, at: start, to: start)
    }
    return result
  }

  /// Copies `length` codes that lie in one row of `source` (from element `from`) into one row of
  /// this matrix (from element `to`), whose bits there must still be 0.
  mutating func copyBits(_ length: Int, from source: BitMatrix, at from: Int, to: Int) {
    let sourceBit = from / source.columns * source.rowWords * 64 + from % source.columns
    let targetBit = to / columns * rowWords * 64 + to % columns
    source.words.withUnsafeBufferPointer { s in
      words.withUnsafeMutableBufferPointer { t in
        appendBits(length, from: s, at: sourceBit, to: t, at: targetBit)
      }
    }
  }
}

/// ORs `length` bits of `source` from bit `from` into `target` from bit `to`.
@inline(__always)
func appendBits(
  _ length: Int, from source: UnsafeBufferPointer<UInt64>, at from: Int,
  to target: UnsafeMutableBufferPointer<UInt64>, at to: Int
) {
  var done = 0
  while done < length {
    let s = from + done
    let t = to + done
    let n = min(length - done, 64 - t % 64)
    var bits = source[s / 64] >> UInt64(s % 64)
    if s % 64 + n > 64 { bits |= source[s / 64 + 1] << UInt64(64 - s % 64) }
    if n < 64 { bits &= (1 << UInt64(n)) - 1 }
    target[t / 64] |= bits << UInt64(t % 64)
    done += n
  }
}

func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}
