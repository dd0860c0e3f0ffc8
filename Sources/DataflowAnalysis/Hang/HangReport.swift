/// What `simrun hang` found.
public struct HangReport: ResultDocument, Equatable {
  public static let kind = "hang"
  public static let summary = "Whether a design hangs, why, and what frees it."

  /// A word that waits for room.
  public struct Blocked: Codable, Sendable, Equatable {
    /// Who offers it.
    public var node: String
    /// On which stream.
    public var stream: String
    /// Index of the word, from 0, and the cycle since when it is offered.
    public var word: Int
    public var cycle: Cycle
  }

  /// How certain it is that the design never hangs.
  public struct Proof: Codable, Sendable, Equatable {
    /// What is known.
    public var verdict: Certificate.Verdict
    /// Why, in one sentence.
    public var reason: String
    /// FIFO depths with which the design would be certain.
    public var certainDepths: [String: Int]?
    /// A stall pattern that hangs the design.
    public var witness: Scenario?
  }

  /// The design's name.
  public var design: String
  /// `complete`, or why it stops.
  public var outcome: RunResult.Outcome
  /// Why it stops, in one sentence; nil when it does not.
  public var cause: String?
  /// The last handshake anywhere in the frames that were run: nothing moves after it. `nil` when no word
  /// ever moved. Of many frames that are known to repeat only the first are run.
  public var cycle: Cycle?
  /// Frames that were asked for.
  public var frames: Int
  /// Frames that came out whole.
  public var completedFrames: Int
  /// The links of the wait cycle, each waiting for the next; the last for the first.
  public var waitCycle: [WaitLink]
  /// The word of the wait cycle that has waited longest; nil without a wait cycle.
  public var firstBlocked: Blocked?
  /// Sorted by name.
  public var fifos: [FIFOState]
  /// FIFOs of the wait cycle; empty for starvation.
  public var fixes: [HangFix]
  /// The cheapest joint change; nil when none is known.
  public var minimalTotal: JointFix?
  /// Why words are missing, with the arithmetic; empty for a deadlock.
  public var starvation: [String]
  /// The waits that lead from a starving sink to where they end.
  public var waits: [WaitLink]
  /// What the scenario's faults do to every graph output.
  public var faultEffects: [FaultEffect]
  /// For a design that ran.
  public var certificate: Proof
  /// An interruption ended it: what frees the design, or its certificate, was still being looked for.
  public var interrupted: Bool
  /// What to type next; nil from the library, and for a design that runs.
  public var next: NextStep?

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
  /// Whether to look for depths that free the design.
  public var findsFixes = true
  /// Whether a design that runs gets a certificate.
  public var certifies = true
  /// For a design that ran.
  public var certificate = CertificateBudget()
  /// Is told what is known while the rest is worked out.
  public var known: (@Sendable (HangReport) -> Void)?

  /// The defaults.
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
    WorkProgress.tell("running until nothing moves")
    let simulation = try Simulation(plan, scenario: scenario)
    simulation.runToRest(frames: scenario.frames)
    // Surplus words make no frames beyond those asked for.
    completedFrames = min(frames, isEndless ? frames : simulation.completedFrames)
    let result = try simulation.summary()
    design = plan.design.name
    cycle = result.lastHandshakeCycle
    self.frames = frames
    fifos = simulation.fifoStates(FIFOPlaces(plan.design))
    outcome = result.outcome
    // Half a frame, or frames at one input alone, are words that wait for ever.
    if outcome == .complete, !WordCounts(plan: plan).shortSources(scenario).isEmpty {
      outcome = .starved
    }
    cause = nil
    (waitCycle, fixes, starvation, waits) = ([], [], [], [])
    interrupted = false
    faultEffects = try FaultEffect.all(
      plan, scenario, missing: completedFrames - frames, sinks: simulation.sinks)
    certificate = Proof(verdict: .none, reason: "not asked for")
    switch outcome {
    case .complete, .maxCycles:
      if options.certifies {
        tell(options)
        WorkProgress.tell("proving that it cannot hang")
        certificate = Proof(try Certificate(plan, budget: options.certificate))
      }
    case .deadlock, .starved:
      try explain(simulation, options)
    }
  }

  /// Says what is known already, as it stands if the rest never comes.
  private func tell(_ options: HangOptions) {
    guard let known = options.known else { return }
    var report = self
    report.interrupted = true
    report.certificate.reason = "interrupted while it was looked for"
    known(report)
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
    tell(options)
    WorkProgress.tell("looking for what frees it")
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
  /// The document's form of `certificate`.
  public init(_ certificate: Certificate) {
    verdict = certificate.verdict
    reason = certificate.reason
    certainDepths = certificate.certainDepths.isEmpty ? nil : certificate.certainDepths
    witness = certificate.witness
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
  fileprivate func fifoStates(_ places: FIFOPlaces) -> [FIFOState] {
    parts.flatMap { chain, ends -> [FIFOState] in
      var words = wordsHeld(ends)
      return chain.stages.reversed().compactMap { stage, node in
        let held = Swift.min(words, stage.capacity)
        words -= held
        return stage.isFIFO
          ? FIFOState(
            name: node, at: places[node], depth: stage.capacity, maxOccupancy: nil,
            finalOccupancy: held) : nil
      }
    }.sorted { naturally($0.name, $1.name) }
  }

  /// Words accepted into the part between `ends` and not yet taken out of it.
  private func wordsHeld(_ ends: Ends) -> Int {
    ends.first.pointee.isWire ? 0 : ends.first.pointee.written - ends.last.pointee.read
  }
}
