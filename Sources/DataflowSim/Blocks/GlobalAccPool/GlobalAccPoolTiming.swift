extension GlobalAccPool: TimedBlock {
  /// Reads the whole map, then writes the sums.
  public func timing() -> BlockTiming {
    HLSPipeline(node, defaultLatency: 2).timing([
      .run(vectors * channelFold, reads: 1), .run(channelFold, writes: 1),
    ])
  }
}
