extension FMPaddingPixel: HLSBlock {
  /// A word out per iteration; reads where row and column are multiples of the stride.
  package func timing() -> BlockTiming { schedule.timing(loops) }

  private var loops: [Loop] {
    let pixel = Loop.run(channelFold, reads: 1, writes: 1)
    let gap = Loop.run((stride[1] - 1) * channelFold, writes: 1)
    let row: [Loop] = [.repeated(imgDim[1] - 1, [pixel, gap]), pixel]
    let empty = Loop.run((stride[0] - 1) * outputDim[1] * channelFold, writes: 1)
    return [.repeated(imgDim[0] - 1, row + [empty])] + row
  }

  var hlsWork: HLSWork { HLSWork(.pixelPadding, iterations: Loop.iterations(loops)) }
}
