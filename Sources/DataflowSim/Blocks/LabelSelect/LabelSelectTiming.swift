extension LabelSelect: TimedBlock {
  /// Reads all labels, then writes the K best.
  public func timing() -> BlockTiming {
    HLSPipeline(node, defaultLatency: 2).timing([.run(labelFold, reads: 1), .run(k, writes: 1)])
  }
}
