import CKernels

/// A matrix of float32 numbers prepared for products with many vectors, summed in double precision.
///
/// Each product is exact; a sum of n products is off by at most n · 2^−53 · Σ|x·w|, in whatever order
/// it is made. The order differs from one processor to the next, so callers must not depend on it.
public struct FloatProduct: Sendable {
  /// Elements of a vector.
  public let columns: Int
  public let rows: Int
  private let blocks: [Float]
  private let level: KernelLevel

  /// - Parameter weights: `rows × columns`, one output's weights side by side.
  public init(weights: [Float], columns: Int, rows: Int, level: KernelLevel = .best) {
    precondition(weights.count == columns * rows)
    self.columns = columns
    self.rows = rows
    self.level = min(level, .best)
    var blocks = [Float](repeating: 0, count: (rows + 7) / 8 * 8 * columns)
    weights.withUnsafeBufferPointer { w in
      blocks.withUnsafeMutableBufferPointer { out in
        for r in 0..<rows {
          let base = r / 8 * 8 * columns + r % 8
          for k in 0..<columns { out[base + k * 8] = w[r * columns + k] }
        }
      }
    }
    self.blocks = blocks
  }

  /// `rows` sums for each vector of `columns` numbers.
  public func apply(_ vectors: [Float]) -> [Double] {
    let count = columns == 0 ? 0 : vectors.count / columns
    return [Double](unsafeUninitializedCapacity: count * rows) { out, filled in
      if count * rows > 0 {
        ck_dot_f64(
          level.rawValue, vectors, count, columns, columns, blocks, rows, out.baseAddress)
      }
      filled = count * rows
    }
  }
}
