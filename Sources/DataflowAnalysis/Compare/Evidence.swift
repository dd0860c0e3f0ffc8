import SimKernels

/// What a run knows about the node that wrote a tensor, beside the tensor's values.
struct Evidence {
  let activation: PreActivation?
  let hasThresholds: Bool
  /// The node sums up: MVAU, VVAU, Pool, GlobalAccPool.
  let isAccumulator: Bool
  /// Values of the accumulator that did not fit it.
  private var wrapped = 0
  private var neededBits = 0
  private var accumulatorBits = 0
  /// The node with another order of every row of its input.
  private var reordered: [(name: String, output: () -> [Int64]?)] = []

  init(
    _ node: Node?, plane: Dataplane, parameters: ParameterStore?, result: DataplaneResult
  ) {
    let block = node.flatMap { try? plane.design.block(of: $0) }
    activation = node.flatMap {
      PreActivation($0, plane: plane, parameters: parameters, result: result)
    }
    let compute = block as? any ComputeBlock
    hasThresholds = block is Thresholding || compute?.compute.hasThresholds == true
    isAccumulator = compute != nil || block is Pool || block is GlobalAccPool
    if let compute {
      accumulatorBits = compute.compute.register(isRTL: compute.isRTL).bits
    } else if let pool = block as? Pool {
      accumulatorBits = pool.accumulatorBits
    }
    for found in result.findings where found.node == node?.name {
      guard case .wrap("accumulator", let wrap) = found.finding else { continue }
      wrapped += wrap.count
      neededBits = max(neededBits, wrap.neededBits)
    }
    guard let node, let step = plane.steps.first(where: { $0.node.name == node.name }),
      let input = step.inputs.first, let elements = result.streams[plane.graph.streams[input].name]
    else { return }
    let taken = step.adapters[0].apply(elements, rowLength: step.ports[0].rowLength)
    for order in InputOrder.candidates(block, pixels: plane.pixelsOfRows(fedBy: input)) {
      reordered.append((order.name, { order.output(of: step, taken) }))
    }
  }

  /// The accumulator wrapped at least as often as values differ.
  func accumulatorWrap(_ s: Sample) -> Diagnosis? {
    guard wrapped >= s.differing.count, wrapped > 0 else { return nil }
    return .wrap(width: accumulatorBits, needed: neededBits)
  }

  /// A constant per channel in front of the thresholds explains all.
  func missingBias(_ s: Sample) -> Diagnosis? {
    // With few values per channel some constant always fits.
    guard let activation, activation.values.count >= s.expected.count, !s.isFloat,
      s.expected.allSatisfy({ abs($0) < 1e15 }),
      s.expected.count >= 4 * s.channels
    else { return nil }
    let isBipolar = s.layout.dataType == .bipolar
    let all = -(Int64(1) << 61)...(Int64(1) << 61)
    var common = [ClosedRange<Int64>](repeating: all, count: s.channels)
    for i in s.expected.indices {
      let channel = i % s.channels
      let level = activation.level(of: s.expected[i].rounded(), isBipolar: isBipolar)
      guard let range = activation.offsets(for: level, at: i, channel: channel),
        range.overlaps(common[channel])
      else { return nil }
      common[channel] = range.clamped(to: common[channel])
    }
    // A channel that is far beyond all its thresholds everywhere says nothing about a bias.
    let off = common.count { !$0.contains(0) }
    return off > 0 ? .bias(channels: off) : nil
  }

  /// The node computes what is expected when the elements of its input rows change places.
  func inputOrder(_ s: Sample) -> Diagnosis? {
    guard !s.isFloat else { return nil }
    for candidate in reordered {
      guard let values = candidate.output(), values.count >= s.expected.count,
        s.expected.indices.allSatisfy({ abs(Double(values[$0]) - s.expected[$0]) <= s.tolerance })
      else { continue }
      return .permutation(candidate.name)
    }
    return nil
  }
}

/// An order in which the input rows of a node may really come.
struct InputOrder {
  let name: String
  /// For each element of a row as the node reads it, the element it should have got.
  let source: [Int]

  /// The orders that tool flows confuse in front of a product or a pool.
  ///
  /// - Parameter pixels: rows and columns of the image or window that makes up an input row.
  static func candidates(_ block: (any Block)?, pixels: [Int]?) -> [InputOrder] {
    switch block {
    case let block as MatrixVector: return pixels.map { matrix(block.taps, $0) } ?? []
    case let block as VectorVector: return depthwise(block.channels, block.kernelPixels, block.pe)
    case let block as Pool: return depthwise(block.channels, block.kernelPixels, block.pe)
    default: return []
    }
  }

  /// Groups of channels other than the node's PE, whole pixels among them.
  private static func depthwise(_ channels: Int, _ taps: Int, _ pe: Int) -> [InputOrder] {
    guard taps > 1, channels * taps <= 1 << 20 else { return [] }
    return divisors(of: channels).filter { $0 != pe }.map { other in
      let source = (0..<channels * taps).map { i -> Int in
        let (tap, channel) = (i / pe % taps, i / (pe * taps) * pe + i % pe)
        return (channel / other * taps + tap) * other + channel % other
      }
      return InputOrder(
        name:
          "depthwise interleave: the window brings \(other) channels of each pixel in turn, the "
          + "node takes \(pe)",
        source: source)
    }
  }

  /// Pixels and channels of a row exchanged, or the two axes of its pixels.
  private static func matrix(_ row: Int, _ extent: [Int]) -> [InputOrder] {
    let pixels: Int = product(extent)
    guard row <= 1 << 20, extent.count == 2, pixels > 1, row % pixels == 0 else { return [] }
    let channels = row / pixels
    let (height, width) = (extent[0], extent[1])
    var orders: [InputOrder] = []
    if height > 1, width > 1 {
      orders.append(
        InputOrder(
          name: "rows and columns of the \(height) x \(width) pixels of an input row swapped",
          source: (0..<row).map { i in
            let (p, c) = (i / channels, i % channels)
            return (p % height * width + p / height) * channels + c
          }))
    }
    guard channels > 1 else { return orders }
    let what = "NHWC against NCHW: \(pixels) pixels of \(channels) channels come"
    return orders + [
      InputOrder(
        name: what + " pixel by pixel, the weights take them channel by channel",
        source: (0..<row).map { $0 % pixels * channels + $0 / pixels }),
      InputOrder(
        name: what + " channel by channel, the weights take them pixel by pixel",
        source: (0..<row).map { $0 % channels * pixels + $0 / channels }),
    ] + interleaved(row, channels, pixels)
  }

  /// A depthwise window in front of a node that takes whole pixels.
  private static func interleaved(_ row: Int, _ channels: Int, _ pixels: Int) -> [InputOrder] {
    divisors(of: channels).filter { $0 > 1 && $0 < channels }.map { group in
      InputOrder(
        name:
          "depthwise interleave: the window brings \(group) channels of each pixel in turn, the "
          + "node takes all \(channels)",
        source: (0..<row).map { i in
          let (pixel, channel) = (i / channels, i % channels)
          return (channel / group * pixels + pixel) * group + channel % group
        })
    }
  }

  /// What the node makes of all frames of its input in this order.
  func output(of step: Dataplane.Step, _ input: Integers) -> [Int64]? {
    let frame = step.ports[0].count
    guard frame > 0, input.count % frame == 0, frame % source.count == 0 else { return nil }
    let gather = Gather(
      pieceLength: 1, sourcesPerRow: source.count,
      sources: (0..<frame).map { i in
        Int32(i / source.count * source.count + source[i % source.count])
      })
    var values: [Int64] = []
    for start in stride(from: 0, to: input.count, by: frame) {
      let part = input.elements(start..<start + frame, rowLength: source.count)
      let turned = gather.apply(part).reshaped(rowLength: step.ports[0].rowLength)
      guard let output = try? step.bits.frame([turned]).outputs.first?.int64s else { return nil }
      values += output
    }
    return values
  }
}

extension Dataplane {
  /// Rows and columns of the windows or of the image that a stream carries, flattened, as rows.
  fileprivate func pixelsOfRows(fedBy stream: Int) -> [Int]? {
    var index = stream
    for _ in 0...steps.count {
      guard let step = steps.first(where: { $0.outputs.contains(index) }) else { break }
      if let window = step.bits as? SlidingWindowBits { return window.window.kernel }
      guard step.bits is RegroupBits || step.bits is PassThroughBits, let input = step.inputs.first
      else { break }
      index = input
    }
    guard let shape = layouts[index]?.shape, shape.count == 4 else { return nil }
    return Array(shape[1...2])
  }
}
