/// Finds a folding, FIFO depths included, for a target rate at the least cost or for the highest rate
/// that fits a part.
///
/// For a bound T on the cycles of every block the cheapest option is chosen block by block, then
/// improved together with the width converters between blocks. The choice is built, its FIFOs are
/// sized, and the simulated rate and the whole cost decide. FINN's SetFolding runs as a competitor; the
/// better one is returned.
public struct FoldingSearch: Sendable {
  public enum Goal: Sendable, Equatable {
    case framesPerSecond(Double)
    case highest
  }

  public enum Algorithm: String, Sendable, CaseIterable {
    case simrun, finn
  }

  public struct Options: Sendable {
    public var algorithm = Algorithm.simrun
    /// Share of the part to leave free.
    public var reserve = 0.0
    /// Seconds for sizing the FIFOs of one candidate.
    public var sizingSeconds = 20.0
    public init() {}
  }

  public struct Candidate: Sendable {
    public var algorithm: Algorithm
    /// With converters and sized FIFOs.
    public var design: Design
    public var period: FramePeriod
    public var latency: Int?
    public var resources: Resources
    public var fifoWords: Int
    public var framesPerSecond: Double { design.clockMHz * 1e6 / period.cyclesPerFrame }
  }

  /// What a step up would take.
  public struct NextStep: Sendable, Codable {
    public var cyclesPerFrame: Int
    public var framesPerSecond: Double
    public var resources: Resources
    public var changedNodes: [String]
  }

  public let chosen: Candidate
  /// FINN's result for the same goal, simulated with sized FIFOs.
  public let baseline: Candidate?
  /// Whether `chosen` reaches the target and fits.
  public let meetsGoal: Bool
  /// The slowest blocks and the cycles per frame that each needs alone, slowest first (`Plan.cyclesAlone`).
  public let chain: [(node: String, cycles: Int)]
  public let nextStep: NextStep?
  public let budget: Resources?
  /// What was given up so that no compute core can overflow its output queue; nil: nothing.
  public let safety: Safety?

  /// Hazard `mvu-queue-overflow` in the choice.
  public struct Safety: Sendable, Codable {
    /// Nodes that the cheapest folding of this rate would let overflow.
    public var avoided: [String]
    /// What avoiding them costs.
    public var resources: Resources
    /// Nodes that still can: no folding of them that is fast enough is safe.
    public var remaining: [String]
  }
  /// What has become of every layer that can be folded.
  public let layers: [FoldedLayer]
}

extension FoldingSearch {
  /// Folds `source`; FIFOs and converters it has are replaced. Throws `InputError`.
  public init(_ source: Design, goal: Goal, device: Device?, options: Options = Options()) throws {
    let bare = try source.removingBuffering()
    var folder = try Candidates(bare, device: device, options: options)
    budget = folder.budget
    var best: Candidate?
    var finn: Candidate?
    var bound = 0
    switch goal {
    case .framesPerSecond(let fps):
      guard fps > 0 else { throw InputError("the target is \(fps) frames/s", hint: "above 0") }
      // A frame a day or less often is the same goal: any folding reaches it.
      let cycles = Int(min(bare.clockMHz * 1e6 / fps, 1e15).rounded(.down))
      guard cycles > 0 else {
        throw InputError("\(fps) frames/s is more than one frame per cycle")
      }
      bound = cycles
      finn = try ifBuildable { try folder.finn(targetCycles: cycles + 1) }
      if options.algorithm == .simrun { best = try folder.reach(cycles) }
    case .highest:
      guard folder.budget != nil else {
        throw InputError("the highest rate needs a part to fit", hint: "--part, e.g. Pynq-Z1")
      }
      finn = try folder.finnThatFits()
      if options.algorithm == .simrun { (best, bound) = try folder.highest() }
    }
    func isBetter(_ a: Candidate, _ b: Candidate) -> Bool {
      switch goal {
      case .framesPerSecond:
        let (aMeets, bMeets) = (
          a.period.cyclesPerFrame <= Double(bound), b.period.cyclesPerFrame <= Double(bound)
        )
        if aMeets != bMeets { return aMeets }
        return aMeets ? folder.cost(a.resources) < folder.cost(b.resources) : a.period < b.period
      case .highest:
        let (aFits, bFits) = (folder.fits(a.resources), folder.fits(b.resources))
        if aFits != bFits { return aFits }
        if a.period != b.period { return a.period < b.period }
        return folder.cost(a.resources) < folder.cost(b.resources)
      }
    }
    // What a rule forbids is no folding, unless the design breaks it as it stands.
    let known = Self.problems(bare)
    let candidates = (options.algorithm == .finn ? [finn] : [best, finn]).compactMap { $0 }
      .filter { Self.problems($0.design).isSubset(of: known) }
    guard let first = candidates.first else {
      throw InputError("no folding of this design fits or can be built")
    }
    let winner = candidates.dropFirst().reduce(first) { isBetter($1, $0) ? $1 : $0 }
    chosen = winner
    baseline = finn
    let fits = folder.fits(winner.resources)
    switch goal {
    case .framesPerSecond: meetsGoal = fits && winner.period.cyclesPerFrame <= Double(bound)
    case .highest: meetsGoal = fits
    }
    layers = try FoldedLayer.all(from: bare, to: winner)
    let blocks = try winner.design.makeBlocks()
    let estimate = zip(winner.design.nodes, blocks)
      .map { $0.isFIFO ? 0 : FoldingOptions.cycles($1) }.max()
    nextStep = folder.nextStep(below: estimate ?? 0, from: winner)
    safety = folder.safety(within: estimate ?? 0, blocks: blocks, of: winner.design)
    let alone = zip(winner.design.nodes, try Plan(winner.design).cyclesAlone())
      .compactMap { $0.isFIFO ? nil : (node: $0.name, cycles: $1) }
    chain = Array(alone.sorted { $0.cycles > $1.cycles }.prefix(8))
  }
}

/// FINN's rule looks at blocks one by one, so what it chooses may be refused as a whole, such as a width
/// that no converter makes of its neighbour's: `nil` then.
private func ifBuildable<T>(_ build: () throws -> T) throws -> T? {
  do { return try build() } catch is InputError { return nil }
}

extension FoldingSearch {
  /// The rules that a design breaks.
  fileprivate static func problems(_ design: Design) -> Set<String> {
    let found = (try? DesignFacts(design))?.graphDiagnostics ?? []
    return Set(found.filter { $0.severity == .error }.map(\.code))
  }
}

/// Chooses options, builds and simulates them.
private struct Candidates {
  let bare: Design
  let units: [FoldingUnit]
  let options: FoldingSearch.Options
  let budget: Resources?
  private var weights: [Double]
  /// Unit that writes / reads each inner stream.
  private let neighbours: [(from: Int, to: Int)]

  init(_ bare: Design, device: Device?, options: FoldingSearch.Options) throws {
    self.bare = bare
    self.options = options
    units = try FoldingOptions(bare, device: device?.total).units()
    let total = device?.total
    budget = total.map { total in
      func share(_ x: Int) -> Int { Int(Double(x) * (1 - options.reserve)) }
      return Resources(
        lut: share(total.lut), bram18: share(total.bram18), uram: share(total.uram),
        dsp: share(total.dsp))
    }
    // Without a part, a block RAM weighs as much as the LUTs beside it on a middling device.
    let scale = budget ?? Resources(lut: 230_000, bram18: 624, uram: 96, dsp: 1728)
    weights = [scale.lut, scale.bram18, scale.uram, scale.dsp].map { 1 / Double(max($0, 1)) }
    var unitOf: [Int: Int] = [:]
    for (u, unit) in units.enumerated() { for n in unit.nodes { unitOf[n] = u } }
    let graph = try DesignGraph(bare)
    neighbours = graph.streams.compactMap { stream in
      guard let writer = stream.writer, let reader = stream.reader,
        let from = unitOf[writer.node], let to = unitOf[reader.node], from != to
      else { return nil }
      return (from, to)
    }
  }

  func cost(_ r: Resources) -> Double {
    Double(r.lut) * weights[0] + Double(r.bram18) * weights[1] + Double(r.uram) * weights[2]
      + Double(r.dsp) * weights[3]
  }

  func fits(_ r: Resources) -> Bool { budget.map(r.isWithin) ?? true }

  // MARK: Choosing

  /// The option of each unit for at most `bound` cycles; nil when some unit cannot be that fast.
  ///
  /// A core that can lose words is taken only where nothing else is fast enough, unless `isUnsafe`.
  func choice(_ bound: Int, isUnsafe: Bool = false) -> [FoldingOption]? {
    var chosen: [FoldingOption] = []
    var allowed: [[FoldingOption]] = []
    for unit in units {
      let enough = unit.options.filter { $0.cycles <= bound }
      let safe = isUnsafe ? [] : enough.filter { !$0.canOverflow }
      let fast = safe.isEmpty ? enough : safe
      guard let cheapest = fast.min(by: isCheaper) else {
        return nil
      }
      chosen.append(cheapest)
      allowed.append(fast)
    }
    // Converters join neighbours: settle each unit against those beside it.
    for _ in 0..<3 {
      var changed = false
      for u in units.indices where allowed[u].count > 1 {
        let beside = neighbours.filter { $0.from == u || $0.to == u }
        func total(_ option: FoldingOption) -> Double {
          cost(option.resources)
            + beside.reduce(0) { sum, edge in
              let a = edge.from == u ? option : chosen[edge.from]
              let b = edge.to == u ? option : chosen[edge.to]
              return sum + cost(Resources(lut: Self.converterLUTs(a, b)))
            }
        }
        var best = (option: chosen[u], cost: total(chosen[u]))
        for option in allowed[u] where cost(option.resources) < best.cost {
          let c = total(option)
          if c < best.cost {
            best = (option, c)
            changed = true
          }
        }
        chosen[u] = best.option
      }
      if !changed { break }
    }
    return chosen
  }

  /// Where no cost is known, the least parallel option counts as the cheapest.
  private func isCheaper(_ a: FoldingOption, _ b: FoldingOption) -> Bool {
    let (x, y) = (cost(a.resources), cost(b.resources))
    return x < y || x == y && !a.hasKnownCost && a.cycles > b.cycles
  }

  /// FINN's estimate for the converter between two units.
  private static func converterLUTs(_ a: FoldingOption, _ b: FoldingOption) -> Int {
    guard a.outputElements != b.inputElements, a.outputWidth > 0, b.inputWidth > 0 else { return 0 }
    let m = leastCommonMultiple(a.outputWidth, b.inputWidth)
    // HLS cannot build it at any price.
    if m > hlsWidestWord, m != a.outputWidth, m != b.inputWidth { return 1 << 40 }
    return (a.outputWidth != m ? (m / a.outputWidth).ceilLog2 + m : 0)
      + (b.inputWidth != m ? (m / b.inputWidth).ceilLog2 + b.inputWidth : 0)
  }

  private func resources(_ chosen: [FoldingOption]) -> Resources {
    let blocks = chosen.reduce(Resources()) { $0 + $1.resources }
    let converters = neighbours.reduce(0) {
      $0 + Self.converterLUTs(chosen[$1.from], chosen[$1.to])
    }
    return blocks + Resources(lut: converters)
  }

  private func design(_ chosen: [FoldingOption]) -> Design {
    var design = bare
    for option in chosen {
      for (node, values) in option.attributes {
        design.nodes[node].fold(values)
      }
    }
    return design
  }

  // MARK: Building

  private func build(_ folded: Design, _ algorithm: FoldingSearch.Algorithm) throws
    -> FoldingSearch.Candidate
  {
    let buffered = try folded.insertingWidthConverters().insertingFIFOs()
    var sizing = FIFOSizing.Options()
    sizing.measure = .finn
    sizing.verifiesMinimality = false
    sizing.reportsBefore = false
    sizing.seconds = options.sizingSeconds
    let sized = try FIFOSizing(buffered, options: sizing)
    let family = folded.dspFamily
    let total = try sized.design.makeBlocks().reduce(Resources()) {
      $0 + $1.resources(on: family).corrected
    }
    return FoldingSearch.Candidate(
      algorithm: algorithm, design: sized.design, period: sized.periodAfter,
      latency: sized.latencyAfter, resources: total, fifoWords: sized.totalAfter)
  }

  func finn(targetCycles: Int) throws -> FoldingSearch.Candidate {
    try build(SetFolding(targetCycles: targetCycles).folded(bare), .finn)
  }

  /// Cheapest simulated folding of at most `cycles`; nil when blocks cannot be that fast.
  mutating func reach(_ cycles: Int) throws -> FoldingSearch.Candidate? {
    var bound = cycles
    var best: FoldingSearch.Candidate?
    for _ in 0..<4 {
      guard let chosen = balanced(bound) else { break }
      let candidate = try build(design(chosen), .simrun)
      if best == nil || candidate.period < best!.period { best = candidate }
      if candidate.period.cyclesPerFrame <= Double(cycles) { return candidate }
      // Blocks together need more than each alone: aim below by as much.
      let ratio = Double(cycles) / candidate.period.cyclesPerFrame
      bound = min(bound - 1, Int(Double(bound) * ratio))
    }
    if best == nil, let fastest = units.compactMap({ $0.options.map(\.cycles).min() }).max(),
      let chosen = choice(fastest)
    {
      best = try build(design(chosen), .simrun)
    }
    return best
  }

  /// `choice`, with resources that overflow the part made dearer until it fits.
  private mutating func balanced(_ bound: Int) -> [FoldingOption]? {
    guard var chosen = choice(bound) else { return nil }
    guard let budget else { return chosen }
    let original = weights
    defer { weights = original }
    for _ in 0..<12 {
      let used = resources(chosen)
      if used.isWithin(budget) { return chosen }
      let over = [
        (used.lut, budget.lut), (used.bram18, budget.bram18), (used.uram, budget.uram),
        (used.dsp, budget.dsp),
      ]
      for (i, pair) in over.enumerated() where pair.0 > pair.1 { weights[i] *= 1.6 }
      guard let next = choice(bound) else { break }
      chosen = next
    }
    return chosen
  }

  /// Every number of cycles some unit can have, ascending: the bounds worth trying.
  private var bounds: [Int] {
    let floor = units.compactMap { $0.options.map(\.cycles).min() }.max() ?? 1
    return Set(units.flatMap { $0.options.map(\.cycles) }).filter { $0 >= floor }.sorted()
  }

  /// The least bound whose design fits, found on estimates and confirmed by building.
  mutating func highest() throws -> (FoldingSearch.Candidate?, Int) {
    let all = bounds
    var low = 0
    var high = all.count
    while low < high {
      let middle = (low + high) / 2
      if let chosen = balanced(all[middle]), fits(resources(chosen)) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    var step = 1
    var index = low
    while index < all.count {
      if let chosen = balanced(all[index]) {
        let candidate = try build(design(chosen), .simrun)
        if fits(candidate.resources) { return (candidate, all[index]) }
      }
      index += step
      step *= 2
    }
    return (nil, all.last ?? 0)
  }

  /// FINN's rule at the highest rate that fits, by bisection over the target.
  func finnThatFits() throws -> FoldingSearch.Candidate? {
    let all = bounds
    var low = 0
    var high = all.count
    let family = bare.dspFamily
    while low < high {
      let middle = (low + high) / 2
      let folded = try SetFolding(targetCycles: all[middle] + 1).folded(bare)
      // What cannot be built is judged without its converters.
      let blocks =
        try ifBuildable { try folded.insertingWidthConverters().makeBlocks() }
        ?? folded.makeBlocks()
      let used = blocks.reduce(Resources()) { $0 + $1.resources(on: family).corrected }
      if fits(used) { high = middle } else { low = middle + 1 }
    }
    // With their FIFOs some do not fit after all, and between them are some that cannot be built.
    var tries = 4
    for bound in all[low...] where tries > 0 {
      guard let candidate = try ifBuildable({ try finn(targetCycles: bound + 1) }) else { continue }
      if fits(candidate.resources) { return candidate }
      tries -= 1
    }
    return nil
  }

  /// What the choice of `choice` has cost for safety, and what is left to fear.
  func safety(within cycles: Int, blocks: [any Block], of design: Design) -> FoldingSearch.Safety? {
    let remaining = zip(design.nodes, blocks).filter { $0.1.canOverflowQueue }.map(\.0.name)
    guard let safe = choice(cycles), let cheap = choice(cycles, isUnsafe: true) else {
      return remaining.isEmpty
        ? nil : FoldingSearch.Safety(avoided: [], resources: Resources(), remaining: remaining)
    }
    let avoided = zip(units, zip(safe, cheap)).flatMap { unit, pair in
      pair.1.canOverflow && !pair.0.canOverflow ? unit.nodes.map { bare.nodes[$0].name } : []
    }
    guard !(avoided.isEmpty && remaining.isEmpty) else { return nil }
    let (a, b) = (resources(cheap), resources(safe))
    return FoldingSearch.Safety(
      avoided: avoided,
      resources: Resources(
        lut: b.lut - a.lut, bram18: b.bram18 - a.bram18, uram: b.uram - a.uram, dsp: b.dsp - a.dsp),
      remaining: remaining)
  }

  func nextStep(below cycles: Int, from current: FoldingSearch.Candidate)
    -> FoldingSearch.NextStep?
  {
    guard let bound = bounds.last(where: { $0 < cycles }), let now = choice(max(cycles, bound)),
      let next = choice(bound)
    else { return nil }
    let (a, b) = (resources(now), resources(next))
    let changed = zip(now, next).flatMap { before, after in
      after.attributes.keys.filter { before.attributes[$0] != after.attributes[$0] }
    }
    return FoldingSearch.NextStep(
      cyclesPerFrame: bound, framesPerSecond: bare.clockMHz * 1e6 / Double(bound),
      resources: Resources(
        lut: b.lut - a.lut, bram18: b.bram18 - a.bram18, uram: b.uram - a.uram, dsp: b.dsp - a.dsp),
      changedNodes: changed.sorted().map { bare.nodes[$0].name })
  }
}
