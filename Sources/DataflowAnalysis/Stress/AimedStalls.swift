/// Stall patterns aimed at the moments that matter: the borders stall just when a FIFO of a recorded run
/// is about to fill, or to run empty.
package struct AimedStalls: Sendable {
  let plan: Plan
  /// What is run besides the stalls.
  let base: Scenario
  let seed: UInt64
  /// The moments of the run without stalls.
  private var first: [Moment] = []

  /// Records the run of `plan` under `base`, which the first stall of every pattern is aimed at.
  package init(_ plan: Plan, base: Scenario, seed: UInt64) throws {
    self.plan = plan
    self.base = base
    self.seed = seed
    first = try moments(of: base)
  }

  /// Cycles that are looked at; what comes later is not aimed at.
  static let horizon = 100_000
  /// Moments of one FIFO that are kept.
  private static let most = 256

  /// A FIFO that is about to fill or to run empty.
  package struct Moment: Sendable, Equatable {
    package var fifo: String
    package var cycle: Cycle
    package var isFilling: Bool
    package var depth: Int
  }

  /// The scenario with `index`: the base with one to three stalls. Each is aimed at a run with those
  /// before it, since a stall moves all that follows.
  package func scenario(_ index: Int) throws -> Scenario {
    var random = SeededGenerator(seed: seed &* 0x9E37_79B9 &+ UInt64(truncatingIfNeeded: index))
    var scenario = base
    var earliest = 0
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let seen = try scenario == base ? first : moments(of: scenario)
      let moments = seen.filter { $0.cycle >= earliest }
      let fifos = Set(moments.map(\.fifo)).sorted()
      guard let fifo = fifos.randomElement(using: &random),
        let moment = moments.filter({ $0.fifo == fifo }).randomElement(using: &random)
      else { break }
      aim(at: moment, in: &scenario, &random)
      earliest = moment.cycle + 1
    }
    return scenario
  }

  /// Stalls the border that makes it worse: a FIFO fills while the sinks hold back what drains it, and
  /// runs empty while the sources hold back what fills it. At times both stall, one after the other.
  private func aim(at moment: Moment, in scenario: inout Scenario, _ random: inout SeededGenerator)
  {
    let length = Int.random(in: 1...2 * min(moment.depth, 64) + 8, using: &random)
    func window() -> Range<Cycle> {
      let start = max(0, moment.cycle - Int.random(in: 0...8, using: &random))
      return start..<start + length
    }
    let both = Int.random(in: 0..<3, using: &random) == 0
    if moment.isFilling || both {
      let stall = window()
      for name in plan.design.graphOutputs {
        scenario.sinks[name, default: .init()].pattern.stall(stall)
      }
    }
    if !moment.isFilling || both {
      let stall = window()
      for name in plan.design.graphInputs {
        scenario.sources[name, default: .init()].pattern.stall(stall)
      }
    }
  }

  /// When the FIFOs of a run under `scenario` come within a word of full (or of the most they ever hold)
  /// and within a word of empty.
  package func moments(of scenario: Scenario) throws -> [Moment] {
    var short = scenario
    short.maxCycles = min(scenario.maxCycles ?? .max, Self.horizon)
    let result = try Simulation(plan, scenario: short, observing: Observation(times: true)).run()
    return zip(plan.design.nodes, plan.blocks).flatMap { node, block -> [Moment] in
      guard block is StreamingFIFO, let most = result.fifos[node.name], most.max > 0,
        let writes = result.streams[node.inputs[0]], let reads = result.streams[node.outputs[0]]
      else { return [] }
      return Self.moments(node.name, most, writes, reads)
    }
  }

  private static func moments(
    _ name: String, _ fifo: RunResult.FIFO, _ writes: [Cycle], _ reads: [Cycle]
  ) -> [Moment] {
    let high = min(fifo.depth - 1, fifo.max)
    var moments: [Moment] = []
    var (w, r, level) = (0, 0, 0)
    while moments.count < most, w < writes.count || r < reads.count {
      let t = min(w < writes.count ? writes[w] : .max, r < reads.count ? reads[r] : .max)
      let before = level
      if w < writes.count, writes[w] == t { (w, level) = (w + 1, level + 1) }
      if r < reads.count, reads[r] == t { (r, level) = (r + 1, level - 1) }
      if level > before, level == max(high, 1) {
        moments.append(Moment(fifo: name, cycle: t, isFilling: true, depth: fifo.depth))
      } else if level < before, level == 1 {
        moments.append(Moment(fifo: name, cycle: t, isFilling: false, depth: fifo.depth))
      }
    }
    return moments
  }
}

extension Pattern {
  /// Stalls the cycles of `window`. The pattern is written out as far as that needs.
  mutating func stall(_ window: Range<Cycle>) {
    let end = max(window.upperBound, AimedStalls.horizon / 64)
    let length = (end + bits.count - 1) / bits.count * bits.count
    var long = (0..<length).map { self[$0] }
    for cycle in window { long[cycle] = false }
    self = Pattern(bits: long)
  }
}
