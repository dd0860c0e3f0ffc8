/// The least a FIFO must hold so that a design does not hang.
///
/// Which words can move does not depend on when they do (but for blocks that freeze, see
/// `LeastStorage`). So the search needs no rerun per depth: it runs until the deadlock, makes room for
/// one word where the wait cycle is closed, and runs on. Every step was unavoidable, so the depth in
/// the end is minimal.
struct DepthSearch {
  let plan: Plan
  let scenario: Scenario
  let frames: Int
  /// Stop after this many handshakes once the first frame is out.
  var handshakes = 30_000_000

  /// Words added, by chain.
  typealias Growth = [Int: Int]

  /// What chain `chain` alone must hold more; nil if no depth of it suffices.
  func growth(of chain: Int) throws -> Int? {
    try run { simulation, _ in
      let link = simulation.ends[chain].first
      return link.pointee.isBlocked && !link.pointee.isWire ? chain : nil
    }?[chain, default: 0]
  }

  /// A joint growth: at each deadlock the first of `preferred` that is on the wait cycle grows, else
  /// the first chain on it that can. Tells through `choices` which chains stood beside others.
  func jointGrowth(preferring preferred: [Int], choices: inout Set<Int>) throws -> Growth? {
    var wires: [Int] = []
    return try jointGrowth(preferring: preferred, choices: &choices, wires: &wires)
  }

  /// The same; where it ends because nothing on a wait cycle can grow, `wires` are the chains on it
  /// that are full and have no storage at all.
  func jointGrowth(
    preferring preferred: [Int], choices: inout Set<Int>, wires: inout [Int]
  ) throws -> Growth? {
    var seen: Set<Int> = []
    var bare: [Int] = []
    var last: (cycle: [WaitGraph.Edge], chain: Int)?
    let growth = try run { simulation, starts in
      // Mostly the same wait cycle closes again, a word later.
      if let last, last.cycle.allSatisfy(simulation.holds) { return last.chain }
      guard let cycle = WaitGraph(simulation).cycle(from: starts) else { return nil }
      let full = cycle.filter { $0.kind == .room }.map(\.chain)
      let candidates = full.filter { !simulation.ends[$0].first.pointee.isWire }
      if candidates.isEmpty { bare = full }
      if candidates.count > 1 { seen.formUnion(candidates) }
      let chosen = preferred.first(where: candidates.contains) ?? candidates.first
      last = chosen.map { (cycle, $0) }
      return chosen
    }
    choices.formUnion(seen)
    wires = growth == nil ? bare : []
    return growth
  }

  private func run(_ choose: (Simulation, [WaitGraph.Actor]) -> Int?) throws -> Growth? {
    let simulation = try Simulation(plan, scenario: scenario)
    var growth: Growth = [:]
    for frame in 1...frames {
      simulation.run(frames: frame)
      while simulation.outcome(frames: frame) != .complete {
        guard
          simulation.scenario.maxCycles == nil || simulation.outcome(frames: frame) != .maxCycles,
          let chain = choose(simulation, simulation.starvingSinks(frames: frame)),
          growth[chain, default: 0] < limit(chain)
        else { return nil }
        growth[chain, default: 0] += 1
        simulation.deepen(chain: chain)
      }
      if simulation.handshakes > handshakes { break }
    }
    return growth
  }

  /// No FIFO needs more than all words of all frames.
  private func limit(_ chain: Int) -> Int {
    let stream = plan.chains[chain].handshakesBetweenStages.joined().first
    let words = stream.flatMap { plan.wordsPerFrame[$0] } ?? 0
    return max(words, 1).multipliedReportingOverflow(by: frames + 1).partialValue
  }
}

extension Simulation {
  /// Makes chain `chain` a word deeper and lets everything move that now can.
  func deepen(chain: Int) {
    ends[chain].first.pointee.deepen(by: 1)
    network.resume()
  }

  /// Whether somebody still waits as `edge` says; the simulation has come to rest.
  func holds(_ edge: WaitGraph.Edge) -> Bool {
    switch edge.kind {
    case .word: ends[edge.chain].last.pointee.readerWaits
    case .room: ends[edge.chain].first.pointee.writerWaits
    }
  }

  /// The sinks that lack words of `frames` frames.
  func starvingSinks(frames: Int) -> [WaitGraph.Actor] {
    sinks.filter { $0.count < expectedWords($0, frames: frames) }.map { .border(stream: $0.stream) }
  }
}
