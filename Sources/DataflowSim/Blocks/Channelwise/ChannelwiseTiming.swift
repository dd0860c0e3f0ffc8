extension Channelwise: HLSBlock {
  /// One word in and out per iteration.
  package func timing() -> BlockTiming {
    schedule.timing([.run(expectedCycles, reads: 1, writes: 1)])
  }

  var hlsWork: HLSWork { HLSWork(.channelwise(parallel: pe), iterations: expectedCycles) }
}
