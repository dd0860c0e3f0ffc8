/// Matrix-vector-activation unit: multiplies each input vector of MW elements by a weight matrix
/// (MW, MH), PE rows and SIMD columns per cycle, and optionally thresholds the sums.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles;
/// docs/reference/resources.md#memory-shapes, #matrix-vector-cost, #operation-counts;
/// docs/reference/rtl-rules.md#replay-buffer, #compute-core.
package struct MatrixVector: Block {
  package static let opTypes = ["MVAU_hls", "MVAU_rtl"]
  package static let summary = "Matrix times vector, PE rows and SIMD columns per cycle"
  package static let attributes: [AttributeSpec] =
    [
      .int("MW", "matrix width: elements of an input vector"),
      .int("MH", "matrix height: elements of an output vector"),
      .int("PE", "output rows per cycle; divides MH"),
      .int("SIMD", "input columns per cycle; divides MW"),
      .ints("numInputVectors", default: [1], "leading dimensions of the input"),
      .string(
        "ram_style_thresholds", oneOf: ["auto", "block", "distributed"], default: "auto",
        "threshold memory"),
    ] + ComputeSettings.attributes

  package let node: NodeSettings
  package let mw: Int
  package let mh: Int
  package let pe: Int
  package let simd: Int
  package let numInputVectors: [Int]
  package let thresholdRAMStyle: String
  /// Data types, memory mode, compute core.
  package let compute: ComputeSettings

  package init(_ a: Attributes) throws {
    node = a.settings
    mw = a.int("MW")
    mh = a.int("MH")
    pe = a.int("PE")
    simd = a.int("SIMD")
    numInputVectors = a.ints("numInputVectors")
    thresholdRAMStyle = a.string("ram_style_thresholds")
    try a.requireDivides("PE", mh, "MH")
    try a.requireDivides("SIMD", mw, "MW")
    try a.size("a computation", [mw, mh] + numInputVectors)
    compute = try ComputeSettings(a, simd: simd, fold: mw / simd)
  }

  /// Words of an input vector: MW / SIMD.
  package var synapseFold: Int { mw / simd }
  /// Words of an output vector: MH / PE.
  package var neuronFold: Int { mh / pe }
  /// Vectors for which a matrix of a dynamic weight stream is used.
  var vectorsPerMatrix: Int { numInputVectors.last ?? 1 }
  /// Vectors per frame.
  package var vectors: Int { product(numInputVectors) }
  /// Words of the weight memory.
  package var wmem: Int { mw * mh / (pe * simd) }
  /// Threshold words per PE.
  package var tmem: Int { compute.hasThresholds ? neuronFold : 0 }

  private var activationPort: Port {
    Port(leading: numInputVectors, channels: mw, parallel: simd, dataType: compute.inputType)
  }

  package var inputs: [Port] {
    guard compute.memoryMode == .external else { return [activationPort] }
    if compute.weightStream == .dynamic {
      let matrices = Array(numInputVectors.dropLast())
      let weights = Port(
        normal: matrices + [mw, mh], folded: matrices + [mw, neuronFold, pe],
        dataType: compute.weightType)
      return [activationPort, weights]
    }
    let weights = Port(
      normal: [mw, mh], folded: numInputVectors + [synapseFold * neuronFold, simd * pe],
      dataType: compute.weightType)
    return [activationPort, weights]
  }

  package var finnInputs: [Port] {
    inputs.map { port in
      Port(
        normal: numInputVectors + [mw], folded: port.foldedShape ?? [], dataType: compute.inputType,
        width: activationPort.width)
    }
  }

  package var outputs: [Port] {
    [
      Port(
        normal: numInputVectors + [mh], folded: numInputVectors + [neuronFold, pe],
        dataType: compute.outputType)
    ]
  }

  package var expectedCycles: Int { neuronFold * synapseFold * vectors }
  package var innerWords: [(what: String, width: Int)] {
    compute.innerWords(memoryWidth, simd: simd)
  }
  package var buildIssues: [String] {
    var issues = compute.buildIssues(isRTL: isRTL)
    if !isRTL, simd * 1024 < mw { issues.append("the HLS block needs SIMD of at least MW / 1024") }
    return issues
  }

  package var operationAndParameterCounts: [String: Int] {
    compute.counts(products: mw * mh * vectors, weights: mw * mh, thresholdRows: mh)
  }

  package func resources(on device: DSPFamily) -> ResourceEstimate {
    let memory = weightMemory
    let bits = compute.weightType.bits * mw * mh
    var real = memory
    var notes: [String] = []
    if memory.bram18 > 0, memory.uram > 0 {
      real.uram = 0
      notes.append("FINN charges embedded weights to both BRAM and URAM; they are in BRAM")
    }
    let finnLogic = isRTL ? rtlEstimate(on: device) : hlsEstimate
    var realLogic = finnLogic
    if let core = compute.lockedCore {
      realLogic.dsp = core.dsps(pe: pe, simd: compute.isPumped ? simd.dividedUp(by: 2) : simd)
      if realLogic.dsp != finnLogic.dsp {
        notes.append(
          core.kind == .int8
            ? "the core takes three products per DSP58"
            : "the soft-vector core takes \(core.lanes) products per DSP")
      }
    } else if let core = compute.core(on: device) {
      realLogic.dsp = core.dsps(pe: pe, simd: simd)
      if realLogic.dsp != finnLogic.dsp {
        notes.append("the \(core.rawValue) core packs two products per DSP, FINN counts four")
      }
    }
    return ResourceEstimate(
      finn: memory + finnLogic,
      bramEfficiency: MemoryShape.efficiency(
        bits: bits, blocks: memory.bram18, blockBits: MemoryShape.ramb18Bits),
      uramEfficiency: MemoryShape.efficiency(
        bits: bits, blocks: memory.uram, blockBits: MemoryShape.uramBits),
      corrected: real + realLogic, correction: notes.isEmpty ? nil : notes.joined(separator: "; "))
  }

  private var weightMemory: Resources {
    let bram = MemoryShape.ramb18(width: memoryWidth, depth: wmem)
    let uram = MemoryShape.uram(width: memoryWidth, depth: wmem)
    switch (compute.memoryMode, compute.ramStyle) {
    case (.external, _), (.decoupled, "distributed"): return Resources()
    case (.decoupled, "ultra"): return Resources(uram: uram)
    case (.decoupled, _): return Resources(bram18: bram)
    case (.embedded, _): return wmem <= 128 ? Resources() : Resources(bram18: bram, uram: uram)
    }
  }

  private var hlsEstimate: Resources {
    let cost = ComputeCost(settings: compute, pe: pe, simd: simd, dotLength: mw, wmem: wmem)
    let inLUTs = compute.hasThresholds && thresholdRAMStyle == "distributed"
    let compare = inLUTs ? cost.comparators * cost.accumulatorBits : 0
    let bits = compute.weightType.bits + compute.inputType.bits
    return Resources(
      lut: cost.lut(
        thresholdMemory: compare * Double(tmem.dividedUp(by: 64)), thresholdCompare: compare),
      dsp: compute.resType == "dsp" ? pe * simd * bits.dividedUp(by: 48) : 0)
  }

  private func rtlEstimate(on device: DSPFamily) -> Resources {
    switch device {
    case .dsp58: Resources(dsp: pe * simd.dividedUp(by: 3))
    case .dsp48e1, .dsp48e2: Resources(dsp: pe.dividedUp(by: 4) * simd)
    }
  }
}
