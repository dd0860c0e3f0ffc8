extension InnerShuffle: TimedBlock {
  /// Each inner matrix is stored, then read out transposed.
  public func timing() -> BlockTiming {
    let matrix = product(shape.inputShape.suffix(2)) / shape.simd
    return HLSPipeline(node, defaultLatency: 2).timing([
      .run(matrix, reads: 1), .run(matrix, writes: 1),
    ])
  }
}

extension OuterShuffle: TimedBlock {
  /// The whole tensor is stored, then read out in the new order.
  public func timing() -> BlockTiming {
    HLSPipeline(node, defaultLatency: 2).timing([
      .run(shape.words, reads: 1), .run(shape.words, writes: 1),
    ])
  }
}
