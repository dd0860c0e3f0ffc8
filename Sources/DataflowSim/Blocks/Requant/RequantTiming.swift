extension Requant: TimedBlock {
  /// One word in and out per iteration.
  public func timing() -> BlockTiming {
    HLSPipeline(node, defaultLatency: 3).timing([
      .run(product(numInputVectors) * channelFold, reads: 1, writes: 1)
    ])
  }
}
