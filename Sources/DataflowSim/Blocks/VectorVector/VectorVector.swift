/// Vector-vector-activation unit: a depthwise convolution's compute part. Each of PE channels per
/// cycle sums SIMD kernel products; one kernel per channel.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles;
/// docs/reference/resources.md#memory-shapes, #depthwise-cost, #operation-counts;
/// docs/reference/rtl-rules.md#depthwise-unit.
package struct VectorVector: Block {
  package static let opTypes = ["VVAU_hls", "VVAU_rtl"]
  package static let summary =
    "Depthwise dot products, PE channels and SIMD kernel pixels per cycle"
  package static let attributes: [AttributeSpec] =
    [
      .int("Channels", "channels of the map"),
      .ints("Dim", count: 2, "output height and width"),
      .ints("Kernel", count: 2, "kernel height and width"),
      .int("PE", "channels per cycle; divides Channels"),
      .int("SIMD", default: 1, "kernel pixels per cycle; divides the kernel's pixel count"),
    ] + ComputeSettings.attributes

  package let node: NodeSettings
  package let channels: Int
  /// Output height and width.
  package let dim: [Int]
  package let kernel: [Int]
  package let pe: Int
  package let simd: Int
  /// Data types, memory mode, compute core.
  package let compute: ComputeSettings

  package init(_ a: Attributes) throws {
    node = a.settings
    channels = a.int("Channels")
    dim = a.ints("Dim")
    kernel = a.ints("Kernel")
    pe = a.int("PE")
    simd = a.int("SIMD")
    try a.size("a computation", [channels] + dim + kernel)
    try a.requireDivides("PE", channels, "Channels")
    try a.requireDivides("SIMD", product(kernel), "the pixels of Kernel")
    compute = try ComputeSettings(a, simd: simd, fold: product(kernel) / simd)
  }

  /// Kernel pixels.
  package var kernelPixels: Int { product(kernel) }
  /// Words per output word: kernel pixels / SIMD.
  package var synapseFold: Int { kernelPixels / simd }
  /// Words of an output pixel: Channels / PE.
  package var neuronFold: Int { channels / pe }
  /// Output pixels per frame.
  package var pixels: Int { product(dim) }
  /// Words of the weight memory.
  package var wmem: Int { kernelPixels * channels / pe / simd }
  /// Threshold words per PE.
  package var tmem: Int { compute.hasThresholds ? neuronFold : 0 }

  private var windowPort: Port {
    Port(
      leading: [1] + dim, channels: kernelPixels * channels, parallel: simd * pe,
      dataType: compute.inputType)
  }

  package var inputs: [Port] {
    guard compute.memoryMode == .external else { return [windowPort] }
    // FINN leaves SIMD out of this folded shape although the words are PE*SIMD weights wide.
    let weights = Port(
      normal: [channels, 1] + kernel, folded: [1, synapseFold * neuronFold, pe],
      dataType: compute.weightType, width: memoryWidth)
    return [windowPort, weights]
  }

  package var finnInputs: [Port] {
    inputs.map { port in
      Port(
        normal: windowPort.normalShape ?? [], folded: port.foldedShape ?? [],
        dataType: compute.inputType, width: windowPort.width)
    }
  }

  package var outputs: [Port] {
    [
      Port(
        normal: [1] + dim + [channels], folded: [1] + dim + [neuronFold, pe],
        dataType: compute.outputType)
    ]
  }

  package var expectedCycles: Int { neuronFold * synapseFold * pixels }
  package var innerWords: [(what: String, width: Int)] {
    compute.innerWords(memoryWidth, simd: simd)
  }

  package var buildIssues: [String] {
    var issues = compute.buildIssues(isRTL: isRTL)
    if simd > 1, !isRTL { issues.append("the HLS block needs SIMD 1") }
    if simd > 1, pe != channels { issues.append("SIMD above 1 needs PE = Channels") }
    return issues
  }

  package var operationAndParameterCounts: [String: Int] {
    let weights = kernelPixels * channels
    return compute.counts(products: weights * pixels, weights: weights, thresholdRows: channels)
  }

  package func resources(on device: DSPFamily) -> ResourceEstimate {
    let memory = weightMemory
    let bits = compute.weightType.bits
    let logic = isRTL ? Resources(dsp: pe * simd.dividedUp(by: 3)) : hlsEstimate
    var real = logic
    var correction: String?
    if !isRTL, simd > 1, compute.resType == "dsp" {
      real.dsp *= simd
      correction = "FINN leaves SIMD out of the DSP count"
    }
    return ResourceEstimate(
      finn: memory + logic,
      bramEfficiency: MemoryShape.efficiency(
        bits: bits * pe * wmem, blocks: memory.bram18, blockBits: MemoryShape.ramb18Bits),
      uramEfficiency: MemoryShape.efficiency(
        bits: bits * kernelPixels * channels, blocks: memory.uram,
        blockBits: MemoryShape.uramBits),
      corrected: memory + real, correction: correction)
  }

  private var weightMemory: Resources {
    let bram = MemoryShape.ramb18(width: memoryWidth, depth: wmem, table: .withoutParity)
    switch (compute.memoryMode, compute.ramStyle) {
    case (.decoupled, "ultra"):
      return Resources(uram: MemoryShape.uram(width: memoryWidth, depth: wmem))
    case (.external, _), (.decoupled, "distributed"): return Resources()
    case (_, "auto") where wmem <= 128: return Resources()
    case (.embedded, _) where wmem <= 128: return Resources()
    default: return Resources(bram18: bram)
    }
  }

  private var hlsEstimate: Resources {
    let cost = ComputeCost(
      settings: compute, pe: pe, simd: simd, dotLength: kernelPixels, wmem: wmem)
    let compare = compute.hasThresholds ? cost.comparators * cost.accumulatorBits : 0
    let bits = compute.weightType.bits + compute.inputType.bits
    return Resources(
      lut: cost.lut(
        thresholdMemory: compare * Double(tmem) / 64, thresholdCompare: compare),
      dsp: compute.resType == "dsp" ? pe * bits.dividedUp(by: 48) : 0)
  }
}
