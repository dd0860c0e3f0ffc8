/// LayerNorm_rtl's arithmetic, to the last bit of single precision.
///
/// Mean and variance are sums over words: a tree of adders over the lanes of a word, the product with 1/N, a
/// running sum. The inverse square root is an estimate from the exponent and one Newton step, good to 0.2
/// percent. The attribute `epsilon` is not used. Results below the normal range were not measured.
/// Source: docs/reference/development-branch.md#layer-norm.
struct SinglePrecisionNorm: Sendable {
  /// Elements of a vector, and of a word.
  let length: Int
  let simd: Int

  func apply(_ x: ArraySlice<Float>) -> [Float] {
    let mean = sum(x.map { $0 })
    let centred = x.map { $0 - mean }
    let scale = Self.inverseRoot(sum(centred.map { $0 * $0 }))
    return centred.map { $0 * scale }
  }

  /// The mean of the elements, as the hardware rounds it.
  private func sum(_ x: [Float]) -> Float {
    let share = Float(1.0 / Double(length))
    var total: Float = 0
    for start in stride(from: 0, to: x.count, by: simd) {
      total += tree(x[start..<start + simd]) * share
    }
    return total
  }

  /// A heap of adders: node i is the sum of nodes 2i + 1 and 2i + 2, the leaves are the lanes in order.
  private func tree(_ lanes: ArraySlice<Float>) -> Float {
    var heap = [Float](repeating: 0, count: simd - 1) + lanes
    for node in (0..<simd - 1).reversed() { heap[node] = heap[2 * node + 1] + heap[2 * node + 2] }
    return heap[0]
  }

  static func inverseRoot(_ x: Float) -> Float {
    let bits = x.bitPattern
    let estimate = Float(bitPattern: 0x5f37_59df &- (bits >> 1))
    // Half of x by its exponent alone.
    let exponent = ((bits >> 23) &- 1) & 0xff
    let half = Float(bitPattern: bits & 0x8000_0000 | exponent << 23 | bits & 0x7f_ffff)
    let product: Float = estimate * half
    let correction: Float = 1.5 - estimate * product
    return estimate * correction
  }
}
