/// Copies of pieces of a tensor in another order: sliding windows, padding, up- and down-sampling,
/// table look-up and transposition are all this.
public struct Gather: Sendable {
  /// Elements per piece.
  public let pieceLength: Int
  /// Pieces side by side in one output row.
  public let piecesPerRow: Int
  /// Where each piece starts in the source, in pieces; −1 gives zeros.
  public let sources: [Int32]

  /// `sources` count pieces of `pieceLength` elements, so source and pieces share one grid.
  public init(pieceLength: Int, piecesPerRow: Int, sources: [Int32]) {
    self.pieceLength = pieceLength
    self.piecesPerRow = max(1, piecesPerRow)
    self.sources = sources
  }

  /// Elements of an output row.
  public var rowLength: Int { pieceLength * piecesPerRow }

  /// Applies to a tensor whose elements, in order, are the pieces 0, 1, 2, …. Zero pieces are zero
  /// codes, so they are no use for BIPOLAR.
  public func apply(_ input: Integers) -> Integers {
    let storage: Integers.Storage =
      switch input.storage {
      case .bits(let m): .bits(bits(m))
      case .int8(let v): .int8(copy(v))
      case .uint8(let v): .uint8(copy(v))
      case .int32(let v): .int32(copy(v))
      case .int64(let v): .int64(copy(v))
      case .wide(let v): .wide(wide(v))
      }
    return Integers(storage, format: input.format)
  }

  private func copy<T: FixedWidthInteger>(_ source: [T]) -> [T] {
    let n = pieceLength
    return [T](unsafeUninitializedCapacity: sources.count * n) { out, filled in
      source.withUnsafeBufferPointer { source in
        guard var target = out.baseAddress, let base = source.baseAddress else { return }
        for piece in sources {
          if piece >= 0 {
            target.update(from: base + Int(piece) * n, count: n)
          } else {
            target.update(repeating: 0, count: n)
          }
          target += n
        }
      }
      filled = sources.count * n
    }
  }

  private func wide(_ source: WideIntegers) -> WideIntegers {
    var out = WideIntegers(count: sources.count * pieceLength, limbs: source.limbs)
    let n = pieceLength * source.limbs
    for (i, piece) in sources.enumerated() where piece >= 0 {
      for k in 0..<n { out.storage[i * n + k] = source.storage[Int(piece) * n + k] }
    }
    return out
  }

  private func bits(_ source: BitMatrix) -> BitMatrix {
    let grid = source.reshaped(columns: pieceLength)
    let rows = sources.count / piecesPerRow
    let rowWords = BitMatrix.rowWords(columns: rowLength)
    let words = [UInt64](unsafeUninitializedCapacity: rows * rowWords) { out, filled in
      grid.words.withUnsafeBufferPointer { source in
        if pieceLength % 64 == 0 {
          copyWords(source, grid.rowWords, into: out)
        } else {
          out.initialize(repeating: 0)
          copyBits(source, grid.rowWords, into: out, rows: rows, rowWords: rowWords)
        }
      }
      filled = rows * rowWords
    }
    return BitMatrix(rows: rows, columns: rowLength, words: words)
  }

  /// Pieces of whole words need no shifting.
  private func copyWords(
    _ source: UnsafeBufferPointer<UInt64>, _ n: Int, into out: UnsafeMutableBufferPointer<UInt64>
  ) {
    guard var target = out.baseAddress, let base = source.baseAddress else { return }
    for piece in sources {
      let from = base + max(0, Int(piece)) * n
      for k in 0..<n { target[k] = piece >= 0 ? from[k] : 0 }
      target += n
    }
  }

  private func copyBits(
    _ source: UnsafeBufferPointer<UInt64>, _ n: Int, into out: UnsafeMutableBufferPointer<UInt64>,
    rows: Int, rowWords: Int
  ) {
    for r in 0..<rows {
      for k in 0..<piecesPerRow {
        let piece = Int(sources[r * piecesPerRow + k])
        guard piece >= 0 else { continue }
        appendBits(
          pieceLength, from: source, at: piece * n * 64, to: out,
          at: r * rowWords * 64 + k * pieceLength)
      }
    }
  }
}
