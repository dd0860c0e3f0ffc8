/// Whether a design is live for every arrival pattern, and why.
public struct Certificate: Sendable, Equatable {
  /// What is known.
  public enum Verdict: String, Codable, Sendable, CaseIterable {
    /// Proven: no arrival pattern can stop it.
    case live
    /// It runs under the scenario, but a known stall pattern hangs it.
    case fragile
    /// Neither proven nor refuted, or it does not even run.
    case none
  }

  /// What is known, and why in one sentence.
  public var verdict: Verdict
  public var reason: String
  /// A scenario that hangs the design, for `fragile`.
  public var witness: Scenario?
  /// The FIFO depths that make it certain, where the storage of blocks that may freeze is not enough.
  public var certainDepths: [String: Int]

  /// A certificate of its parts.
  public init(
    _ verdict: Verdict, _ reason: String, witness: Scenario? = nil,
    certainDepths: [String: Int] = [:]
  ) {
    self.verdict = verdict
    self.reason = reason
    self.witness = witness
    self.certainDepths = certainDepths
  }
}

/// How far to look for a certificate and for a witness against it.
public struct CertificateBudget: Sendable {
  /// Frames within which the state must repeat.
  public var frames = 8
  /// Stall patterns tried when the proof fails.
  public var patterns = 96
  /// Frames of each.
  public var patternFrames = 4
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}
}

extension Certificate {
  /// Tries to prove `plan` live.
  ///
  /// The design is run once, untimed, with every block at the least it is sure to hold. Blocks and
  /// FIFOs are deterministic and only ever gain from more words, more room and more storage; so what
  /// can move in that run can move under every timing. If it completes frame after frame until its
  /// state repeats, no wait cycle can ever close.
  ///
  /// - Parameter struck: hazards that a run of the design has met; what they did says more than what others could.
  public init(
    _ plan: Plan, budget: CertificateBudget = .init(), struck: [HazardCount] = []
  ) throws {
    if let obstacle = try Self.obstacle(plan, struck) {
      self.init(.none, obstacle)
      return
    }
    let least = try plan.withLeastStorage()
    let simulation = try Simulation(least)
    switch simulation.period(within: budget.frames) {
    case .repeats(let frames):
      self.init(.live, Self.proof(plan, frames: frames))
    case .open:
      self.init(
        .none, "the state did not repeat within \(budget.frames) frames, all of which completed")
    case .stops(let frame):
      try self.init(plan, least: least, stopped: simulation, frame: frame, budget)
    }
  }

  /// The proof failed: the smallest depth that makes it certain, and a pattern that does harm.
  private init(
    _ plan: Plan, least: Plan, stopped: Simulation, frame: Int, _ budget: CertificateBudget
  ) throws {
    var choices: Set<Int> = []
    let growth = try DepthSearch(plan: least, scenario: Scenario(), frames: frame + 3)
      .jointGrowth(preferring: [], choices: &choices)
    let depths = growth.map { least.depths(after: $0) } ?? [:]
    let cycle = WaitGraph(stopped).cycle(from: stopped.starvingSinks(frames: frame))
    let chain = cycle.map { stopped.links($0, isCycle: true).map(\.sentence) } ?? []
    let remedy =
      depths.isEmpty
      ? "no FIFO depth alone makes it certain"
      : "certain with "
        + depths.sorted { $0.key < $1.key }
        .map { "\($0.key) at depth \($0.value)" }.joined(separator: ", ")
    let scene =
      "with every block at the least it is sure to hold it stops in frame \(frame - 1): "
      + chain.joined(separator: " ← ")
    let found = try StallSearch(
      plan: plan, frames: max(budget.patternFrames, frame), seed: budget.seed
    ).firstHang(among: budget.patterns)
    guard let found else {
      let subject =
        budget.patterns > 0
        ? "None of \(budget.patterns) stall patterns hangs it, but timing alone" : "Timing alone"
      self.init(
        .none,
        "\(scene). \(subject) keeps it running; \(remedy)", certainDepths: depths)
      return
    }
    self.init(
      .fragile, "only timing keeps it running: \(scene); \(remedy)", witness: found,
      certainDepths: depths)
  }

  /// What forbids a proof from the start.
  private static func obstacle(_ plan: Plan, _ struck: [HazardCount]) throws -> String? {
    if let mismatch = WordCounts(plan: plan).mismatches.first {
      return "word counts do not match: \(mismatch)"
    }
    func canMeet(_ hazard: Hazard, _ block: any Block) -> Bool {
      block.hazardConditions.contains { $0.hazard == hazard }
    }
    // Lost words first: that is what a design stops of.
    let changesCounts = [
      Hazard.queueOverflow, .lostWord, .weightStallLast, .startUpWords, .stalePage,
    ]
    // Whether these two can strike depends on more than the block, and is looked at below.
    let isOpen: Set<Hazard> = [.weightStallLast, .startUpWords]
    let hits = changesCounts.compactMap { hazard in struck.first { $0.hazard == hazard.rawValue } }
    if let hit = hits.first {
      return
        "\(hit.node) loses or makes words (\(hit.hazard), \(hit.words.of("word")) behind sources that never wait), "
        + "so word counts depend on timing"
    }
    for (node, block) in zip(plan.design.nodes, plan.blocks) {
      if let hazard = changesCounts.first(where: { !isOpen.contains($0) && canMeet($0, block) }) {
        return
          "\(node.name) can lose or make words (\(hazard.rawValue)), so word counts depend on timing"
      }
      if let why = (block as? any TimedBlock)?.unknownStorage { return "\(node.name): \(why)" }
    }
    for (node, block) in zip(plan.design.nodes, plan.blocks) where canMeet(.weightStallLast, block)
    {
      return
        "\(node.name) takes its weights from a stream: a weight that is late for the last slot of a "
        + "result makes a surplus word (mvu-weight-stall-last), so word counts depend on timing"
    }
    guard plan.blocks.contains(where: { canMeet(.startUpWords, $0) }) else { return nil }
    // Words never come earlier than in the ideal run, so its first cycles decide.
    let simulation = try Simulation(
      plan, scenario: Scenario(maxCycles: 16), observing: Observation(hazards: true))
    simulation.run(frames: 1)
    let logs = simulation.result(frames: 1).cores
    guard let node = logs.filter({ $0.value.spurious > 0 }).keys.min() else { return nil }
    return
      "\(node) makes surplus words when input comes in cycle 0 or 1 (mvu-startup-words), so word "
      + "counts depend on timing"
  }

  private static func proof(_ plan: Plan, frames: Int) -> String {
    let words = plan.chains.count
    let guarded = zip(plan.design.nodes, plan.timings).filter { $0.1.least != nil }.count
    let channels = words == 1 ? "the only channel" : "all \(words) channels"
    let period = frames == 1 ? "every frame" : "every \(frames) frames"
    return
      "word counts balance on \(channels), and the whole state repeats \(period) in an untimed run "
      + "with every block at the least it is sure to hold (\(guarded.of("block")) whose storage "
      + "depends on timing: 2 results per matrix-vector core, 1 word per narrowing converter, "
      + "2 words per HLS output). Assumes that "
      + "every source offers its words sooner or later, every sink is ready again and again, and no "
      + "word is lost on the way."
  }
}

extension Simulation {
  enum Period {
    /// The untimed state after a frame is what it was this many frames before.
    case repeats(Int)
    /// Every frame completed, but no state came back.
    case open
    /// Nothing moves any more before this frame (from 1) is complete.
    case stops(Int)
  }

  /// Runs frame by frame until the phases of the whole design repeat. Times do not matter.
  func period(within frames: Int) -> Period {
    var earlier: [[Int]] = []
    var lead = 0
    for frame in 1...frames {
      run(frames: frame + lead, isLast: false)
      while completed(frame) == nil {
        // The last outputs of a frame may need words of the next one.
        guard lead < 2 else { return .stops(frame) }
        lead += 1
        earlier = []
        run(frames: frame + lead, isLast: false)
      }
      let phases = NetworkState(network).phases
      if let index = earlier.lastIndex(of: phases) { return .repeats(earlier.count - index) }
      earlier.append(phases)
    }
    return .open
  }
}

extension Plan {
  /// FIFO depths after chains have grown; the growth goes to the first FIFO of the chain.
  func depths(after growth: DepthSearch.Growth) -> [String: Int] {
    var depths: [String: Int] = [:]
    for (chain, words) in growth where words > 0 {
      guard let fifo = chains[chain].stages.first(where: { $0.stage.isFIFO }) else { continue }
      depths[fifo.node] = fifo.stage.capacity + words
    }
    return depths
  }
}
