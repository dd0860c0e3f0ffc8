/// `FoldingSearch` as the JSON document of `simrun fold --json` (schema version 1).
public struct FoldingReport: Codable, Sendable {
  public struct Result: Codable, Sendable {
    public var algorithm: String
    public var cyclesPerFrame: Double
    public var fps: Double
    /// Cycles until the first frame is out.
    public var latency: Int?
    public var resources: Resources
    public var fifoWords: Int
  }

  public struct Load: Codable, Sendable {
    public var node: String
    public var cycles: Int
  }

  public var schemaVersion = 1
  public var design: String
  public var part: String?
  public var clockMHz: Double
  public var meetsGoal: Bool
  public var chosen: Result
  /// FINN's SetFolding for the same goal; nil where it finds nothing.
  public var finn: Result?
  /// What may be used: the part less the reserve.
  public var budget: Resources?
  /// Every layer that can be folded: before, after, why.
  public var layers: [FoldedLayer]
  public var bottleneckChain: [Load]
  public var nextStep: FoldingSearch.NextStep?
  /// Hazard `mvu-queue-overflow`: what avoiding it cost, and where it remains; nil: nowhere.
  public var queueOverflow: FoldingSearch.Safety?

  public init(_ search: FoldingSearch) {
    design = search.chosen.design.name
    part = search.chosen.design.part
    clockMHz = search.chosen.design.clockMHz
    meetsGoal = search.meetsGoal
    chosen = Result(search.chosen)
    finn = search.baseline.map(Result.init)
    budget = search.budget
    layers = search.layers
    bottleneckChain = search.chain.map { Load(node: $0.node, cycles: $0.cycles) }
    nextStep = search.nextStep
    queueOverflow = search.safety
  }
}

extension FoldingReport.Result {
  init(_ candidate: FoldingSearch.Candidate) {
    algorithm = candidate.algorithm.rawValue
    cyclesPerFrame = candidate.period.cyclesPerFrame
    fps = candidate.framesPerSecond
    latency = candidate.latency
    resources = candidate.resources
    fifoWords = candidate.fifoWords
  }
}
