extension ComputeSettings {
  /// A chain of DSP58s longer than FINN's own formula allows at the clock.
  func clockConcerns(atMHz clock: Double, simd: Int) -> [String] {
    let isChained = computeCore == .mvuVVU8sx9DSP58 || lockedCore?.kind == .int8
    guard isChained else { return [] }
    let simd = isPumped ? simd.dividedUp(by: 2) : simd
    let clock = isPumped ? 2 * clock : clock
    let chained = segmentLength == 0 ? simd.dividedUp(by: 3) : segmentLength
    guard let longest = ComputeCore.segmentLength(clockMHz: clock, simd: simd) else {
      return ["no DSP58 chain closes at \(clock) MHz by FINN's formula"]
    }
    return chained > longest
      ? [
        "\(chained) DSP58s in a chain; FINN's formula allows \(longest) at \(clock) MHz "
          + "(segment_length)"
      ] : []
  }
}

/// What an MVAU or VVAU is built of, for the calibrated estimate: the streamer of its weights, the products
/// and what sums them, the buffer that replays an input vector, the comparators.
/// Source: docs/cost-model.md#matrix-and-vector-units.
struct ComputeStructure {
  let settings: ComputeSettings
  let pe: Int
  let simd: Int
  /// Words of the weight memory, and results per PE.
  let wmem: Int
  let neuronFold: Int
  /// Words of a buffered input vector; 0 where nothing is replayed.
  let replayed: Int
  /// Bits of the loop counters.
  let counterBits: Int
  let node: NodeSettings

  private var weightBits: Int { settings.weightType.bits }
  private var inputBits: Int { settings.inputType.bits }
  private var accumulatorBits: Int { settings.accumulatorType.bits }
  private var products: Int { pe * simd }
  private var inputWidth: Int {
    settings.memoryMode == .external || node.opType.hasPrefix("MVAU")
      ? simd * inputBits : products * inputBits
  }
  /// Bits of a word of the weight memory.
  private var memoryWidth: Int { products * weightBits }
  private var streamedBits: Int { settings.memoryMode == .decoupled ? memoryWidth : 0 }

  // MARK: HLS

  func hls(_ family: String, in context: CostContext, derivation: String? = nil) -> CostStructure {
    var cost = CostStructure(family, derivation: derivation)
    let own = "MVAU_hls"
    if settings.memoryMode == .embedded {
      cost.derivation = "no placed unit with embedded weights: its parts, the weights as tables"
      cost.isStandIn = true
    }
    if choosesSmallProducts {
      cost.derivation = "products this small: one HLS takes a DSP for two, another LUTs"
      cost.isStandIn = true
    }
    let outputWidth = pe * settings.outputType.bits
    cost.streamedBits = streamedBits
    cost.logic("base", 1, each: 140, asIn: own)
    cost.logic("streamed bit", streamedBits, each: 0.8, asIn: own)
    cost.logic("product bit", multiplierBits, each: 1.3, asIn: own)
    cost.logic("replayed bit", replayed * inputWidth, each: 0.35, asIn: own)
    cost.logic("replayed word", replayed, each: 2, asIn: own)
    cost.logic("accumulator bit", pe * accumulatorBits, each: 1, asIn: own)
    cost.logic("comparator bit", comparatorBits, each: 0.6, asIn: own)
    cost.logic("threshold table", thresholdTable, each: 0.6, asIn: own)
    cost.logic("stream bit", inputWidth + outputWidth, each: 0.3, asIn: own)
    cost.logic("counter bit", counterBits, each: 4, asIn: own)
    cost.registers("base", 1, each: 140, asIn: own)
    cost.registers("streamed bit", streamedBits, each: 2, asIn: own)
    cost.registers("product bit", multiplierBits, each: 0.7, asIn: own)
    cost.registers("replayed bit", replayed * inputWidth, each: 1, asIn: own)
    cost.registers("accumulator bit", pe * accumulatorBits, each: 1, asIn: own)
    cost.registers("comparator bit", comparatorBits, each: 0.7, asIn: own)
    cost.registers("stream bit", inputWidth + outputWidth, each: 2, asIn: own)
    addStreamer(&cost, context, asIn: own)
    addWeights(&cost)
    cost.count(.bram18, thresholdBlocks)
    cost.count(
      .dsp, productsInDSPs.multipliedWithoutOverflow(by: slicesPerProduct(context.device)))
    return cost
  }

  /// Whether HLS multiplies as it likes. FINN up to 0.9 said LUTs unless told otherwise.
  private var choosesFreely: Bool {
    settings.resType == "auto" && !settings.generation.hasOldNames
      && min(weightBits, inputBits) > 1
  }

  /// Whether factors are so small that HLS' choice depends on its version.
  private var choosesSmallProducts: Bool {
    choosesFreely && (min(weightBits, inputBits) <= 2 || weightBits + inputBits < 7)
  }

  /// Products in DSPs: all where HLS is told so, and by its own choice from products of seven bits with both
  /// factors above two. Of smaller ones HLS 2022.2 adds the second of a pair to the first in a DSP, a later HLS
  /// none. Source: docs/cost-model.md#multipliers.
  private var productsInDSPs: Int {
    if settings.resType == "dsp", weightBits > 1 || inputBits > 1 { return products }
    guard choosesFreely else { return 0 }
    guard choosesSmallProducts else { return products }
    return settings.generation.isDevelopment ? 0 : pe * simd.dividedUp(by: 2)
  }

  /// DSP slices of a product: one up to the widths of a slice's multiplier.
  private func slicesPerProduct(_ device: DSPFamily) -> Int {
    let signed = [settings.weightType, settings.inputType].map { $0.bits + ($0.isSigned ? 0 : 1) }
    let (wide, narrow) = (max(signed[0], signed[1]), min(signed[0], signed[1]))
    let (a, b) = device.multiplierWidths
    return max(1, (wide - 1).dividedUp(by: a - 1)) * max(1, (narrow - 1).dividedUp(by: b - 1))
  }

  /// Partial-product bits in LUTs.
  private var multiplierBits: Int { (products - productsInDSPs) * weightBits * inputBits }

  private var thresholds: Int {
    settings.hasThresholds ? (1 << min(settings.outputType.bits, 16)) - 1 : 0
  }
  private var comparatorBits: Int { pe * thresholds * accumulatorBits }
  /// A table of thresholds above 1024 bits is a block RAM to HLS, a smaller one LUTs.
  private var thresholdsInBlocks: Bool { neuronFold * accumulatorBits > 1024 }
  private var thresholdTable: Int {
    neuronFold > 1 && !thresholdsInBlocks ? comparatorBits * neuronFold.dividedUp(by: 64) : 0
  }
  private var thresholdBlocks: Int {
    thresholdsInBlocks
      ? thresholds * pe
        * BlockRAMShape.ramb18(
          width: accumulatorBits, depth: neuronFold, isArray: true) : 0
  }

  // MARK: RTL

  /// The RTL core, of which no placed node was at hand: its streamer is that of the HLS block.
  func rtl(_ family: String, in context: CostContext, dsps: Int) -> CostStructure {
    var cost = CostStructure(
      family, derivation: "no placed RTL unit: its parts, and the streamer of placed HLS units")
    let outputWidth = pe * settings.outputType.bits
    // Sums of products leave the DSPs through adders, but for those that chain.
    let chained = settings.core(on: context.device) == .mvuVVU8sx9DSP58
    let treeBits = chained ? 0 : pe * max(simd - 1, 0) * (weightBits + inputBits)
    cost.streamedBits = streamedBits
    cost.logic("base", 1, each: 100)
    cost.logic("streamed bit", streamedBits, each: 0.8, asIn: "MVAU_hls")
    cost.logic("adder bit", treeBits, each: 1)
    cost.logic("accumulator bit", pe * accumulatorBits, each: 1)
    cost.logic("stream bit", inputWidth + outputWidth, each: 0.5)
    cost.logic("counter bit", counterBits, each: 3)
    cost.registers("base", 1, each: 100)
    cost.registers("streamed bit", streamedBits, each: 2, asIn: "MVAU_hls")
    cost.registers("adder bit", treeBits, each: 1)
    cost.registers("accumulator bit", pe * accumulatorBits, each: 1.5)
    cost.registers("stream bit", inputWidth + outputWidth, each: 3)
    addStreamer(&cost, context, asIn: "MVAU_hls")
    addWeights(&cost)
    if replayed > 0 {
      cost.memory(
        MemoryPlace(ramStyle: "auto", width: inputWidth, depth: replayed), width: inputWidth,
        depth: replayed)
    }
    cost.count(.dsp, dsps)
    return cost
  }

  // MARK: Weights

  private func addStreamer(_ cost: inout CostStructure, _ context: CostContext, asIn family: String)
  {
    guard context.hasLaterStreamer else { return }
    cost.registers("later streamed bit", streamedBits, each: 2, asIn: family)
    // A bit waits in half a shift-register LUT.
    cost.count(.srl, streamedBits.dividedUp(by: 2))
  }

  private func addWeights(_ cost: inout CostStructure) {
    switch settings.memoryMode {
    case .external: break
    case .decoupled:
      let place = MemoryPlace(ramStyle: settings.ramStyle, width: memoryWidth, depth: wmem)
      cost.memory(place, width: memoryWidth, depth: wmem)
    case .embedded:
      // A table of 64 words is a LUT per bit.
      guard wmem > 128 else {
        cost.logic("constant bit", memoryWidth * wmem.dividedUp(by: 64), each: 1)
        return
      }
      cost.memory(.blockRAM, width: simd * weightBits, depth: wmem, copies: pe)
    }
  }
}
