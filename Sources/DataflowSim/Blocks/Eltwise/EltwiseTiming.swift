extension Eltwise: HLSBlock {
  /// One word from each input and one out per iteration; both inputs are required.
  public func timing() -> BlockTiming {
    schedule.timing([.run(vectors * channelFold, reads: 3, writes: 1)])
  }

  var hlsWork: HLSWork {
    HLSWork(
      opType == "AddStreams_hls" ? .addStreams(parallel: pe) : .eltwise,
      iterations: vectors * channelFold)
  }
}

extension Elementwise: HLSBlock {
  /// RTL of the development branch: `EltwiseCore`. HLS: one word out per iteration; an operand with fewer
  /// words than the output is read on the first use of each of its words.
  public func timing() -> BlockTiming {
    if node.isDevelopmentRTL { return coreTiming }
    let words = outputs[0].words ?? 0
    let pace = inputs.map { max(1, words / max($0.words ?? words, 1)) }
    let slowest = pace.max() ?? 1
    let steps = (0..<slowest).map { i in
      (
        reads: pace.enumerated().reduce(UInt32(0)) {
          $0 | (i % $1.element == 0 ? 1 << $1.offset : 0)
        },
        writes: UInt32(1)
      )
    }
    return schedule.timing([.repeated(words / slowest, Loop.joined(steps))])
      .inexact(node.foreignRTL)
  }

  var hlsWork: HLSWork { HLSWork(.elementwise, iterations: outputs[0].words ?? 0) }
}
