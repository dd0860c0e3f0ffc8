/// A stall pattern that does harm, as small as it could be made.
public struct StressFinding: Codable, Sendable, Equatable {
  public enum Harm: String, Codable, Sendable {
    /// The design stops.
    case hang
    /// More words come out than the frames have.
    case surplusWords = "surplus-words"
    /// A compute core loses products that it keeps when nothing stalls: output bits may change.
    case changedBits = "changed-bits"
  }

  public var harm: Harm
  /// What happens, in words.
  public var detail: String
  /// Number of the pattern among those tried, from 0.
  public var pattern: Int
  /// The minimised scenario as `simrun-scenario` text.
  public var scenario: String
}

/// What `simrun hang --stress` found, as its JSON document (schema version 1).
public struct StressReport: Codable, Sendable, Equatable {
  public var schemaVersion = 1
  public var design: String
  public var seed: UInt64
  /// Patterns tried.
  public var patterns: Int
  public var frames: Int
  public var finding: StressFinding?
}

/// Tries seeded stall patterns until one does harm.
public struct Stress: Sendable {
  public let plan: Plan
  public let frames: Int
  public let seed: UInt64
  /// Faults and word limits come from here; its patterns are replaced.
  public let base: Scenario

  public init(_ plan: Plan, base: Scenario = Scenario(), frames: Int = 3, seed: UInt64 = 1) {
    self.plan = plan
    self.base = base
    self.frames = frames
    self.seed = seed
  }

  /// Tries `count` patterns over the cores. The answer is the same however many there are.
  public func run(_ count: Int) throws -> StressReport {
    let calm = try damage(scenario(base))
    let patterns = StallPatterns(plan.design, frames: frames, seed: seed)
    var report = StressReport(
      design: plan.design.name, seed: seed, patterns: count, frames: frames, finding: nil)
    let found = try Parallel.first(count) { index -> (Int, Scenario, StressFinding.Harm)? in
      let scenario = scenario(patterns[index])
      return try harm(scenario, calm).map { (index, scenario, $0.harm) }
    }
    guard let (index, scenario, kind) = found else { return report }
    let least = try ScenarioMinimiser { try harm($0, calm)?.harm == kind }.minimise(scenario)
    report.finding = StressFinding(
      harm: kind, detail: try harm(least, calm)?.detail ?? "", pattern: index,
      scenario: String(decoding: least.json(), as: UTF8.self))
    return report
  }

  /// The base with the patterns of `other`.
  private func scenario(_ other: Scenario) -> Scenario {
    var result = base
    result.frames = frames
    for (name, source) in other.sources {
      result.sources[name, default: Scenario.Source()].pattern = source.pattern
    }
    for (name, sink) in other.sinks { result.sinks[name] = sink }
    return result
  }

  /// Results of compute cores with a product missing, by node.
  private func damage(_ scenario: Scenario) throws -> [String: Int] {
    let simulation = try Simulation(
      plan, scenario: scenario, observing: Observation(hazards: true))
    return simulation.run().cores.mapValues(\.damagedResults)
  }

  private func harm(_ scenario: Scenario, _ calm: [String: Int]) throws -> (
    harm: StressFinding.Harm, detail: String
  )? {
    let simulation = try Simulation(
      plan, scenario: scenario, observing: Observation(hazards: true))
    let result = simulation.run()
    switch result.outcome {
    case .deadlock, .starved:
      let starving = simulation.starvingSinks(frames: scenario.frames)
      let cycle = WaitGraph(simulation).cycle(from: starving)
      let links = cycle.map { simulation.links($0, isCycle: true).map(\.sentence) } ?? []
      let why = links.isEmpty ? "words are missing at the outputs" : links.joined(separator: " ← ")
      return (.hang, "stops after cycle \(simulation.lastCycle ?? 0): \(why)")
    case .complete, .maxCycles: break
    }
    for sink in simulation.sinks {
      let surplus = sink.count - simulation.expectedWords(sink, frames: scenario.frames)
      guard surplus > 0, result.cores.values.contains(where: { $0.spurious > 0 }) else { continue }
      return (.surplusWords, "\(surplus) words too many at '\(sink.stream)'")
    }
    for (node, log) in result.cores.sorted(by: { $0.key < $1.key })
    where log.damagedResults > calm[node, default: 0] {
      return (
        .changedBits,
        "\(node) loses products of \(log.damagedResults) results, \(calm[node, default: 0]) without "
          + "stalls (mvu-dsp48-frozen-zero)"
      )
    }
    return nil
  }
}

/// Makes a scenario smaller as long as it keeps a property: fewest frames, then fewest faults, then the
/// shortest and calmest patterns.
struct ScenarioMinimiser {
  let keeps: (Scenario) throws -> Bool
  /// Runs at most.
  var budget = 400

  init(keeps: @escaping (Scenario) throws -> Bool) { self.keeps = keeps }

  func minimise(_ scenario: Scenario) throws -> Scenario {
    var best = scenario
    var left = budget
    /// Takes the change over if it keeps the property.
    func attempt(_ change: (inout Scenario) -> Void) throws -> Bool {
      guard left > 0 else { return false }
      left -= 1
      var candidate = best
      change(&candidate)
      guard candidate != best, try keeps(candidate) else { return false }
      best = candidate
      return true
    }
    for frames in 1..<max(best.frames, 1) where try attempt({ $0.frames = frames }) { break }
    for index in best.faults.indices.reversed() { _ = try attempt { $0.faults.remove(at: index) } }
    for name in best.sources.keys.sorted() {
      try shrink(best.sources[name]!.pattern) { pattern in
        try attempt { $0.sources[name]!.pattern = pattern }
      }
    }
    for name in best.sinks.keys.sorted() {
      try shrink(best.sinks[name]!.pattern) { pattern in
        try attempt { $0.sinks[name]!.pattern = pattern }
      }
    }
    best.sources = best.sources.filter { $0.value != Scenario.Source() }
    best.sinks = best.sinks.filter { !$0.value.pattern.isAlways }
    return best
  }

  /// Always, then half the length again and again, then blocks of stalls lifted.
  private func shrink(_ pattern: Pattern, _ attempt: (Pattern) throws -> Bool) throws {
    if try attempt(.always) { return }
    var bits = pattern.bits
    var step = bits.count / 2
    while step > 0 {
      if bits.count > step, bits.prefix(bits.count - step).contains(true),
        try attempt(Pattern(bits: Array(bits.prefix(bits.count - step))))
      {
        bits.removeLast(step)
      } else {
        step /= 2
      }
    }
    var size = bits.count / 2
    while size > 0 {
      var start = 0
      while start < bits.count {
        let end = min(start + size, bits.count)
        var calmer = bits
        for i in start..<end { calmer[i] = true }
        if calmer != bits, try attempt(Pattern(bits: calmer)) { bits = calmer }
        start = end
      }
      size /= 2
    }
  }
}
