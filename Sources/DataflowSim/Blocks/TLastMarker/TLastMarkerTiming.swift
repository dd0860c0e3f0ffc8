extension TLastMarker: TimedBlock {
  /// Passes words on, one per iteration.
  public func timing() -> BlockTiming {
    HLSPipeline(node, defaultLatency: 1).timing([.run(iterations, reads: 1, writes: 1)])
  }
}
