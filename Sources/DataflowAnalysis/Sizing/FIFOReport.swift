/// `FIFOSizing` as the JSON document of `simrun fifo --json`.
public struct FIFOReport: ResultDocument {
  public static let kind = "fifo"
  public static let summary = "FIFO depths that keep the full rate."

  /// One FIFO before and after.
  public struct FIFO: Codable, Sendable {
    /// The FIFO node.
    public var name: String
    /// The nodes it lies between, or the graph's streams.
    public var from: String
    public var to: String
    /// Words it can hold.
    public var depthBefore: Int
    public var depthAfter: Int
    /// Highest occupancy with the new depths, in words.
    public var maxOccupancy: Int
    /// Bits per word.
    public var width: Int
    /// What it, or all of them, cost with the depths as they were.
    public var resourcesBefore: Resources
    /// The same with the new depths.
    public var resourcesAfter: Resources
  }

  /// How far the depths hold beyond the predicted schedules.
  public struct Margin: Codable, Sendable {
    /// A schedule besides the predicted one.
    public struct Sample: Codable, Sendable {
      /// Which nodes have the least or the most stages.
      public var schedule: String
      /// With the new depths.
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

  /// What all FIFOs cost beside what none can be below, in the measure that was minimised, before what the
  /// margin adds.
  public struct Bound: Codable, Sendable {
    /// Of the depths found.
    public var found: Int
    /// No depths that keep the rate cost less.
    public var atLeast: Int
    /// Whether that takes it that a deeper FIFO never delays a word. Pipelines made by HLS freeze with their
    /// bubbles, so that it may.
    public var assumesMonotony: Bool
  }

  /// The design's name.
  public var design: String
  /// The clock.
  public var clockMHz: Double
  /// In the design's order.
  public var fifos: [FIFO]
  /// Words.
  public var totalBefore: Int
  public var totalAfter: Int
  /// Words times width.
  public var bitsBefore: Int
  /// Words times width.
  public var bitsAfter: Int
  /// What it, or all of them, cost with the depths as they were.
  public var resourcesBefore: Resources
  /// The same with the new depths.
  public var resourcesAfter: Resources
  /// nil: the design stops.
  public var cyclesPerFrameBefore: Double?
  /// With the new depths.
  public var cyclesPerFrameAfter: Double
  /// With all the room there is.
  public var cyclesPerFrameUnbounded: Double
  /// nil where it was not measured, or the design stops.
  public var latencyBefore: LatencyReport?
  /// With the new depths.
  public var latencyAfter: LatencyReport?
  /// No FIFO can be one step smaller: each such step was rerun and found too slow.
  public var verified: Bool
  /// Whether that takes it that a deeper FIFO never delays a word, as it was found out in parts of the design. Pipelines
  /// freeze with their bubbles, so that it may.
  public var verifiedAssumesMonotony: Bool
  /// The search was not stopped early.
  public var complete: Bool
  /// How far from the cheapest the depths may be; nil: not looked for.
  public var bound: Bound?
  /// Runs it took.
  public var simulations: Int
  /// nil: not asked for, or every schedule is known.
  public var margin: Margin?
  /// Whether the sized design is live for every arrival pattern.
  public var certificate: HangReport.Proof
  /// What sources that never wait make of the sized design, where cores may lose words then; nil: the rate it was sized
  /// for.
  public var fullSpeed: FIFOFullSpeed?
  /// What to type next; nil from the library.
  public var next: NextStep?

  /// The document of a finished sizing.
  public init(_ sizing: FIFOSizing) {
    design = sizing.design.name
    let clock = sizing.design.clockMHz
    clockMHz = clock
    let places = FIFOPlaces(sizing.design)
    fifos = sizing.fifos.map {
      FIFO(
        name: $0.name, from: places[$0.name]?.from ?? "", to: places[$0.name]?.to ?? "",
        depthBefore: $0.before, depthAfter: $0.after, maxOccupancy: $0.maxOccupancy,
        width: $0.width, resourcesBefore: $0.resourcesBefore, resourcesAfter: $0.resourcesAfter)
    }
    totalBefore = sizing.totalBefore
    totalAfter = sizing.totalAfter
    bitsBefore = fifos.reduce(0) { $0 + $1.depthBefore * $1.width }
    bitsAfter = fifos.reduce(0) { $0 + $1.depthAfter * $1.width }
    resourcesBefore = fifos.reduce(Resources()) { $0 + $1.resourcesBefore }
    resourcesAfter = fifos.reduce(Resources()) { $0 + $1.resourcesAfter }
    cyclesPerFrameBefore = sizing.periodBefore?.cyclesPerFrame
    cyclesPerFrameAfter = sizing.periodAfter.cyclesPerFrame
    cyclesPerFrameUnbounded = sizing.periodUnbounded.cyclesPerFrame
    latencyBefore = sizing.latencyBefore.map { LatencyReport(cycles: $0, clock) }
    latencyAfter = sizing.latencyAfter.map { LatencyReport(cycles: $0, clock) }
    verified = sizing.isVerified
    verifiedAssumesMonotony = sizing.isVerified && !sizing.isVerifiedInTheWhole
    complete = sizing.isComplete
    bound = sizing.bound.map {
      Bound(found: $0.found, atLeast: $0.atLeast, assumesMonotony: $0.assumesMonotony)
    }
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
    fullSpeed = sizing.fullSpeed
  }
}
