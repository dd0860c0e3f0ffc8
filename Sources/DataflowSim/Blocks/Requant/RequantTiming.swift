extension Requant: HLSBlock {
  /// One word in and out per iteration.
  public func timing() -> BlockTiming {
    schedule.timing([.run(product(numInputVectors) * channelFold, reads: 1, writes: 1)])
  }

  var hlsWork: HLSWork {
    HLSWork(.other(stages: 4), iterations: product(numInputVectors) * channelFold)
  }
}
