extension Shuffle: TimedBlock {
  /// Each inner matrix, or the whole tensor, is stored and then read out in the new order.
  public func timing() -> BlockTiming {
    let stored = isInner ? innerWords : words
    return HLSPipeline(node, defaultLatency: 2).timing([
      .run(stored, reads: 1), .run(stored, writes: 1),
    ])
  }
}
