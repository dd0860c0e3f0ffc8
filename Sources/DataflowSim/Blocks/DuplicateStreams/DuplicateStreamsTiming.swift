extension DuplicateStreams: HLSBlock {
  /// A word in and one to every output per iteration; blocked while any output is full.
  package func timing() -> BlockTiming {
    let all = Loop.all(copies)
    return schedule.timing([.run(expectedWords, reads: 1, writes: all)])
  }

  private var expectedWords: Int { product(numInputVectors) * channelFold }

  var hlsWork: HLSWork { HLSWork(.duplicateStreams, iterations: expectedWords) }
}
