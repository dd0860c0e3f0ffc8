/// Runs one plan with many sets of FIFO depths.
struct FIFOBench: Sendable {
  struct Slot: Sendable {
    var name: String
    var node: Int
    var width: Int
    /// Words per frame of the stream.
    var words: Int
    var depth: Int
    /// At a graph input or output.
    var isBorder: Bool
  }

  struct Outcome: Sendable {
    /// nil when the design stops.
    var period: FramePeriod?
    var latency: Int?
  }

  struct Reference: Sendable {
    var period: FramePeriod
    var target: FramePeriod
    /// About what FIFOs hold at that pace with all the room there is, and one more.
    var depths: [Int]
  }

  let plan: Plan
  let fifos: [Slot]
  let cost: FIFOCost
  /// A stretch of a design, whose results are confirmed on the whole.
  let isStretch: Bool

  init(
    _ plan: Plan, measure: FIFOCost.Measure, model: CostModel? = nil, isStretch: Bool = false
  ) {
    self.plan = plan
    self.isStretch = isStretch
    cost = FIFOCost(measure: measure, model: model)
    let borders = Set(plan.design.graphInputs + plan.design.graphOutputs)
    fifos = plan.design.nodes.indices.compactMap { index in
      let node = plan.design.nodes[index]
      guard let fifo = plan.blocks[index] as? StreamingFIFO else { return nil }
      return Slot(
        name: node.name, node: index, width: plan.inputPorts[index].first?.width ?? 0,
        words: plan.wordsPerFrame[node.inputs[0]] ?? 0, depth: fifo.depth,
        isBorder: borders.contains(node.inputs[0]) || borders.contains(node.outputs[0]))
    }
  }

  func plan(_ depths: [Int]) -> Plan {
    let byName = Dictionary(uniqueKeysWithValues: zip(fifos.map(\.name), depths))
    return plan.replacingFIFODepths { name, depth in byName[name] ?? depth }
  }

  /// Steady state and latency of a plan.
  static func run(_ plan: Plan) throws -> Outcome {
    let simulation = try Simulation(plan)
    guard let steady = simulation.steadyState() else { return Outcome(period: nil, latency: nil) }
    let latency = simulation.sinks.compactMap(\.frameEnds.first).max()
    return Outcome(period: FramePeriod(steady), latency: latency.map { $0 + 1 })
  }

  /// Whether the design keeps up with a source that delivers a frame every `target`.
  ///
  /// The source adds a cycle of its own to the max-plus system and changes nothing else, so this is
  /// whether the design by itself reaches the target. Paced, no FIFO fills up over many frames, and
  /// the state repeats soon. Frame intervals of a max-plus system only grow towards the final one, so
  /// a longer one ends the run.
  func sustains(_ target: FramePeriod, _ depths: [Int]) throws -> Verdict {
    let simulation = try Simulation(plan(depths), pace: target)
    var late: Double?
    var isOnTime = false
    let steady = simulation.steadyState(.init()) { ends in
      guard ends.count > 3 else { return false }
      let last = ends.count - 1
      func isLate(_ end: Int) -> Bool {
        FramePeriod(cycles: ends[end] - ends[end - 2], frames: 2) > target
      }
      if isLate(last), isLate(last - 1) {
        late = Double(ends[last] - ends[last - 2]) / 2
        return true
      }
      isOnTime = isStretch && ends.count > 9 && !(2...last).suffix(6).contains(where: isLate)
      return isOnTime
    }
    if isOnTime { return Verdict(suffices: true, cyclesPerFrame: target.cyclesPerFrame) }
    if let late { return Verdict(suffices: false, cyclesPerFrame: late, isGuess: true) }
    guard let steady else { return Verdict(suffices: false) }
    return Verdict(steady, target)
  }

  /// The same as a proof: at the start a frame may be late once, so both answers need a state that
  /// repeats. Without a pace the source is through with filling the FIFOs of a design that is hardly
  /// too slow much sooner; and where a part repeats that never waits for words, its period is proof
  /// enough that the design is too slow.
  ///
  /// - Parameter tries: frames to simulate at most, and at which pace. Mostly one of the two ways is
  ///   short; the more of the design is replayed, the less a frame costs.
  func provablySustains(
    _ target: FramePeriod, _ depths: [Int], tries: [(frames: Int, pace: FramePeriod?)]? = nil
  ) throws -> Verdict {
    let plan = plan(depths)
    let short: [(frames: Int, pace: FramePeriod?)] = [(24, nil), (24, target)]
    let long: [(frames: Int, pace: FramePeriod?)] = [(1024, nil), (1024, target)]
    for (frames, pace) in tries ?? (isStretch ? short : short + long) {
      var limits = SteadyStateBudget()
      limits.frames = frames
      if isStretch { limits.handshakes = 100_000_000 }
      let simulation = try Simulation(plan, pace: pace)
      let steady = simulation.steadyState(limits) { _ in
        simulation.leastPeriod.map { FramePeriod(cycles: $0) > target } ?? false
      }
      guard let steady else {
        return Verdict(
          suffices: false, cyclesPerFrame: simulation.leastPeriod.map { Double($0) })
      }
      if steady.isProven { return Verdict(steady, target) }
    }
    return Verdict()
  }

  struct Verdict {
    /// nil: the budget ended before either was proven.
    var suffices: Bool?
    /// About how long a frame takes; nil: the design stops, or was not simulated.
    var cyclesPerFrame: Double?
    /// A few frames came late. They may until the design has found its rhythm, so this is no proof.
    var isGuess = false

    init(suffices: Bool? = nil, cyclesPerFrame: Double? = nil, isGuess: Bool = false) {
      self.suffices = suffices
      self.cyclesPerFrame = cyclesPerFrame
      self.isGuess = isGuess
    }

    init(_ steady: SteadyState, _ target: FramePeriod) {
      suffices = steady.isProven ? FramePeriod(steady) <= target : nil
      cyclesPerFrame = steady.cyclesPerFrame
    }
  }

  /// What all FIFOs cost together, in words or bits.
  func total(_ depths: [Int]) -> Int {
    zip(depths, fifos).reduce(0) { $0 + cost.cost(depth: $1.0, width: $1.1.width) }
  }

  /// The room a frame takes in a FIFO, in words or bits.
  func frameCost(_ i: Int) -> Int { cost.cost(depth: fifos[i].words, width: fifos[i].width) }

  /// The throughput of unbounded FIFOs, and depths that keep the fraction `keep` of it: the
  /// occupancies when words arrive evenly at the target rate.
  func unbounded(keep: Double) throws -> Reference {
    var period = FramePeriod(cycles: max(try plan.cyclesAlone().max() ?? 1, 1))
    var (measured, occupancy) = try ample(period)
    // Blocks may need longer together with their own buffers than `busyCycles` says.
    for _ in 0..<4 where measured > period {
      period = measured
      (measured, occupancy) = try ample(period)
    }
    var target = period
    if keep < 1 {
      target = max(period, FramePeriod(cycles: Int((period.cyclesPerFrame / keep).rounded(.down))))
      (_, occupancy) = try ample(target)
    }
    let depths = fifos.map { depth(holding: occupancy[$0.name] ?? 0) }
    return Reference(period: period, target: target, depths: depths)
  }

  /// The words each FIFO holds at most in the first frames with ample FIFOs, a frame's words arriving evenly within
  /// `pace`, in the order of `fifos`; nil: they are not on time.
  func heldInFrames(_ pace: FramePeriod) throws -> [Int]? {
    let (period, held) = try ample(pace)
    return period > pace ? nil : fifos.map { held[$0.name] ?? 0 }
  }

  /// The depth of a FIFO that is never full with so many words.
  func depth(holding words: Int) -> Int {
    cost.depth(atStep: cost.step(holding: max(words + 1, 2)))
  }

  /// The period and the occupancies with ample FIFOs, a frame's words arriving evenly within `period`.
  private func ample(_ period: FramePeriod) throws -> (FramePeriod, [String: Int]) {
    // Most FIFOs need a small part of a frame, and short ones are faster to simulate.
    var room = fifos.map { max(min($0.words, 64), $0.words / 8, 2) }
    // A stream whose words nobody counts may carry as many as any other.
    let most = max(fifos.map(\.words).max() ?? 0, 2)
    let limits = fifos.map { 4 * ($0.words > 0 ? max($0.words, 2) : most) }
    // The result with less room, when more of it has to show whether the FIFOs were what limits.
    var before: (period: FramePeriod, held: [String: Int])?
    while true {
      let simulation = try Simulation(
        plan(room), observing: .levels, pace: period)
      // Two frames on time are enough here: the depths that come of it are tested afterwards.
      var patience = SteadyStateBudget()
      patience.framesBefore = 3
      var isOnTime = false
      let steady = simulation.steadyState(patience) { ends in
        guard ends.count > 2 else { return false }
        let last = ends.count - 1
        isOnTime = FramePeriod(cycles: ends[last] - ends[last - 2], frames: 2) <= period
        return isOnTime
      }
      guard isOnTime || steady != nil else {
        // No more than three frames are under way before the first is out: more room changes nothing.
        guard zip(room, limits).contains(where: { $0 < $1 }),
          WordCounts(plan: plan).mismatches.isEmpty
        else { throw stops }
        room = zip(room, limits).map { max($0, min($0 * 4, $1)) }
        continue
      }
      let frames = simulation.sinks.map(\.frameEnds.count).max() ?? 1
      let seen = simulation.result(frames: frames).fifos
      let full = fifos.indices.filter { (seen[fifos[$0].name]?.max ?? 0) >= room[$0] }
      if isOnTime { return (period, seen.mapValues(\.max)) }
      let short = full.filter { room[$0] < fifos[$0].words }
      for i in short { room[i] = fifos[i].words }
      guard short.isEmpty else { continue }
      let measured = steady.map { FramePeriod($0) } ?? period
      // A FIFO may fill up only when the source is faster than the design.
      let isAmple = full.allSatisfy { room[$0] >= 16 * max(fifos[$0].words, 2) }
      // A bypass of a branch that takes longer than a frame holds several frames.
      if measured > period, let before, measured >= before.period { return before }
      let result = (period: measured, held: seen.mapValues(\.max))
      if full.isEmpty || isAmple { return result }
      if measured > period { before = result }
      for i in full { room[i] *= 4 }
    }
  }

  /// Throws where a writer makes another number of words than its reader expects: no depth helps, and
  /// a run finds out only when the surplus of many frames is stuck.
  func requireMatchingWordCounts() throws {
    guard WordCounts(plan: plan).mismatches.isEmpty else { throw stops }
  }

  private var stops: InputError {
    let counts = WordCounts(plan: plan)
    let why = counts.mismatches.first.map { "word counts do not match: \($0)" }
    return InputError(
      why ?? "the design stops even with unbounded FIFOs",
      hint: counts.found.first?.advice ?? "`simrun hang` tells why")
  }

  struct Occupancy: Sendable {
    /// Words at most, by FIFO.
    var held: [String: Int]
    /// Cycles until the first frame is out.
    var latency: Int?
  }

  /// Highest occupancies over two frames, and the cycles until the first is out.
  func occupancies(_ depths: [Int]) throws -> Occupancy { try Self.occupancies(of: plan(depths)) }

  static func occupancies(of plan: Plan) throws -> Occupancy {
    let result = try Simulation(plan, scenario: Scenario(frames: 2), observing: .levels).run()
    return Occupancy(
      held: result.fifos.mapValues(\.max),
      latency: result.frameEnds.values.compactMap(\.first).max().map { $0 + 1 })
  }

  /// `design` with new depths and, where they change the implementation, FINN's style for them.
  func replaced(in design: Design, _ depths: [Int]) throws -> Design {
    var result = design
    for (fifo, depth) in zip(fifos, depths) {
      result.nodes[fifo.node].attributes["depth"] = .int(depth)
      guard cost.measure == .finn else {
        // The exact depth exists as a shift register alone.
        if result.nodes[fifo.node].attributes["impl_style"] != nil {
          result.nodes[fifo.node].attributes["impl_style"] = .string("rtl")
        }
        continue
      }
      let style = FIFOCost.style(depth: depth, isBorder: fifo.isBorder)
      result.nodes[fifo.node].attributes["impl_style"] = .string(style.rawValue)
      if style == .vivado, result.nodes[fifo.node].attributes["ram_style"] == nil {
        result.nodes[fifo.node].attributes["ram_style"] = .string("auto")
      }
    }
    return result
  }
}
