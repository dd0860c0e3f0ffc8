extension Shuffle: HLSBlock {
  /// Each inner matrix, or the whole tensor, is stored and then read out in the new order.
  public func timing() -> BlockTiming { schedule.timing(loops) }

  private var loops: [Loop] {
    let stored = isInner ? innerWords : words
    return [.run(stored, reads: 1), .run(stored, writes: 1)]
  }

  var hlsWork: HLSWork { HLSWork(.other(stages: 3), iterations: Loop.iterations(loops)) }
}
