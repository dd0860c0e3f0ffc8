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
    var frames: Int
  }

  struct Reference: Sendable {
    var period: FramePeriod
    var target: FramePeriod
    /// Sufficient for `target`.
    var depths: [Int]
  }

  let plan: Plan
  let fifos: [Slot]
  let cost: FIFOCost

  init(_ plan: Plan, measure: FIFOCost.Measure) {
    self.plan = plan
    cost = FIFOCost(measure: measure)
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

  /// Steady state and latency at `depths`.
  func run(_ depths: [Int], budget: SteadyStateBudget = .init()) throws -> Outcome {
    let simulation = try Simulation(plan(depths))
    guard let steady = simulation.steadyState(budget) else {
      return Outcome(period: nil, latency: nil, frames: 2)
    }
    let latency = simulation.sinks.compactMap(\.frameEnds.first).max()
    return Outcome(
      period: FramePeriod(steady), latency: latency.map { $0 + 1 }, frames: steady.simulatedFrames)
  }

  /// The throughput of unbounded FIFOs, and depths that keep the fraction `keep` of it: the
  /// occupancies when words arrive evenly at the target rate.
  func unbounded(keep: Double) throws -> Reference {
    var period = FramePeriod(cycles: slowestBlock)
    // Blocks may need longer together with their own buffers than `busyCycles` says.
    for _ in 0..<4 {
      let (measured, _) = try paced(at: period)
      if measured <= period { break }
      period = measured
    }
    var target = period
    if keep < 1 {
      target = FramePeriod(
        cycles: Int((period.cyclesPerFrame / keep).rounded(.down)), frames: 1)
      if target < period { target = period }
    }
    let (_, occupancy) = try paced(at: target)
    let depths = fifos.map { fifo in
      let wanted = max((occupancy[fifo.name] ?? 0) + 1, 2)
      return cost.depth(atStep: cost.step(holding: wanted))
    }
    return Reference(period: period, target: target, depths: depths)
  }

  private var slowestBlock: Int {
    let busy = plan.blocks.indices.map { index -> Int in
      if plan.blocks[index] is StreamingFIFO { return 0 }
      let ports = plan.inputPorts[index] + plan.outputPorts[index]
      return max(plan.timings[index].busyCycles ?? 0, ports.compactMap(\.words).max() ?? 0)
    }
    return max(busy.max() ?? 1, 1)
  }

  /// The period and the occupancies when a frame's words arrive evenly within `period`.
  private func paced(at period: FramePeriod) throws -> (FramePeriod, [String: Int]) {
    var scenario = Scenario()
    for input in plan.design.graphInputs {
      guard let words = plan.wordsPerFrame[input], words > 0 else { continue }
      scenario.sources[input] = Scenario.Source(pattern: Self.pacing(words, period))
    }
    var room = fifos.map { max($0.words, 64) }
    while true {
      let simulation = try Simulation(
        plan(room), scenario: scenario, observing: Observation(streams: true))
      guard let steady = simulation.steadyState() else {
        guard room.allSatisfy({ $0 < 1 << 26 }) else { throw Self.stops }
        room = room.map { $0 * 4 }
        continue
      }
      let seen = simulation.result(frames: steady.simulatedFrames).fifos
      let full = fifos.indices.filter { (seen[fifos[$0].name]?.max ?? 0) >= room[$0] }
      let measured = FramePeriod(steady)
      // A FIFO may fill up only when the source is faster than the design.
      if measured > period || full.isEmpty || full.allSatisfy({ room[$0] >= 16 * max(fifos[$0].words, 64) }) {
        return (measured, seen.mapValues(\.max))
      }
      for i in full { room[i] *= 4 }
    }
  }

  private static let stops = InputError(
    "the design stops even with unbounded FIFOs", hint: "`simrun hang` tells why")

  /// `words` starts spread evenly over the period.
  private static func pacing(_ words: Int, _ period: FramePeriod) -> Pattern {
    let total = words * period.frames
    guard period.cycles > total, period.cycles < 1 << 28 else { return .always }
    var bits = [Bool](repeating: false, count: period.cycles)
    for word in 0..<total { bits[word * period.cycles / total] = true }
    return Pattern(bits: bits)
  }

  /// Highest occupancies over `frames` frames.
  func occupancies(_ depths: [Int], frames: Int) throws -> [String: Int] {
    let result = try Simulation(
      plan(depths), scenario: Scenario(frames: max(frames, 2)),
      observing: Observation(streams: true)
    ).run()
    return result.fifos.mapValues(\.max)
  }

  /// `design` with new depths and, where they change the implementation, FINN's style for them.
  func replaced(in design: Design, _ depths: [Int]) throws -> Design {
    var result = design
    for (fifo, depth) in zip(fifos, depths) {
      result.nodes[fifo.node].attributes["depth"] = .int(depth)
      guard cost.measure == .finn else { continue }
      let style = FIFOCost.style(depth: depth, isBorder: fifo.isBorder)
      result.nodes[fifo.node].attributes["impl_style"] = .string(style.rawValue)
      if style == .vivado, result.nodes[fifo.node].attributes["ram_style"] == nil {
        result.nodes[fifo.node].attributes["ram_style"] = .string("auto")
      }
    }
    return result
  }
}
