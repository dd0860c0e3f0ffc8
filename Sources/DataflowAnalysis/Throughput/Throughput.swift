extension IODMA {
  /// Frames of a transfer in a batch that is a multiple of it.
  static let framesPerTransfer = 16
}

/// How fast a design is, what limits it and what it costs: the answer of `simrun DESIGN --fps`.
public struct Throughput: Sendable {
  /// What keeps a design from being faster.
  public enum Limit: String, Sendable, Codable, CaseIterable {
    /// A block needs every cycle.
    case compute
    /// A DMA or an external weight stream is.
    case memory
    /// No block is: they wait for each other because too little is stored between them.
    case fifo
    /// A graph input moves a word in every cycle, and no block needs longer than to take it in.
    case source
  }

  /// How long a node needs, and what it costs.
  public struct NodeLoad: Sendable {
    /// The node, its op type and FINN's estimate of its cycles per frame.
    public var name: String
    public var opType: String
    public var expectedCycles: Int
    /// Cycles per frame the block needs when nothing ever stalls it.
    public var busyCycles: Int
    /// What it costs.
    public var cost: NodeCost
    public var exactness: Exactness
    /// What the cycles rest on.
    public var timing: TimingReport
  }

  /// The FIFO that closes the cycle of waiting which sets the pace.
  public struct LimitingFIFO: Codable, Sendable, Equatable {
    /// The FIFO node, and the words it holds.
    public var name: String
    public var depth: Int
    /// The blocks it lies between: the first waits for room in it until the second reads.
    public var from: String
    public var to: String
    /// Cycles per frame when this FIFO alone is deep enough.
    public var cyclesPerFrameDeeper: Double
  }

  /// The design made ready, and how its run ended.
  public let plan: Plan
  public let outcome: RunResult.Outcome
  /// nil when the design stops.
  public let steadyState: SteadyState?
  /// First word of the first output, and last word of the first frame at the last output.
  public let firstOutputCycle: Cycle?
  public let firstFrameCycle: Cycle?
  public let nodes: [NodeLoad]
  /// The node that limits, or the graph input where the source does.
  public let bottleneck: (node: String, limit: Limit)?
  /// Where FIFOs limit: those that ran full, the nearest to the slowest block first.
  public let fullFIFOs: [String]
  /// Where FIFOs limit and one of them alone does.
  public let limitingFIFO: LimitingFIFO?
  /// The most cycles without a word at a graph output; FINN's liveness threshold must be above.
  public let longestSilence: Cycle?
  /// FIFOs full and empty at the end, when the design stopped.
  public let stuckFIFOs: (full: [String], empty: [String])
  /// Why the design stops, in one sentence; nil when it runs.
  public let cause: String?

  /// Hazards that strike although no word is ever held up: cores that put out words that are nobody's results. Those
  /// are no frames.
  public let hazards: [HazardCount]

  /// What all nodes cost.
  public var cost: DesignCost { DesignCost(nodes.map(\.cost)) }
  /// The design's clock.
  public var clockMHz: Double { plan.design.clockMHz }
  /// In the steady state; nil when the design stops.
  public var cyclesPerFrame: Double? { steadyState?.cyclesPerFrame }
  /// Frames per second in the steady state; nil when the design stops.
  public var fps: Double? { cyclesPerFrame.map { clockMHz * 1e6 / $0 } }
  /// What DMAs take where the host does not send frames without end: they wait for the memory once per
  /// transfer.
  public struct Transfers: Sendable, Equatable {
    /// The slowest DMA.
    public var node: String
    /// Cycles from an address to its first beat.
    public var memoryLatency: Int
    /// Frames of a transfer in a batch that is a multiple of it, and cycles per frame then.
    public var batch: Int
    public var cyclesPerFrameInBatches: Double
    /// Cycles per frame where each is a transfer.
    public var cyclesPerFrameAlone: Double
  }

  /// nil where no DMA makes the design slower, even frame by frame.
  public let transfers: Transfers?

  /// Bits of the memory port of the DMA called `node`; `nil` when it is none.
  func portWidth(of node: String) -> Int? {
    plan.design.nodes.firstIndex { $0.name == node }
      .flatMap { (plan.blocks[$0] as? IODMA)?.intfWidth }
  }
  /// FINN's own estimate: the slowest node, FIFOs ignored.
  public var finnCyclesPerFrame: Int { nodes.map(\.expectedCycles).max() ?? 0 }
}

extension Throughput {
  /// Simulates `design` until its steady state is known, or until it stops.
  ///
  /// - Parameter costing: by which estimates nodes are charged.
  public init(
    _ design: Design, budget: SteadyStateBudget = .init(), costing: Costing = .calibrated
  ) throws {
    try self.init(Plan(design), budget: budget, costing: costing)
  }

  package init(
    _ plan: Plan, budget: SteadyStateBudget = .init(), costing: Costing = .calibrated
  ) throws {
    WorkProgress.tell("simulating to the steady state")
    hazards = try HazardSearch(plan).surplus()
    let simulation = try Simulation(plan)
    let steady = simulation.steadyState(budget)?.within(plan)
    let frames = max(1, steady?.simulatedFrames ?? 2)
    let result = simulation.result(frames: frames)
    self.plan = plan
    steadyState = steady
    firstOutputCycle = result.firstOutputs.values.min()
    firstFrameCycle = result.frameEnds.values.compactMap(\.first).max()
    longestSilence = steady == nil ? nil : result.longestSilences.values.max()
    let context = CostContext(plan.design)
    var nodes = try zip(plan.design.nodes, zip(plan.blocks, plan.timings)).map { node, known in
      _ = try known.0.plausibleResources(
        on: context.device, at: "node '\(node.name)' (\(node.opType))")
      return NodeLoad(
        name: node.name, opType: node.opType, expectedCycles: known.0.expectedCycles,
        busyCycles: known.1.busyCycles ?? Self.words(known.0),
        cost: costing.cost(known.0, of: node, in: context), exactness: known.1.exactness,
        timing: TimingReport(known.1))
    }
    guard let steady else {
      let verdict = try StopVerdict(plan)
      outcome = verdict?.outcome ?? (result.outcome == .complete ? .starved : result.outcome)
      cause = verdict?.cause
      bottleneck = nil
      fullFIFOs = []
      limitingFIFO = nil
      stuckFIFOs = try Self.stuckFIFOs(plan, frames: frames)
      transfers = nil
      self.nodes = nodes
      return
    }
    outcome = .complete
    cause = nil
    stuckFIFOs = ([], [])
    if Self.busiest(nodes, steady) == nil {
      for (i, cycles) in try plan.cyclesAlone().enumerated() { nodes[i].busyCycles = cycles }
    }
    self.nodes = nodes
    let bottleneck = Self.bottleneck(nodes, plan, steady)
    self.bottleneck = bottleneck
    fullFIFOs =
      bottleneck?.limit == .fifo ? Self.fullFIFOs(simulation, nearestTo: bottleneck!.node) : []
    limitingFIFO = try Self.limiting(fullFIFOs, simulation, steady)
    transfers = try Self.transfers(simulation, steady.cyclesPerFrame)
  }

  /// What the slowest DMA makes of a host's batches. Where it would keep up by itself, blocks may stand still while it
  /// waits; a few frames tell, on designs where they take a moment.
  private static func transfers(_ simulation: Simulation, _ period: Double) throws -> Transfers? {
    let plan = simulation.plan
    let slowest = zip(plan.design.nodes, plan.blocks)
      .compactMap { node, block in (block as? IODMA).map { (node.name, $0) } }
      .max { $0.1.cyclesPerFrame(inTransfersOf: 1) < $1.1.cyclesPerFrame(inTransfersOf: 1) }
    guard let (node, dma) = slowest else { return nil }
    let batch = dma.wraps ? 1 : IODMA.framesPerTransfer
    var alone = dma.cyclesPerFrame(inTransfersOf: 1)
    var inBatches = dma.cyclesPerFrame(inTransfersOf: batch)
    if simulation.handshakes < 20_000_000, let simulated = try periodOfSingles(plan),
      simulated > alone
    {
      alone = simulated
      // Each transfer waits once.
      inBatches = period + (alone - period) / Double(batch)
    }
    // Frames of a period that is no whole number come now sooner, now later.
    guard alone >= period + 1 else { return nil }
    return Transfers(
      node: node, memoryLatency: dma.memoryLatency, batch: batch,
      cyclesPerFrameInBatches: max(period, inBatches), cyclesPerFrameAlone: alone)
  }

  /// Cycles from one frame to the next where each is a transfer of its own, behind the first few.
  private static func periodOfSingles(_ plan: Plan) throws -> Double? {
    let frames = 6
    let ends = try Simulation(plan, scenario: Scenario(frames: frames)).run().frameEnds.values
    return ends.filter { $0.count == frames }.map {
      Double($0[frames - 1] - $0[2]) / Double(frames - 3)
    }
    .max()
  }

  /// The FIFO that alone, and deep, helps among those that ran full near the limit; tried on designs where
  /// that takes a moment.
  private static func limiting(
    _ full: [String], _ simulation: Simulation, _ steady: SteadyState
  ) throws -> LimitingFIFO? {
    let plan = simulation.plan
    // On large designs the two nearest to the slowest block, no more than takes a moment.
    var left = Array(full.prefix(simulation.handshakes < 2_000_000 ? 8 : 2))
    guard !left.isEmpty, simulation.handshakes < 20_000_000 else { return nil }
    // When so many together help no more, none does alone; else the one is in one half.
    var period = try deeper(left, plan)
    while left.count > 1, helps(period, steady) {
      let half = Array(left[..<(left.count / 2)])
      let alone = try deeper(half, plan)
      left = helps(alone, steady) ? half : Array(left[half.count...])
      period = left == half ? alone : try deeper(left, plan)
    }
    guard left.count == 1, let period, helps(period, steady),
      let place = FIFOPlaces(plan.design)[left[0]],
      let stage = plan.chains.flatMap(\.stages).first(where: { $0.node == left[0] })
    else { return nil }
    return LimitingFIFO(
      name: left[0], depth: stage.stage.capacity, from: place.from, to: place.to,
      cyclesPerFrameDeeper: period)
  }

  /// Cycles per frame with these FIFOs deep.
  private static func deeper(_ fifos: [String], _ plan: Plan) throws -> Double? {
    let deeper = plan.replacingFIFODepths { fifos.contains($0) ? max($1, 4096) : $1 }
    return try Simulation(deeper).steadyState()?.cyclesPerFrame
  }

  private static func helps(_ period: Double?, _ steady: SteadyState) -> Bool {
    period.map { $0 < 0.999 * steady.cyclesPerFrame } ?? false
  }

  /// A block moves at most one word per port and cycle.
  private static func words(_ block: any Block) -> Int {
    if type(of: block).role == .fifo { return 0 }
    return (block.inputs + block.outputs).compactMap(\.words).max() ?? 0
  }

  private static func bottleneck(_ nodes: [NodeLoad], _ plan: Plan, _ steady: SteadyState)
    -> (node: String, limit: Limit)?
  {
    // Of equally slow blocks the one that computes, not a converter next to it.
    guard
      let slowest = nodes.max(by: {
        ($0.busyCycles, $0.expectedCycles) < ($1.busyCycles, $1.expectedCycles)
      })
    else { return nil }
    guard busiest(nodes, steady) != nil else {
      // Where blocks only store, nothing but the source can limit.
      if let input = busiestInput(plan), isAllThePeriod(input.words, steady) {
        return (input.stream, .source)
      }
      return (slowest.name, .fifo)
    }
    if BlockCatalogue.find(slowest.opType)?.role == .memoryAccess { return (slowest.name, .memory) }
    if let input = busiestInput(plan), input.words >= slowest.busyCycles {
      return (input.stream, .source)
    }
    return (slowest.name, .compute)
  }

  /// The graph input with most words per frame. Weights do not count: they come as fast as the
  /// block that reads them computes.
  static func busiestInput(_ plan: Plan) -> (stream: String, words: Int)? {
    var weights: Set<String> = []
    for (node, block) in zip(plan.design.nodes, plan.blocks) {
      if let input = block.weightInput { weights.insert(node.inputs[input.port]) }
    }
    return plan.design.graphInputs.filter { !weights.contains($0) }
      .map { (stream: $0, words: plan.wordsPerFrame[$0] ?? 0) }
      .max { $0.words < $1.words }
  }

  /// The block that needs (nearly) every cycle of the period, if there is one.
  private static func busiest(_ nodes: [NodeLoad], _ steady: SteadyState) -> NodeLoad? {
    nodes.max { $0.busyCycles < $1.busyCycles }.flatMap {
      isAllThePeriod($0.busyCycles, steady) ? $0 : nil
    }
  }

  private static func isAllThePeriod(_ cycles: Int, _ steady: SteadyState) -> Bool {
    isAll(cycles, of: steady.cyclesPerFrame)
  }

  /// Whether who needs so many cycles sets the period.
  static func isAll(_ cycles: Int, of period: Double) -> Bool { Double(cycles) >= 0.995 * period }

  /// The FIFOs that were full at some time, the nearest to `node` first.
  private static func fullFIFOs(_ simulation: Simulation, nearestTo node: String) -> [String] {
    let full = simulation.fullFIFOs
    let design = simulation.plan.design
    let distance = distances(in: design, from: node)
    return design.nodes.map(\.name).filter(full.contains).enumerated()
      .sorted {
        (distance[$0.element] ?? .max, $0.offset) < (distance[$1.element] ?? .max, $1.offset)
      }
      .map(\.element)
  }

  /// Nodes by how many streams lie between them and `start`, either way.
  private static func distances(in design: Design, from start: String) -> [String: Int] {
    var nodesAt: [String: [Int]] = [:]
    for (index, node) in design.nodes.enumerated() {
      for stream in node.inputs + node.outputs { nodesAt[stream, default: []].append(index) }
    }
    var distance = [start: 0]
    var queue = design.nodes.indices.filter { design.nodes[$0].name == start }
    var next = 0
    while next < queue.count {
      let node = design.nodes[queue[next]]
      next += 1
      for neighbour in (node.inputs + node.outputs).flatMap({ nodesAt[$0] ?? [] })
      where distance[design.nodes[neighbour].name] == nil {
        distance[design.nodes[neighbour].name] = (distance[node.name] ?? 0) + 1
        queue.append(neighbour)
      }
    }
    return distance
  }

  private static func stuckFIFOs(_ plan: Plan, frames: Int) throws -> (
    full: [String], empty: [String]
  ) {
    let observed = try Simulation(
      plan, scenario: Scenario(frames: frames), observing: Observation(streams: true)
    ).run()
    return (
      names(in: plan, observed) { $0.final >= $0.depth },
      names(in: plan, observed) { $0.final == 0 }
    )
  }

  /// The FIFOs for which `condition` holds, in the design's order.
  private static func names(
    in plan: Plan, _ run: RunResult, where condition: (RunResult.FIFO) -> Bool
  ) -> [String] {
    plan.design.nodes.map(\.name).filter { run.fifos[$0].map(condition) ?? false }
  }
}
