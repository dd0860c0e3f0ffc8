import CKernels

/// Products of one-bit vectors with one-bit weights: a population count of the differing bits.
struct XnorKernel: Sendable {
  /// `rows × columns` weight codes.
  private let weights: BitMatrix
  /// The same in blocks of 16 rows, for the vector kernels.
  private let blocked: [UInt64]
  /// result = offset − (differing bits << shift); padded to a multiple of 16.
  private let offsets: [Int32]
  private let shift: Int
  private let level: KernelLevel

  /// `nil` when the operands do not have the form.
  init?(
    _ w: TransposedWeights, input: ElementFormat, product: MatrixKernel.Product,
    level: KernelLevel
  ) {
    guard input.storage == .bits, let values = w.values, w.columns < 1 << 30 else { return nil }
    let padded = (w.rows + 15) / 16 * 16
    var offsets = [Int32](repeating: Int32(w.columns), count: padded)
    switch product {
    case .agreements:
      guard w.format.storage == .bits else { return nil }
      shift = 0
    case .sum:
      guard values.allSatisfy({ $0 == 1 || $0 == -1 }) else { return nil }
      // x in {−1, 1}: K − 2·differing. x in {0, 1}: (number of +1 weights) − differing.
      shift = input.encoding == .bipolar ? 1 : 0
      if input.encoding != .bipolar {
        for r in 0..<w.rows {
          offsets[r] = Int32(
            values[r * w.columns..<(r + 1) * w.columns].count { $0 > 0 })
        }
      }
    }
    weights = BitMatrix(columns: w.columns, codes: values.map { $0 > 0 ? 1 : 0 })
    self.offsets = offsets
    self.level = level
    blocked = level == .portable ? [] : Self.block(weights)
  }

  private static func block(_ weights: BitMatrix) -> [UInt64] {
    let words = weights.rowWords
    var out = [UInt64](repeating: 0, count: (weights.rows + 15) / 16 * 16 * words)
    for r in 0..<weights.rows {
      for k in 0..<words {
        out[(r / 16 * words + k) * 16 + r % 16] = weights.words[r * words + k]
      }
    }
    return out
  }

  func apply(_ input: Integers) -> Integers {
    guard case .bits(let x) = input.reshaped(rowLength: weights.columns).storage else {
      preconditionFailure("one-bit input expected")
    }
    let total = x.rows * weights.rows
    let sums = [Int32](unsafeUninitializedCapacity: total) { out, filled in
      x.words.withUnsafeBufferPointer { x in
        multiply(x, vectors: total / max(1, weights.rows), into: out)
      }
      filled = total
    }
    return Integers(.int32(sums), format: .signed(32))
  }

  private func multiply(
    _ x: UnsafeBufferPointer<UInt64>, vectors: Int, into out: UnsafeMutableBufferPointer<Int32>
  ) {
    guard vectors > 0, weights.rows > 0, weights.columns > 0 else {
      return out.update(repeating: 0)
    }
    if level == .portable {
      weights.words.withUnsafeBufferPointer { portable(x, vectors: vectors, $0, into: out) }
    } else {
      ck_xnor(
        level.rawValue, x.baseAddress, vectors, weights.rowWords, blocked, weights.rows, offsets,
        Int32(shift), out.baseAddress)
    }
  }

  private func portable(
    _ x: UnsafeBufferPointer<UInt64>, vectors: Int, _ w: UnsafeBufferPointer<UInt64>,
    into out: UnsafeMutableBufferPointer<Int32>
  ) {
    let words = weights.rowWords
    let rows = weights.rows
    for p in 0..<vectors {
      for r in 0..<rows {
        var differing = 0
        for k in 0..<words { differing &+= (x[p * words + k] ^ w[r * words + k]).nonzeroBitCount }
        out[p * rows + r] = offsets[r] &- Int32(truncatingIfNeeded: differing << shift)
      }
    }
  }
}
