extension MaxPool: TimedBlock {
  /// Source: docs/reference/hls-rules.md#nested-structure; the one-dimensional form
  /// #what-an-iteration-does, in the states of the others.
  package func timing() -> BlockTiming {
    if schedule.tool == .vivado, !is1D, !isOneBit {
      return schedule.timing(
        loops, [.wait(1)] + vivadoRows + [.wait(1), .drain], freeze: .untilRoom, writeStage: 1)
    }
    return schedule.timing(
      loops, [.wait(3)] + (is1D ? line : isOneBit ? flattenedRows : rows) + [.wait(1), .drain],
      freeze: .untilRoom, writeStage: 1)
  }

  private var isOneBit: Bool { dataType.bits == 1 }

  /// The reads and writes of a frame in their order.
  private var loops: [Loop] {
    guard !is1D else { return lineLoops }
    return [
      .repeated(
        outputDim[0], [.run(poolDim[0] * imgDim[1], reads: 1), .run(outputDim[1], writes: 1)])
    ]
  }

  /// The pool's buffer is cleared; then, per output row, k reads at a time, and the row is written with
  /// no reads meanwhile.
  private var rows: [HLSStep] {
    let groups = poolDim[0] * outputDim[1]
    return [
      .loop([.run(outputDim[1])], stages: 1),
      .repeated(
        outputDim[0],
        [
          .wait(1),
          .repeated(groups, [.wait(3), .loop([.run(poolDim[1], reads: 1)], stages: 1)]),
          .wait(1), .loop([.run(outputDim[1], writes: 1)], stages: 2),
        ]),
    ]
  }

  /// Vivado HLS 2020.1: two cycles per read and per write, by the sums its reports state; where in a row the
  /// words move is not known. Source: docs/reference/hls-rules.md#vivado-hls-20201.
  private var vivadoRows: [HLSStep] {
    [
      .loop([.run(outputDim[1])], stages: 1),
      .repeated(
        outputDim[0],
        [
          .repeated(poolDim[0] * imgDim[1], [.loop([.run(1, reads: 1)], stages: 1)]),
          .wait(outputDim[1] + 2), .loop([.run(outputDim[1], writes: 1)], stages: 2),
        ]),
    ]
  }

  /// One-bit elements: the reads of an output row are one loop.
  private var flattenedRows: [HLSStep] {
    [
      .repeated(
        outputDim[0],
        [
          .wait(1), .loop([.run(poolDim[0] * imgDim[1], reads: 1)], stages: 3), .wait(2),
          .loop([.run(outputDim[1], writes: 1)], stages: 2),
        ])
    ]
  }

  /// 1D: per output k pixels of reads, then the fold's writes; pixels left over are read and dropped,
  /// or, with CeilMode, make a last short window.
  private var line: [HLSStep] {
    let (pixels, k) = (windows, poolDim[0] * poolDim[1])
    func window(_ pixels: Int, _ outputs: Int) -> [HLSStep] {
      [
        .wait(1), .loop([.run(pixels * channelFold, reads: 1)], stages: 2),
        .wait(1), .loop([.run(outputs * channelFold, writes: 1)], stages: 2),
      ]
    }
    // The buffer is cleared first, a channel fold per iteration.
    return [
      .loop([.run(channelFold)], stages: 1), .repeated(pixels.whole, window(k, 1)),
    ] + (pixels.rest + pixels.short > 0 ? window(pixels.rest, pixels.short) : [])
  }

  /// 1D: whole windows, pixels left over, and outputs they make.
  private var windows: (whole: Int, rest: Int, short: Int) {
    let (length, k, outputs) = (product(imgDim), product(poolDim), product(outputDim))
    let whole = min(outputs, length / k)
    return (whole, length - whole * k, outputs - whole)
  }

  private var lineLoops: [Loop] {
    let (pixels, k) = (windows, poolDim[0] * poolDim[1])
    return [
      .repeated(
        pixels.whole, [.run(k * channelFold, reads: 1), .run(channelFold, writes: 1)]),
      .run(pixels.rest * channelFold, reads: 1), .run(pixels.short * channelFold, writes: 1),
    ]
  }
}

extension MaxPool: HLSBlock {
  var hlsWork: HLSWork {
    HLSWork(
      is1D || poolDim[0] != poolDim[1] || imgDim[0] != imgDim[1] ? .other(stages: 2) : .maxPool,
      iterations: Loop.iterations(loops))
  }
}
