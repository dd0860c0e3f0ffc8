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
  }
}
