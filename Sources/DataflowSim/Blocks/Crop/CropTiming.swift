extension Crop: HLSBlock {
  /// A word in per iteration, forwarded if it lies inside. `cut` is north, west, south, east.
  public func timing() -> BlockTiming { schedule.timing(loops) }

  private var loops: [Loop] {
    let width = imgDim[1] * channelFold
    let row: [Loop] = [
      .run(cut[1] * channelFold, reads: 1), .run(outputDim[1] * channelFold, reads: 1, writes: 1),
      .run(cut[3] * channelFold, reads: 1),
    ]
    return [
      .run(cut[0] * width, reads: 1), .repeated(outputDim[0], row),
      .run(cut[2] * width, reads: 1),
    ]
  }

  var hlsWork: HLSWork { HLSWork(.other(stages: 3), iterations: Loop.iterations(loops)) }
}
