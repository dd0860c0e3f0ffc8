extension CheckSum: HLSBlock {
  /// Passes words on, one per iteration.
  package func timing() -> BlockTiming {
    schedule.timing([.run(wordsPerFrame, reads: 1, writes: 1)])
  }

  var hlsWork: HLSWork { HLSWork(.other(stages: 3), iterations: wordsPerFrame) }
}
