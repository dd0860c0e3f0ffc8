import SimKernels

/// What a DSP core puts out when not every result is whole.
/// Source: docs/reference/hazards.md#mvu-dsp48-frozen-zero.
struct CoreArithmetic {
  let pe: Int
  let simd: Int
  /// Slots of a result.
  let fold: Int
  let compute: ComputeSettings

  /// The words of `results`; `sums` are the whole results, `pe` elements each.
  ///
  /// Throws `InputError` for a result whose operands are not there.
  func words(_ results: [CoreResult], sums: [Int64], slots: CoreSlots) throws -> WordSequence {
    var out: [Int64] = []
    out.reserveCapacity(results.count * pe)
    for result in results {
      switch result {
      case .undefined: out += [Int64](repeating: 0, count: pe)
      case .whole(let k):
        try require(k, sums)
        out += kept(Array(sums[k * pe..<(k + 1) * pe]))
      case .partial(let range, let lost):
        guard range.isEmpty || (range.lowerBound >= 0 && range.upperBound <= slots.count) else {
          throw missing(range.lowerBound)
        }
        if let stray = lost.first(where: { !range.contains($0) }) { throw missing(stray) }
        out += kept(damaged(sum(range, slots), lost, slots))
      case .read: break
      case .damaged(let k, let lost):
        try require(k, sums)
        if let stray = lost.first(where: { $0 < 0 || $0 / fold != k }) { throw missing(stray) }
        out += kept(damaged(Array(sums[k * pe..<(k + 1) * pe]), lost, slots))
      }
    }
    let elements = Integers(out, rowLength: pe, format: compute.outputType.format)
    return WordSequence(elementsPerWord: pe, elements: elements)
  }

  /// What the accumulator's width keeps.
  private func kept(_ sums: [Int64]) -> [Int64] {
    let format = compute.outputType.format
    return sums.map { Int64(format.wrap(Int($0))) }
  }

  private func require(_ k: Int, _ sums: [Int64]) throws {
    guard k < 0 || (k + 1) * pe > sums.count else { return }
    throw missing(k * fold)
  }

  private func missing(_ slot: Int) -> InputError {
    InputError("the core put out a result whose operands (slot \(slot)) never arrived")
  }

  /// The sums over some slots, one per row of the core.
  func sum(_ range: Range<Int>, _ slots: CoreSlots) -> [Int64] {
    (0..<pe).map { row in range.reduce(0) { $0 &+ product($1, row, slots) } }
  }

  private func product(_ slot: Int, _ row: Int, _ slots: CoreSlots) -> Int64 {
    (0..<simd).reduce(0) {
      $0 &+ slots.activation(slot, row, $1) &* slots.weight(slot, row, $1)
    }
  }

  /// A product lost in a frozen DSP48 core disappears, and the carries between the lanes of the DSP
  /// it shared keep the two low bits of its neighbour's.
  private func damaged(_ whole: [Int64], _ lost: [Int], _ slots: CoreSlots) -> [Int64] {
    var result = whole
    for slot in lost {
      for row in 0..<pe { result[row] &-= product(slot, row, slots) }
      for row in 0..<max(0, pe - 1) {
        guard let distance = laneDistance(above: row) else { continue }
        let carry = carrySum(slot, row: row + 1, slots)
        result[row] &+= carry << distance
        result[row + 1] &-= carry
      }
    }
    return result
  }

  /// The low two bits of the lost products of a row, negated and signed, summed over all columns.
  ///
  /// The hardware sums them in a binary tree whose nodes are only as wide as contributions of −1 … 1
  /// need; the −2 that a lost product can leave overflows them where the number of columns below a
  /// node is no power of two.
  private func carrySum(_ slot: Int, row: Int, _ slots: CoreSlots) -> Int64 {
    var tree = [Int64](repeating: 0, count: 2 * simd - 1)
    var leaves = [Int](repeating: 1, count: 2 * simd - 1)
    for column in 0..<simd {
      let p =
        slots.weight(slot, row, column) &* slots.activation(slot, row, column)
      let low = -p & 3
      tree[simd - 1 + column] = low >= 2 ? low - 4 : low
    }
    for node in (0..<simd - 1).reversed() {
      leaves[node] = leaves[2 * node + 1] + leaves[2 * node + 2]
      let width = ElementFormat.signed(1 + (1 + leaves[node]).ceilLog2)
      tree[node] = Int64(width.wrap(Int(tree[2 * node + 1] + tree[2 * node + 2])))
    }
    return tree[0]
  }

  /// Bits between the lanes of rows `row` and `row + 1` when one DSP holds both. A group of fewer
  /// rows than lanes uses the upper lanes.
  private func laneDistance(above row: Int) -> Int64? {
    let offsets: [Int]
    switch compute.computeCore {
    case .mvu4sx4uDSP48E2: offsets = [0, 8, 15, 22]
    case .mvu4sx4uDSP48E1: offsets = [0, 7, 14, 21]
    case .mvu8sx8uDSP48: offsets = [0, compute.inputType.bits + compute.weightType.bits]
    case .mvuVVU8sx9DSP58, nil: return nil
    }
    let lanes = offsets.count
    guard row / lanes == (row + 1) / lanes else { return nil }
    let members = min(lanes, pe - row / lanes * lanes)
    let lane = row % lanes + lanes - members
    return Int64(offsets[lane + 1] - offsets[lane])
  }
}
