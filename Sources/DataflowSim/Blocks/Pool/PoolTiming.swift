extension Pool: TimedBlock {
  /// A word in per iteration, one out after the K words of a window.
  public func timing() -> BlockTiming {
    HLSPipeline(node, defaultLatency: 3).timing([
      .repeated(product(outputDim) * channelFold * batch, Loop.reduce(kernelPixels))
    ])
  }
}
