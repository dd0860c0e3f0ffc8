import SimKernels

/// What a thresholding node compared with its thresholds: the evidence that a difference sits on a
/// rounding boundary, or that a constant is missing in front of it.
struct PreActivation {
  /// Values in front of the thresholds, one per element of the node's output.
  let values: [Int64]
  /// Rows of thresholds, ascending; one for all channels, or one per channel.
  let table: [[Int64]]
  private let bias: Int
  private let isBipolar: Bool
  /// Rows of the array as stored whose thresholds do not ascend.
  let unsortedRows: [Int]
  /// Bits of the values: the accumulator's, or those of a Thresholding's input.
  let bits: Int

  /// For Thresholding, MVAU and VVAU with thresholds; nil for every other node.
  init?(
    _ node: Node, plane: Dataplane, parameters: ParameterStore?, result: DataplaneResult
  ) {
    guard let parameters, let name = node.initializers["thresholds"],
      let tensor = try? parameters.tensor(name),
      let all = try? tensor.asIntegers(as: Int64.self, name: name),
      let steps = tensor.shape.last, steps > 0, let input = node.inputs.first,
      let elements = result.streams[input],
      let block = try? plane.design.block(of: node)
    else { return nil }
    let rows = stride(from: 0, to: all.count, by: steps).map { Array(all[$0..<$0 + steps]) }
    let sorted = rows.map { $0.sorted() }
    table = sorted
    unsortedRows = rows.indices.filter { rows[$0] != sorted[$0] }
    if let thresholding = block as? Thresholding {
      bias = thresholding.actVal
      isBipolar = thresholding.outputType == .bipolar
      bits = thresholding.inputType.bits
      values = elements.int64s ?? []
    } else if let compute = block as? any ComputeBlock,
      let sums = Self.sums(compute, node, elements, parameters)
    {
      isBipolar = compute.compute.outputType == .bipolar
      bias = isBipolar ? 0 : compute.compute.actVal
      bits = compute.compute.register(isRTL: compute.isRTL).bits
      values = sums
    } else {
      return nil
    }
  }

  private static func sums(
    _ block: some ComputeBlock, _ node: Node, _ input: Integers, _ parameters: ParameterStore
  ) -> [Int64]? {
    guard let name = node.initializers["weights"], let tensor = try? parameters.tensor(name),
      let weights = try? tensor.elements(
        of: block.compute.weightType, name: name, rowLength: block.weightShape.rowLength),
      weights.count == block.rows * block.taps
    else { return nil }
    let row = block.replays == 1 ? block.rows * block.taps : block.taps
    guard input.count % row == 0 else { return nil }
    return block.kernel(weights: weights, level: .best).apply(input.reshaped(rowLength: row)).int64s
  }

  func thresholds(_ channel: Int) -> [Int64] { table[table.count == 1 ? 0 : channel % table.count] }

  /// Whether a value is within one step of a threshold.
  func sitsOnThreshold(_ position: Int, channel: Int) -> Bool {
    guard position < values.count else { return false }
    return thresholds(channel).contains { abs($0 &- values[position]) <= 1 }
  }

  /// Which constants in front of the thresholds would have given `level` (a count of thresholds).
  func offsets(for level: Int, at position: Int, channel: Int) -> ClosedRange<Int64>? {
    let row = thresholds(channel)
    guard position < values.count, (0...row.count).contains(level) else { return nil }
    let (value, far) = (values[position], Int64(1) << 60)
    let low = level == 0 ? -far : row[level - 1] &- value
    let high = level == row.count ? far : row[level] &- value &- 1
    return low <= high ? low...high : nil
  }

  /// The count of thresholds behind an output value.
  func level(of output: Double) -> Int {
    isBipolar ? Int((output + 1) / 2) : Int(output) - bias
  }

  /// Whether thresholding other values gives exactly what the reference has.
  ///
  /// - Parameters:
  ///   - scale: what the changed values are multiples of.
  ///   - change: the value in front of the thresholds, its channel, and what it should have been.
  func gives(_ s: Sample, scale: Int64 = 1, _ change: (Int64, Int) -> Int64) -> Bool {
    guard values.count >= s.expected.count else { return false }
    func agrees(_ i: Int) -> Bool {
      let channel = i % s.channels
      let count = reached(change(values[i], channel), scale: scale, channel: channel)
      return abs(Double(isBipolar ? 2 * count - 1 : bias + count) - s.expected[i]) <= s.tolerance
    }
    return s.differing.allSatisfy(agrees) && s.expected.indices.allSatisfy(agrees)
  }

  /// How many thresholds `value / scale` reaches.
  private func reached(_ value: Int64, scale: Int64, channel: Int) -> Int {
    let row = thresholds(channel)
    var (low, high) = (0, row.count)
    while low < high {
      let middle = (low + high) / 2
      if row[middle] &* scale <= value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
