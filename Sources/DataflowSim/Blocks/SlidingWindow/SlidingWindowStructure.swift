/// What the calibrated estimate of a sliding window is made of. Source: docs/cost-model.md#sliding-windows.
extension SlidingWindow {
  package func costStructure(in context: CostContext) -> CostStructure {
    if isRTL { return style == .parallel ? rtlParallel : rtlCyclic }
    return hlsVariant == .oneDimensionalParallel ? hlsParallel : hlsLines
  }

  private var wordBits: Int { simd * dataType.bits }

  /// A cyclic buffer and the controller that walks windows in it.
  private var rtlCyclic: CostStructure {
    var cost = CostStructure("ConvolutionInputGenerator_rtl")
    let addressBits = bufferDepth.ceilLog2
    let place = MemoryPlace(ramStyle: ramStyle, width: wordBits, depth: bufferDepth)
    cost.logic("address bit", addressBits, each: 20)
    // What LUT memories of 64 words each read goes through multiplexers.
    let banks = place == .lutram ? bufferDepth.dividedUp(by: 64) : 0
    cost.logic("bank bit", wordBits.multipliedWithoutOverflow(by: banks), each: 0.3)
    cost.registers("base", 1, each: 40)
    cost.registers("address bit", addressBits, each: 5)
    cost.registers("stream bit", wordBits, each: 4)
    cost.memory(place, width: wordBits, depth: bufferDepth)
    return cost
  }

  /// A shift register of a window's pixels, line buffers between its rows.
  private var rtlParallel: CostStructure {
    var cost = CostStructure(
      "ConvolutionInputGenerator_rtl, whole windows",
      derivation: "no placed generator of whole windows: registers of a window, and line buffers")
    cost.logic("address bit", bufferDepth.ceilLog2, each: 20, asIn: "ConvolutionInputGenerator_rtl")
    cost.logic("window bit", kernelPixels * wordBits, each: 0.3)
    cost.registers("base", 1, each: 40, asIn: "ConvolutionInputGenerator_rtl")
    cost.registers("window bit", kernelPixels * wordBits, each: 1.5)
    let depth = max(0, ifmDim[1] - dilatedKernel[1] + ifmDim[1] * (dilation[0] - 1)) * channelFold
    guard kernel[0] > 1, depth > 0 else { return cost }
    let place = MemoryPlace(ramStyle: ramStyle, width: wordBits, depth: depth)
    cost.memory(place, width: wordBits, depth: depth, copies: kernel[0] - 1)
    return cost
  }

  /// Line buffers, one above the kernel's rows per row of stride; in one dimension a single buffer.
  private var hlsLines: CostStructure {
    var cost = CostStructure(
      "ConvolutionInputGenerator_hls",
      derivation: is1D ? "no placed window of this variant: as the two-dimensional one" : nil)
    let lines = is1D ? 1 : kernel[0] + stride[0]
    let depth = (is1D ? kernelPixels : ifmDim[1]) * channelFold
    cost.logic("base", 1, each: 400)
    cost.logic("line bit", lines * wordBits, each: 1)
    cost.registers("base", 1, each: 350)
    cost.registers("stream bit", wordBits, each: 5)
    let place = MemoryPlace(ramStyle: ramStyle, width: wordBits, depth: depth)
    cost.memory(place, width: wordBits, depth: depth, copies: lines)
    // The address of a pixel is its number times its words: a shift, or a product.
    let isShift = channelFold & (channelFold - 1) == 0
    cost.count(.dsp, is1D || isShift ? 0 : 1)
    return cost
  }

  /// All pixels of a window in registers that shift or take in: a LUT and more than a register per bit.
  private var hlsParallel: CostStructure {
    var cost = CostStructure("ConvolutionInputGenerator_hls, whole windows")
    cost.logic("base", 1, each: 400)
    cost.logic("window bit", kernelPixels * wordBits, each: 3.5)
    cost.registers("base", 1, each: 150)
    cost.registers("window bit", kernelPixels * wordBits, each: 3.5)
    return cost
  }
}
