/// `FIFOSizing` as the JSON document of `simrun fifo --json` (schema version 1).
public struct FIFOReport: Codable, Sendable {
  public struct FIFO: Codable, Sendable {
    public var name: String
    /// The nodes it lies between, or the graph's streams.
    public var from: String
    public var to: String
    public var before: Int
    public var after: Int
    public var maxOccupancy: Int
    /// Bits per word.
    public var width: Int
    public var resourcesBefore: Resources
    public var resourcesAfter: Resources
  }

  /// How far the depths hold beyond the predicted schedules.
  public struct Margin: Codable, Sendable {
    public struct Sample: Codable, Sendable {
      public var schedule: String
      public var cyclesPerFrame: Double
      /// The depths for the predicted schedules were enough.
      public var wasCovered: Bool
    }
    /// The nodes whose schedule is predicted.
    public var nodes: [String]
    /// Schedules simulated besides the predicted ones.
    public var samples: [Sample]
    /// Words beyond what the predicted schedules need, and those of them only the certificate asked for.
    public var addedWords: Int
    public var certifiedWords: Int
  }

  public var schemaVersion = 1
  public var design: String
  public var clockMHz: Double
  public var fifos: [FIFO]
  /// Words.
  public var totalBefore: Int
  public var totalAfter: Int
  public var bitsBefore: Int
  public var bitsAfter: Int
  public var resourcesBefore: Resources
  public var resourcesAfter: Resources
  /// nil: the design stops.
  public var cyclesPerFrameBefore: Double?
  public var cyclesPerFrameAfter: Double
  public var cyclesPerFrameUnbounded: Double
  /// Cycles until the first frame is out.
  public var latencyBefore: Int?
  public var latencyAfter: Int?
  /// No FIFO can be one step smaller; the same as `verified`.
  public var locallyMinimal: Bool
  /// Each such step was rerun and found too slow.
  public var verified: Bool
  /// The search was not stopped early.
  public var complete: Bool
  public var simulations: Int
  /// nil: not asked for, or every schedule is known.
  @OrNull public var margin: Margin?
  /// Whether the sized design is live for every arrival pattern.
  public var certificate: HangReport.Proof

  public init(_ sizing: FIFOSizing) {
    design = sizing.design.name
    clockMHz = sizing.design.clockMHz
    let places = FIFOPlaces(sizing.design)
    fifos = sizing.fifos.map {
      FIFO(
        name: $0.name, from: places[$0.name]?.from ?? "", to: places[$0.name]?.to ?? "",
        before: $0.before, after: $0.after, maxOccupancy: $0.maxOccupancy,
        width: $0.width, resourcesBefore: $0.resourcesBefore, resourcesAfter: $0.resourcesAfter)
    }
    totalBefore = sizing.totalBefore
    totalAfter = sizing.totalAfter
    bitsBefore = fifos.reduce(0) { $0 + $1.before * $1.width }
    bitsAfter = fifos.reduce(0) { $0 + $1.after * $1.width }
    resourcesBefore = fifos.reduce(Resources()) { $0 + $1.resourcesBefore }
    resourcesAfter = fifos.reduce(Resources()) { $0 + $1.resourcesAfter }
    cyclesPerFrameBefore = sizing.periodBefore?.cyclesPerFrame
    cyclesPerFrameAfter = sizing.periodAfter.cyclesPerFrame
    cyclesPerFrameUnbounded = sizing.periodUnbounded.cyclesPerFrame
    latencyBefore = sizing.latencyBefore
    latencyAfter = sizing.latencyAfter
    locallyMinimal = sizing.isVerified
    verified = sizing.isVerified
    complete = sizing.isComplete
    simulations = sizing.simulations
    margin = sizing.margin.map { margin in
      Margin(
        nodes: margin.nodes,
        samples: margin.samples.map {
          .init(
            schedule: $0.name, cyclesPerFrame: $0.period.cyclesPerFrame, wasCovered: $0.wasCovered)
        }, addedWords: margin.addedWords, certifiedWords: margin.certifiedWords)
    }
    certificate = HangReport.Proof(sizing.certificate)
  }
}
