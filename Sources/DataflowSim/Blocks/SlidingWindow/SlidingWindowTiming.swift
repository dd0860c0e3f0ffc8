extension SlidingWindow: TimedBlock {
  package func timing() -> BlockTiming {
    var timing = isRTL ? rtlTiming : hlsTiming
    timing.hasOwnRhythm = true
    return timing
  }

  private var rtlTiming: BlockTiming {
    let geometry = geometry
    if style == .parallel {
      return BlockTiming(
        heldWords: geometry.heldWords,
        body: .process {
          ShiftWindow(input: $0.inputs[0], output: $0.outputs[0], geometry: geometry)
        })
    }
    return BlockTiming(
      heldWords: geometry.heldWords,
      body: .process {
        CyclicWindowBuffer(input: $0.inputs[0], output: $0.outputs[0], geometry: geometry)
      })
  }

  var geometry: WindowGeometry {
    WindowGeometry(
      kernelH: kernel[0], kernelW: kernel[1], strideH: stride[0], strideW: stride[1],
      dilationH: dilation[0], dilationW: dilation[1], inputH: ifmDim[0], inputW: ifmDim[1],
      outputH: ofmDim[0], outputW: ofmDim[1], fold: channelFold, isDepthwise: depthwise)
  }
}
