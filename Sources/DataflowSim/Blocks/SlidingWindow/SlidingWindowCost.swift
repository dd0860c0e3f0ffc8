/// Cycles, buffers and resources of the sliding window generator.
/// Source: docs/reference/finn-dialect.md#sliding-window-estimates;
/// docs/reference/resources.md#sliding-window-cost.
extension SlidingWindow {
  private var isFlat: Bool { ifmDim[0] == 1 || ifmDim[1] == 1 }

  /// Index of the axis a 1D generator runs along: the one that is not 1.
  private var longAxis: Int { ifmDim[1] == 1 ? 0 : 1 }

  // MARK: RTL

  /// Words from the first to the last of a window: the least the cyclic buffer must hold.
  package var windowSpan: Int {
    ((kernel[0] - 1) * dilation[0] * ifmDim[1] + (kernel[1] - 1) * dilation[1] + 1) * channelFold
  }

  /// Words of the RTL generator's buffer.
  package var bufferDepth: Int {
    guard style == .cyclic else { return windowSpan - channelFold + 2 }
    return windowSpan + max(0, (stride[1] - 1 - kernelPixels) * channelFold)
      + max(0, ((stride[0] - 1) * ifmDim[1] - kernelPixels) * channelFold)
  }

  var rtlCycles: Int {
    if style == .parallel { return product(ifmDim) * channelFold + 2 }
    if isFlat {
      let (k, s, length) = (kernel[longAxis], stride[longAxis], ofmDim[longAxis])
      let cycles = length * k * channelFold + 2
      return depthwise ? cycles + channelFold * (k - 1) * (s - 1) - (k - 1) : cycles
    }
    let writes = ofmDim[1] * kernelPixels * channelFold
    let reads = stride[1] * ifmDim[1] * channelFold
    let row =
      max(writes, reads)
      + (depthwise ? ofmDim[1] * (stride[1] - 1) * (channelFold - 1) : 0)
    let tail = depthwise ? (stride[0] - 1) * ifmDim[1] * channelFold : 0
    return windowSpan + ofmDim[0] * row + tail
  }

  /// Whether FINN's code generation accepts the configuration: the read position never jumps
  /// further than the buffer is deep.
  package var rtlCodegenLegal: Bool {
    guard style == .cyclic else { return true }
    let skipped = ifmDim[1] % (dilatedKernel[1] + (ofmDim[1] - 1) * stride[1])
    let acrossRow = -windowSpan + stride[1] * channelFold + 1
    let downRow =
      -windowSpan + (skipped + dilatedKernel[1]) * channelFold
      + (stride[0] - 1) * ifmDim[1] * channelFold + 1
    return abs(acrossRow) <= bufferDepth && abs(downRow) <= bufferDepth
  }

  /// Line buffers as FINN counts them: how many, and how deep each is.
  private var lineBuffers: (count: Int, depth: Int) {
    if style == .cyclic { return (1, bufferDepth) }
    if isFlat { return (0, 0) }
    return (kernel[0] - 1, ifmDim[1] - dilatedKernel[1] + ifmDim[1] * (dilation[0] - 1))
  }

  var rtlResources: Resources {
    let width = simd * dataType.bits
    let (count, depth) = lineBuffers
    switch ramStyle {
    case "distributed": return Resources(lut: 300 + width * bufferDepth.dividedUp(by: 38))
    case "ultra":
      return Resources(lut: 300, uram: MemoryShape.uram(width: width, depth: depth) * count)
    default:
      return Resources(lut: 300, bram18: cascadedBRAM(width: width, depth: depth) * count)
    }
  }

  /// RAMB18 blocks of one line buffer; beyond 16384 words the last cascade stage may be narrower.
  private func cascadedBRAM(width: Int, depth: Int) -> Int {
    let stages = depth.dividedUp(by: 16384)
    let columns = width.dividedUp(by: MemoryShape.windowWidth(depth: depth))
    guard depth > 16384 else { return stages * columns }
    let lastColumns = width.dividedUp(by: MemoryShape.windowWidth(depth: depth % 16384))
    return stages * columns - (columns - lastColumns)
  }

  // MARK: HLS

  /// The finn-hlslib function FINN picks.
  package enum HLSVariant: String, Sendable {
    case plain = "ConvolutionInputGenerator"
    case plainDepthwise = "ConvolutionInputGenerator_dws"
    case kernelStride = "ConvolutionInputGenerator_kernel_stride"
    case kernelStrideDepthwise = "ConvolutionInputGenerator_kernel_stride_dws"
    case oneDimensional = "ConvolutionInputGenerator_1D"
    case oneDimensionalParallel = "ConvolutionInputGenerator_1D_parallel"
    case oneDimensionalDepthwise = "ConvolutionInputGenerator_1D_dws"
    case oneDimensionalDepthwiseStride = "ConvolutionInputGenerator_1D_dws_stride"
    case oneDimensionalDepthwiseNaive = "ConvolutionInputGenerator_1D_dws_naive"
  }

  package var hlsVariant: HLSVariant {
    guard is1D else {
      switch (kernel[0] % stride[0] == 0, depthwise) {
      case (true, false): return .plain
      case (true, true): return .plainDepthwise
      case (false, false): return .kernelStride
      case (false, true): return .kernelStrideDepthwise
      }
    }
    let (s, d) = (stride[longAxis], dilation[longAxis])
    if !depthwise {
      let parallel =
        parallelWindow && simd == channels && s == 1 && d == 1
        && (ramStyle == "auto" || ramStyle == "distributed")
      return parallel ? .oneDimensionalParallel : .oneDimensional
    }
    if d > 1 || s > 2 { return .oneDimensionalDepthwiseNaive }
    return s == 2 ? .oneDimensionalDepthwiseStride : .oneDimensionalDepthwise
  }

  var hlsCycles: Int {
    guard is1D else {
      let row = max(ofmDim[1] * kernelPixels * channelFold, stride[1] * ifmDim[1] * channelFold)
      return ifmDim[1] * kernel[0] * dilation[0] * channelFold + ofmDim[0] * row
    }
    let (k, output) = (kernel[longAxis], ofmDim[longAxis])
    let windows = output * k * channelFold
    switch hlsVariant {
    case .oneDimensionalParallel: return k + output
    case .oneDimensionalDepthwise, .oneDimensionalDepthwiseStride:
      return 1 + windows + channelFold * (k - 1) - (k - 1)
    case .oneDimensionalDepthwiseNaive: return ifmDim[longAxis] * channelFold + windows
    default: return 1 + windows
    }
  }

  var hlsIssues: [String] {
    var issues: [String] = []
    if dynamicMode { issues.append("the HLS block has no dynamic_mode") }
    guard !is1D else { return issues }
    for (name, list) in [("IFMDim", ifmDim), ("ConvKernelDim", kernel), ("Stride", stride)]
    where list[0] != list[1] {
      issues.append("the HLS block needs a square \(name)")
    }
    if dilation != [1, 1] { issues.append("the HLS block needs dilation 1 in 2D") }
    return issues
  }

  var hlsResources: Resources { is1D ? hlsResources1D : hlsResources2D }

  private var hlsResources2D: Resources {
    let width = simd * dataType.bits
    let line = ifmDim[0] * channelFold
    let lines = kernel[0] + stride[0]
    switch ramStyle {
    case "distributed": return Resources(lut: 300 + lines * width * line.dividedUp(by: 64))
    case "ultra":
      return Resources(
        lut: 300, uram: lines * width.dividedUp(by: 64) * line.dividedUp(by: 4096))
    default:
      let columns = width.dividedUp(by: MemoryShape.windowWidth(depth: line))
      return Resources(lut: 300, bram18: lines * columns)
    }
  }

  private var hlsResources1D: Resources {
    let k = kernel[longAxis]
    let width = simd * dataType.bits
    if hlsVariant == .oneDimensionalParallel {
      let lut = ramStyle == "distributed" ? (width * (k + 1)).dividedUp(by: 64) : 0
      return Resources(lut: 300 + lut)
    }
    let pixels =
      switch hlsVariant {
      case .oneDimensional: k - 1
      case .oneDimensionalDepthwiseNaive: ifmDim[longAxis]
      default: k
      }
    let depth = pixels * channelFold
    switch ramStyle {
    case "distributed":
      return Resources(lut: 300 + (dataType.bits * pixels * channels).dividedUp(by: 64))
    case "ultra":
      return Resources(lut: 300, uram: MemoryShape.uram(width: width, depth: depth))
    default:
      let columns = width.dividedUp(by: MemoryShape.windowWidth(depth: depth))
      return Resources(lut: 300, bram18: columns * depth.dividedUp(by: 18432))
    }
  }
}
