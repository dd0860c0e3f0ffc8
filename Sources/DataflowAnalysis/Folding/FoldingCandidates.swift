/// FINN's rule looks at blocks one by one, so what it chooses may be refused as a whole, such as a width
/// that no converter makes of its neighbour's: `nil` then.
func ifBuildable<T>(_ build: () throws -> T) throws -> T? {
  do { return try build() } catch is InputError { return nil }
}

/// Chooses options, builds and simulates them.
struct FoldingCandidates {
  let bare: Design
  let units: [FoldingUnit]
  let options: FoldingSearch.Options
  private let context: CostContext
  let budget: Resources?
  private var weights: [Double]
  /// Foldings that were built.
  private var tried = 0
  /// The fastest candidate that fits, so far.
  private var fastest: FoldingSearch.Candidate?
  private let converters = ConverterCosts()
  /// Unit that writes / reads each inner stream.
  private let neighbours: [(from: Int, to: Int)]

  init(_ bare: Design, device: Device?, options: FoldingSearch.Options) throws {
    self.bare = bare
    self.options = options
    units = try FoldingOptions(bare, device: device?.total, costing: options.costing).units()
    context = CostContext(bare)
    let total = device?.total
    budget = total.map { total in
      func share(_ x: Int) -> Int { Int(Double(x) * (1 - options.reserve)) }
      return Resources(
        lut: share(total.lut), ff: share(total.ff), bram18: share(total.bram18),
        uram: share(total.uram),
        dsp: share(total.dsp))
    }
    // Without a part, a block RAM weighs as much as the LUTs beside it on a middling device.
    let scale = budget ?? Resources(lut: 230_000, ff: 460_000, bram18: 624, uram: 96, dsp: 1728)
    weights = [scale.lut, scale.bram18, scale.uram, scale.dsp, scale.ff ?? 1]
      .map { 1 / Double(max($0, 1)) }
    // There are two flip-flops to a LUT; they count once they run short.
    weights[4] /= 1000
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
      + Double(r.dsp) * weights[3] + Double(r.ff ?? 0) * weights[4]
  }

  func fits(_ r: Resources) -> Bool { budget.map(r.isWithin) ?? true }

  // MARK: Aiming

  /// The best of what the blocks offer; nil when none can be built.
  mutating func own(for aim: FoldingAim) throws -> FoldingSearch.Candidate? {
    switch aim {
    case .rate(let cycles): try reach(cycles)
    case .highest: try highest()
    }
  }

  /// What FINN's rule makes of it.
  mutating func finn(for aim: FoldingAim) throws -> FoldingSearch.Candidate? {
    switch aim {
    case .rate(let cycles): try ifBuildable { try finn(targetCycles: cycles) }
    case .highest: try finnThatFits()
    }
  }

  func isBetter(
    _ a: FoldingSearch.Candidate, than b: FoldingSearch.Candidate, for aim: FoldingAim
  ) -> Bool {
    let isCheaper = cost(a.high) < cost(b.high)
    switch aim {
    case .rate:
      let reached = (aim.isReached(at: a.period), aim.isReached(at: b.period))
      if reached.0 != reached.1 { return reached.0 }
      return reached.0 ? isCheaper : a.period < b.period
    case .highest:
      let fitting = (fits(a.high), fits(b.high))
      if fitting.0 != fitting.1 { return fitting.0 }
      return a.period == b.period ? isCheaper : a.period < b.period
    }
  }

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
              return sum + cost(converter(a, b).high)
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

  /// What the converter between two units costs.
  private func converter(_ a: FoldingOption, _ b: FoldingOption) -> DesignCost {
    guard a.outputElements != b.inputElements, a.outputWidth > 0, b.inputWidth > 0 else {
      return DesignCost()
    }
    return converters.cost(a.outputWidth, b.inputWidth) { converter(from: $0, to: $1) }
  }

  private func converter(from input: Int, to output: Int) -> DesignCost {
    let m = leastCommonMultiple(input, output)
    let isWhole = m == input || m == output
    // HLS cannot build it at any price.
    if m > bare.finnGeneration.hlsWidestWord, !isWhole { return DesignCost([Self.impossible]) }
    let attributes: [String: AttributeValue] = [
      "shape": .ints([1, m]), "inWidth": .int(input), "outWidth": .int(output),
      "dataType": .string("BINARY"),
    ]
    let node = Node(
      name: "", opType: "StreamingDataWidthConverter_\(isWhole ? "rtl" : "hls")",
      attributes: attributes)
    guard let block = try? bare.block(of: node) else { return DesignCost([Self.impossible]) }
    return DesignCost([options.costing.cost(block, in: context)])
  }

  private static let impossible = NodeCost(
    finn: ResourceEstimate(finn: Resources(lut: 1 << 40)), family: "impossible",
    calibrated: {
      var use = ResourceUse()
      use[.logic] = Double(1 << 40)
      return CalibratedEstimate(measured: use, source: "")
    }())

  /// What a choice costs; it fits by the high end.
  private func total(_ chosen: [FoldingOption]) -> DesignCost {
    var sum = DesignCost()
    for option in chosen { sum.add(option.cost) }
    for edge in neighbours { sum.add(converter(chosen[edge.from], chosen[edge.to])) }
    return sum
  }

  private func resources(_ chosen: [FoldingOption]) -> Resources { total(chosen).total }

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

  /// - Parameter isOfUse: whether the candidate is of use even if it does not fit.
  private mutating func build(
    _ folded: Design, _ algorithm: FoldingSearch.Algorithm, isOfUse: Bool = true
  ) throws -> FoldingSearch.Candidate {
    // FINN puts no converter beside a DMA, but makes it as wide as its neighbour; where it cannot be, one stands.
    let hasDMAs = folded.nodes.contains(where: \.isIODMA)
    let fitted = try hasDMAs ? folded.refittingDMAs() : folded
    let converted = try fitted.refittingBorderConverters().insertingWidthConverters()
    let buffered = try (hasDMAs ? converted.bridgingWidths().design : converted).insertingFIFOs()
    var sizing = FIFOSizing.Options()
    sizing.measure = .finn
    sizing.costing = options.costing
    sizing.verifiesMinimality = false
    sizing.reportsBefore = false
    // To the end where that takes a moment, else by sections: neither depends on how fast the machine is.
    let words = try Plan(buffered).wordsPerFrame.values.reduce(0, +)
    sizing.effort = words > FIFOHeuristics.frameOfWholeSearch ? .sections : .all
    // What does not fit does not with more words for other schedules either.
    if !isOfUse, let budget {
      sizing.isWorthMargin = { [costing = options.costing] in
        try Self.cost(of: $0, costing).high.isWithin(budget)
      }
    }
    tried += 1
    let name = "folding \(tried)" + (algorithm == .finn ? " (FINN's rule)" : "")
    let rate = fastest.map { "\(Int($0.framesPerSecond)) frames/s" }
    let sized = try WorkProgress.part(name, best: rate) {
      try FIFOSizing(buffered, options: sizing)
    }
    let total = try cost(of: sized.design)
    let candidate = FoldingSearch.Candidate(
      algorithm: algorithm, design: sized.design, period: sized.periodAfter,
      latency: sized.latencyAfter, cost: total, fifoWords: sized.totalAfter)
    note(candidate)
    return candidate
  }

  private func cost(of design: Design) throws -> DesignCost {
    try Self.cost(of: design, options.costing)
  }

  private static func cost(of design: Design, _ costing: Costing) throws -> DesignCost {
    let context = CostContext(design)
    return DesignCost(
      try design.nodes.map { costing.cost(try design.block(of: $0), of: $0, in: context) })
  }

  private mutating func note(_ candidate: FoldingSearch.Candidate) {
    guard fits(candidate.high), fastest.map({ candidate.period < $0.period }) ?? true else {
      return
    }
    fastest = candidate
    options.improved?(candidate)
  }

  mutating func finn(targetCycles: Int, isOfUse: Bool = true) throws -> FoldingSearch.Candidate {
    try build(SetFolding(targetCycles: targetCycles).folded(bare), .finn, isOfUse: isOfUse)
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
      let used = total(chosen).high
      if used.isWithin(budget) { return chosen }
      let over = [
        (used.lut, budget.lut), (used.bram18, budget.bram18), (used.uram, budget.uram),
        (used.dsp, budget.dsp), (used.ff ?? 0, budget.ff ?? .max),
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
  mutating func highest() throws -> FoldingSearch.Candidate? {
    let all = bounds
    var low = 0
    var high = all.count
    while low < high {
      let middle = (low + high) / 2
      if let chosen = balanced(all[middle]), fits(total(chosen).high) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    var step = 1
    var index = low
    while index < all.count {
      if let chosen = balanced(all[index]) {
        let candidate = try build(design(chosen), .simrun, isOfUse: false)
        if fits(candidate.high) { return candidate }
      }
      index += step
      step *= 2
    }
    return nil
  }

  /// FINN's rule at the highest rate that fits, by bisection over the target.
  mutating func finnThatFits() throws -> FoldingSearch.Candidate? {
    let all = bounds
    var low = 0
    var high = all.count
    while low < high {
      let middle = (low + high) / 2
      let folded = try SetFolding(targetCycles: all[middle] + 1).folded(bare)
      // What cannot be built is judged without its converters.
      let used =
        try ifBuildable {
          try cost(of: folded.refittingBorderConverters().insertingWidthConverters())
        } ?? cost(of: folded)
      if fits(used.high) { high = middle } else { low = middle + 1 }
    }
    // With their FIFOs some do not fit after all, and between them are some that cannot be built.
    var tries = 4
    for bound in all[low...] where tries > 0 {
      guard
        let candidate = try ifBuildable({ try finn(targetCycles: bound + 1, isOfUse: false) })
      else { continue }
      if fits(candidate.high) { return candidate }
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
      resources: b - a,
      remaining: remaining)
  }

  /// The next folding whose slowest block needs fewer than `cycles`, and which is another one.
  func fasterFolding(below cycles: Int) -> FoldingSearch.FasterFolding? {
    let faster = bounds.filter { $0 < cycles }.reversed()
    guard let bound = faster.first, let now = choice(max(cycles, bound)) else { return nil }
    for bound in faster {
      guard let next = choice(bound) else { return nil }
      let changed = zip(now, next).flatMap { before, after in
        after.attributes.keys.filter { before.attributes[$0] != after.attributes[$0] }
      }
      guard !changed.isEmpty else { continue }
      return FoldingSearch.FasterFolding(
        cyclesPerFrame: bound, fps: bare.clockMHz * 1e6 / Double(bound),
        resources: resources(next) - resources(now),
        changedNodes: changed.sorted().map { bare.nodes[$0].name })
    }
    return nil
  }
}
