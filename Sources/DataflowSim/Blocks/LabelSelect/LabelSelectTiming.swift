extension LabelSelect: HLSBlock {
  /// Reads all labels, then writes the K best. A single iteration is spread over states: read, compare,
  /// write. Source: docs/reference/hls-rules.md#states.
  package func timing() -> BlockTiming {
    let reads = Loop.run(labelFold, reads: 1)
    let writes: [HLSStep] =
      k == 1 ? [.write(1)] : [.wait(1), .loop([.run(k, writes: 1)], stages: 2), .wait(1)]
    let loops = [reads, .run(k, writes: 1)]
    guard schedule.structure == .states else {
      return schedule.timing(
        loops,
        [.wait(schedule.tool == .vivado ? 3 : 2), .loop([reads], stages: schedule.stages)]
          + writes + [.drain],
        freeze: .untilRoom, writeStage: 1)
    }
    return schedule.timing(
      loops, [.read(1), .wait(schedule.stages - 3)] + writes + [.drain], freeze: .untilRoom,
      writeStage: 1)
  }

  var hlsWork: HLSWork {
    HLSWork(k == 1 ? .labelSelect : .other(stages: 2), iterations: labelFold)
  }
}
