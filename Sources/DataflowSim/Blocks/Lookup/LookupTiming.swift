extension Lookup: TimedBlock {
  /// Embedded: a row per index. External: an outer initiation interval of E + 9 for E memory words
  /// of a row, read in a burst.
  public func timing() -> BlockTiming {
    let indices = product(inputShape)
    guard memoryMode == .external else {
      return HLSPipeline(node, defaultLatency: 2).timing([.run(indices, reads: 1, writes: 1)])
    }
    let burst = (outputs[0].words ?? indices) / max(indices, 1)
    return HLSPipeline(node, defaultLatency: 8).timing([
      .repeated(indices, [.run(1, reads: 1), .run(8), .run(burst, writes: 1)])
    ])
  }
}
