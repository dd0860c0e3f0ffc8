/// One block with its attributes filled in, as `simrun blocks <op> --attributes … --json` prints it.
/// Lists run over the streams in port order; `null` where FINN defines nothing.
public struct BlockReport: Encodable, Sendable {
  public let schemaVersion = 1
  public let op: String
  public let part: String?
  public let dspFamily: String
  /// FINN's estimate.
  public let expectedCycles: Int
  /// Cycles per frame the block needs when nothing stalls it; null where no closed form is known.
  public let cyclesAlone: Int?
  /// What its cycles rest on; null where the block has no timing.
  public let timing: TimingReport?
  public let numberOfOutputValues: Int
  public let normalInputs: [[Int]?]
  public let normalOutputs: [[Int]?]
  public let foldedInputs: [[Int]?]
  public let foldedOutputs: [[Int]?]
  /// FINN's stream widths in bits; the padded ones are those of the AXI-Stream pins.
  public let inputWidths: [Int?]
  public let outputWidths: [Int?]
  public let inputWidthsPadded: [Int?]
  public let outputWidthsPadded: [Int?]
  public let inputWords: [Int?]
  public let outputWords: [Int?]
  public let outputDataTypes: [String?]
  /// The hardware's number: FINN's, corrected where its formula is known to be wrong.
  public let resources: Resources
  public let finnEstimate: Resources
  /// Why `resources` differs from `finnEstimate`.
  public let correction: String?
  public let bramEfficiency: Double
  public let uramEfficiency: Double
  public let operationAndParameterCounts: [String: Int]
  /// What FINN's code generation would refuse.
  public let buildIssues: [String]

  /// Throws `InputError` where the estimate is beyond any device.
  public init(_ block: any Block, part: String?) throws {
    let inputs = block.finnInputs
    let outputs = block.outputs
    let family = part.map(DSPFamily.init(part:)) ?? .dsp48e2
    let estimate = try block.plausibleResources(on: family)
    op = block.opType
    self.part = part
    dspFamily = family.rawValue
    expectedCycles = block.expectedCycles
    let timing = (block as? any TimedBlock)?.timing()
    cyclesAlone = timing?.busyCycles
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
    resources = estimate.corrected
    finnEstimate = estimate.finn
    correction = estimate.correction
    bramEfficiency = estimate.bramEfficiency
    uramEfficiency = estimate.uramEfficiency
    operationAndParameterCounts = block.operationAndParameterCounts
    buildIssues = block.allBuildIssues
  }
}
