import SimKernels

/// What a run knows about the node that wrote a tensor, beside the tensor's values.
struct Evidence {
  let activation: PreActivation?
  let hasThresholds: Bool
  /// The node sums up: MVAU, VVAU, Pool, GlobalAccPool.
  let isAccumulator: Bool
  /// The node with what stands between it and the compared stream.
  private let segment: Segment?
  /// The block that computes: that of the segment's first node.
  private let block: (any Block)?
  private let plane: Dataplane
  private let parameters: ParameterStore?
  /// Values of the accumulator that did not fit it.
  private var wrapped = 0
  private var neededBits = 0
  private var accumulatorBits = 0
  /// Computes the compared stream from another order of a graph input; nil behind other references.
  private let recompute: ((_ input: String, _ source: [Int], _ frames: Int) -> [Int64]?)?
  /// The compared elements where blocks take words of one frame for the next one's; nil where none does.
  private let shifted: (() -> [Double]?)?
  /// A padding stands in front of it: pictures may be right but elsewhere.
  let isPadded: Bool

  /// - Parameters:
  ///   - compared: the streams that have a reference.
  ///   - recompute: where the graph inputs may be at fault.
  init(
    _ node: Node?, plane: Dataplane, parameters: ParameterStore?, result: DataplaneResult,
    compared: Set<String> = [],
    recompute: ((_ input: String, _ source: [Int], _ frames: Int) -> [Int64]?)? = nil,
    shifted: (() -> [Double]?)? = nil, isPadded: Bool = false
  ) {
    (self.shifted, self.isPadded) = (shifted, isPadded)
    self.plane = plane
    self.parameters = parameters
    self.recompute = recompute
    segment = node.flatMap { Segment($0, plane: plane, result: result, compared: compared) }
    let writer = node.flatMap { Self.block(of: $0, plane) }
    block = segment.flatMap { Self.block(of: $0.steps[0].node, plane) } ?? writer
    activation = node.flatMap {
      PreActivation($0, plane: plane, parameters: parameters, result: result)
    }
    hasThresholds =
      writer is Thresholding || (writer as? any ComputeBlock)?.compute.hasThresholds == true
    isAccumulator = writer is any ComputeBlock || writer is Pool || writer is GlobalAccPool
    if let compute = block as? any ComputeBlock {
      accumulatorBits = compute.compute.register(isRTL: compute.isRTL).bits
    } else if let pool = block as? Pool {
      accumulatorBits = pool.accumulatorBits
    } else if let pool = block as? GlobalAccPool {
      accumulatorBits = pool.outputType.bits
    }
    // In front of thresholds a result that wraps is as good as an accumulator.
    let isInside = (segment?.steps.count ?? 0) > 1
    for found in result.findings where segment?.nodes.contains(found.node) == true {
      guard case .wrap(let register, let wrap) = found.finding,
        register == "accumulator" || (isInside && found.node != node?.name)
      else { continue }
      wrapped += wrap.count
      neededBits = max(neededBits, wrap.neededBits)
    }
  }

  private static func block(of node: Node, _ plane: Dataplane) -> (any Block)? {
    try? plane.design.block(of: node)
  }

  /// The accumulator wrapped at least as often as values differ.
  func accumulatorWrap(_ s: Sample) -> Diagnosis? {
    guard wrapped >= s.differing.count, wrapped > 0 else { return nil }
    return .wrap(width: accumulatorBits, needed: neededBits)
  }

  /// All values that differ are among those a hazard of the hardware changed.
  func hazard(_ s: Sample) -> Diagnosis? {
    guard !s.isFloat, let struck = segment?.struck(s),
      s.differing.allSatisfy(struck.positions.contains)
    else { return nil }
    return .hazard(struck.hazard, values: s.differing.count)
  }

  /// The reference is what hardware moves whose windows leave rows over for the next frame.
  func leftoverRows(_ s: Sample) -> Diagnosis? {
    guard !s.isFloat, let values = shifted?(), values.count >= s.expected.count,
      s.expected.indices.allSatisfy({ abs(values[$0] - s.expected[$0]) <= s.tolerance })
    else { return nil }
    return .hazard(.windowLeftoverRows, values: s.differing.count)
  }

  /// The RTL block searches in thresholds that do not ascend; the reference counts.
  func unsorted(_ s: Sample) -> Diagnosis? {
    guard let activation, !s.isFloat, let last = segment?.steps.last,
      last.node.opType == "Thresholding_rtl", !activation.unsortedRows.isEmpty,
      activation.gives(s, { value, _ in value })
    else { return nil }
    return .unsortedThresholds(channels: activation.unsortedRows.count)
  }

  /// The thresholds saw only the low bits of the accumulator.
  func cutAccumulator(_ s: Sample) -> Diagnosis? {
    guard let activation, !s.isFloat, hasThresholds, activation.bits > 2 else { return nil }
    let annotated = (block as? any ComputeBlock)?.compute.annotatedThresholdType
    let tries = (2..<min(activation.bits, 63)).reversed().flatMap { [($0, true), ($0, false)] }
    for (bits, isSigned) in tries {
      let shift = Int64(64 - bits)
      func cut(_ value: Int64) -> Int64 {
        let top = value << shift
        return isSigned ? top >> shift : Int64(bitPattern: UInt64(bitPattern: top) >> UInt64(shift))
      }
      guard activation.gives(s, { value, _ in cut(value) }) else { continue }
      let type = isSigned ? DataType.int(bits) : DataType.uint(bits)
      return .cutAccumulator(to: type.name, of: activation.bits, isAnnotated: type == annotated)
    }
    return nil
  }

  /// The reference took 0 where a BIPOLAR input has −1.
  func binaryInput(_ s: Sample) -> Diagnosis? {
    guard let compute = block as? any ComputeBlock, compute.compute.inputType == .bipolar,
      let activation, !s.isFloat, let sums = rowSums(compute)
    else { return nil }
    let taps = Int64(compute.taps)
    var agreements = false
    if case .agreements = compute.compute.product { agreements = true }
    // Twice the value, so that halves stay whole: Σ w·(x + 1)/2 = (Σ w·x + Σ w) / 2.
    let gives = activation.gives(s, scale: 2) { value, channel in
      let row = sums[channel % sums.count]
      return agreements ? ((2 * value - taps) + row) / 2 + taps : value + row
    }
    return gives ? .binaryInput : nil
  }

  private func rowSums(_ block: some ComputeBlock) -> [Int64]? {
    guard let node = segment?.steps[0].node, let name = node.initializers["weights"],
      let weights = try? parameters?.tensor(name).asIntegers(as: Int64.self, name: name),
      weights.count == block.rows * block.taps
    else { return nil }
    return (0..<block.rows).map { row in
      (0..<block.taps).reduce(0) { $0 + weights[block.weightIndex(row: row, tap: $1)] }
    }
  }

  /// Other thresholds, or a constant per channel in front of them, explain all.
  func otherThresholds(_ s: Sample) -> Diagnosis? {
    guard let activation, !s.isFloat else { return nil }
    let biased = biasedChannels(s)
    return ThresholdFault(s, activation, unlessBiased: biased).map(Diagnosis.thresholds)
      ?? biased.map(Diagnosis.bias)
  }

  /// In how many channels a constant in front of the thresholds explains all; nil where it explains nothing.
  private func biasedChannels(_ s: Sample) -> Int? {
    // With few values per channel some constant always fits.
    guard let activation, activation.values.count >= s.expected.count, !s.isFloat,
      s.expected.allSatisfy({ abs($0) < 1e15 }),
      s.expected.count >= 4 * s.channels
    else { return nil }
    let all = -(Int64(1) << 61)...(Int64(1) << 61)
    var common = [ClosedRange<Int64>](repeating: all, count: s.channels)
    for i in s.expected.indices {
      let channel = i % s.channels
      let level = activation.level(of: s.expected[i].rounded())
      guard let range = activation.offsets(for: level, at: i, channel: channel),
        range.overlaps(common[channel])
      else { return nil }
      common[channel] = range.clamped(to: common[channel])
    }
    // Any large enough constant explains a channel that is constant in the reference.
    let constant = s.constantChannels
    // A channel that is far beyond all its thresholds everywhere says nothing about a bias.
    let off = common.indices.count { !common[$0].contains(0) && !constant[$0] }
    return off > 0 ? off : nil
  }

  /// The node computes what is expected when the elements of its input rows change places.
  func inputOrder(_ s: Sample) -> Diagnosis? {
    guard !s.isFloat, let segment else { return nil }
    let pixels = plane.pixelsOfRows(fedBy: segment.source)
    for order in InputOrder.candidates(block, pixels: pixels)
    where segment.frame % max(1, order.source.count) == 0 {
      if segment.gives(s, change: order.applied) { return .permutation(order.name) }
    }
    return nil
  }

  /// The network computes what is expected from the input image in another order.
  func imageOrder(_ s: Sample) -> Diagnosis? {
    guard let recompute, !s.isFloat, plane.inputs.count == 1, let input = plane.inputs.first,
      let layout = try? plane.layout(of: input)
    else { return nil }
    let frames = s.expected.count / s.perFrame
    guard frames > 0 else { return nil }
    for order in ImageOrder.candidates(layout.shape) {
      let agrees = Set([1, frames]).sorted().allSatisfy { frames in
        guard let values = recompute(input, order.source, frames),
          values.count >= frames * s.perFrame
        else { return false }
        return (0..<frames * s.perFrame).allSatisfy {
          abs(Double(values[$0]) - s.expected[$0]) <= s.tolerance
        }
      }
      if agrees { return .permutation(order.name) }
    }
    return nil
  }
}
