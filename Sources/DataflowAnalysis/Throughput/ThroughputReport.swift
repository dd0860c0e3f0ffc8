/// `Throughput` as the JSON document of `simrun DESIGN --fps --json`.
public struct ThroughputReport: ResultDocument {
  public static let kind = "throughput"
  public static let summary = "How fast a design is, what limits it, what it costs."

  /// The steady state.
  public struct Rate: Codable, Sendable {
    /// Frames per second.
    public var fps: Double?
    /// Cycles from frame to frame.
    public var cyclesPerFrame: Double?
    /// Numerator and denominator, e.g. `62995/1`.
    public var cyclesPerFrameExact: String?
    /// True when the state of the whole design was seen to repeat.
    public var steadyState = false
    /// Frames it took to know.
    public var simulatedFrames: Int?
  }

  /// What keeps the design from being faster.
  public struct Bottleneck: Codable, Sendable {
    /// A node, or the graph input where the source limits.
    public var node: String?
    /// nil for a design that stops.
    public var limit: Throughput.Limit?
    /// Cycles per frame this node needs by itself; the words of a frame for a graph input.
    public var cyclesAlone: Int?
    /// Bits of the memory port, where a DMA limits.
    public var portWidth: Int?
    /// Where FIFOs limit: those that ran full, the nearest to the node first.
    public var fullFIFOs: [String] = []
    /// The one of them that alone sets the pace.
    public var limitingFIFO: Throughput.LimitingFIFO?
  }

  /// FINN's own estimate: the slowest layer, FIFOs ignored.
  public struct Estimate: Codable, Sendable {
    /// Cycles from frame to frame.
    public var cyclesPerFrame: Int
    /// Frames per second.
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
    /// In frames per second.
    public var fpsInBatches: Double
    /// Frame by frame.
    public var fpsAlone: Double
  }

  /// One node: how long it needs, what it costs.
  public struct Node: Codable, Sendable {
    /// The node.
    public var name: String
    public var opType: String
    /// FINN's estimate.
    public var expectedCycles: Int
    /// Cycles per frame the block needs when nothing stalls it.
    public var cyclesAlone: Int
    /// Its load: cycles alone over the period.
    public var utilisation: Double?
    /// Whether every handshake is in the hardware's cycle.
    public var exact: Bool
    /// What the cycles rest on.
    public var timing: TimingReport
    /// By the estimate that decides: the calibrated one, or FINN's (`--cost finn`).
    public var resources: Resources
    /// What it takes once placed, with its range; nil where FINN's estimate decides.
    public var calibrated: CalibratedEstimate.Report?
    /// FINN's own estimate.
    public var finnResources: Resources
  }

  /// What all nodes cost together, beside what there is.
  public struct Cost: Codable, Sendable {
    /// By the estimate that decides: the calibrated one, or FINN's (`--cost finn`).
    public var resources: Resources
    /// What `fits` and `utilisation` go by: the high end of the calibrated estimate.
    public var high: Resources
    /// What it takes once placed, with its range; nil where FINN's estimate decides.
    public var calibrated: CalibratedEstimate.Report?
    /// FINN's own estimate.
    public var finnResources: Resources
    /// The part, or the budget; nil when none is named.
    public var part: String?
    /// What it has; nil without one.
    public var device: Resources?
    /// Share of the device by kind, of `high`; a kind the device has none of is left out.
    public var utilisation: [String: Double]?
    /// Whether everything fits; nil without a device.
    public var fits: Bool?
    /// What is known not to close at the clock, or to be hard to: of blocks, and of shares of the device.
    public var clockWarnings: [String]
  }

  /// The rates with other schedules than the predicted ones.
  public struct Range: Codable, Sendable {
    /// A schedule besides the predicted one.
    public struct Sample: Codable, Sendable {
      /// Which nodes have the least or the most stages.
      public var schedule: String
      /// Null: the design stops.
      public var cyclesPerFrame: Double?
    }
    /// What no schedule is faster than.
    public struct Bound: Codable, Sendable {
      /// In the steady state.
      public var cyclesPerFrame: Double
      /// The node or graph input that needs as long by itself, or the nodes that together do.
      public var nodes: [String]
    }
    /// The nodes whose schedule is predicted.
    public var nodes: [String]
    /// How the range was found: rates are not monotone in the stages in general.
    public var method = "sampled"
    /// Schedules simulated besides the predicted ones.
    public var samples: [Sample]
    /// What no schedule is faster than, where the fast end was not sampled.
    public var bound: Bound?
    /// Null: the design stops with a sampled schedule.
    public var leastFPS: Double?
    public var mostFPS: Double?
    /// The node whose schedule matters most, and its cycles alone with the least and most stages.
    public var decisiveNode: String?
    public var decisiveCyclesAlone: [Int]?
  }

  /// What a design that stopped holds.
  public struct Stuck: Codable, Sendable {
    /// By name, in the design's order.
    public var fullFIFOs: [String]
    /// By name, in the design's order.
    public var emptyFIFOs: [String]
    /// Why, in one sentence.
    public var cause: String?
  }

  /// The design's name.
  public var design: String
  /// The clock.
  public var clockMHz: Double
  /// `complete`, or why it stops.
  public var outcome: RunResult.Outcome
  /// Every member nil for a design that stops.
  public var throughput = Rate()
  /// The cycle of the first word at a graph output.
  public var firstOutputCycle: Int?
  /// The most cycles without a word at a graph output, before the first word or between two.
  public var longestSilenceCycles: Int?
  /// nil for a design that stops before a frame is out.
  public var latency: LatencyReport?
  /// Every member nil for a design that stops.
  public var bottleneck = Bottleneck()
  /// Null where no DMA is slower than the design, even frame by frame.
  public var transfers: Transfers?
  /// Null where FINN has no estimate, as for a partition of FIFOs or DMAs.
  public var finnEstimate: Estimate?
  /// Those that put out surplus words although no word is ever held up, in three frames; such words are no frames.
  public var hazards: [HazardCount]
  /// In the design's order.
  public var nodes: [Node]
  /// Beside the part.
  public var cost: Cost
  /// Which cycles are the hardware's.
  public var exactness: ExactnessReport
  /// What is full and what is empty when a design has stopped.
  public var stuck: Stuck?
  /// Null where every schedule is known.
  public var range: Range?
  /// What to type next; nil from the library, and where nothing helps.
  public var next: NextStep?

  /// - Parameters:
  ///   - device: what to compare the cost against; nil when the design names no part.
  ///   - range: the rates with other schedules; nil where every schedule is known.
  public init(_ t: Throughput, device: Device?, range: ThroughputRange? = nil) {
    design = t.plan.design.name
    clockMHz = t.clockMHz
    outcome = t.outcome
    hazards = t.hazards
    if let steady = t.steadyState {
      let g = greatestCommonDivisor(steady.cycles, steady.frames)
      throughput = Rate(
        fps: t.fps, cyclesPerFrame: steady.cyclesPerFrame,
        cyclesPerFrameExact: "\(steady.cycles / g)/\(steady.frames / g)",
        steadyState: steady.isProven, simulatedFrames: steady.simulatedFrames)
    }
    firstOutputCycle = t.firstOutputCycle
    longestSilenceCycles = t.longestSilence
    latency = t.firstFrameCycle.map { LatencyReport(cycles: $0 + 1, t.clockMHz) }
    if let limit = t.bottleneck {
      bottleneck = Bottleneck(
        node: limit.node, limit: limit.limit,
        cyclesAlone: t.nodes.first { $0.name == limit.node }?.busyCycles
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
        cyclesAlone: node.busyCycles,
        utilisation: t.cyclesPerFrame.map { Double(node.busyCycles) / $0 },
        exact: node.exactness == .exact, timing: node.timing, resources: node.cost.expected,
        calibrated: node.cost.calibrated.map(CalibratedEstimate.Report.init),
        finnResources: node.cost.finn.finn)
    }
    cost = Cost(t, device: device)
    exactness = ExactnessReport(
      t.nodes.map { ($0.name, $0.exactness, $0.timing) }, t.plan)
    if t.outcome != .complete {
      stuck = Stuck(
        fullFIFOs: t.stuckFIFOs.full, emptyFIFOs: t.stuckFIFOs.empty, cause: t.cause)
    }
    self.range = range.map { Range($0, t) }
  }
}

extension ThroughputReport.Cost {
  init(_ t: Throughput, device: Device?) {
    let cost = t.cost
    resources = cost.total
    high = cost.high
    clockWarnings = zip(t.plan.design.nodes, t.plan.blocks).flatMap { node, block in
      block.clockConcerns(atMHz: t.clockMHz).map { "\(node.name): \($0)" }
    }
    calibrated = cost.calibrated.map(CalibratedEstimate.Report.init)
    finnResources = cost.finn
    part = device?.partPrefix == Device.budgetName ? Device.budgetName : t.plan.design.part
    guard let device else { return }
    let offered = device.total
    self.device = offered.all
    clockWarnings += TimingClosure.exceeded(by: high, on: offered)
    let shares = offered.utilisation(of: high)
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
    bound = range.bound.map { Bound(cyclesPerFrame: $0.cyclesPerFrame, nodes: $0.nodes) }
    let fast = range.bound.map { [Optional($0.cyclesPerFrame)] } ?? []
    let periods = [t.cyclesPerFrame] + fast + range.samples.map(\.cyclesPerFrame)
    let rates = periods.compactMap { $0.map { t.clockMHz * 1e6 / $0 } }
    leastFPS = rates.count == periods.count ? rates.min() : nil
    mostFPS = rates.max()
    decisiveNode = range.decisive?.node
    decisiveCyclesAlone = range.decisive.map { [$0.leastCyclesAlone, $0.mostCyclesAlone] }
  }
}
