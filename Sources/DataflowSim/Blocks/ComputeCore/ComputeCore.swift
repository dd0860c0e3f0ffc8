/// The DSP core inside an RTL MVAU or VVAU. Source: docs/reference/resources.md#matrix-vector-cost.
package enum ComputeCore: String, Sendable, CaseIterable {
  /// Four 4-bit products per DSP48E1; its lane offsets need weights without the most negative code.
  case mvu4sx4uDSP48E1 = "mvu_4sx4u_dsp48e1"
  /// Four 4-bit products per DSP48E2.
  case mvu4sx4uDSP48E2 = "mvu_4sx4u_dsp48e2"
  /// Two 8-bit products per DSP48.
  case mvu8sx8uDSP48 = "mvu_8sx8u_dsp48"
  /// Three products per DSP58, in chains along SIMD.
  case mvuVVU8sx9DSP58 = "mvu_vvu_8sx9_dsp58"

  /// The core FINN instantiates for operands of these widths.
  package init(family: DSPFamily, activationBits: Int, weightBits: Int) {
    switch family {
    case .dsp58: self = .mvuVVU8sx9DSP58
    case _ where activationBits > 4 || weightBits > 4: self = .mvu8sx8uDSP48
    case .dsp48e1: self = .mvu4sx4uDSP48E1
    case .dsp48e2: self = .mvu4sx4uDSP48E2
    }
  }

  /// DSP blocks really instantiated for `pe` rows of `simd` products.
  package func dsps(pe: Int, simd: Int) -> Int {
    switch self {
    case .mvu4sx4uDSP48E1, .mvu4sx4uDSP48E2: pe.dividedUp(by: 4) * simd
    case .mvu8sx8uDSP48: pe.dividedUp(by: 2) * simd
    case .mvuVVU8sx9DSP58: pe * simd.dividedUp(by: 3)
    }
  }

  /// Enabled cycles from the last product of a result to the result;
  /// docs/reference/rtl-rules.md#compute-core. `segmentLength` 0 means one segment.
  package func depth(simd: Int, segmentLength: Int) -> Int {
    guard self == .mvuVVU8sx9DSP58 else { return 5 }
    let chain = simd.dividedUp(by: 3)
    return chain.dividedUp(by: segmentLength == 0 ? chain : segmentLength) + 2
  }

  /// DSP58s FINN chains without a register at this clock, `nil` when even one is too slow.
  /// min(floor((clock period − 0.741 ns) / 0.605 ns + 1), ceil(SIMD / 3)).
  package static func segmentLength(clockMHz: Double, simd: Int) -> Int? {
    let period = 1000 / clockMHz
    guard period > 0.741 else { return nil }
    let reach = ((period - 0.741) / 0.605 + 1).rounded(.down)
    return min(Int(truncating: reach), simd.dividedUp(by: 3))
  }
}

/// Where the weights of an MVAU or VVAU are kept.
package enum MemoryMode: String, Sendable, CaseIterable {
  /// Constants in the HLS code.
  case embedded = "internal_embedded"
  /// A memory block that streams one weight word per compute cycle.
  case decoupled = "internal_decoupled"
  /// A stream input of the node.
  case external = "external"
}

/// What offers the weight words to the compute core.
package enum WeightStream: String, Sendable {
  /// FINN's memory streamer: valid from cycle 2 on, then always.
  case memstream
  /// A weight word is there in every cycle.
  case always
  /// The node's second stream input, a word per slot.
  case external
  /// The node's second stream input fills a double buffer, a matrix at a time (development branch).
  case dynamic
}

/// The attributes MVAU and VVAU share, and what follows from them.
package struct ComputeSettings: Sendable {
  package let inputType: DataType
  package let weightType: DataType
  package let outputType: DataType
  package let accumulatorType: DataType
  /// False: the block emits accumulators (`noActivation` 1).
  package let hasThresholds: Bool
  /// Added to the threshold count.
  package let actVal: Int
  /// BINARY times BINARY counts equal bits.
  package let binaryXnorMode: Bool
  package let memoryMode: MemoryMode
  package let ramStyle: String
  package let resType: String
  package let runtimeWriteableWeights: Bool
  package let weightStream: WeightStream
  /// RTL only.
  package let computeCore: ComputeCore?
  /// Segment length of a DSP58 core; 0 means one segment.
  package let segmentLength: Int
  /// What the tensor of embedded thresholds is annotated with, where a graph says so.
  package let annotatedThresholdType: DataType?
  /// The node names its core instead of leaving it to the part.
  private let statesCore: Bool
  /// Set when the clock is too fast for the DSP58 core.
  let clockTooFast: Bool
  package let generation: FINNGeneration
  /// The core of an RTL block of FINN's development branch; `computeCore` is then nil.
  package let lockedCore: LockedCoreShape?
  /// The weight memory works at twice the clock.
  let isMemoryPumped: Bool
  /// Computes at twice the clock.
  package let isPumped: Bool
  /// Whether that is the core only if a weight is the most negative value of its type, which nobody said.
  package let guessesNarrow: Bool

  static let attributes: [AttributeSpec] = [
    .string("resType", oneOf: ["auto", "lut", "dsp"], default: "auto", "what multiplies"),
    .int(
      "ActVal", in: AttributeSpec.anyInt, default: 0,
      "added to the threshold count"),
    .dataType("inputDataType", "type of the activations"),
    .dataType("weightDataType", "type of the weights"),
    .dataType("outputDataType", "type of the results"),
    .dataType("accDataType", default: "INT32", "accumulator and embedded thresholds"),
    .flag("binaryXnorMode", "BINARY times BINARY is XNOR-popcount"),
    .flag("noActivation", "1: emit accumulators, no thresholds"),
    .dataType(
      "thresholdDataType", default: "",
      "annotated type of embedded thresholds (simrun); FINN compares in accDataType"),
    .string(
      "mem_mode", oneOf: MemoryMode.allCases.map(\.rawValue),
      default: MemoryMode.decoupled.rawValue,
      "where the weights are"),
    .string(
      "ram_style", oneOf: ["auto", "block", "distributed", "ultra"], default: "auto",
      "weight memory"),
    .flag("runtime_writeable_weights", "weights writable over AXI-Lite"),
    .string(
      "weight_stream", oneOf: ["", "memstream", "always"], default: "",
      "what offers weight words of an internal memory; empty: memstream for internal_decoupled"),
    .string(
      "compute_core", oneOf: [""] + ComputeCore.allCases.map(\.rawValue), default: "",
      "DSP core; empty: chosen by part and data types"
    ).only(.rtl),
    .int(
      "segment_length", in: -1...1 << 20, default: -1,
      "DSP58s chained without a register; 0: all; -1: chosen by the clock"
    ).only(.rtl),
    .flag("pumpedMemory", "weight memory at twice the clock (development branch)")
      .since(.dev2026_04),
    .flag("pumpedCompute", "compute at twice the clock (development branch)").only(.rtl)
      .since(.dev2026_04),
    .flag("dynamic_input", "second input brings the weights (development branch)")
      .since(.dev2026_04),
    .int(
      "narrow_weights", in: -1...1, default: -1,
      "no weight is the most negative value of its type; -1: read off the weights where they are known"
    ).only(.rtl),
  ]

  init(_ a: Attributes, simd: Int, fold: Int) throws {
    generation = a.generation
    isMemoryPumped = a.flag("pumpedMemory")
    isPumped = a.isRTL && a.flag("pumpedCompute")
    inputType = a.dataType("inputDataType")
    weightType = a.dataType("weightDataType")
    outputType = a.dataType("outputDataType")
    try a.require(
      a.flag("noActivation") || outputType.bits <= 32, "outputDataType",
      "has \(outputType.bits) bits: noActivation is 0, and 2^bits thresholds per channel are beyond any "
        + "device")
    accumulatorType = a.dataType("accDataType")
    hasThresholds = !a.flag("noActivation")
    actVal = a.int("ActVal")
    binaryXnorMode = a.flag("binaryXnorMode")
    memoryMode =
      a.flag("dynamic_input") ? .external : MemoryMode(rawValue: a.string("mem_mode")) ?? .decoupled
    ramStyle = a.string("ram_style")
    resType = a.string("resType")
    runtimeWriteableWeights = a.flag("runtime_writeable_weights")
    annotatedThresholdType = a.optionalDataType("thresholdDataType")
    let stated = WeightStream(rawValue: a.string("weight_stream"))
    switch memoryMode {
    case .external:
      weightStream = a.flag("dynamic_input") && generation.isDevelopment ? .dynamic : .external
    case .decoupled: weightStream = stated ?? .memstream
    case .embedded: weightStream = stated ?? .always
    }
    if a.isRTL, generation.isDevelopment {
      computeCore = nil
      statesCore = false
      let core = try Self.lockedCore(a, simd: simd, fold: fold)
      (lockedCore, segmentLength, clockTooFast) = (core.shape, core.segment, core.tooFast)
      guessesNarrow = core.guesses
      return
    }
    lockedCore = nil
    guessesNarrow = false
    guard a.isRTL else {
      computeCore = nil
      statesCore = false
      segmentLength = 0
      clockTooFast = false
      return
    }
    let core =
      ComputeCore(rawValue: a.string("compute_core"))
      ?? ComputeCore(
        family: a.opType.hasPrefix("VVAU") ? .dsp58 : a.dspFamily, activationBits: inputType.bits,
        weightBits: weightType.bits)
    computeCore = core
    statesCore = !a.string("compute_core").isEmpty
    let derived = ComputeCore.segmentLength(clockMHz: a.clockMHz, simd: simd)
    let segment = a.int("segment_length")
    segmentLength = core != .mvuVVU8sx9DSP58 ? 0 : segment >= 0 ? segment : derived ?? 1
    clockTooFast = core == .mvuVVU8sx9DSP58 && segment < 0 && derived == nil
  }

  /// The development branch's core, the segment length it goes by (0: one segment), whether the clock is
  /// too fast for it, and whether its kind was guessed.
  private static func lockedCore(_ a: Attributes, simd: Int, fold: Int) throws
    -> (shape: LockedCoreShape, segment: Int, tooFast: Bool, guesses: Bool)
  {
    try a.require(
      a.string("compute_core").isEmpty, "compute_core",
      "is a core of FINN's releases; in \(a.generation.rawValue) part and types decide it")
    let isPumped = a.flag("pumpedCompute")
    try a.require(!isPumped || simd > 1, "pumpedCompute", "needs SIMD of at least 2")
    let derived = ComputeCore.segmentLength(
      clockMHz: isPumped ? 2 * a.clockMHz : a.clockMHz,
      simd: isPumped ? simd.dividedUp(by: 2) : simd)
    let stated = a.int("segment_length")
    let segment = stated >= 0 ? stated : derived ?? 1
    let isDynamic = a.flag("dynamic_input")
    func shape(narrow: Bool) -> LockedCoreShape {
      LockedCoreShape(
        family: a.dspFamily, isVector: a.opType.hasPrefix("VVAU"),
        weightBits: a.dataType("weightDataType").bits,
        activationBits: a.dataType("inputDataType").bits, isNarrow: narrow, simd: simd,
        segment: segment, isPumped: isPumped, fold: fold)
    }
    let narrow = isDynamic ? 0 : a.int("narrow_weights")
    let chosen = shape(narrow: narrow == 1)
    return (
      chosen, segment, stated < 0 && derived == nil,
      narrow < 0 && shape(narrow: true).kind != chosen.kind
    )
  }

  /// What the cycles of an RTL core rest on.
  var coreExactness: Exactness {
    guessesNarrow
      ? .approximate(
        "which core FINN takes depends on whether a weight is \(weightType)'s most negative value; "
          + "state the weights (--parameters) or narrow_weights")
      : .exact
  }

  /// The core on a part of `family`: the one the node states, else FINN's choice; `nil` for HLS.
  func core(on family: DSPFamily) -> ComputeCore? {
    if computeCore == nil || statesCore { return computeCore }
    return ComputeCore(family: family, activationBits: inputType.bits, weightBits: weightType.bits)
  }

  /// What HLS declares as one integer: a word of the weight stream, or of one PE's constants.
  func innerWords(_ memoryWidth: Int, simd: Int) -> [(what: String, width: Int)] {
    switch memoryMode {
    case .decoupled: [("the weight stream", memoryWidth)]
    case .embedded: [("a weight word of one PE", simd * weightType.bits)]
    case .external: []
    }
  }

  /// FINN's names for operation and parameter counts.
  func counts(products: Int, weights: Int, thresholdRows: Int) -> [String: Int] {
    let bits = [inputType.bits, weightType.bits].sorted()
    var counts = [
      "op_mac_\(bits[0])bx\(bits[1])b": products, "param_weight_\(weightType.bits)b": weights,
    ]
    if hasThresholds { counts["param_threshold_\(accumulatorType.bits)b"] = thresholdRows }
    return counts
  }

  /// What FINN's code generation would refuse.
  func buildIssues(isRTL: Bool) -> [String] {
    var issues: [String] = []
    if ramStyle == "ultra", memoryMode == .decoupled, !runtimeWriteableWeights {
      issues.append("ram_style ultra needs runtime_writeable_weights 1")
    }
    guard isRTL else { return issues }
    if hasThresholds { issues.append("the RTL block has no thresholds (noActivation must be 1)") }
    if binaryXnorMode { issues.append("the RTL block has no XNOR mode") }
    if resType == "lut" { issues.append("the RTL block multiplies in DSPs (resType lut)") }
    if memoryMode == .embedded { issues.append("the RTL block has no embedded weights") }
    if !weightType.isSigned { issues.append("the RTL block needs signed weights") }
    if weightType.bits > 8 { issues.append("the RTL block takes weights of at most 8 bits") }
    let wideInput = inputType.bits == 9 && inputType.isSigned
    if inputType.bits > 8, !wideInput {
      issues.append("the RTL block takes inputs of at most 8 bits, 9 if signed")
    } else if wideInput, computeCore != .mvuVVU8sx9DSP58, lockedCore == nil {
      issues.append("9-bit inputs need a DSP58 part")
    }
    if clockTooFast { issues.append("the clock period must exceed 0.741 ns on DSP58 parts") }
    return issues
  }
}

extension ComputeSettings {
  var reasonForNoMemory: String? {
    switch memoryMode {
    case .decoupled: nil
    case .embedded: "its weights are constants in the code"
    case .external: "its weights come from outside"
    }
  }
}
