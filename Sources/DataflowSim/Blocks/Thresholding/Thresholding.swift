/// Multi-thresholding: each element becomes ActVal plus the number of its channel's thresholds it
/// reaches, PE channels per word.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles;
/// docs/reference/resources.md#threshold-cost; docs/reference/rtl-rules.md#thresholding.
package struct Thresholding: Block {
  package static let opTypes = ["Thresholding_rtl", "Thresholding_hls"]
  package static let summary = "Counts the thresholds each element reaches, PE channels per word"
  package static let attributes: [AttributeSpec] = [
    .int("NumChannels", "channels"),
    .int("PE", "channels per word; divides NumChannels"),
    .int("numSteps", "thresholds per channel"),
    .dataType("inputDataType", "type of the elements"),
    .dataType("weightDataType", "type of the thresholds"),
    .dataType("outputDataType", "type of the results"),
    .ints("numInputVectors", default: [1], "leading dimensions of the input"),
    .int(
      "ActVal", in: AttributeSpec.anyInt, default: 0,
      "added to the threshold count"),
    .flag("runtime_writeable_weights", "thresholds writable over AXI-Lite"),
    .string(
      "mem_mode", oneOf: ["internal_embedded", "internal_decoupled"], default: "internal_decoupled",
      "where the thresholds are"
    ).only(.hls),
    .string(
      "ram_style", oneOf: ["distributed", "block"], default: "distributed", "threshold memory"
    ).only(.hls),
    .int(
      "depth_trigger_uram", in: 0...AttributeSpec.maximumInt, default: 0,
      "memories at least this deep go to URAM; 0: off"
    ).only(.rtl),
    .int(
      "depth_trigger_bram", in: 0...AttributeSpec.maximumInt, default: 0,
      "memories at least this deep go to BRAM; 0: off"
    ).only(.rtl),
    .flag("uniform_thres", "evenly spaced thresholds; estimates only").only(.rtl),
    .flag("deep_pipeline", default: 1, "two registers per stage instead of one").only(.rtl),
  ]

  package let node: NodeSettings
  package let channels: Int
  package let pe: Int
  /// Thresholds per channel.
  package let steps: Int
  package let inputType: DataType
  package let thresholdType: DataType
  package let outputType: DataType
  package let numInputVectors: [Int]
  /// The host can load the thresholds.
  package let runtimeWriteableThresholds: Bool
  package let actVal: Int
  /// HLS only.
  package let memoryMode: MemoryMode
  /// HLS only.
  package let ramStyle: String
  package let depthTriggerURAM: Int
  package let depthTriggerBRAM: Int
  package let uniformThresholds: Bool
  /// RTL: two registers per stage instead of one.
  package let deepPipeline: Bool

  package init(_ a: Attributes) throws {
    node = a.settings
    channels = a.int("NumChannels")
    pe = a.int("PE")
    steps = a.int("numSteps")
    inputType = a.dataType("inputDataType")
    thresholdType = a.dataType("weightDataType")
    outputType = a.dataType("outputDataType")
    numInputVectors = a.ints("numInputVectors")
    actVal = a.int("ActVal")
    runtimeWriteableThresholds = a.flag("runtime_writeable_weights")
    let rtl = a.isRTL
    memoryMode = rtl ? .embedded : MemoryMode(rawValue: a.string("mem_mode")) ?? .decoupled
    ramStyle = rtl ? "" : a.string("ram_style")
    depthTriggerURAM = rtl ? a.int("depth_trigger_uram") : 0
    depthTriggerBRAM = rtl ? a.int("depth_trigger_bram") : 0
    uniformThresholds = rtl && a.flag("uniform_thres")
    deepPipeline = rtl && a.flag("deep_pipeline")
    try a.requireDivides("PE", channels, "NumChannels")
    try a.size("a tensor", numInputVectors + [channels])
    try a.size("a threshold table", [channels, steps])
    try a.require(
      !rtl || outputType.bits <= 24, "outputDataType",
      "has more than 24 bits: 2^bits thresholds per channel are beyond any device")
  }

  /// Words of an output vector, and threshold words per PE: channels / PE.
  package var channelFold: Int { channels / pe }
  package var tmem: Int { channelFold }
  /// Pipeline stages of the RTL block: one per output bit; in the development branch as many as it takes to
  /// count the thresholds (docs/reference/development-branch.md#thresholding-with-any-number-of-steps).
  package var stages: Int {
    node.generation.isDevelopment ? (steps + 1).ceilLog2 : outputType.bits
  }
  /// Vectors per frame.
  package var vectors: Int { product(numInputVectors) }
  /// Bits of FINN's threshold stream; 0 when the thresholds are constants in the HLS code.
  package var weightStreamWidth: Int {
    isRTL || memoryMode == .decoupled ? pe * steps * thresholdType.bits : 0
  }

  package var inputs: [Port] { [port(inputType)] }
  package var outputs: [Port] { [port(outputType)] }
  private func port(_ type: DataType) -> Port {
    Port(
      normal: numInputVectors + [channels], folded: numInputVectors + [channelFold, pe],
      dataType: type)
  }

  package var expectedCycles: Int { vectors * channelFold }
  package var innerWords: [(what: String, width: Int)] {
    [("the threshold stream", weightStreamWidth)]
  }

  package var operationAndParameterCounts: [String: Int] {
    isRTL ? [:] : ["param_threshold_\(thresholdType.bits)b": channels * steps]
  }

  package var buildIssues: [String] {
    let full = outputType.bits < 62 ? (1 << outputType.bits) - 1 : 0
    guard isRTL, !node.generation.isDevelopment, steps != full, steps != full - 1 else { return [] }
    return ["the RTL block needs \(full) or \(full - 1) thresholds for \(outputType)"]
  }

  /// Why no hardware of the generation has its cycles; nil: it can be built.
  var unbuilt: String? {
    let issue =
      buildIssues.first
      ?? (isRTL && !node.generation.isDevelopment && inputType.range == nil && inputType.bits <= 32
        ? "\(inputType) is not compared by the RTL block of FINN \(node.generation.rawValue)" : nil)
    return issue.map { "\($0); --finn-generation 2026-04 takes any number of steps and FLOAT32" }
  }

  package func resources(on device: DSPFamily) -> ResourceEstimate {
    guard isRTL else {
      return ResourceEstimate(
        finn: ChannelMemory(
          pe: pe, depth: tmem, bits: inputType.bits, inBlockRAM: ramStyle == "block"
        ).resources)
    }
    let real = ThresholdMemory(self).resources
    var finn = real
    finn.bram18 = 0
    return ResourceEstimate(
      finn: finn, corrected: real,
      correction: real == finn ? nil : "FINN looks up block RAM under a wrong key and reports 0")
  }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: channels)] }
  package var setFoldingRule: SetFoldingRule { .raise("PE", upTo: channels) }
  package var isWordWise: Bool { true }
  /// Input types wider than the thresholds wrap in the releases only.
  package var dependsOnGeneration: Bool { canWrapNarrowly }
  package static var parameterRoles: [String] { ["thresholds"] }
}

extension Thresholding {
  /// RTL thresholds of fewer bits than a signed input clip wrongly, in the releases.
  var canWrapNarrowly: Bool {
    isRTL && !node.generation.isDevelopment && inputType.isSigned
      && thresholdType.bits < inputType.bits && inputType.bits <= 62
  }

  package var hazardConditions: [HazardCondition] {
    guard canWrapNarrowly else { return [] }
    let low = 1 << (thresholdType.bits - 1)
    return [
      HazardCondition(
        .narrowWrap, .byValue,
        "inputs from \(low) to \(2 * low - 1) and from \(-2 * low) to \(-low - 1) wrap: the input "
          + "is \(inputType), the thresholds \(thresholdType)")
    ]
  }
}
