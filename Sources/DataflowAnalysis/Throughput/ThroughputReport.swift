/// `Throughput` as the JSON document of `simrun DESIGN --fps --json` (schema version 1).
///
/// Every document has every key; what does not exist, such as the rate of a design that stops, is
/// `null`.
public struct ThroughputReport: Encodable, Sendable {
  public struct Rate: Codable, Sendable {
    @OrNull public var fps: Double?
    @OrNull public var cyclesPerFrame: Double?
    /// Numerator and denominator, e.g. `62995/1`.
    @OrNull public var cyclesPerFrameExact: String?
    /// True when the state of the whole design was seen to repeat.
    public var steadyState = false
    @OrNull public var simulatedFrames: Int?
  }

  public struct Latency: Codable, Sendable {
    @OrNull public var firstOutputCycle: Int?
    /// Cycles from reset until the first frame is out.
    @OrNull public var firstFrameCycles: Int?
    @OrNull public var microseconds: Double?
    /// The most cycles without a word at a graph output, before the first word or between two.
    @OrNull public var longestSilenceCycles: Int?
  }

  public struct Bottleneck: Codable, Sendable {
    /// A node, or the graph input where the source limits.
    @OrNull public var node: String?
    @OrNull public var limit: Throughput.Limit?
    /// Cycles per frame this node needs by itself; the words of a frame for a graph input.
    @OrNull public var busyCycles: Int?
    /// Bits of the memory port, where a DMA limits.
    @OrNull public var portWidth: Int?
    /// Where FIFOs limit: those that ran full, the nearest to the node first.
    public var fullFIFOs: [String] = []
    /// The one of them that alone sets the pace.
    @OrNull public var limitingFIFO: Throughput.LimitingFIFO?
  }

  public struct Estimate: Codable, Sendable {
    public var cyclesPerFrame: Int
    public var fps: Double
  }

  /// The rates of a host that does not send frames without end: DMAs wait for the memory once per
  /// transfer.
  public struct Transfers: Codable, Sendable {
    /// The slowest DMA.
    public var node: String
    /// Cycles from an address to its first beat.
    public var memoryLatency: Int
    /// Frames of a transfer; the batch must be a multiple of it.
    public var batch: Int
    public var fpsInBatches: Double
    /// Frame by frame.
    public var fpsAlone: Double
  }

  public struct Node: Codable, Sendable {
    public var name: String
    public var opType: String
    /// FINN's estimate.
    public var expectedCycles: Int
    /// Cycles per frame the block needs when nothing stalls it; `busyCycles` is the same.
    public var cyclesAlone: Int
    public var busyCycles: Int
    /// Busy cycles over the period.
    @OrNull public var utilisation: Double?
    public var exact: Bool
    /// What the cycles rest on.
    public var timing: TimingReport
    public var resources: Resources
    public var finnEstimate: Resources
  }

  public struct Cost: Codable, Sendable {
    public var total: Resources
    public var finnEstimate: Resources
    @OrNull public var part: String?
    @OrNull public var device: Resources?
    /// Share of the device by kind; a kind the device has none of is left out.
    @OrNull public var utilisation: [String: Double]?
    @OrNull public var fits: Bool?
  }

  public struct Certainty: Codable, Sendable {
    public var exact: [String]
    /// Node to the HLS schedules it may have, where its own is predicted.
    public var predicted: [String: String]
    /// Node to why it is approximate: there is no measured rule.
    public var approximate: [String: String]
    /// The FINN whose rules these are.
    public var finnGeneration: String
  }

  /// The rates with other schedules than the predicted ones.
  public struct Range: Codable, Sendable {
    public struct Sample: Codable, Sendable {
      public var schedule: String
      /// Null: the design stops.
      @OrNull public var cyclesPerFrame: Double?
    }
    /// The nodes whose schedule is predicted.
    public var nodes: [String]
    /// How the range was found: rates are not monotone in the stages in general.
    public var method = "sampled"
    public var samples: [Sample]
    /// Null: the design stops with a sampled schedule.
    @OrNull public var leastFPS: Double?
    @OrNull public var mostFPS: Double?
    /// The node whose schedule matters most, and its cycles alone with the least and most stages.
    @OrNull public var decisiveNode: String?
    @OrNull public var decisiveCyclesAlone: [Int]?
  }

  public struct Stuck: Codable, Sendable {
    public var fullFIFOs: [String]
    public var emptyFIFOs: [String]
    /// Why, in one sentence.
    @OrNull public var cause: String?
  }

  public var schemaVersion = 1
  public var design: String
  public var clockMHz: Double
  public var outcome: RunResult.Outcome
  public var throughput = Rate()
  public var latency = Latency()
  public var bottleneck = Bottleneck()
  /// Null where no DMA is slower than the design, even frame by frame.
  @OrNull public var transfers: Transfers?
  /// Null where FINN has no estimate, as for a partition of FIFOs or DMAs.
  @OrNull public var finnEstimate: Estimate?
  public var nodes: [Node]
  public var resources: Cost
  public var exactness: Certainty
  /// What is full and what is empty when a design has stopped.
  @OrNull public var stuck: Stuck?
  /// Null where every schedule is known.
  @OrNull public var range: Range?
  /// What the FIFOs lie between; no part of the document.
  public let places: FIFOPlaces

  private enum CodingKeys: String, CodingKey {
    case schemaVersion, design, clockMHz, outcome, throughput, latency, bottleneck, transfers,
      finnEstimate, nodes, resources, exactness, stuck, range
  }

  /// - Parameters:
  ///   - device: what to compare the cost against; nil when the design names no part.
  ///   - range: the rates with other schedules; nil where every schedule is known.
  public init(_ t: Throughput, device: Device?, range: ThroughputRange? = nil) {
    places = FIFOPlaces(t.plan.design)
    design = t.plan.design.name
    clockMHz = t.clockMHz
    outcome = t.outcome
    if let steady = t.steadyState {
      let g = greatestCommonDivisor(steady.cycles, steady.frames)
      throughput = Rate(
        fps: t.fps, cyclesPerFrame: steady.cyclesPerFrame,
        cyclesPerFrameExact: "\(steady.cycles / g)/\(steady.frames / g)",
        steadyState: steady.isProven, simulatedFrames: steady.simulatedFrames)
    }
    latency.firstOutputCycle = t.firstOutputCycle
    latency.longestSilenceCycles = t.longestSilence
    if let last = t.firstFrameCycle {
      latency.firstFrameCycles = last + 1
      latency.microseconds = Double(last + 1) / t.clockMHz
    }
    if let limit = t.bottleneck {
      bottleneck = Bottleneck(
        node: limit.node, limit: limit.limit,
        busyCycles: t.nodes.first { $0.name == limit.node }?.busyCycles
          ?? t.plan.wordsPerFrame[limit.node],
        portWidth: t.portWidth(of: limit.node),
        fullFIFOs: t.fullFIFOs, limitingFIFO: t.limitingFIFO)
    }
    transfers = t.transfers.map { transfers in
      Transfers(
        node: transfers.node, memoryLatency: transfers.memoryLatency, batch: transfers.batch,
        fpsInBatches: t.clockMHz * 1e6 / transfers.cyclesPerFrameInBatches,
        fpsAlone: t.clockMHz * 1e6 / transfers.cyclesPerFrameAlone)
    }
    let estimate = t.finnCyclesPerFrame
    finnEstimate =
      estimate > 0
      ? Estimate(cyclesPerFrame: estimate, fps: t.clockMHz * 1e6 / Double(estimate)) : nil
    nodes = t.nodes.map { node in
      Node(
        name: node.name, opType: node.opType, expectedCycles: node.expectedCycles,
        cyclesAlone: node.busyCycles, busyCycles: node.busyCycles,
        utilisation: t.cyclesPerFrame.map { Double(node.busyCycles) / $0 },
        exact: node.exactness == .exact, timing: node.timing, resources: node.resources.corrected,
        finnEstimate: node.resources.finn)
    }
    resources = Cost(t, device: device)
    exactness = Certainty(t)
    if t.outcome != .complete {
      stuck = Stuck(
        fullFIFOs: t.stuckFIFOs.full, emptyFIFOs: t.stuckFIFOs.empty, cause: t.cause)
    }
    self.range = range.map { Range($0, t) }
  }
}

extension ThroughputReport.Cost {
  init(_ t: Throughput, device: Device?) {
    total = t.nodes.reduce(Resources()) { $0 + $1.resources.corrected }
    finnEstimate = t.nodes.reduce(Resources()) { $0 + $1.resources.finn }
    part = device?.partPrefix == Device.budgetName ? Device.budgetName : t.plan.design.part
    guard let device else { return }
    let offered = device.total
    self.device = Resources(
      lut: offered.lut, bram18: offered.bram18, uram: offered.uram, dsp: offered.dsp)
    let shares = offered.utilisation(of: total)
    utilisation = Dictionary(
      uniqueKeysWithValues: shares.compactMap { kind, share in share.map { (kind, $0) } })
    fits = shares.allSatisfy { ($0.share ?? .infinity) <= 1 }
  }
}

extension ThroughputReport.Range {
  init(_ range: ThroughputRange, _ t: Throughput) {
    nodes = range.nodes
    samples = range.samples.map {
      Sample(schedule: $0.schedule, cyclesPerFrame: $0.cyclesPerFrame)
    }
    let periods = ([t.cyclesPerFrame] + range.samples.map(\.cyclesPerFrame))
    let rates = periods.compactMap { $0.map { t.clockMHz * 1e6 / $0 } }
    leastFPS = rates.count == periods.count ? rates.min() : nil
    mostFPS = rates.max()
    decisiveNode = range.decisive?.node
    decisiveCyclesAlone = range.decisive.map { [$0.leastCyclesAlone, $0.mostCyclesAlone] }
  }
}

extension ThroughputReport.Certainty {
  init(_ t: Throughput) {
    finnGeneration = t.plan.design.finnGeneration.rawValue
    func reasons(_ basis: TimingBasis) -> [String: String] {
      Dictionary(
        uniqueKeysWithValues: t.nodes.filter { $0.timing.basis == basis }.map {
          ($0.name, $0.timing.reason ?? $0.timing.summary)
        })
    }
    exact = t.nodes.filter { $0.exactness == .exact }.map(\.name)
    predicted = reasons(.predicted)
    approximate = reasons(.approximate)
  }
}
