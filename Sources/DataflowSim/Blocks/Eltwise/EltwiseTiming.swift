extension Eltwise: HLSBlock {
  /// One word from each input and one out per iteration; both inputs are required.
  package func timing() -> BlockTiming {
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
  package func timing() -> BlockTiming {
    if node.isDevelopmentRTL { return coreTiming }
    let slowest = pace.max() ?? 1
    return schedule.timing([.repeated((outputs[0].words ?? 0) / slowest, group(pace, slowest))])
      .inexact(node.foreignRTL)
  }

  /// Output words per word of each input.
  private var pace: [Int] {
    let words = outputs[0].words ?? 0
    return inputs.map { max(1, words / max($0.words ?? words, 1)) }
  }

  /// `count` iterations, of which every `pace[i]`-th reads input i.
  private func group(_ pace: [Int], _ count: Int) -> [Loop] {
    let sparse = pace.filter { $0 > 1 }
    func reads(_ i: Int) -> UInt32 {
      pace.indices.reduce(0) { $0 | (i % pace[$1] == 0 ? 1 << UInt32($1) : 0) }
    }
    let always = pace.indices.reduce(UInt32(0)) { $0 | (pace[$1] == 1 ? 1 << UInt32($1) : 0) }
    var loops = Loop.Joined()
    var i = 0
    while i < count {
      let next = sparse.reduce(count) { min($0, (i / $1 + 1) * $1) }
      loops.add(1, reads: reads(i), writes: 1)
      loops.add(next - i - 1, reads: always, writes: 1)
      i = next
    }
    return loops.loops
  }

  var listedLoops: Int {
    let slowest = pace.max() ?? 1
    return pace.reduce(0) { $0 + ($1 > 1 ? 2 * slowest / $1 : 0) }
  }

  var hlsWork: HLSWork { HLSWork(.elementwise, iterations: outputs[0].words ?? 0) }
}
