/// A FIFO of the wait cycle, and the least depth of it that alone frees the design.
public struct HangFix: Codable, Sendable, Equatable {
  /// The FIFO, or the name of the one to insert.
  public var fifo: String
  /// The depth the node states; 0 where the FIFO has yet to be inserted on the stream it is named after.
  public var depth: Int
  /// One that can be built: Vivado's FIFOs are powers of two. `nil`: no depth of this FIFO alone suffices.
  public var minimalDepth: Int?
  /// Cycles per frame with that depth.
  public var cyclesPerFrame: Double?
  /// True when that is the proven steady state; false when it is the interval of the last frames run.
  public var isSteady: Bool
  /// True when reruns from reset have shown that this depth runs and the next smaller one hangs.
  public var isConfirmed: Bool

  /// This FIFO alone as a joint change; nil where no depth of it suffices.
  fileprivate func alone(_ depths: FIFODepths, isMinimal: Bool) -> JointFix? {
    minimalDepth.map {
      JointFix(
        depths: [fifo: $0], addedWords: depths.words(atDepth: $0) - depths.words(atDepth: depth),
        cyclesPerFrame: cyclesPerFrame,
        isMinimal: isMinimal)
    }
  }
}

/// The cheapest joint change found.
public struct JointFix: Codable, Sendable, Equatable {
  /// New depth by FIFO.
  public var depths: [String: Int]
  /// Words of storage added in all.
  public var addedWords: Int
  public var cyclesPerFrame: Double?
  /// True when every word was forced: at each deadlock only one FIFO could help.
  public var isMinimal: Bool
}

/// Finds the changes that free a design from a deadlock.
struct FixSearch {
  let plan: Plan
  let scenario: Scenario
  let frames: Int
  /// Handshakes a confirming run may take before it stops at the end of a frame.
  var handshakes = 60_000_000

  /// FINN builds no FIFO of one word.
  private static let leastDepth = 2

  /// A place where room can be made: a FIFO, or a stream that has none.
  private struct Place {
    var plan: Plan
    var chain: Int
    var fifo: String
    var depths: FIFODepths
    /// The depth it is given; at first that which it has.
    var depth: Int
    /// The depth it has.
    var now: Int { depths.stated }
    var words: Int { depths.words(atDepth: depth) }
    var addedWords: Int { words - depths.words(atDepth: now) }
    mutating func grow() { depth = depths.above(depth) }
    mutating func shrink() { depth = depths.below(depth) }
  }

  func fixes(_ cycle: [WaitGraph.Edge]) throws -> ([HangFix], JointFix?) {
    let full = cycle.filter { $0.kind == .room }.map(\.chain)
    let withFIFO = full.filter { chain in plan.chains[chain].stages.contains(where: \.stage.isFIFO)
    }
    // Where no FIFO is full, one has to be inserted.
    let chains = withFIFO.isEmpty ? full : withFIFO
    let places = chains.map { self.places($0) }
    let base = prepared(places.joined())
    // FIFOs of one chain share their storage, so what frees one frees the others.
    let fixes = try Parallel.all(chains.count) { index -> [HangFix] in
      guard let first = places[index].first else { return [] }
      let growth = try search(base).growth(of: chains[index])
      let fix = try self.fix(first, growth: growth)
      return try places[index].map { place in
        guard place.fifo != first.fifo else { return fix }
        guard place.depths.areAll, first.depths.areAll else {
          return try self.fix(place, growth: growth)
        }
        var own = fix
        own.fifo = place.fifo
        own.depth = place.now
        own.minimalDepth = fix.minimalDepth.map { $0 - first.now + place.now }
        return own
      }
    }
    return (Array(fixes.joined()), try joint(base, Array(fixes.joined()), chains))
  }

  private func search(_ plan: Plan) -> DepthSearch {
    DepthSearch(plan: plan, scenario: scenario, frames: frames)
  }

  private func places(_ chain: Int) -> [Place] {
    let fifos = plan.chains[chain].stages.filter { $0.stage.isFIFO }
    guard fifos.isEmpty else {
      return fifos.map {
        let depths = plan.fifoDepths($0.node, holding: $0.stage.capacity)
        return Place(plan: plan, chain: chain, fifo: $0.node, depths: depths, depth: depths.stated)
      }
    }
    let stream = plan.chains[chain].handshakesBetweenStages.joined().first ?? "?"
    let name = "\(stream)_fifo"
    return [
      Place(
        plan: plan.insertingFIFO(name, depth: 1, onChain: chain), chain: chain, fifo: name,
        depths: FIFODepths(shiftRegisterOf: 0), depth: 0)
    ]
  }

  /// The plan with a FIFO of one word wherever one has to be inserted, so that it can grow.
  private func prepared(_ places: some Sequence<Place>) -> Plan {
    places.reduce(plan) { plan, place in
      place.now > 0 ? plan : plan.insertingFIFO(place.fifo, depth: 1, onChain: place.chain)
    }
  }

  /// Confirms the depth by reruns, and corrects it where timing decides how much a block holds.
  private func fix(_ place: Place, growth: Int?) throws -> HangFix {
    var fix = HangFix(
      fifo: place.fifo, depth: place.now, minimalDepth: nil, cyclesPerFrame: nil, isSteady: false,
      isConfirmed: false)
    guard let growth else { return fix }
    let depths = place.depths
    var depth = depths.depth(holding: max(place.words, 1) + growth)
    var (below, at) = try reruns(place, depth)
    var corrections = 0
    while corrections < 64 {
      corrections += 1
      if at == nil {
        depth = depths.above(depth)
        (below, at) = (at, try rerun(place, depth))
      } else if below != nil {
        depth = depths.below(depth)
        (below, at) = (try rerun(place, depths.below(depth)), below)
      } else {
        break
      }
    }
    guard let at else { return fix }
    fix.minimalDepth = depth
    fix.cyclesPerFrame = at.cyclesPerFrame
    fix.isSteady = at.isSteady
    fix.isConfirmed = below == nil
    return fix
  }

  private struct Rate: Sendable {
    var cyclesPerFrame: Double
    var isSteady: Bool
  }

  /// Cycles per frame with the depth below `depth`, and with `depth`; nil where it hangs.
  private func reruns(_ place: Place, _ depth: Int) throws -> (Rate?, Rate?) {
    let both = try Parallel.all(2) { try rerun(place, $0 == 0 ? place.depths.below(depth) : depth) }
    return (both[0], both[1])
  }

  private func rerun(_ place: Place, _ depth: Int) throws -> Rate? {
    guard depth > 0 else { return nil }
    let words = place.depths.words(atDepth: depth)
    return try rerun(place.plan.replacingFIFODepths { $0 == place.fifo ? words : $1 })
  }

  private func rerun(_ plan: Plan) throws -> Rate? {
    let simulation = try Simulation(plan, scenario: scenario)
    guard scenario.isFree else {
      for frame in 1...frames {
        simulation.run(frames: frame)
        guard simulation.outcome(frames: frame) == .complete else { return nil }
        if simulation.handshakes > handshakes, frame > 1 { break }
      }
      return simulation.lastInterval.map { Rate(cyclesPerFrame: $0, isSteady: false) }
    }
    var budget = SteadyStateBudget()
    budget.frames = max(frames, 24)
    budget.handshakes = handshakes
    return simulation.steadyState(budget).map {
      Rate(cyclesPerFrame: $0.cyclesPerFrame, isSteady: $0.isProven)
    }
  }

  /// The least total over all FIFOs.
  private func joint(_ start: Plan, _ fixes: [HangFix], _ chains: [Int]) throws -> JointFix? {
    // With a single place to grow, a fix of it alone is the least there is.
    if chains.count == 1, let only = fixes.first(where: { $0.minimalDepth != nil }) {
      return alone(only, isMinimal: only.isConfirmed)
    }
    var base = start
    var choices: Set<Int> = []
    var best: DepthSearch.Growth?
    var tried: Set<[Int]> = []
    var orders: [[Int]] = [[]]
    while let order = orders.popLast(), tried.count < affordable(12) {
      guard tried.insert(order).inserted else { continue }
      var seen: Set<Int> = []
      let growth = try growth(&base, preferring: order, choices: &seen)
      if let growth, best == nil || growth.total < best!.total { best = growth }
      choices.formUnion(seen)
      orders += seen.sorted().filter { !order.contains($0) }.map { [$0] + order }
    }
    guard let best else { return nil }
    let found = try confirmed(best, in: base, isForced: choices.isEmpty, fixes)
    // Growing where words wait need not lead to the cheapest change of one FIFO.
    let singles = fixes.filter(\.isConfirmed).map { alone($0, isMinimal: false) }
    return ([found] + singles).compactMap(\.self).min { $0.addedWords < $1.addedWords }
  }

  private func alone(_ fix: HangFix, isMinimal: Bool) -> JointFix? {
    fix.alone(plan.fifoDepths(fix.fifo), isMinimal: isMinimal)
  }

  /// A joint growth. Where a wait cycle closes over streams without storage, FIFOs of one word are
  /// inserted into `base` on them and the search starts anew.
  private func growth(
    _ base: inout Plan, preferring order: [Int], choices: inout Set<Int>
  ) throws -> DepthSearch.Growth? {
    for _ in plan.chains.indices {
      var wires: [Int] = []
      let found = try search(base).jointGrowth(
        preferring: order, choices: &choices, wires: &wires)
      guard found == nil, !wires.isEmpty else { return found }
      base = wires.reduce(base) { plan, chain in
        plan.insertingFIFO(places(chain)[0].fifo, depth: 1, onChain: chain)
      }
    }
    return nil
  }

  /// The growth as depths by FIFO, shown by a run to free the design.
  private func confirmed(
    _ growth: DepthSearch.Growth, in base: Plan, isForced: Bool, _ fixes: [HangFix]
  ) throws -> JointFix? {
    var changes: [Place] = []
    for (chain, words) in growth where words > 0 {
      guard let place = places(chain).first else { return nil }
      var change = place
      change.depth = place.depths.depth(holding: max(place.words, 1) + words)
      changes.append(change)
    }
    // The same change as one of the single fixes needs no run of its own.
    if changes.count == 1,
      let same = fixes.first(where: { $0.fifo == changes[0].fifo && $0.minimalDepth != nil })
    {
      return alone(same, isMinimal: isForced)
    }
    // The words of FIFOs that were inserted and did not grow may be needed too.
    let idle = base.insertedFIFOs.keys.filter { chain in
      plan.insertedFIFOs[chain] == nil && !changes.contains { $0.chain == chain }
    }.sorted().map {
      Place(
        plan: plan, chain: $0, fifo: places($0)[0].fifo, depths: FIFODepths(shiftRegisterOf: 0),
        depth: Self.leastDepth)
    }
    for attempt in 0..<64 {
      if attempt == 1, !idle.isEmpty { changes += idle }
      if let rate = try rerun(plan, changes) {
        let (least, final) = try lowered(changes, rate)
        return JointFix(
          depths: Dictionary(uniqueKeysWithValues: least.map { ($0.fifo, $0.depth) }),
          addedWords: least.reduce(0) { $0 + $1.addedWords },
          cyclesPerFrame: final.cyclesPerFrame, isMinimal: isForced && attempt == 0)
      }
      if attempt > 0 || idle.isEmpty { for i in changes.indices { changes[i].grow() } }
    }
    return nil
  }

  /// How many runs out of `most` take a moment in all; one at least.
  private func affordable(_ most: Int) -> Int {
    let words = max(plan.wordsPerFrame.values.reduce(0, +), 1)
    return min(max(handshakes / words, 1), most)
  }

  /// Takes words away again where the design runs without them: room found late may make room found
  /// before needless.
  private func lowered(_ changes: [Place], _ rate: Rate) throws -> ([Place], Rate) {
    var (least, rate, tries) = (changes, rate, 0)
    for i in least.indices.sorted(by: { changes[$0].depth > changes[$1].depth }) {
      while least[i].depth > Self.leastDepth, tries < affordable(64) {
        tries += 1
        var fewer = least
        fewer[i].shrink()
        guard let found = try rerun(plan, fewer) else { break }
        (least, rate) = (fewer, found)
      }
    }
    return (least, rate)
  }

  private func rerun(_ plan: Plan, _ changes: [Place]) throws -> Rate? {
    try rerun(plan.with(changes.map { ($0.fifo, $0.words, $0.chain) }))
  }
}

extension Plan {
  /// The depths that a FIFO can have; of one that is no node those of a shift register. One that holds another
  /// number of words than its node says has been given these.
  fileprivate func fifoDepths(_ name: String, holding words: Int? = nil) -> FIFODepths {
    let node = design.nodes.firstIndex { $0.name == name }
    guard let fifo = node.flatMap({ blocks[$0] as? StreamingFIFO }) else {
      return FIFODepths(shiftRegisterOf: words ?? 0)
    }
    let depths = FIFODepths(fifo)
    let built = depths.words(atDepth: depths.stated)
    return words ?? built == built ? depths : FIFODepths(shiftRegisterOf: words ?? built)
  }

  /// The same plan with FIFOs of so many words, inserted where it has none of that name.
  fileprivate func with(_ fifos: [(name: String, words: Int, chain: Int)]) -> Plan {
    let depths = Dictionary(uniqueKeysWithValues: fifos.map { ($0.name, $0.words) })
    let present = Set(chains.flatMap(\.stages).filter { $0.stage.isFIFO }.map(\.node))
    return fifos.filter { !present.contains($0.name) }.reduce(
      replacingFIFODepths { depths[$0] ?? $1 }
    ) { plan, fifo in plan.insertingFIFO(fifo.name, depth: fifo.words, onChain: fifo.chain) }
  }
}

extension DepthSearch.Growth {
  fileprivate var total: Int { values.reduce(0, +) }
}

extension Scenario {
  /// Nothing holds the design back: no pattern, no fault, no word limit.
  var isFree: Bool {
    sources.values.allSatisfy { $0.pattern.isAlways && $0.words == nil && !$0.endless }
      && sinks.values.allSatisfy { $0.pattern.isAlways } && faults.isEmpty && maxCycles == nil
  }
}

extension Simulation {
  /// Cycles between the last frames at the first output; the first frame's end if there is but one.
  var lastInterval: Double? {
    guard let ends = sinks.first?.frameEnds, let last = ends.last else { return nil }
    guard ends.count > 1 else { return Double(last + 1) }
    let from = ends.count / 2 - 1
    return Double(last - ends[from]) / Double(ends.count - 1 - from)
  }
}
