import FoundationEssentials

/// Depths for every FIFO of a design at which it runs as fast as with unbounded FIFOs, or at a stated
/// fraction of that.
///
/// Handshake times never get later when a FIFO gets deeper, so the set of sufficient depths is closed
/// upwards. The search starts from what FIFOs hold when the source is paced at the target rate, finds depths
/// that suffice, and lowers FIFOs as far as simulation allows (`FIFOReduction`). Deepening one FIFO
/// may leave another too deep, so that the result is locally minimal is known only once
/// `verifiesMinimality` has rerun every single step down.
public struct FIFOSizing: Sendable {
  /// How far FIFOs are lowered.
  public enum Effort: Sendable {
    /// Hardly: what they hold while frames come at the rate in question mostly suffices, and takes no longer to find
    /// out than a few frames. Where frames are short, as in `sections`.
    case first
    /// As far as every section of the design allows by itself, and somewhat more where longer stretches do not do
    /// with it.
    case sections
    /// Until none can be lowered any more.
    case all
  }

  /// How to size.
  public struct Options: Sendable {
    /// Fraction of the unbounded throughput to keep.
    public var keep = 1.0
    public static let leastKept = 1e-6
    public var measure = FIFOCost.Measure.words
    /// Rerun each FIFO one step smaller at the end.
    public var verifiesMinimality = true
    /// Look for cheaper depths in other places as well, and for what none can be below, once no FIFO can be
    /// lowered any more; several times the work.
    public var looksForLeast = false
    /// How far to go.
    public var effort = Effort.all
    /// Stop the search after this many seconds, but not before there are depths that suffice; the result
    /// is then not minimal.
    public var seconds: Double?
    /// Size for more schedules than the predicted one, sampled from all HLS may give, and until the certificate
    /// holds; nil: where there are such blocks.
    public var margin: Bool?
    /// Asked of the design once it suffices for the predicted schedules; false: nothing is added for others. nil: no
    /// matter what it has become.
    public var isWorthMargin: (@Sendable (Design) throws -> Bool)?
    /// Simulate the depths the design came with, too.
    public var reportsBefore = true
    public var workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
    /// By which estimates FIFOs are charged.
    public var costing = Costing.calibrated
    /// Told every design that suffices, each cheaper by `measure` than the one before.
    public var improved: (@Sendable (Design) -> Void)?

    /// The full rate at the fewest words.
    public init() {}

    /// Whether nothing is lowered.
    func takesFirst(of bench: FIFOBench) -> Bool {
      effort == .first && bench.wordsPerFrame > FIFOHeuristics.frameOfWholeSearch
    }
  }

  /// One FIFO before and after.
  public struct FIFO: Sendable, Equatable {
    /// The FIFO node.
    public var name: String
    /// Bits per word; 0 where the design leaves it open.
    public var width: Int
    public var before: Int
    public var after: Int
    /// Words held at most, in the sized design.
    public var maxOccupancy: Int
    public var resourcesBefore: Resources
    public var resourcesAfter: Resources
  }

  /// The design that was sized: FIFOs and converters inserted where it had none.
  public let original: Design
  /// The same with the new depths.
  public let design: Design
  public let fifos: [FIFO]
  /// nil: the design stops with the old depths.
  public let periodBefore: FramePeriod?
  public let periodAfter: FramePeriod
  public let periodUnbounded: FramePeriod
  /// Cycles until the first frame is out.
  public let latencyBefore: Int?
  public let latencyAfter: Int?
  /// All FIFOs were lowered; the search was not stopped before, by `Options.effort` or `Options.seconds`.
  public let isComplete: Bool
  /// No FIFO can be one step smaller: each such step was rerun and is proven too little.
  public let isVerified: Bool
  /// That was found out in the whole design, at these depths. Otherwise, as in large designs, mostly in a stretch of
  /// it or with other FIFOs deeper: neither is slower, which is a law but for pipelines that stand still with their
  /// bubbles.
  public let isVerifiedInTheWhole: Bool
  /// How far the depths may be from the cheapest, before what `margin` adds; nil: not looked for.
  public let bound: FIFOBound?
  /// Sets of depths tried on the design or a stretch of it.
  public let simulations: Int
  /// What was added so that the depths hold for every possible schedule; nil: not asked for.
  public let margin: FIFOMargin?
  /// Whether the sized design is live for every arrival pattern.
  public let certificate: Certificate
  /// What sources that never wait make of it, where cores may lose words then; nil: the rate it was sized for.
  public let fullSpeed: FIFOFullSpeed?

  /// Words of all FIFOs, before and after.
  public var totalBefore: Int { fifos.reduce(0) { $0 + $1.before } }
  public var totalAfter: Int { fifos.reduce(0) { $0 + $1.after } }
}

extension FIFOSizing {
  /// Sizes the FIFOs of `source`.
  ///
  /// Throws `InputError` for a design that cannot run at any depth.
  public init(_ source: Design, options: Options = Options()) throws {
    guard (Options.leastKept...1).contains(options.keep) else {
      throw InputError(
        "the fraction to keep is \(options.keep)", hint: "at least \(Options.leastKept), at most 1")
    }
    let deadline = options.seconds.map { Date().addingTimeInterval($0) }
    original = try source.preparedForSizing()
    // Depths are sized as shift registers have them, exactly; Vivado's FIFOs round up.
    let bench = FIFOBench(
      try Plan(original.withExactFIFOs()), measure: options.measure, model: options.costing.model)
    try bench.requireMatchingWordCounts()
    let asItCame = options.reportsBefore ? try Plan(original) : nil
    let budget = SearchBudget(workers: max(options.workers, 1), deadline: deadline)
    let (tell, start) = (options.improved, original)
    let (reference, found) = try Self.sufficient(bench, budget, options) { depths in
      guard let tell, let design = try? bench.replaced(in: start, depths) else { return }
      tell(design)
    }
    let before = asItCame.map { plan in Later { try FIFOBench.run(plan) } }
    var search = found
    let goesOn = options.effort == .all && !budget.isSpent
    if goesOn { try search.deepenFromLeast() }
    if !goesOn || budget.isSpent { search.preferFirst() }
    isComplete = goesOn && !budget.isSpent
    var isMinimal = try isComplete && options.verifiesMinimality && search.verify()
    var bound: FIFOBound?
    if isComplete, options.looksForLeast {
      let least = try search.seekLeast(isMinimal: isMinimal)
      (isMinimal, bound) = (least.isMinimal, least.bound)
    }
    self.bound = bound
    let isWorthMargin =
      try options.isWorthMargin?(bench.replaced(in: original, search.depths)) ?? true
    let covered =
      try isWorthMargin
      ? Self.withMargin(bench, search.depths, budget, options)
      : (depths: search.depths, margin: nil, simulations: 0)
    let depths = covered.depths
    margin = covered.margin
    isVerified = isMinimal && depths == search.depths
    isVerifiedInTheWhole = isVerified && search.depthsTriedInTheWhole == depths
    simulations = search.knowledge.simulations + covered.simulations
    periodUnbounded = reference.period
    periodBefore = try before?.value().period
    latencyBefore = try before?.value().latency

    let final = try bench.replaced(in: original, depths)
    // FINN's FIFOs round up and answer later, so those are simulated as they are.
    let built = options.measure == .finn ? try Plan(final) : nil
    // At full throughput the proof that the target is sustained is the period: nothing is faster.
    if built == nil, reference.target == reference.period {
      periodAfter = reference.period
    } else {
      guard let steady = try Simulation(built ?? Plan(final)).steadyState() else {
        throw InputError("the design stops with its FIFOs built as FINN builds them")
      }
      periodAfter = FramePeriod(steady)
    }
    fullSpeed = try Self.fullSpeed(final, periodAfter)
    certificate = try Self.certificate(of: final, struck: fullSpeed?.hazards ?? [])
    let occupancy =
      if let built {
        try FIFOBench.occupancies(of: built)
      } else {
        depths == search.depths ? try search.occupancies() : try bench.occupancies(depths)
      }
    latencyAfter = occupancy.latency
    design = final
    let context = CostContext(original)
    let old = original.nodes
    let oldBlocks = try original.makeBlocks()
    let newBlocks = try final.makeBlocks()
    fifos = zip(bench.fifos, depths).map { fifo, depth in
      FIFO(
        name: fifo.name, width: fifo.width, before: fifo.depth, after: depth,
        maxOccupancy: occupancy.held[fifo.name] ?? 0,
        resourcesBefore: options.costing.cost(
          oldBlocks[fifo.node], of: old[fifo.node], in: context
        ).expected,
        resourcesAfter: options.costing.cost(
          newBlocks[fifo.node], of: final.nodes[fifo.node], in: context
        ).expected)
    }
  }
}

extension FIFOSizing {
  /// A search that has found depths that suffice, and what it is measured by.
  ///
  /// Sections are mostly as slow as the whole, and hold about as much: whether that is so shows when the
  /// whole is simulated with what was found for them.
  static func sufficient(
    _ bench: FIFOBench, _ budget: SearchBudget, _ options: Options,
    improved: @escaping @Sendable ([Int]) -> Void = { _ in }
  ) throws -> (FIFOBench.Reference, FIFOReduction) {
    WorkProgress.tell("the rate without FIFO limits")
    let sections = try FIFOSections(bench)
    /// - Parameter isLast: take what is found first where sections ask for too little.
    func search(_ reference: FIFOBench.Reference, isLast: Bool) throws -> FIFOReduction? {
      var search = FIFOReduction(
        bench, sections, reference, budget: budget, improved: improved)
      guard try search.findFirst() else { return nil }
      if options.takesFirst(of: bench) { return search }
      return try search.lowerSections() || isLast ? search : nil
    }
    if options.keep == 1, let reference = try sections.reference(workers: budget.workers),
      let search = try search(reference, isLast: false)
    {
      return (reference, search)
    }
    let reference = try bench.reaching(bench.unbounded(keep: options.keep))
    guard let search = try search(reference, isLast: true) else {
      throw bench.unreachable(reference.target)
    }
    return (reference, search)
  }
}

extension FIFOBench {
  /// The same with depths that reach the target on the whole design.
  fileprivate func reaching(_ reference: Reference) throws -> Reference {
    var reference = reference
    for _ in 1...8 {
      if try reaches(reference.target, reference.depths) { return reference }
      reference.depths = reference.depths.map { depth in
        cost.depth(atStep: cost.step(holding: depth + max(depth / 4, 1)))
      }
    }
    throw unreachable(reference.target)
  }

  /// Frames that come late are no proof that they always do.
  private func reaches(_ target: FramePeriod, _ depths: [Int]) throws -> Bool {
    let paced = try sustains(target, depths)
    return try (paced.isGuess ? provablySustains(target, depths) : paced).suffices == true
  }

  fileprivate func unreachable(_ target: FramePeriod) -> InputError {
    let drifting = zip(plan.design.nodes, plan.blocks).lazy.flatMap { node, block in
      block.hazardConditions.filter { $0.hazard == .windowLeftoverRows }.map { (node.name, $0) }
    }.first
    if let (node, known) = drifting {
      return InputError(
        "frames are not the same everywhere: \(known.condition), so it takes words of the next frame and no "
          + "depths can be told for a rate of frames", at: "node '\(node)'",
        hint:
          "correct that first: pad or crop the image to a multiple of the stride, or take the RTL window"
      )
    }
    let surplus = (try? HazardSearch(plan).surplus())?.first
    return InputError(
      "no FIFO depths reach the throughput of \(target.cyclesPerFrame) cycles per frame",
      hint: surplus.map {
        "'\($0.node)' puts out words that are nobody's results (\($0.hazard)), so its frames cannot be told apart; "
          + "simrun hazards"
      })
  }
}

extension Design {
  /// Every FIFO a shift register of its stated depth.
  func withExactFIFOs() -> Design {
    var result = self
    for index in nodes.indices where nodes[index].isFIFO {
      result.nodes[index].attributes["impl_style"] = .string("rtl")
    }
    return result
  }

  /// The design with a FIFO on every stream: width converters and FIFOs as FINN inserts them where it
  /// has neither, and FIFOs of two words on streams that lack one.
  public func preparedForSizing() throws -> Design {
    let plain = try resolvingStreamDepths()
    if plain.nodes.contains(where: \.isFIFO) { return try plain.fillingBareStreams() }
    let wide =
      plain.nodes.contains(where: \.isWidthConverter)
      ? plain : try plain.insertingWidthConverters()
    return try wide.insertingFIFOs()
  }
}
