import FoundationEssentials

/// What a run showed, as `simrun run --json` prints it and as a trace keeps it.
public struct RunReport: ResultDocument, Equatable {
  public static let kind = "run"
  public static let summary = "A run by cycles: outcome, FIFOs, handshakes, hazards, bits."

  /// The design's name.
  public var design: String
  /// The clock.
  public var clockMHz: Double
  /// Frames that were asked for.
  public var frames: Int
  /// How the run ended.
  public var outcome: RunResult.Outcome
  /// Why it stopped, in one sentence, when it did.
  public var cause: String?
  /// The scenario's limit; nil: none.
  public var maxCycles: Int?
  /// `nil` when no word moved at all.
  public var lastHandshakeCycle: Cycle?
  /// The cycle of each frame's last word at the first graph output.
  public var frameEndCycles: [Cycle]
  /// The same for every graph output.
  public var frameEndCyclesByOutput: [String: [Cycle]]
  /// Sorted by name.
  public var fifos: [FIFOState]
  /// By stream: words that moved.
  public var handshakeCounts: [String: Int]
  /// By stream: since when a word is offered that nothing took by the end of the run.
  public var unfinished: [String: Cycle]
  /// Those that struck.
  public var hazards: [HazardCount]
  /// Nodes that put out words for ever, though nothing came in any more; the run was ended there.
  public var endless: [String]?
  /// Which cycles are the hardware's.
  public var exactness: ExactnessReport
  /// What the cycles of each node rest on, in the design's order.
  public var timings: [NodeTiming]
  /// What became of the values, when the run had data.
  public var bits: BitReport?
  /// What to type next; nil from the library, in a trace, and for a run that ends well.
  public var next: NextStep?

  /// - Parameter result: of a run that observed streams and hazards.
  public init(_ plan: Plan, _ scenario: Scenario, _ result: RunResult) {
    design = plan.design.name
    clockMHz = plan.design.clockMHz
    frames = scenario.frames
    outcome = result.outcome
    maxCycles = scenario.maxCycles
    lastHandshakeCycle = result.lastHandshakeCycle
    hazards = HazardCount.all(plan, result)
    // Words that a core made of nothing are no frames beyond those that entered.
    let most = hazards.contains(where: \.makesWords) ? Self.entering(plan, scenario) : .max
    let ends = result.frameEnds.mapValues { Array($0.prefix(most)) }
    frameEndCyclesByOutput = ends
    frameEndCycles = plan.design.graphOutputs.first.flatMap { ends[$0] } ?? []
    let places = FIFOPlaces(plan.design)
    fifos = result.fifos.sorted { naturally($0.key, $1.key) }.map { name, fifo in
      FIFOState(
        name: name, at: places[name], depth: fifo.depth, maxOccupancy: fifo.max,
        finalOccupancy: fifo.final)
    }
    handshakeCounts = result.handshakeCounts
    unfinished = result.unfinished
    let endless = plan.design.nodes.map(\.name).filter { result.cores[$0]?.isEndless ?? false }
    self.endless = endless.isEmpty ? nil : endless
    timings = zip(plan.design.nodes, plan.timings).map {
      NodeTiming(node: $0.name, timing: TimingReport($1))
    }
    exactness = ExactnessReport(
      zip(timings, plan.timings).map { ($0.node, $1.exactness, $0.timing) }, plan)
  }

  /// Frames that a scenario lets in at most, begun ones among them.
  private static func entering(_ plan: Plan, _ scenario: Scenario) -> Int {
    plan.design.graphInputs.compactMap { stream -> Int? in
      let source = scenario.sources[stream] ?? Scenario.Source()
      guard let words = plan.wordsPerFrame[stream], words > 0, !source.endless else { return nil }
      return source.words?.dividedUp(by: words) ?? scenario.frames
    }.min() ?? .max
  }

  /// Reads what `json` wrote.
  public init(json: Data) throws {
    self = try JSONDecoder().decode(RunReport.self, from: json)
  }
}

/// A FIFO of a run.
public struct FIFOState: Codable, Sendable, Equatable {
  /// The FIFO node.
  public var name: String
  /// The nodes it lies between, or the graph's streams.
  public var from: String
  public var to: String
  /// Words it can hold.
  public var depth: Int
  /// Highest occupancy in words; nil where the run did not watch it.
  public var maxOccupancy: Int?
  /// Words in it when the run ended.
  public var finalOccupancy: Int

  package init(
    name: String, at place: FIFOPlaces.Place?, depth: Int, maxOccupancy: Int?, finalOccupancy: Int
  ) {
    self.name = name
    from = place?.from ?? ""
    to = place?.to ?? ""
    self.depth = depth
    self.maxOccupancy = maxOccupancy
    self.finalOccupancy = finalOccupancy
  }
}

/// What the cycles of one node rest on.
public struct NodeTiming: Codable, Sendable, Equatable {
  /// The node.
  public var node: String
  /// What its cycles rest on.
  public var timing: TimingReport
}

/// Which nodes move every word in the hardware's cycle, and which are estimates.
public struct ExactnessReport: Codable, Sendable, Equatable {
  /// Nodes that move every word in the hardware's cycle.
  public var exact: [String] = []
  /// Node to the HLS schedules it may have, where its own is predicted.
  public var predicted: [String: String] = [:]
  /// Node to reason, where there is no measured rule.
  public var approximate: [String: String] = [:]
  /// The FINN whose rules these are.
  public var finnGeneration: String
  /// Why it might be another one, whose cycles would be others; nil: the file or the user says which it is.
  public var generationNote: String?

  /// - Parameters:
  ///   - nodes: by name, how far the timing of each holds, and what it rests on.
  ///   - plan: the design's.
  package init(
    _ nodes: [(name: String, exactness: Exactness, timing: TimingReport)], _ plan: Plan
  ) {
    finnGeneration = plan.design.finnGeneration.rawValue
    if plan.design.isGenerationAssumed, plan.blocks.contains(where: \.dependsOnGeneration) {
      generationNote = "nothing in the graph tells which FINN it is for"
    }
    for (name, exactness, timing) in nodes {
      switch exactness {
      case .exact: exact.append(name)
      case .approximate(let reason) where timing.basis == .predicted: predicted[name] = reason
      case .approximate(let reason): approximate[name] = reason
      }
    }
  }
}
