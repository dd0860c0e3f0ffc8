extension DuplicateStreams: HLSBlock {
  /// A word in and one to every output per iteration; blocked while any output is full.
  package func timing() -> BlockTiming {
    let all = copies >= 32 ? UInt32.max : (1 << UInt32(copies)) - 1
    return schedule.timing([.run(expectedWords, reads: 1, writes: all)])
  }

  private var expectedWords: Int { product(numInputVectors) * channelFold }

  var hlsWork: HLSWork { HLSWork(.duplicateStreams, iterations: expectedWords) }
}
