extension MaxPool: TimedBlock {
  /// 2D: for each output row, k rows of reads, then the row's writes with no reads meanwhile. 1D:
  /// per output k pixels of reads, then the fold's writes; pixels left over are read and dropped,
  /// or, with CeilMode, make a last short window.
  /// Source: docs/reference/hls-rules.md#what-an-iteration-does.
  public func timing() -> BlockTiming {
    HLSPipeline(node, defaultLatency: 2).timing(is1D ? lineLoops : imageLoops)
  }

  private var imageLoops: [Loop] {
    let row: [Loop] = [.run(poolDim[0] * imgDim[1], reads: 1), .run(outputDim[1], writes: 1)]
    return [.repeated(outputDim[0], row)]
  }

  private var lineLoops: [Loop] {
    let (length, k, outputs) = (
      imgDim[0] * imgDim[1], poolDim[0] * poolDim[1], outputDim[0] * outputDim[1]
    )
    let whole = min(outputs, length / k)
    let rest = length - whole * k
    let window: [Loop] = [.run(k * channelFold, reads: 1), .run(channelFold, writes: 1)]
    let short: [Loop] = [
      .run(rest * channelFold, reads: 1), .run((outputs - whole) * channelFold, writes: 1),
    ]
    // The buffer is cleared first, a channel fold per iteration.
    return [.run(channelFold), .repeated(whole, window)] + short
  }
}
