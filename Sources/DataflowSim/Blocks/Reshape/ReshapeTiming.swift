extension Reshape: TimedBlock {
  /// In RTL a width converter between equal widths, which is a wire; in HLS a loop that hands a word on
  /// in each iteration.
  public func timing() -> BlockTiming {
    if isRTL { return BlockTiming(body: .wire) }
    return HLSPipeline(node, defaultLatency: 1).timing([
      .run(expectedCycles, reads: 1, writes: 1)
    ])
  }
}
