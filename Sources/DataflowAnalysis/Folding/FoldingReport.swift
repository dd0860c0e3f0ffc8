/// `FoldingSearch` as the JSON document of `simrun fold --json`.
public struct FoldingReport: ResultDocument {
  public static let kind = "fold"
  public static let summary = "PE, SIMD, memories and FIFO depths for a rate or a part."

  /// What one algorithm came to.
  public struct Result: Codable, Sendable {
    /// `simrun` or `finn`.
    public var algorithm: String
    /// In the steady state, FIFOs sized.
    public var cyclesPerFrame: Double
    /// Frames per second.
    public var fps: Double
    /// nil when the first frame was not looked at.
    public var latency: LatencyReport?
    /// Of layers, converters and FIFOs together, by the estimate that decides.
    public var resources: Resources
    /// What it fits by: the high end of the calibrated estimate.
    public var high: Resources
    /// FINN's own estimate.
    public var finnResources: Resources
    /// Words of all FIFOs.
    public var fifoWords: Int
  }

  /// How long one block needs.
  public struct Load: Codable, Sendable {
    /// The block.
    public var node: String
    /// Per frame, simulated alone.
    public var cyclesAlone: Int
  }

  /// The design's name.
  public var design: String
  /// The part; nil when the design names none.
  public var part: String?
  /// The clock.
  public var clockMHz: Double
  /// Whether rate and part are as asked.
  public var meetsGoal: Bool
  /// The result of this search.
  public var chosen: Result
  /// FINN's SetFolding for the same goal; nil where it finds nothing.
  public var finn: Result?
  /// What may be used: the part less the reserve.
  public var budget: Resources?
  /// Every layer that can be folded: before, after, why.
  public var layers: [FoldedLayer]
  /// The slowest blocks first.
  public var bottleneckChain: [Load]
  /// Attributes that fold other blocks and cannot be changed here, and why.
  public var fixed: [FixedFolding]
  /// What the next faster folding costs; nil when there is none.
  public var fasterFolding: FoldingSearch.FasterFolding?
  /// Hazard `mvu-queue-overflow`: what avoiding it cost, and where it remains; nil: nowhere.
  public var queueOverflow: FoldingSearch.Safety?
  /// Those that put out surplus words although no word is ever held up, in three frames; such words are no frames.
  public var hazards: [HazardCount]
  /// What to type next; nil from the library.
  public var next: NextStep?

  /// The document of a finished search.
  public init(_ search: FoldingSearch) {
    design = search.chosen.design.name
    part = search.chosen.design.part
    clockMHz = search.chosen.design.clockMHz
    meetsGoal = search.meetsGoal
    chosen = Result(search.chosen)
    finn = search.baseline.map(Result.init)
    budget = search.budget
    layers = search.layers
    fixed = search.fixed
    bottleneckChain = search.chain.map { Load(node: $0.node, cyclesAlone: $0.cycles) }
    fasterFolding = search.fasterFolding
    queueOverflow = search.safety
    hazards = search.hazards
  }
}

extension FoldingReport.Result {
  init(_ candidate: FoldingSearch.Candidate) {
    algorithm = candidate.algorithm.rawValue
    cyclesPerFrame = candidate.period.cyclesPerFrame
    fps = candidate.framesPerSecond
    latency = candidate.latency.map { LatencyReport(cycles: $0, candidate.design.clockMHz) }
    resources = candidate.resources
    high = candidate.high
    finnResources = candidate.cost.finn
    fifoWords = candidate.fifoWords
  }
}
