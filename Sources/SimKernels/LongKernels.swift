import CGMP

/// Products whose sums fit 64 bits.
struct LongKernel: Sendable {
  private let columns: Int
  private let rows: Int
  private let weights: [Int64]

  /// `nil` when a sum could need more than 64 bits.
  init?(_ w: TransposedWeights, input: ElementFormat) {
    guard let values = w.values, let magnitude = input.magnitude,
      w.bound(inputMagnitude: magnitude) != nil
    else { return nil }
    columns = w.columns
    rows = w.rows
    weights = values.map(Int64.init)
  }

  func apply(_ input: Integers) -> Integers {
    let x = input.int64s ?? []
    let vectors = columns == 0 ? 0 : x.count / columns
    let sums = [Int64](unsafeUninitializedCapacity: vectors * rows) { out, filled in
      x.withUnsafeBufferPointer { x in
        weights.withUnsafeBufferPointer { w in
          for p in 0..<vectors {
            for r in 0..<rows {
              var sum: Int64 = 0
              for k in 0..<columns { sum &+= x[p * columns + k] &* w[r * columns + k] }
              out[p * rows + r] = sum
            }
          }
        }
      }
      filled = vectors * rows
    }
    return Integers(.int64(sums), format: .signed(64))
  }
}

/// Products of any width, on GMP's limb routines in two's complement: every operand is sign extended
/// to as many limbs as the sum can need, so the low limbs of product and sum are exact.
struct WideKernel: Sendable {
  private let columns: Int
  private let rows: Int
  let limbs: Int
  private let weights: WideIntegers

  init(_ w: TransposedWeights, input: ElementFormat) {
    columns = w.columns
    rows = w.rows
    let growth = Int.bitWidth - w.columns.leadingZeroBitCount
    limbs = WideIntegers.limbs(bits: input.bits + w.format.bits + growth + 2)
    weights = w.wide?.resized(limbs: limbs) ?? WideIntegers(w.values ?? [], limbs: limbs)
  }

  func apply(_ input: Integers) -> Integers {
    let x = input.wide(limbs: limbs)
    let vectors = columns == 0 ? 0 : x.count / columns
    var sums = WideIntegers(count: vectors * rows, limbs: limbs)
    let n = limbs
    sums.storage.withUnsafeMutableBufferPointer { out in
      x.storage.withUnsafeBufferPointer { x in
        weights.storage.withUnsafeBufferPointer { w in
          withUnsafeTemporaryAllocation(of: UInt.self, capacity: 2 * n) { product in
            for p in 0..<vectors {
              for r in 0..<rows {
                let sum = out.baseAddress! + (p * rows + r) * n
                for k in 0..<columns {
                  __gmpn_mul_n(
                    product.baseAddress!, x.baseAddress! + (p * columns + k) * n,
                    w.baseAddress! + (r * columns + k) * n, n)
                  _ = __gmpn_add_n(sum, sum, product.baseAddress!, n)
                }
              }
            }
          }
        }
      }
    }
    return Integers(.wide(sums), format: .signed(64 * n))
  }
}
