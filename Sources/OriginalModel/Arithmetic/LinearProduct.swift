import SimKernels
import Synchronization

/// Σ x·w + bias of float32 numbers, each sum rounded once: the result is the float32 nearest to the
/// mathematical sum and does not depend on an order of summation.
///
/// Where weights are small integers times one factor per row and the data small integers times a power
/// of two (bits, ternary weights, power-of-two scales), the sum is one of integers. Otherwise it is made
/// in double precision; when the bound on its error leaves open which float32 is nearest, that sum is
/// made again without any rounding (`ExactSum`).
package struct LinearProduct: Sendable {
  let columns: Int
  let rows: Int
  private let weights: [Float]
  private let bias: [Float]?
  private let product: FloatProduct
  /// Σ|w| of each row, rounded up.
  private let magnitudes: [Double]
  private let areFinite: Bool
  private let integers: IntegerRows?
  private let kernels = KernelCache()

  /// Kernels by the format of the data, packed when the first data of that format come.
  private final class KernelCache: Sendable {
    private let made = Mutex<[ElementFormat: MatrixKernel]>([:])

    func kernel(for format: ElementFormat, _ make: () -> MatrixKernel) -> MatrixKernel {
      made.withLock { made in
        if let kernel = made[format] { return kernel }
        let kernel = make()
        made[format] = kernel
        return kernel
      }
    }
  }

  /// Weights as a factor per row times integers of at most 8 bits.
  private struct IntegerRows: Sendable {
    var factors: [Float]
    var values: Integers
    /// The largest Σ|w| of a row.
    var magnitude: Int
  }

  /// - Parameters:
  ///   - weights: `rows × columns`, one output's weights side by side.
  ///   - bias: one number per row.
  ///   - isConstant: whether the weights serve many vectors, so that looking at them pays.
  package init(weights: [Float], rows: Int, columns: Int, bias: [Float]?, isConstant: Bool = true) {
    self.rows = rows
    self.columns = columns
    self.weights = weights
    self.bias = bias
    product = FloatProduct(weights: weights, columns: columns, rows: rows)
    magnitudes = (0..<rows).map { r in
      weights[r * columns..<(r + 1) * columns].reduce(0.0) { $0 + Double(abs($1)) }
    }
    areFinite = magnitudes.allSatisfy(\.isFinite) && bias?.allSatisfy(\.isFinite) ?? true
    integers = isConstant ? Self.integerRows(weights, rows, columns) : nil
  }

  private static func integerRows(_ weights: [Float], _ rows: Int, _ columns: Int) -> IntegerRows? {
    var factors: [Float] = []
    var values = [Int32](repeating: 0, count: rows * columns)
    var magnitude = 0
    for r in 0..<rows {
      guard let row = ScaledRow(weights[r * columns..<(r + 1) * columns]) else { return nil }
      factors.append(row.factor)
      for k in 0..<columns { values[k * rows + r] = Int32(row.integers[k]) }
      magnitude = max(magnitude, row.integers.reduce(0) { $0 + Int(abs($1)) })
    }
    return IntegerRows(
      factors: factors, values: Integers(values, rowLength: rows, format: .signed(8)),
      magnitude: magnitude)
  }

  /// A way to multiply integer data of one range; `nil` when the sums are not exact that way.
  func integerKernel(for data: DyadicIntegers) -> IntegerKernel? {
    guard let integers else { return nil }
    let largest = max(-data.range.lowerBound, data.range.upperBound)
    // 29 bits of sum times 24 bits of factor are exact in double precision.
    guard integers.magnitude * largest < 1 << 29 else { return nil }
    let format = data.format
    let scale = Double(sign: .plus, exponent: data.exponent, significand: 1)
    let kernel = kernels.kernel(for: format) {
      MatrixKernel(weights: integers.values, columns: columns, rows: rows, input: format)
    }
    return IntegerKernel(
      kernel: kernel,
      factors: integers.factors.map { Double($0) * scale }, bias: bias?.map { Double($0) })
  }

  /// Integer sums and what makes numbers of them.
  struct IntegerKernel {
    let kernel: MatrixKernel
    let factors: [Double]
    let bias: [Double]?

    /// `rows` numbers for each vector.
    func apply(_ vectors: Integers) -> [Float] {
      let sums = kernel.apply(vectors).int32s ?? []
      let rows = factors.count
      return [Float](unsafeUninitializedCapacity: sums.count) { out, filled in
        sums.withUnsafeBufferPointer { sums in
          factors.withUnsafeBufferPointer { factors in
            if let bias {
              bias.withUnsafeBufferPointer { bias in
                for start in stride(from: 0, to: sums.count, by: rows) {
                  for r in 0..<rows {
                    out[start + r] = RoundedOnce.sum(
                      Double(sums[start + r]) * factors[r], bias[r])
                  }
                }
              }
            } else {
              for start in stride(from: 0, to: sums.count, by: rows) {
                for r in 0..<rows { out[start + r] = Float(Double(sums[start + r]) * factors[r]) }
              }
            }
          }
        }
        filled = sums.count
      }
    }
  }

  /// `rows` numbers for each vector of `columns` float32 numbers.
  func apply(_ vectors: [Float]) -> [Float] {
    let count = columns == 0 ? 0 : vectors.count / columns
    var largest = 0.0
    var isFinite = areFinite
    for v in vectors {
      largest = max(largest, Double(abs(v)))
      isFinite = isFinite && v.isFinite
    }
    let sums = product.apply(vectors)
    let unit = Double(columns + 1) * 0x1.02p-53
    let errors = (0..<rows).map { r in
      unit * (magnitudes[r] * largest + Double(abs(bias?[r] ?? 0)))
    }
    let offsets = bias?.map { Double($0) } ?? [Double](repeating: 0, count: rows)
    return [Float](unsafeUninitializedCapacity: count * rows) { out, filled in
      for p in 0..<count {
        for r in 0..<rows {
          let sum = sums[p * rows + r] + offsets[r]
          if let value = RoundedOnce.float(sum, within: errors[r]) {
            out[p * rows + r] = value
          } else {
            out[p * rows + r] = isFinite ? exact(vectors, p, r) : Float(sum)
          }
        }
      }
      filled = count * rows
    }
  }

  private func exact(_ vectors: [Float], _ vector: Int, _ row: Int) -> Float {
    var sum = ExactSum()
    for k in 0..<columns {
      sum.add(vectors[vector * columns + k], times: weights[row * columns + k])
    }
    if let bias { sum.add(bias[row]) }
    return sum.rounded()
  }

  /// `apply` by whichever way is exact and fast.
  package func multiply(_ vectors: [Float]) -> [Float] {
    if integers != nil, let data = DyadicIntegers(vectors), let kernel = integerKernel(for: data) {
      return kernel.apply(data.integers())
    }
    return apply(vectors)
  }
}
