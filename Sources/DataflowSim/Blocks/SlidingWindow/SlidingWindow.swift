/// Sliding window generator ("SWG"): turns an image into the sequence of its kernel windows, SIMD
/// channels per word. Padding is never part of it.
///
/// Lists are [height, width] everywhere.
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles,
/// #sliding-window-estimates; docs/reference/sliding-windows.md.
package struct SlidingWindow: Block {
  package static let opTypes = ["ConvolutionInputGenerator_rtl", "ConvolutionInputGenerator_hls"]
  package static let summary = "Sliding windows of an image, SIMD channels per word"
  package static let attributes: [AttributeSpec] = [
    .ints("ConvKernelDim", count: 2, "kernel height and width"),
    .int("IFMChannels", "channels"),
    .ints("IFMDim", count: 2, "input height and width"),
    .ints("OFMDim", count: 2, "output height and width"),
    .int("SIMD", "channels per word; divides IFMChannels"),
    .ints("Stride", count: 2, default: [1, 1], "step of the window"),
    .ints("Dilation", count: 2, default: [1, 1], "distance of kernel pixels"),
    .dataType("inputDataType", "element type"),
    .dataType("outputDataType", default: "", "element type; equal to inputDataType"),
    .flag("depthwise", "output order: channel folds outside kernel pixels"),
    .string(
      "ram_style", oneOf: ["auto", "block", "distributed", "ultra"], default: "distributed",
      "line buffer memory"),
    .flag("parallel_window", "emit all pixels of a window in one word"),
    .flag("is1D", "one spatial dimension is 1"),
    .flag("dynamic_mode", "reprogrammable over AXI-Lite"),
    .int("M", default: 1, "pixels per word (must stay 1)").only(.rtl),
  ]

  /// How the RTL generator is built.
  package enum Style: String, Sendable {
    /// A cyclic buffer that emits one SIMD word of a window at a time.
    case cyclic = "default"
    /// A shift register that emits whole windows.
    case parallel
  }

  package let node: NodeSettings
  package let kernel: [Int]
  package let channels: Int
  package let ifmDim: [Int]
  package let ofmDim: [Int]
  package let simd: Int
  package let stride: [Int]
  package let dilation: [Int]
  package let dataType: DataType
  package let depthwise: Bool
  package let ramStyle: String
  package let parallelWindow: Bool
  package let is1D: Bool
  package let dynamicMode: Bool

  package init(_ a: Attributes) throws {
    node = a.settings
    kernel = a.ints("ConvKernelDim")
    channels = a.int("IFMChannels")
    ifmDim = a.ints("IFMDim")
    ofmDim = a.ints("OFMDim")
    simd = a.int("SIMD")
    stride = a.ints("Stride")
    dilation = a.ints("Dilation")
    dataType = a.dataType("inputDataType")
    depthwise = a.flag("depthwise")
    ramStyle = a.string("ram_style")
    parallelWindow = a.flag("parallel_window")
    is1D = a.flag("is1D")
    dynamicMode = a.flag("dynamic_mode")
    try a.size("an image", ifmDim + [channels])
    try a.size("a window sequence", ofmDim + kernel + [channels])
    try a.requireDivides("SIMD", channels, "IFMChannels")
    let output = a.optionalDataType("outputDataType")
    try a.require(
      output == nil || output == dataType, "outputDataType", "must equal inputDataType")
    if a.isRTL { try a.require(a.int("M") == 1, "M", "is not supported; it must be 1") }
    try checkWindow(a)
    try checkParallelWindow(a)
  }

  private func checkWindow(_ a: Attributes) throws {
    for axis in 0..<2 {
      let name = ["height", "width"][axis]
      let (reach, overflow) = (kernel[axis] - 1).multipliedReportingOverflow(by: dilation[axis])
      try a.require(
        !overflow && reach < ifmDim[axis], "ConvKernelDim",
        "with dilation \(dilation[axis]) exceeds the image's \(name) of \(ifmDim[axis])")
      try a.require(
        stride[axis] <= ifmDim[axis], "Stride", "exceeds the image's \(name) of \(ifmDim[axis])")
    }
    let expected = (0..<2).map { (ifmDim[$0] - dilatedKernel[$0]) / stride[$0] + 1 }
    try a.require(
      ofmDim == expected, "OFMDim",
      "does not follow from IFMDim, kernel, stride and dilation: "
        + "\(expected) does")
  }

  private func checkParallelWindow(_ a: Attributes) throws {
    // The HLS block falls back to single words instead.
    guard parallelWindow, a.isRTL else { return }
    try a.require(!dynamicMode, "dynamic_mode", "excludes parallel_window")
    guard kernelPixels > 1, !depthwise else { return }
    try a.require(
      simd == channels, "SIMD", "must equal IFMChannels = \(channels) with parallel_window")
  }

  /// Kernel size with dilation: (k − 1)·d + 1.
  package var dilatedKernel: [Int] { (0..<2).map { (kernel[$0] - 1) * dilation[$0] + 1 } }
  package var kernelPixels: Int { product(kernel) }
  /// Words of an input pixel: channels / SIMD.
  package var channelFold: Int { channels / simd }
  /// Style of the RTL generator.
  package var style: Style {
    (parallelWindow && kernelPixels > 1) || kernelPixels == 1 ? .parallel : .cyclic
  }
  /// Whether an output word holds a whole window.
  package var emitsWholeWindows: Bool {
    isRTL ? style == .parallel : hlsVariant == .oneDimensionalParallel
  }

  package var inputs: [Port] {
    [
      Port(
        normal: [1] + ifmDim + [channels], folded: [1] + ifmDim + [channelFold, simd],
        dataType: dataType)
    ]
  }

  package var outputs: [Port] {
    let words = emitsWholeWindows ? channelFold : kernelPixels * channelFold
    let elements = emitsWholeWindows ? kernelPixels * simd : simd
    return [
      Port(
        normal: [1] + ofmDim + [kernelPixels * channels],
        folded: [1] + ofmDim + [words, elements], dataType: dataType)
    ]
  }

  package var expectedCycles: Int { isRTL ? rtlCycles : hlsCycles }

  package var buildIssues: [String] {
    if !isRTL { return hlsIssues }
    return rtlCodegenLegal
      ? []
      : ["the window jumps further down than its buffer is deep (flat kernel, vertical stride)"]
  }

  package func resources(on device: DSPFamily) -> ResourceEstimate {
    ResourceEstimate(finn: isRTL ? rtlResources : hlsResources)
  }
}
