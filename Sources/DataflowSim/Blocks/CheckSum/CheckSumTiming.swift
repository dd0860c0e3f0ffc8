extension CheckSum: TimedBlock {
  /// Passes words on, one per iteration.
  public func timing() -> BlockTiming {
    HLSPipeline(node, defaultLatency: 1).timing([.run(wordsPerFrame, reads: 1, writes: 1)])
  }
}
