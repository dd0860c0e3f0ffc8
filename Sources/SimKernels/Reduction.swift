/// Combines several pieces of a tensor into one, position by position: pooling and sums over space.
public struct Reduction: Sendable {
  /// What the elements of a window become.
  public enum Operation: Sendable {
    case maximum
    /// Exact sum.
    case sum
  }

  /// What the elements of a window become.
  public let operation: Operation
  /// Elements per piece.
  public let pieceLength: Int
  /// Pieces combined into one output piece.
  public let taps: Int
  /// Source piece of each tap, `taps` per output piece; −1 leaves the tap out.
  public let sources: [Int32]

  /// Pieces of `pieceLength` elements, each made of `taps` source pieces by index; −1 is padding.
  public init(_ operation: Operation, pieceLength: Int, taps: Int, sources: [Int32]) {
    self.operation = operation
    self.pieceLength = pieceLength
    self.taps = max(1, taps)
    self.sources = sources
  }

  /// Applies to a tensor whose elements, in order, are the pieces 0, 1, 2, …. A maximum keeps the
  /// input's format; of one-bit codes it is their OR, which is also right for BIPOLAR. A sum comes
  /// with 32 or 64 bits, or wide.
  public func apply(_ input: Integers) -> Integers {
    switch operation {
    case .maximum: maximum(input)
    case .sum: sum(input)
    }
  }

  private func maximum(_ input: Integers) -> Integers {
    let storage: Integers.Storage =
      switch input.storage {
      case .bits(let m): .bits(or(m))
      case .int8(let v): .int8(reduce(v, from: .min) { max($0, $1) })
      case .uint8(let v): .uint8(reduce(v, from: .min) { max($0, $1) })
      case .int32(let v): .int32(reduce(v, from: .min) { max($0, $1) })
      case .int64(let v): .int64(reduce(v, from: .min) { max($0, $1) })
      case .wide(let v): .wide(wideMaximum(v))
      }
    return Integers(storage, format: input.format)
  }

  private func sum(_ input: Integers) -> Integers {
    let growth = Int.bitWidth - taps.leadingZeroBitCount
    if input.format.bits + growth <= 31, let v = input.int32s {
      return Integers(.int32(reduce(v, from: 0) { $0 &+ $1 }), format: .signed(32))
    }
    if input.format.bits + growth <= 63, let v = input.int64s {
      return Integers(.int64(reduce(v, from: 0) { $0 &+ $1 }), format: .signed(64))
    }
    let limbs = WideIntegers.limbs(bits: input.format.bits + growth + 2)
    let v = input.wide(limbs: limbs)
    let n = pieceLength
    var out = WideIntegers(count: sources.count / taps * n, limbs: limbs)
    for t in 0..<taps {
      let tap = Gather(
        pieceLength: n, sourcesPerRow: 1,
        sources: stride(from: t, to: sources.count, by: taps).map { sources[$0] }
      ).apply(Integers(.wide(v), format: .signed(limbs * 64)))
      out = out.combined(with: tap.wide(limbs: limbs), .add)
    }
    return Integers(.wide(out), format: .signed(limbs * 64))
  }

  @inline(__always)
  private func reduce<T: FixedWidthInteger>(
    _ source: [T], from start: T, _ combine: (T, T) -> T
  ) -> [T] {
    let n = pieceLength
    let pieces = sources.count / taps
    return [T](unsafeUninitializedCapacity: pieces * n) { out, filled in
      source.withUnsafeBufferPointer { source in
        guard var target = out.baseAddress, let base = source.baseAddress else { return }
        for p in 0..<pieces {
          target.update(repeating: start, count: n)
          for t in 0..<taps {
            let piece = Int(sources[p * taps + t])
            guard piece >= 0 else { continue }
            let from = base + piece * n
            for i in 0..<n { target[i] = combine(target[i], from[i]) }
          }
          target += n
        }
      }
      filled = pieces * n
    }
  }

  private func or(_ source: BitMatrix) -> BitMatrix {
    let grid = source.reshaped(columns: pieceLength)
    let merged = Reduction(.maximum, pieceLength: grid.rowWords, taps: taps, sources: sources)
      .reduce(grid.words, from: 0) { $0 | $1 }
    return BitMatrix(rows: sources.count / taps, columns: pieceLength, words: merged)
  }

  private func wideMaximum(_ v: WideIntegers) -> WideIntegers {
    let n = pieceLength
    var out = WideIntegers(count: sources.count / taps * n, limbs: v.limbs)
    for p in 0..<sources.count / taps {
      for i in 0..<n {
        var best: Int?
        for t in 0..<taps where sources[p * taps + t] >= 0 {
          let candidate = Int(sources[p * taps + t]) * n + i
          if best == nil || v.isAtMost(best!, v, candidate) { best = candidate }
        }
        if let best { out[p * n + i] = v[best] }
      }
    }
    return out
  }
}
