/// What `simrun hang` found, as its JSON document (schema version 1).
public struct HangReport: Codable, Sendable, Equatable {
  public struct Blocked: Codable, Sendable, Equatable {
    public var node: String
    public var stream: String
    /// Index of the word, from 0, and the cycle since when it is offered.
    public var word: Int
    public var cycle: Cycle
  }

  public struct Occupancy: Codable, Sendable, Equatable {
    public var fifo: String
    public var depth: Int
    /// Words in it when the run ended.
    public var final: Int
    /// The nodes it lies between, or the graph's streams.
    public var from = ""
    public var to = ""
  }

  public struct Proof: Codable, Sendable, Equatable {
    public var verdict: Certificate.Verdict
    public var reason: String
    /// FIFO depths with which the design would be certain.
    @OrNull public var certainDepths: [String: Int]?
    /// `simrun-scenario` text of a stall pattern that hangs the design.
    @OrNull public var witness: String?
  }

  public var schemaVersion = 1
  public var design: String
  public var outcome: RunResult.Outcome
  /// Why it stops, in one sentence; nil when it does not.
  @OrNull public var cause: String?
  /// The last handshake anywhere in the frames that were run: nothing moves after it. `nil` when no word
  /// ever moved. Of many frames that are known to repeat only the first are run.
  @OrNull public var cycle: Cycle?
  public var frames: Int
  public var completedFrames: Int
  /// The links of the wait cycle, each waiting for the next; the last for the first.
  public var waitCycle: [WaitLink]
  @OrNull public var firstBlocked: Blocked?
  public var occupancies: [Occupancy]
  public var fixes: [HangFix]
  @OrNull public var minimalTotal: JointFix?
  /// Why words are missing, with the arithmetic; empty for a deadlock.
  public var starvation: [String]
  /// The waits that lead from a starving sink to where they end.
  public var waits: [WaitLink]
  /// What the scenario's faults do to every graph output.
  public var faultEffects: [FaultEffect]
  public var certificate: Proof

  /// The wait cycle as a chain, back to where it starts.
  public var chain: String? {
    guard let first = waitCycle.first else { return nil }
    return (waitCycle.map(\.sentence) + [first.node]).joined(separator: " ← ")
  }
}

/// How much to find out about a hang.
public struct HangOptions: Sendable {
  /// Frames to run; nil: the scenario's, and at least three.
  public var frames: Int?
  public var findsFixes = true
  public var certifies = true
  public var certificate = CertificateBudget()

  public init() {}
}

extension HangReport {
  /// Runs `plan` under `scenario`, and explains what stops it.
  ///
  /// Memory and time do not depend on `scenario.maxCycles`: an endless source is given the words of
  /// `frames` frames, and beyond these the certificate speaks. Throws `InputError` for a scenario that
  /// does not fit the design.
  public init(_ plan: Plan, scenario: Scenario = Scenario(), options: HangOptions = .init()) throws
  {
    var scenario = scenario
    let frames = options.frames ?? max(scenario.frames, 3)
    scenario.frames = frames
    for (name, source) in scenario.sources where source.endless {
      scenario.sources[name]?.endless = false
    }
    // A run that is known to repeat need not be run to its end.
    let isEndless = try frames > Self.fewFrames && Self.repeats(plan, scenario)
    if isEndless { scenario.frames = Self.fewFrames }
    let simulation = try Simulation(plan, scenario: scenario)
    simulation.runToRest(frames: scenario.frames)
    completedFrames = isEndless ? frames : simulation.completedFrames
    let result = try simulation.summary()
    design = plan.design.name
    cycle = result.lastHandshakeCycle
    self.frames = frames
    let places = FIFOPlaces(plan.design)
    occupancies = simulation.occupancies.map { held in
      var held = held
      if let place = places[held.fifo] { (held.from, held.to) = (place.from, place.to) }
      return held
    }
    outcome = result.outcome
    // Half a frame, or frames at one input alone, are words that wait for ever.
    if outcome == .complete, !WordCounts(plan: plan).shortSources(scenario).isEmpty {
      outcome = .starved
    }
    cause = nil
    (waitCycle, fixes, starvation, waits) = ([], [], [], [])
    faultEffects = try FaultEffect.all(
      plan, scenario, missing: completedFrames - frames, sinks: simulation.sinks)
    certificate = Proof(verdict: .none, reason: "not asked for")
    switch outcome {
    case .complete, .maxCycles:
      if options.certifies {
        certificate = Proof(try Certificate(plan, budget: options.certificate))
      }
    case .deadlock, .starved:
      try explain(simulation, options)
    }
  }

  private static let fewFrames = 64

  /// Whether every frame is known to come out because the state of the whole design comes back.
  private static func repeats(_ plan: Plan, _ scenario: Scenario) throws -> Bool {
    guard scenario.isFree else { return false }
    var budget = SteadyStateBudget()
    budget.frames = fewFrames
    return try Simulation(plan, scenario: scenario).steadyState(budget)?.isProven == true
  }

  private mutating func explain(_ simulation: Simulation, _ options: HangOptions) throws {
    let (plan, scenario) = (simulation.plan, simulation.scenario)
    certificate.reason = "it stops under this very scenario"
    let stop = StopCause(simulation)
    let verdict = StopVerdict(stop)
    (outcome, cause) = (verdict.outcome, verdict.cause)
    starvation = stop.starvation
    guard let edges = stop.cycle else {
      waits = stop.links
      return
    }
    waitCycle = stop.links
    firstBlocked = waitCycle.compactMap { link in
      link.blockedWord.flatMap { word in
        link.blockedSince.map {
          Blocked(node: link.node, stream: link.stream, word: word, cycle: $0)
        }
      }
    }.min { $0.cycle < $1.cycle }
    // No depth holds the surplus of every frame to come.
    guard options.findsFixes, starvation.isEmpty else { return }
    (fixes, minimalTotal) = try FixSearch(
      plan: plan, scenario: scenario, frames: scenario.frames
    )
    .fixes(edges)
  }
}

extension HangReport {
  /// The depths of the smallest change found that frees the design, by FIFO; empty where there is none.
  /// A FIFO that has yet to be inserted is called `<stream>_fifo`.
  public var smallestFix: [String: Int] {
    if let joint = minimalTotal { return joint.depths }
    let single = fixes.filter { $0.minimalDepth != nil }
      .min { $0.minimalDepth! - $0.depth < $1.minimalDepth! - $1.depth }
    return single.map { [$0.fifo: $0.minimalDepth!] } ?? [:]
  }

  /// Cycles per frame with that change.
  public var fixedCyclesPerFrame: Double? {
    if let joint = minimalTotal { return joint.cyclesPerFrame }
    return fixes.filter { $0.minimalDepth != nil }
      .min { $0.minimalDepth! - $0.depth < $1.minimalDepth! - $1.depth }?.cyclesPerFrame
  }

  /// `design` with the smallest change found; `nil` where there is none.
  public func fixed(_ design: Design) -> Design? {
    let depths = smallestFix
    guard !depths.isEmpty else { return nil }
    var fixed = design
    for (fifo, depth) in depths {
      if let n = fixed.nodes.firstIndex(where: { $0.name == fifo }) {
        fixed.nodes[n].attributes["depth"] = .int(depth)
      } else if fifo.hasSuffix("_fifo") {
        fixed.streams[String(fifo.dropLast(5)), default: StreamSettings()].depth = depth
      }
    }
    return fixed
  }
}

extension HangReport.Proof {
  public init(_ certificate: Certificate) {
    verdict = certificate.verdict
    reason = certificate.reason
    certainDepths = certificate.certainDepths.isEmpty ? nil : certificate.certainDepths
    witness = certificate.witness.map { String(decoding: $0.json(), as: UTF8.self) }
  }
}

extension Simulation {
  /// Releases frame after frame until one does not come out, then all of `frames`.
  func runToRest(frames: Int) {
    for frame in 1...frames {
      run(frames: frame)
      if outcome(frames: frame) != .complete { return run(frames: frames) }
    }
  }

  /// The result of the whole run. In a small run every handshake is looked at; in a large one the last
  /// handshake is that of a block, and words that still move inside a row of FIFOs are left out.
  fileprivate func summary() throws -> RunResult {
    var result = self.result(frames: scenario.frames)
    guard result.outcome != .complete else { return result }
    if handshakes < Self.mostHandshakesLookedAt {
      let observed = try Simulation(plan, scenario: scenario, observing: Observation(streams: true))
      result.lastHandshakeCycle = observed.run().lastHandshakeCycle
    } else {
      result.lastHandshakeCycle = lastCycle
    }
    return result
  }

  fileprivate var completedFrames: Int { sinks.map(\.frameEnds.count).min() ?? 0 }

  /// What every FIFO holds at rest: words stand as far forward as they can.
  fileprivate var occupancies: [HangReport.Occupancy] {
    parts.flatMap { chain, ends -> [HangReport.Occupancy] in
      var words = wordsHeld(ends)
      return chain.stages.reversed().compactMap { stage, node in
        let held = Swift.min(words, stage.capacity)
        words -= held
        return stage.isFIFO
          ? HangReport.Occupancy(fifo: node, depth: stage.capacity, final: held) : nil
      }
    }.sorted { naturally($0.fifo, $1.fifo) }
  }

  /// Words accepted into the part between `ends` and not yet taken out of it.
  private func wordsHeld(_ ends: Ends) -> Int {
    ends.first.pointee.isWire ? 0 : ends.first.pointee.written - ends.last.pointee.read
  }
}
