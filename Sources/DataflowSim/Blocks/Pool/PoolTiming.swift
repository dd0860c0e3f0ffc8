extension Pool: HLSBlock {
  /// A word in per iteration, one out after the K words of a window.
  package func timing() -> BlockTiming { schedule.timing(loops) }

  private var loops: [Loop] {
    [.repeated(product(outputDim) * channelFold * batch, Loop.reduce(kernelPixels))]
  }

  var hlsWork: HLSWork { HLSWork(.pool, iterations: Loop.iterations(loops)) }
}
