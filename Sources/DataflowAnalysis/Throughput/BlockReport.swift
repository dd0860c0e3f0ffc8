/// One block with its attributes filled in, as `simrun blocks <op> --attributes … --json` prints it.
/// Lists run over the streams in port order; `null` where FINN defines nothing.
public struct BlockReport: ResultDocument {
  public static let kind = "block"
  public static let schemaVersion = 3
  public static let summary = "A block with its attributes: shapes, cycles, resources."

  /// A FINN op type.
  public let opType: String
  /// The part whose DSPs are counted; nil: UltraScale+.
  public let part: String?
  /// The FINN whose block it is.
  public let finnGeneration: String
  /// DSP48E1, DSP48E2 or DSP58.
  public let dspFamily: String
  /// FINN's estimate.
  public let expectedCycles: Int
  /// Cycles per frame the block needs when nothing stalls it; null where it has no timing,
  /// leaves its words open, or has its own rhythm and more than 4 000 000 words.
  public let cyclesAlone: Int?
  /// What its cycles rest on; null where the block has no timing.
  public let timing: TimingReport?
  public let numberOfOutputValues: Int
  /// Tensor shapes of the inputs.
  public let normalInputs: [[Int]?]
  /// Tensor shapes of the outputs.
  public let normalOutputs: [[Int]?]
  /// Folded shapes: the words of a frame, elements per word last.
  public let foldedInputs: [[Int]?]
  /// Folded shapes of the outputs.
  public let foldedOutputs: [[Int]?]
  /// FINN's stream widths in bits; the padded ones are those of the AXI-Stream pins.
  public let inputWidths: [Int?]
  /// Bits per word of the outputs.
  public let outputWidths: [Int?]
  /// Rounded up to whole bytes.
  public let inputWidthsPadded: [Int?]
  /// Rounded up to whole bytes.
  public let outputWidthsPadded: [Int?]
  /// Words per frame.
  public let inputWords: [Int?]
  /// Words per frame.
  public let outputWords: [Int?]
  /// FINN names of the element types.
  public let outputDataTypes: [String?]
  /// By the estimate that decides: the calibrated one.
  public let resources: Resources
  /// FINN's own estimate.
  public let finnResources: Resources
  /// FINN's number, corrected where its formula is known to be wrong; null elsewhere.
  public let correctedResources: Resources?
  /// Why `correctedResources` differs from `finnResources`.
  public let correction: String?
  /// What it takes once placed, with the shipped coefficients.
  public let calibrated: CalibratedEstimate.Report
  /// Used over provided bits, 1 without BRAM.
  public let bramEfficiency: Double
  /// Used over provided bits, 1 without URAM.
  public let uramEfficiency: Double
  public let operationAndParameterCounts: [String: Int]
  /// What FINN's code generation would refuse.
  public let buildIssues: [String]

  /// Everything the catalogue knows about `block` on `part`.
  ///
  /// - Parameters:
  ///   - attributes: as written; what of them came later than its FINN makes its cycles no hardware's.
  ///   - clockMHz: the clock that the block was made for.
  /// Throws `InputError` where the estimate is beyond any device.
  public init(
    _ block: any Block, _ attributes: [String: AttributeValue] = [:], part: String?,
    clockMHz: Double = 100
  ) throws {
    let generation = block.node.generation
    let inputs = block.finnInputs
    let outputs = block.outputs
    let family = part.map(DSPFamily.init(part:)) ?? .dsp48e2
    let estimate = try block.plausibleResources(on: family)
    opType = block.opType
    self.part = part
    finnGeneration = generation.rawValue
    dspFamily = family.rawValue
    expectedCycles = block.expectedCycles
    let timing = (block as? any TimedBlock)?.timing().inexact(
      BlockCatalogue.foreignAttribute(of: block.opType, attributes, generation))
    cyclesAlone = try timing.flatMap {
      try Self.cyclesAlone(block, $0, attributes, part: part, clockMHz: clockMHz)
    }
    self.timing = timing.map { TimingReport($0) }
    numberOfOutputValues = block.numberOfOutputValues
    normalInputs = inputs.map(\.normalShape)
    normalOutputs = outputs.map(\.normalShape)
    foldedInputs = inputs.map(\.foldedShape)
    foldedOutputs = outputs.map(\.foldedShape)
    inputWidths = inputs.map(\.width)
    outputWidths = outputs.map(\.width)
    inputWidthsPadded = inputs.map(\.paddedWidth)
    outputWidthsPadded = outputs.map(\.paddedWidth)
    inputWords = inputs.map(\.words)
    outputWords = outputs.map(\.words)
    outputDataTypes = outputs.map { $0.dataType?.name }
    let placed = CostModel.shipped.estimate(
      block.costStructure(
        in: CostContext(device: family, hasLaterStreamer: generation.isDevelopment)))
    resources = placed.expected.resources()
    finnResources = estimate.finn
    correctedResources = estimate.correction == nil ? nil : estimate.corrected
    correction = estimate.correction
    calibrated = CalibratedEstimate.Report(placed)
    bramEfficiency = estimate.bramEfficiency
    uramEfficiency = estimate.uramEfficiency
    operationAndParameterCounts = block.operationAndParameterCounts
    buildIssues = block.allBuildIssues
  }

  /// What `fps` says of a design of this block alone: where no closed form is known, the words of its busiest port,
  /// one a cycle, or its own period where it has one. What takes more than a moment is not simulated.
  private static func cyclesAlone(
    _ block: any Block, _ timing: BlockTiming, _ attributes: [String: AttributeValue],
    part: String?, clockMHz: Double
  ) throws -> Int? {
    if let cycles = timing.busyCycles { return cycles }
    let ports = block.inputs + block.outputs
    guard let words = ports.compactMap(\.words).max(), timing.hasOwnRhythm else {
      return ports.compactMap(\.words).max()
    }
    guard words <= mostWords else { return nil }
    let node = Node(
      name: "block", opType: block.opType, attributes: attributes,
      inputs: block.inputs.indices.map { "in\($0)" },
      outputs: block.outputs.indices.map { "out\($0)" })
    let design = Design(
      name: "block", part: part, clockMHz: clockMHz, finnGeneration: block.node.generation)
    guard let alone = try Plan(design.alone(node)).cyclesAlone().first else { return nil }
    return Throughput.isAll(words, of: Double(alone)) ? words : alone
  }

  private static let mostWords = 4_000_000
}

/// The hardware blocks simrun knows, as `simrun blocks --json` prints them.
public struct BlockListReport: ResultDocument {
  public static let kind = "blocks"
  public static let summary = "The hardware blocks simrun knows."

  /// One entry of the list.
  public struct Entry: Codable, Sendable {
    /// A FINN op type.
    public let opType: String
    /// In one line.
    public let summary: String
  }

  /// Sorted by op type.
  public let blocks: [Entry]

  /// All op types of the catalogue.
  public init() {
    blocks = BlockCatalogue.blocks.flatMap { block in
      block.opTypes.map { Entry(opType: $0, summary: block.summary) }
    }.sorted { naturally($0.opType, $1.opType) }
  }
}

/// What one block can be told, as `simrun blocks <op> --json` prints it.
public struct BlockAttributesReport: ResultDocument {
  public static let kind = "block-attributes"
  public static let summary = "The attributes of a hardware block."

  /// One entry of the list.
  public struct Entry: Codable, Sendable {
    /// As in a design file.
    public let name: String
    /// What it may be, in words.
    public let type: String
    /// Whether a node must state it.
    public let required: Bool
    /// Its value where a node does not state it; nil when it is required.
    public let `default`: String?
    /// In one line.
    public let summary: String
  }

  /// A FINN op type.
  public let opType: String
  /// What the block does, in one line.
  public let blockSummary: String
  /// The block's own first.
  public let attributes: [Entry]

  /// Throws `InputError` for an op type no block has.
  public init(of opType: String) throws {
    self.opType = opType
    blockSummary = try BlockCatalogue.type(of: opType).summary
    attributes = try BlockCatalogue.attributes(of: opType).map {
      Entry(
        name: $0.name, type: $0.kind.text, required: $0.defaultValue == nil,
        default: $0.defaultValue?.text, summary: $0.summary)
    }
  }
}
