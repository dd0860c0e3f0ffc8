/// What sufficient depths cost beside what none can be below.
public struct FIFOBound: Sendable, Equatable {
  /// Of all FIFOs, in words, bits or what FINN's FIFOs take.
  public var found: Int
  /// No sufficient depths cost less.
  public var atLeast: Int
  /// Whether it rests on more than simulations: that deeper FIFOs never delay a word, which pipelines that
  /// freeze with their bubbles may break.
  public var assumesMonotony: Bool

  /// Nothing that suffices is cheaper.
  public var isLeast: Bool { atLeast >= found }
}

// Cheaper depths, and what none can be below.
extension FIFOReduction {
  /// Tries other orders and, from below, what the cheapest depths may be; on small designs as a whole, on
  /// others section by section. Returns whether every FIFO of what has come of it is proven to need its last
  /// step, and the bound.
  ///
  /// - Parameter isMinimal: whether that is proven of the present depths.
  mutating func seekLeast(isMinimal: Bool) throws -> (isMinimal: Bool, bound: FIFOBound) {
    phase = "whether other depths are cheaper"
    WorkProgress.tell(phase, best: "\(depths.reduce(0, +)) words")
    var isMinimal = isMinimal
    var atLeast = 0
    for section in sections.nodes.indices { atLeast += try leastCost(ofSection: section) }
    atLeast = min(atLeast, bench.total(depths))
    if bench.wordsPerFrame <= FIFOHeuristics.frameOfWholeSearch {
      if let cheaper = try restarted() { (depths, isMinimal) = cheaper }
      var least = LeastDepths(bench, target: target, best: depths)
      try least.search(
        simulations: FIFOHeuristics.wordsForBound / (4 * max(bench.wordsPerFrame, 1)), budget)
      knowledge.note(simulations: least.simulations)
      if least.best != depths { (depths, isMinimal) = (least.best, true) }
      atLeast = max(atLeast, least.atLeast)
      improved(depths)
    }
    return (
      isMinimal,
      FIFOBound(
        found: bench.total(depths), atLeast: atLeast,
        assumesMonotony: bench.plan.timings.contains { $0.schedule != nil })
    )
  }

  /// What a section by itself costs at least. Sections share no FIFO, so these add up.
  private mutating func leastCost(ofSection section: Int) throws -> Int {
    guard !sections.fifos[section].isEmpty else { return 0 }
    let stretch = try knowledge.stretch(section...section, of: sections)
    if let known = knowledge.leastCost[stretch.shape] { return known }
    let words = FIFOHeuristics.wordsForBound / 8 / (4 * max(stretch.bench.wordsPerFrame, 1))
    var least = LeastDepths(
      stretch.bench, target: target, best: stretch.fifos.map { leastOfSections[$0] })
    try least.search(simulations: words, budget)
    knowledge.note(simulations: least.simulations)
    knowledge.leastCost[stretch.shape] = least.atLeast
    return least.atLeast
  }

  /// The cheapest of what other orders end up with, if it is cheaper than the present depths, and whether
  /// every FIFO is proven to need its last step.
  private mutating func restarted() throws -> (depths: [Int], isMinimal: Bool)? {
    let most = zip(room.most, depths).map(max)
    var alone = budget
    alone.workers = 1
    let (bench, target, all, one) = (bench, target, Array(depths.indices), alone)
    let orders: [FIFOSearch.Order] = [.depth, .upstream, .downstream]
    // What was minimised by another measure mostly holds words in other places.
    var starts = [most]
    for measure in otherMeasures { try reduced(by: measure).map { starts.append($0) } }
    let runs = starts.flatMap { start in orders.map { (start: start, order: $0) } }
    let found = try Parallel.all(runs.count, workers: budget.workers) {
      try Self.lowered(runs[$0].start, all, runs[$0].order, bench, target, one)
    }
    knowledge.note(simulations: found.count)
    let ranked = found.sorted { bench.total($0) < bench.total($1) }
    for depths in ranked where bench.total(depths) < bench.total(self.depths) {
      guard try bench.provablySustains(target, depths).suffices == true else { continue }
      var whole = FIFOSearch(
        bench, target: target, sufficient: depths, expected: depths, budget: budget)
      let isMinimal = try whole.descend(all)
      knowledge.note(simulations: whole.simulations)
      return (whole.depths, isMinimal)
    }
    return nil
  }

  private var otherMeasures: [FIFOCost.Measure] {
    FIFOCost.Measure.allCases.filter { $0 != bench.cost.measure }
  }

  /// Depths that suffice, minimised by another measure; nil: none were found.
  private mutating func reduced(by measure: FIFOCost.Measure) throws -> [Int]? {
    let other = FIFOBench(bench.plan, measure: measure, model: bench.cost.model)
    let start = room.sufficient.map { other.cost.depth(atStep: other.cost.step(holding: $0)) }
    var search = try FIFOReduction(
      other, FIFOSections(other),
      FIFOBench.Reference(period: target, target: target, depths: start), budget: budget)
    guard try search.findFirst(), try search.lowerSections() else { return nil }
    try search.deepenFromLeast()
    knowledge.note(simulations: search.knowledge.simulations)
    return search.depths
  }

  private static func lowered(
    _ start: [Int], _ fifos: [Int], _ order: FIFOSearch.Order, _ bench: FIFOBench,
    _ target: FramePeriod, _ budget: SearchBudget
  ) throws -> [Int] {
    let depths = start.map { bench.cost.depth(atStep: bench.cost.step(holding: $0)) }
    var search = FIFOSearch(
      bench, target: target, sufficient: depths, expected: depths, budget: budget)
    try search.lowerEach(fifos, by: order)
    return search.depths
  }
}

extension FIFOBench {
  /// Words of a frame, all streams together.
  var wordsPerFrame: Int { plan.wordsPerFrame.values.reduce(0, +) }
}
