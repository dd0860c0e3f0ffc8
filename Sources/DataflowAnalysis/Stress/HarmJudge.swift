/// Decides whether stalls do harm to a design: with its values where they can be had, else by what its
/// compute cores lose.
struct HarmJudge: Sendable {
  let plan: Plan
  /// What is run besides the stalls; the scenario without any stall is what others are compared with.
  let base: Scenario
  private let values: Values?
  private let calm: Calm

  struct Harm: Sendable, Equatable {
    var kind: StressFinding.Harm
    var detail: String
    var isMeasured: Bool
  }

  private struct Values: Sendable {
    let timed: TimedDataplane
    let data: SourceData
  }

  /// The run without stalls.
  private struct Calm: Sendable {
    var words: [String: WordSequence] = [:]
    /// Results of compute cores with a product missing, by node.
    var damaged: [String: Int] = [:]
  }

  /// Words of a run up to which every run is compared word by word; beyond, only runs in which a core did
  /// what it does not do without stalls.
  private static let smallRun = 200_000
  private static let largestRun = Simulation.mostHandshakesLookedAt

  init(_ plan: Plan, parameters: ParameterStore?, base: Scenario, seed: UInt64) throws {
    self.plan = plan
    self.base = base
    let words = plan.wordsPerFrame.values.reduce(0, +)
      .multipliedReportingOverflow(by: base.frames)
    if !words.overflow, words.partialValue < Self.largestRun,
      let timed = try? TimedDataplane(plan, parameters: parameters)
    {
      values = Values(
        timed: timed, data: try timed.plane.randomData(frames: base.frames, seed: seed))
    } else {
      values = nil
    }
    comparesAlways = values != nil && words.partialValue < Self.smallRun
    calm = try Self.calm(plan, values, base)
  }

  private let comparesAlways: Bool

  private static func calm(_ plan: Plan, _ values: Values?, _ scenario: Scenario) throws -> Calm {
    var calm = Calm()
    if let values {
      let (words, result) = try values.timed.moved(values.data, under: scenario)
      for name in plan.design.graphOutputs { calm.words[name] = words[name] }
      calm.damaged = result.cores.mapValues(\.damagedResults)
    } else {
      calm.damaged = try Simulation(
        plan, scenario: scenario, observing: Observation(hazards: true)
      ).run().cores.mapValues(\.damagedResults)
    }
    return calm
  }

  /// What the stalls of `scenario` do; nil when the words that come out are those of the calm run.
  func harm(_ scenario: Scenario) throws -> Harm? {
    let simulation = try Simulation(
      plan, scenario: scenario, observing: Observation(hazards: true))
    let result = simulation.run()
    if let hang = hang(simulation, result.outcome) { return hang }
    let calm = scenario.faults == base.faults ? self.calm : try calm(like: scenario)
    let suspect = suspicion(simulation, result, calm)
    guard let values else { return suspect }
    guard suspect != nil || comparesAlways else { return nil }
    return try difference(values, scenario, calm)
  }

  /// The run under `scenario` without its stalls.
  private func calm(like scenario: Scenario) throws -> Calm {
    var still = base
    still.faults = scenario.faults
    return try Self.calm(plan, values, still)
  }

  private func hang(_ simulation: Simulation, _ outcome: RunResult.Outcome) -> Harm? {
    guard outcome == .deadlock || outcome == .starved else { return nil }
    let starving = simulation.starvingSinks(frames: simulation.scenario.frames)
    let cycle = WaitGraph(simulation).cycle(from: starving)
    let links = cycle.map { simulation.links($0, isCycle: true).map(\.sentence) } ?? []
    let why = links.isEmpty ? "words are missing at the outputs" : links.joined(separator: " ← ")
    return Harm(
      kind: .hang, detail: "stops after cycle \(simulation.lastCycle ?? 0): \(why)",
      isMeasured: true)
  }

  /// What the cores have done that may reach the bits.
  private func suspicion(_ simulation: Simulation, _ result: RunResult, _ calm: Calm) -> Harm? {
    for sink in simulation.sinks {
      let surplus = sink.count - simulation.expectedWords(sink, frames: simulation.scenario.frames)
      guard surplus > 0, result.cores.values.contains(where: { $0.spurious > 0 }) else { continue }
      return Harm(
        kind: .surplusWords, detail: "\(surplus) words too many at '\(sink.stream)'",
        isMeasured: false)
    }
    for (node, log) in result.cores.sorted(by: { $0.key < $1.key })
    where log.damagedResults > calm.damaged[node, default: 0] {
      return Harm(
        kind: .changedBits,
        detail:
          "\(node) loses products of \(log.damagedResults) results, "
          + "\(calm.damaged[node, default: 0]) without stalls (mvu-dsp48-frozen-zero)",
        isMeasured: false)
    }
    return nil
  }

  /// The first word that comes out otherwise than without stalls.
  private func difference(_ values: Values, _ scenario: Scenario, _ calm: Calm) throws -> Harm? {
    let (moved, result) = try values.timed.moved(values.data, under: scenario)
    let causes = HazardCount.all(plan, result).map { "\($0.hazard) at \($0.node)" }
    let because = causes.isEmpty ? "" : " (\(causes.joined(separator: ", ")))"
    for output in plan.design.graphOutputs {
      guard let words = moved[output], let all = calm.words[output] else { continue }
      let perFrame = max(plan.wordsPerFrame[output] ?? 1, 1)
      // The calm run has more words only if it ran more frames.
      let wanted = all.prefix(
        all.count == perFrame * base.frames ? perFrame * scenario.frames : all.count)
      let shared = min(words.count, wanted.count)
      let differing = (0..<shared).filter { !words.hasSameWord($0, as: wanted, at: $0) }
      if let first = differing.first {
        return Harm(
          kind: .changedBits,
          detail:
            "'\(output)': \(differing.count) of \(wanted.count) words have other bits, the first in "
            + "frame \(first / perFrame), word \(first % perFrame)\(because)", isMeasured: true)
      }
      guard words.count != wanted.count, scenario.maxCycles == nil else { continue }
      let isSurplus = words.count > wanted.count
      let count = abs(words.count - wanted.count)
      return Harm(
        kind: isSurplus ? .surplusWords : .lostWords,
        detail: "\(count) words \(isSurplus ? "too many" : "missing") at '\(output)'\(because)",
        isMeasured: true)
    }
    return nil
  }
}
