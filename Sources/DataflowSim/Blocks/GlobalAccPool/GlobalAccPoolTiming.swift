extension GlobalAccPool: HLSBlock {
  /// A loop that reads the whole map, then one that writes the sums.
  package func timing() -> BlockTiming {
    let (reads, writes) = (
      Loop.run(vectors * channelFold, reads: 1), Loop.run(channelFold, writes: 1)
    )
    return schedule.timing(
      [reads, writes],
      [
        .wait(2), .loop([reads], stages: 3), .wait(2), .loop([writes], stages: 2), .wait(2), .drain,
      ], freeze: .untilRoom, writeStage: 1
    ).inexact(
      mapThatIsNotSquare.map {
        "the hardware takes \($0.height) × \($0.height) pixels for a frame of \($0.height) × \($0.width) (SR307)"
      })
  }

  var hlsWork: HLSWork {
    HLSWork(.globalPool, iterations: vectors * channelFold + channelFold)
  }
}
