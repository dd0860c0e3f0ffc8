/// The HLS sliding-window generators store whole lines before the first window leaves.
/// Source: docs/reference/sliding-windows.md#hls-windows (square windows, kernel a
/// multiple of the stride, are measured).
extension SlidingWindow: HLSBlock {
  var hlsTiming: BlockTiming {
    let timing = schedule.timing(hlsLoops)
    guard leftoverRows > 0 else { return timing }
    // What the block would do without its defect: take the rows that are left over.
    let rest = Loop.run(leftoverRows * ifmDim[1] * channelFold, reads: 1)
    let sound = schedule.timing(hlsLoops + [rest])
    var both = timing
    both.body = .process { ports in
      let isSound = ports.hazardsOff.contains(.windowLeftoverRows)
      return (isSound ? sound : timing).process(ports)
    }
    return both
  }

  var hlsWork: HLSWork {
    HLSWork(
      isMeasuredHLS ? .slidingWindow : .other(stages: 4), iterations: Loop.iterations(hlsLoops))
  }

  /// A handful for a row of the output; along one dimension, for an output.
  var listedLoops: Int {
    switch hlsVariant {
    case .oneDimensionalParallel, .oneDimensionalDepthwiseNaive: 4
    case .oneDimensional, .oneDimensionalDepthwise, .oneDimensionalDepthwiseStride: 4 * outputLength
    default: 8 * ofmDim[0]
    }
  }

  /// Whether the generator is the one that was measured.
  private var isMeasuredHLS: Bool {
    isLineBuffered && kernel[0] == kernel[1] && stride[0] == stride[1] && ifmDim[0] == ifmDim[1]
      && ofmDim[0] == ofmDim[1] && dilation.allSatisfy { $0 == 1 }
  }

  /// Whether whole blocks of `stride` lines are stored, which loses the rows that fill none.
  private var isLineBuffered: Bool {
    switch hlsVariant {
    case .oneDimensionalParallel, .oneDimensional, .oneDimensionalDepthwise,
      .oneDimensionalDepthwiseStride, .oneDimensionalDepthwiseNaive:
      false
    default: kernel[0] % stride[0] == 0
    }
  }

  /// Rows of a frame that the HLS block never reads, so that every later frame is shifted by them
  /// (docs/reference/hazards.md#hls-window-leftover-rows).
  package var leftoverRows: Int { isRTL || !isLineBuffered ? 0 : ifmDim[0] % stride[0] }

  private var hlsLoops: [Loop] {
    switch hlsVariant {
    case .oneDimensionalParallel: parallelLoops
    case .oneDimensional: oneDimensionalLoops
    case .oneDimensionalDepthwise, .oneDimensionalDepthwiseStride: depthwiseLineLoops
    case .oneDimensionalDepthwiseNaive:
      [
        .run(length * channelFold, reads: 1),
        .run(outputLength * kernelLength * channelFold, writes: 1),
      ]
    default: isLineBuffered ? lineBlockLoops : kernelStrideLoops
    }
  }

  private var length: Int { max(ifmDim[0], ifmDim[1]) }
  private var outputLength: Int { max(ofmDim[0], ofmDim[1]) }
  private var kernelLength: Int { max(kernel[0], kernel[1]) }
  private var step: Int { ifmDim[0] > ifmDim[1] ? stride[0] : stride[1] }

  /// Words to write and to read per output row, and the iterations that takes.
  private var row: (write: Int, read: Int, iterations: Int) {
    let write = ofmDim[1] * kernel[0] * kernel[1] * channelFold
    let read = stride[0] * ifmDim[1] * channelFold
    return (write, read, max(write, read))
  }

  /// Kernel a multiple of the stride: blocks of `stride` lines. After the lines of the first windows a
  /// counter n = 0 … m − 2 decides: write while it is below wr − 1, read while it is below rd − 1 and
  /// whole blocks are left.
  private var lineBlockLoops: [Loop] {
    let row = row
    let initial = ifmDim[1] * kernel[0] * channelFold
    let blocks = ifmDim[0] / stride[0]
    var loops = Loop.Joined()
    loops.add(initial, reads: 1, writes: 0)
    var (block, word) = initial.quotientAndRemainder(dividingBy: row.read)
    var (counter, left) = (0, ofmDim[0] * row.iterations)
    let period = max(row.iterations - 1, 1)
    while left > 0 {
      let writes = counter < row.write - 1
      let reads = counter < row.read - 1 && block < blocks
      var n = min(left, period - counter)
      if writes { n = min(n, row.write - 1 - counter) }
      if counter < row.read - 1 { n = min(n, row.read - 1 - counter) }
      if reads { n = min(n, row.read - word) }
      loops.add(n, reads: reads ? 1 : 0, writes: writes ? 1 : 0)
      if reads { word += n }
      if word == row.read { (block, word) = (block + 1, 0) }
      counter = counter + n == period ? 0 : counter + n
      left -= n
    }
    return loops.loops
  }

  /// Kernel not a multiple of the stride: single lines; once all lines are in, every iteration writes.
  private var kernelStrideLoops: [Loop] {
    let row = row
    let initial = ifmDim[1] * kernel[0] * channelFold
    let total = (ofmDim[0] - 1) * row.iterations + max(row.write, ofmDim[1])
    return counted(initial: initial, iterations: total) { counter, allRead in
      (counter < row.read - 1, counter < row.write - 1 || allRead)
    }
  }

  /// `initial` reads, then `iterations` steps of a counter with period m − 1. The rule says whether
  /// a step reads and writes, given the counter and whether all input has been read. No more words are
  /// written than the frame has; what the counter leaves over follows at the end.
  private func counted(
    initial: Int, iterations: Int, rule: (Int, Bool) -> (read: Bool, write: Bool)
  ) -> [Loop] {
    let inputWords = ifmDim[0] * ifmDim[1] * channelFold
    let outputWords = ofmDim[0] * ofmDim[1] * kernel[0] * kernel[1] * channelFold
    let period = max(row.iterations - 1, 1)
    var (read, written) = (min(initial, inputWords), 0)
    var steps = Loop.Joined()
    for i in 0..<iterations {
      let (reads, writes) = rule(i % period, read >= inputWords)
      let (takes, gives) = (reads && read < inputWords, writes && written < outputWords)
      read += takes ? 1 : 0
      written += gives ? 1 : 0
      steps.add(1, reads: takes ? 1 : 0, writes: gives ? 1 : 0)
    }
    return [.run(min(initial, inputWords), reads: 1)] + steps.loops
      + [.run(inputWords - read, reads: 1), .run(outputWords - written, writes: 1)]
  }

  /// k reads fill the window; then every iteration writes a window and reads a pixel while any remain.
  private var parallelLoops: [Loop] {
    let (k, output) = (kernelLength, outputLength)
    let more = min(length - k, output)
    return [
      .run(k, reads: 1), .run(more, reads: 1, writes: 1), .run(output - more, writes: 1),
      .run(length - k - more, reads: 1),
    ]
  }

  /// Window w = k·cf words: one read, then a write per iteration with reads in between as the buffer
  /// of (k − 1)·cf words drains.
  private var oneDimensionalLoops: [Loop] {
    let cf = channelFold
    let window = kernelLength * cf
    let inputWords = length * cf
    var occupancy = (kernelLength - 1) * cf + step - 1
    if occupancy >= window { occupancy = -1 }
    var read = 0
    var steps = Loop.Joined()
    for i in 0...(outputLength * window) {
      let takes = read < inputWords && (i < window || occupancy < cf * step)
      read += takes ? 1 : 0
      if i > 0 { occupancy = occupancy + 1 >= window ? 0 : occupancy + 1 }
      steps.add(1, reads: takes ? 1 : 0, writes: i > 0 ? 1 : 0)
    }
    return steps.loops + [.run(inputWords - read, reads: 1)]
  }

  /// Depthwise: writes start after R = (cf − 1)·(k − 1) iterations of reading.
  private var depthwiseLineLoops: [Loop] {
    let cf = channelFold
    let window = kernelLength * cf
    let inputWords = length * cf
    let head = (cf - 1) * (kernelLength - 1)
    var counter = cf
    var read = 0
    var steps = Loop.Joined()
    for i in 0..<(1 + head + outputLength * window) {
      let writes = i > head
      let takes = read < inputWords && (i < window || counter < cf * step)
      read += takes ? 1 : 0
      if writes { counter = counter + 1 >= window ? 0 : counter + 1 }
      steps.add(1, reads: takes ? 1 : 0, writes: writes ? 1 : 0)
    }
    return steps.loops + [.run(inputWords - read, reads: 1)]
  }
}
