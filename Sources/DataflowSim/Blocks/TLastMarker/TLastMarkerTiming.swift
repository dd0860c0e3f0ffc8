extension TLastMarker: HLSBlock {
  /// Passes words on, one per iteration.
  package func timing() -> BlockTiming {
    schedule.timing([.run(iterations, reads: 1, writes: 1)])
  }

  var hlsWork: HLSWork {
    HLSWork(.tlastMarker(isDynamic: dynamicIterations), iterations: iterations)
  }
}
