extension Thresholding: TimedBlock {
  /// RTL: a free-running binary search of P = `stages`·(1 + deep_pipeline) registers, whose
  /// credit counter guards the output queue. It behaves like a FIFO of latency P + 2 and capacity P + 3;
  /// PE, channels, types and bias have no influence.
  /// ```
  /// In[i]  = max(p(i), Out[i-(P+3)] + 1)
  /// Out[i] = first ready cycle ≥ max(In[i] + P + 2, Out[i-1] + 1)
  /// ```
  /// Source: docs/reference/rtl-rules.md#thresholding. HLS: one word in and out per iteration.
  package func timing() -> BlockTiming {
    guard isRTL else {
      return schedule.timing([.run(vectors * channelFold, reads: 1, writes: 1)])
    }
    let pipeline = stages * (deepPipeline ? 2 : 1)
    return BlockTiming(
      inputStages: [[Stage(latency: pipeline + 2, capacity: pipeline + 3)]], body: .wire
    ).inexact(unbuilt)
  }
}

extension Thresholding: HLSBlock {
  var hlsWork: HLSWork {
    HLSWork(.thresholding(steps: steps), iterations: vectors * channelFold)
  }
}
