extension Reshape: HLSBlock {
  /// In RTL a width converter between equal widths, which is a wire; in HLS a loop that hands a word on
  /// in each iteration.
  package func timing() -> BlockTiming {
    if isRTL { return BlockTiming(body: .wire) }
    return schedule.timing([.run(expectedCycles, reads: 1, writes: 1)])
  }

  var hlsWork: HLSWork { HLSWork(.other(stages: 3), iterations: expectedCycles) }
}
