/// Copies of pieces of a tensor in another order: sliding windows, padding, up- and down-sampling,
/// table look-up and transposition are all this.
public struct Gather: Sendable {
  /// Elements per piece.
  public let pieceLength: Int
  /// Sources side by side in one output row.
  public let sourcesPerRow: Int
  /// Consecutive pieces copied from each source.
  public let run: Int
  /// The first piece of each source; −1 gives zeros.
  public let sources: [Int32]

  /// `sources` count pieces of `pieceLength` elements, so source and pieces share one grid.
  public init(pieceLength: Int, sourcesPerRow: Int, run: Int = 1, sources: [Int32]) {
    self.pieceLength = pieceLength
    self.sourcesPerRow = max(1, sourcesPerRow)
    self.run = max(1, run)
    self.sources = sources
  }

  /// Elements of an output row.
  public var rowLength: Int { pieceLength * run * sourcesPerRow }

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
    let length = n * run
    return [T](unsafeUninitializedCapacity: sources.count * length) { out, filled in
      source.withUnsafeBufferPointer { source in
        guard var target = out.baseAddress, let base = source.baseAddress else { return }
        for piece in sources {
          if piece >= 0 {
            target.update(from: base + Int(piece) * n, count: length)
          } else {
            target.update(repeating: 0, count: length)
          }
          target += length
        }
      }
      filled = sources.count * length
    }
  }

  private func wide(_ source: WideIntegers) -> WideIntegers {
    let n = pieceLength * source.limbs
    let length = n * run
    var out = WideIntegers(count: sources.count * pieceLength * run, limbs: source.limbs)
    for (i, piece) in sources.enumerated() where piece >= 0 {
      for k in 0..<length { out.storage[i * length + k] = source.storage[Int(piece) * n + k] }
    }
    return out
  }

  private func bits(_ source: BitMatrix) -> BitMatrix {
    let grid = source.reshaped(columns: pieceLength)
    let rows = sources.count / sourcesPerRow
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
      for k in 0..<n * run { target[k] = piece >= 0 ? from[k] : 0 }
      target += n * run
    }
  }

  private func copyBits(
    _ source: UnsafeBufferPointer<UInt64>, _ n: Int, into out: UnsafeMutableBufferPointer<UInt64>,
    rows: Int, rowWords: Int
  ) {
    for r in 0..<rows {
      for k in 0..<sourcesPerRow {
        let first = Int(sources[r * sourcesPerRow + k])
        guard first >= 0 else { continue }
        for j in 0..<run {
          appendBits(
            pieceLength, from: source, at: (first + j) * n * 64, to: out,
            at: r * rowWords * 64 + (k * run + j) * pieceLength)
        }
      }
    }
  }
}
