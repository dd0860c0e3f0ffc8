extension Lookup: HLSBlock {
  /// Embedded: a row per index. External: an outer initiation interval of E + 9 for E memory words
  /// of a row, read in a burst.
  package func timing() -> BlockTiming { schedule.timing(loops) }

  private var loops: [Loop] {
    let indices = product(inputShape)
    guard memoryMode == .external else { return [.run(indices, reads: 1, writes: 1)] }
    let burst = (outputs[0].words ?? indices) / max(indices, 1)
    return [.repeated(indices, [.run(1, reads: 1), .run(8), .run(burst, writes: 1)])]
  }

  var hlsWork: HLSWork {
    HLSWork(
      memoryMode == .external ? .other(stages: 9) : .lookup, iterations: Loop.iterations(loops))
  }
}
