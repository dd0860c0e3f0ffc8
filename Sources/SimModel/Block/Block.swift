/// One kind of hardware block: everything simrun knows about it in one value.
///
/// A conforming type is built from a node's checked attributes and answers for its shape, its cost, how
/// it folds and what the analyses ask about it: nothing outside a block's folder names an op type.
/// `BlockCatalogue` lists the types; adding a block is a folder, its tests and one line there
/// (`scripts/new-block`).
public protocol Block: Sendable {
  /// The FINN op types this block implements, e.g. `["MVAU_hls", "MVAU_rtl"]`.
  static var opTypes: [String] { get }
  /// One sentence for `simrun blocks`.
  static var summary: String { get }
  /// Every attribute with type, default and range. This list drives decoding, validation, the JSON
  /// Schema and `simrun blocks <op>`. Attributes common to all nodes are added by the catalogue.
  static var attributes: [AttributeSpec] { get }

  /// Builds the block from attributes already checked one by one against `attributes`.
  /// Throws `InputError` where they contradict each other (PE does not divide MH, …).
  init(_ attributes: Attributes) throws

  /// The settings every node has, whatever its op: FIFO depths, HLS schedule overrides.
  var node: NodeSettings { get }
  /// Stream inputs in FINN's port order (weight streams included when they come from outside).
  var inputs: [Port] { get }
  /// The inputs as FINN's own methods describe them. They differ from `inputs` for an external
  /// weight stream: FINN answers for its width and normal shape with those of the activations.
  var finnInputs: [Port] { get }
  /// Stream outputs in FINN's port order.
  var outputs: [Port] { get }
  /// The outputs once the streams feeding the node are known. Only the elementary blocks, which
  /// may leave their ports open (`Port.open`), need it; every other block returns `outputs`.
  func outputs(fedBy inputs: [Port]) -> [Port]
  /// FINN's `get_exp_cycles`: cycles per frame without any stall.
  var expectedCycles: Int { get }
  /// FINN's `get_number_output_values`, the word count its TLAST marker and rtlsim go by. It leaves
  /// out dimension 0 for some ops, so it is not always the words per frame.
  var numberOfOutputValues: Int { get }
  /// FINN's `get_op_and_param_counts`: operations and parameters per frame by kind and bit width.
  var operationAndParameterCounts: [String: Int] { get }
  /// What FINN's code generation would refuse although the node itself is well formed, one
  /// sentence each. Timing and estimates exist all the same.
  var buildIssues: [String] { get }
  /// Words inside the node that HLS declares as one integer each, by what they hold: the weight stream
  /// of a decoupled memory, a memory word of one PE. Streams of the node are not among them.
  var innerWords: [(what: String, width: Int)] { get }
  /// FINN's resource estimate, and a corrected one where FINN's formula is known to be wrong.
  func resources(on device: DSPFamily) -> ResourceEstimate
  /// What of it takes resources, for the calibrated estimate (docs/cost-model.md).
  func costStructure(in context: CostContext) -> CostStructure
  /// What of it is known not to close, or to be hard to close, at a clock, one sentence each.
  func clockConcerns(atMHz clock: Double) -> [String]
  /// False where no formula for its cost is known, so that `resources` says zero.
  var hasKnownCost: Bool { get }

  // MARK: Folding

  /// The attributes that set how many elements the block handles per cycle; none by default.
  var foldings: [FoldingAttribute] { get }
  /// Attributes named like foldings (PE, SIMD, …) that must stay as they are, each with the reason.
  var fixedFoldings: [String: String] { get }
  /// The values of `foldings` that go together; every combination by default.
  var foldingCombinations: [AttributeChanges] { get }
  /// Other ways to build the same function at the same speed: memories, multipliers.
  func implementations(hasURAM: Bool) -> [AttributeChanges]
  /// FINN's own rule, which knows fewer blocks.
  var setFoldingRule: SetFoldingRule { get }
  /// A depthwise layer: the words it wants from the sliding window in front of it.
  var windowDemand: WindowDemand? { get }
  /// A sliding window: the change by which it meets a demand. `nil`: it is none.
  func following(_ demand: WindowDemand) -> AttributeChanges?
  /// The settings among which FINN's resource report compares.
  var comparedEstimates: [AttributeChanges] { get }

  // MARK: Words and frames

  /// What it is to the graph around it.
  static var role: BlockRole { get }
  /// The roles of its constant inputs, in the order of the inputs behind the first.
  static var parameterRoles: [String] { get }
  /// Whether every stream that leaves has the elements of the one that enters, in their order: it buffers,
  /// copies, or cuts them into other words.
  static var passesValuesOn: Bool { get }
  /// Whether FINN has the block; those that it has not stand for something simpler than hardware.
  static var isKnownToFINN: Bool { get }
  /// Whether output word k depends on input word k of every input alone.
  var isWordWise: Bool { get }
  /// Whether the releases and the development branch have other cycles or values for the same attributes.
  var dependsOnGeneration: Bool { get }
  /// The stream its parameters come from, where they come from one.
  var weightInput: WeightInput? { get }
  /// The input words that make up a vector, where results come vector by vector.
  var vectorWords: VectorWords? { get }
  /// Every hazard it can meet.
  var hazardConditions: [HazardCondition] { get }
  /// What stays in it when a frame brings `words` words, one sentence; `nil` if nothing does.
  func frameRemainder(ofWords words: Int) -> String?
  /// What it does wrong when its frames are taken to have `words` words and have not; `nil`: nothing
  /// but what every block does.
  func effect(ofWords words: Int) -> String?
}

extension Block {
  /// A FINN op type.
  public var opType: String { node.opType }
  /// Whether it is an RTL block, by the op type's ending.
  public var isRTL: Bool { node.isRTL }
  public var finnInputs: [Port] { inputs }
  public func outputs(fedBy inputs: [Port]) -> [Port] { outputs }
  public var numberOfOutputValues: Int { outputs.first?.words ?? 0 }
  public var operationAndParameterCounts: [String: Int] { [:] }
  public var buildIssues: [String] { [] }
  public var innerWords: [(what: String, width: Int)] { [] }
  public func resources(on device: DSPFamily) -> ResourceEstimate { ResourceEstimate() }

  /// `buildIssues` and what holds for every block: HLS words end at 8191 bits.
  public var allBuildIssues: [String] {
    guard let (what, width) = tooWideForHLS else { return buildIssues }
    return buildIssues + [
      "\(what) is \(width) bits wide; HLS blocks accept at most \(node.generation.hlsWidestWord)"
    ]
  }

  /// The widest word of an HLS block, where HLS has no integer for it.
  public var tooWideForHLS: (what: String, width: Int)? {
    guard opType.hasSuffix("_hls") else { return nil }
    let streams = (inputs + outputs).compactMap(\.width).map { (what: "a stream", width: $0) }
    return (streams + innerWords).filter { $0.width > node.generation.hlsWidestWord }
      .max { $0.width < $1.width }
  }
}

extension FINNGeneration {
  /// Bits of HLS' widest integer, `AP_INT_MAX_W`, as far as FINN allows it.
  /// Source: docs/reference/finn-dialect.md#widest-words.
  public var hlsWidestWord: Int { self <= .v0_9 ? 32768 : 8191 }
}

/// One stream port of a block: the tensor it carries and how it is folded into words.
///
/// A property is `nil` where FINN does not define it (the memory side of an IODMA has no folded
/// shape, a TLastMarker no tensor) or where the elementary blocks take it from whatever stream is
/// connected (`open`).
public struct Port: Sendable, Equatable {
  /// FINN's normal tensor shape, e.g. `[1, 32, 32, 3]`.
  public var normalShape: [Int]?
  /// FINN's folded shape: all dims but the last count words, the last is elements per word.
  public var foldedShape: [Int]?
  public var dataType: DataType?
  /// Bits of a word without AXI padding.
  public var width: Int?
  /// Words per frame.
  public var words: Int?
  /// Width on the AXI-Stream pins: the next multiple of 8 (a TLastMarker alone does not pad).
  public var paddedWidth: Int?

  /// A port with FINN's shapes: `folded` is `normal` with its last axis split into words of
  /// elements.
  public init(normal: [Int], folded: [Int], dataType: DataType, width: Int? = nil) {
    self.normalShape = normal
    self.foldedShape = folded
    self.dataType = dataType
    let bits = width ?? (folded.last ?? 1) * dataType.bits
    self.width = bits
    self.paddedWidth = (bits + 7) / 8 * 8
    self.words = folded.dropLast().reduce(1, *)
  }

  /// A tensor of `channels` elements in the last dimension, `parallel` of them per word:
  /// folded shape (*leading, channels / parallel, parallel).
  public init(leading: [Int], channels: Int, parallel: Int, dataType: DataType) {
    self.init(
      normal: leading + [channels], folded: leading + [channels / parallel, parallel],
      dataType: dataType)
  }

  /// A port FINN describes only in part.
  public init(
    normal: [Int]? = nil, folded: [Int]? = nil, dataType: DataType? = nil, width: Int?, words: Int?
  ) {
    self.normalShape = normal
    self.foldedShape = folded
    self.dataType = dataType
    self.width = width
    self.paddedWidth = width.map { ($0 + 7) / 8 * 8 }
    self.words = words
  }

  /// A port that takes width and word count from the stream connected to it.
  public static let open = Port(width: nil, words: nil)

  /// Elements per word.
  public var elements: Int? { foldedShape?.last }
}

/// The attributes that belong to every node rather than to one op.
public struct NodeSettings: Sendable, Equatable {
  /// A FINN op type.
  public let opType: String
  /// The FINN whose block it is.
  public let generation: FINNGeneration
  /// FIFO depth wished for at each stream input and output; FINN's default is 2.
  public let inFIFODepths: [Int]
  public let outFIFODepths: [Int]
  /// HLS blocks: what the node says about its schedule.
  public let hls: HLSSettings

  /// Whether it is an RTL block, by the op type's ending.
  public var isRTL: Bool { opType.hasSuffix("_rtl") }

  /// Why the cycles of an RTL block that only the development branch has are not the hardware's in a
  /// design of `generation`; nil for the branch.
  package var foreignRTL: String? {
    guard isRTL, !generation.isDevelopment else { return nil }
    return
      "\(opType) belongs to FINN's development branch, the design to FINN \(generation.rawValue); "
      + "--finn-generation 2026-04 gives its measured cycles"
  }

  /// The same for blocks that came to the branch later than April 2026.
  package var beforeAugust: String? {
    if let foreignRTL { return foreignRTL }
    return generation < .dev2026_08
      ? "\(opType) came later than FINN \(generation.rawValue); --finn-generation 2026-08" : nil
  }

  /// Whether the block is one of the RTL blocks of FINN's development branch, whose rules were measured
  /// there.
  package var isDevelopmentRTL: Bool { isRTL && generation.isDevelopment }
}
