extension Upsample: HLSBlock {
  /// A word out per iteration. The first output row of each input row consumes that row in its first
  /// iterations; in one column every s-th iteration reads.
  package func timing() -> BlockTiming { schedule.timing(loops) }

  private var loops: [Loop] {
    let (rows, columns) = (outputDim[0], outputDim[1])
    let (rowScale, columns0) = (max(1, rows / inputDim[0]), inputDim[1])
    let reading: [Loop] = [
      .run(columns0 * channelFold, reads: 1, writes: 1),
      .run((columns - columns0) * channelFold, writes: 1),
    ]
    let repeating = Loop.run(columns * channelFold, writes: 1)
    let read = min(inputDim[0], rows)
    return [
      .repeated(read, reading + [.repeated(rowScale - 1, [repeating])]),
      .repeated(rows - read * rowScale, [repeating]),
    ]
  }

  var hlsWork: HLSWork { HLSWork(.upsample, iterations: Loop.iterations(loops)) }
}
