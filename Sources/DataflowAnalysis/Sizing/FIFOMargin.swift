/// FIFO depths that keep the rate for schedules sampled from all that are possible, and let none stop the design.
///
/// Handshakes hardly ever get later when a FIFO gets deeper, so the greater of two sufficient depths, FIFO
/// by FIFO, mostly suffices for both schedules; it is looked at again. That no schedule stops the design follows from the certificate,
/// which takes every block at the least it is sure to hold with any number of stages.
public struct FIFOMargin: Sendable {
  /// A schedule that was simulated besides the predicted one.
  public struct Sample: Sendable {
    /// Which nodes have the least or the most stages.
    public var name: String
    /// What the depths found give with this schedule; at full throughput that is what unbounded FIFOs give.
    public var period: FramePeriod
    /// Whether the depths for the predicted schedules were enough.
    public var wasCovered: Bool
  }

  /// The nodes whose schedule is predicted.
  public var nodes: [String]
  public var samples: [Sample]
  /// Words beyond what the predicted schedules alone need.
  public var addedWords: Int
  /// Words of those that only the certificate asked for.
  public var certifiedWords: Int
}

extension FIFOBench {
  /// The same FIFOs on a design that states other schedules.
  func with(_ design: Design) throws -> FIFOBench {
    try FIFOBench(
      Plan(design.withExactFIFOs()), measure: cost.measure, model: cost.model)
  }

  /// The rate to keep.
  func target(keep: Double, workers: Int) throws -> FramePeriod {
    if keep == 1, let reference = try FIFOSections(self).reference(workers: workers) {
      return reference.target
    }
    return try unbounded(keep: keep).target
  }

  /// Depths by FIFO raised to what `growth` asks for, in steps that can be built.
  func raised(_ depths: [Int], to growth: [String: Int]) -> [Int] {
    zip(fifos, depths).map { fifo, depth in
      guard let least = growth[fifo.name], least > depth else { return depth }
      return cost.depth(atStep: cost.step(holding: least))
    }
  }
}

extension FIFOSizing {
  /// The depths, raised as `Options.margin` asks for.
  static func withMargin(
    _ bench: FIFOBench, _ depths: [Int], _ budget: SearchBudget, _ options: Options
  ) throws -> (depths: [Int], margin: FIFOMargin?, simulations: Int) {
    let possible = try PossibleSchedules(of: bench.plan)
    guard options.margin ?? !possible.nodes.isEmpty else { return (depths, nil, 0) }
    let covered = try cover(possible, bench, depths, budget, options)
    let certain = try certify(bench, covered.depths)
    var (samples, simulations) = (covered.samples, covered.simulations)
    if options.keep < 1 {
      samples = try measured(possible, samples, bench, certain)
      simulations += samples.count
    }
    let margin = FIFOMargin(
      nodes: possible.nodes, samples: samples,
      addedWords: certain.reduce(0, +) - depths.reduce(0, +),
      certifiedWords: certain.reduce(0, +) - covered.depths.reduce(0, +))
    return (certain, margin, simulations)
  }

  /// Depths that keep a part of the rate mostly keep more of it than was asked for, in each schedule
  /// another part.
  private static func measured(
    _ possible: PossibleSchedules, _ samples: [FIFOMargin.Sample], _ bench: FIFOBench,
    _ depths: [Int]
  ) throws -> [FIFOMargin.Sample] {
    try zip(possible.samples, samples).map { schedule, sample in
      var sample = sample
      let own = try bench.with(schedule.design)
      sample.period = try FIFOBench.run(own.plan(depths)).period ?? sample.period
      return sample
    }
  }

  /// Raises `depths` until every sampled schedule keeps its own target rate with them.
  static func cover(
    _ possible: PossibleSchedules, _ bench: FIFOBench, _ depths: [Int], _ budget: SearchBudget,
    _ options: Options
  ) throws -> (depths: [Int], samples: [FIFOMargin.Sample], simulations: Int) {
    var depths = depths
    var samples: [FIFOMargin.Sample] = []
    // The depths with which each sample has been seen to keep its rate.
    var seen: [[Int]] = []
    var simulations = 0
    for sample in possible.samples {
      let own = try bench.with(sample.design)
      // Mostly the depths suffice; then what unbounded FIFOs give is all there is to find out.
      var target = try own.target(keep: options.keep, workers: budget.workers)
      let isCovered = try own.provablySustains(target, depths).suffices == true
      if !isCovered {
        var (reference, search) = try sufficient(own, above: depths, budget, options)
        if options.effort == .all, !budget.isSpent { try search.deepenFromLeast() }
        depths = zip(depths, search.depths).map(max)
        target = reference.target
        simulations += search.knowledge.simulations
      }
      simulations += 1
      samples.append(FIFOMargin.Sample(name: sample.name, period: target, wasCovered: isCovered))
      seen.append(depths)
    }
    // Deeper FIFOs hardly ever delay a word, but where a pipeline freezes with its bubbles they may.
    for _ in 0..<2 {
      for (index, sample) in possible.samples.enumerated() where seen[index] != depths {
        let own = try bench.with(sample.design)
        simulations += 1
        if try own.provablySustains(samples[index].period, depths).suffices != true {
          let (_, search) = try sufficient(own, above: depths, budget, options)
          depths = zip(depths, search.depths).map(max)
          simulations += search.knowledge.simulations
        }
        seen[index] = depths
      }
    }
    return (depths, samples, simulations)
  }

  /// Depths with which a sampled schedule keeps its rate. Where the least are not asked for, those at hand are
  /// raised: sampled schedules mostly lack a few words in a few places.
  private static func sufficient(
    _ bench: FIFOBench, above depths: [Int], _ budget: SearchBudget, _ options: Options
  ) throws -> (FIFOBench.Reference, FIFOReduction) {
    let sections = try FIFOSections(bench)
    if options.effort != .all, options.keep == 1,
      let reference = try sections.reference(workers: budget.workers)
    {
      var search = FIFOReduction(bench, sections, reference, budget: budget)
      if try search.raise(from: depths, isFirst: options.takesFirst(of: bench)) {
        return (reference, search)
      }
    }
    return try sufficient(bench, budget, options)
  }

  /// The certificate of the sized design, which is known to have met the hazards `struck`; a witness against it is looked
  /// for in small designs alone.
  static func certificate(of design: Design, struck: [HazardCount]) throws -> Certificate {
    let plan = try Plan(design)
    var budget = CertificateBudget()
    if plan.wordsPerFrame.values.reduce(0, +) > 200_000 { budget.patterns = 0 }
    return try Certificate(plan, budget: budget, struck: struck)
  }

  /// Raises `depths` until no arrival pattern can stop the design, where that takes a few words.
  static func certify(_ bench: FIFOBench, _ depths: [Int]) throws -> [Int] {
    var depths = depths
    for _ in 0..<16 {
      var budget = CertificateBudget()
      budget.patterns = 0
      let certificate = try Certificate(bench.plan(depths), budget: budget)
      let raised = bench.raised(depths, to: certificate.certainDepths)
      guard certificate.verdict != .live, raised != depths else { break }
      depths = raised
    }
    return depths
  }
}
