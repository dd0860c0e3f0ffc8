/// Why a run stopped: one verdict and one cause, the same in every command.
///
/// Blocks that wait for each other in a ring are a deadlock. Where the waits end at somebody who waits
/// for nothing, words are missing: starvation, however many words wait behind the starving block.
public struct StopVerdict: Sendable, Equatable {
  /// `deadlock` or `starved`.
  public var outcome: RunResult.Outcome
  /// One sentence with the numbers.
  public var cause: String

  /// Runs `plan` to rest and judges what it comes to; `nil` when nothing stops it.
  ///
  /// Throws `InputError` for a scenario that does not fit the design.
  public init?(_ plan: Plan, scenario: Scenario = Scenario(frames: 3)) throws {
    var scenario = scenario
    for (name, source) in scenario.sources where source.endless {
      scenario.sources[name]?.endless = false
    }
    let simulation = try Simulation(plan, scenario: scenario)
    simulation.runToRest(frames: scenario.frames)
    switch simulation.outcome(frames: scenario.frames) {
    case .complete, .maxCycles: return nil
    case .deadlock, .starved: self.init(StopCause(simulation))
    }
  }

  init(_ cause: StopCause) {
    outcome = cause.cycle == nil ? .starved : .deadlock
    if let first = cause.wordCounts.first {
      self.cause = first
    } else {
      self.cause =
        cause.cycle == nil ? cause.starvation.joined(separator: "; ") : Self.ring(cause.links)
    }
  }

  /// A ring of waits in a line; a long one by its ends.
  private static func ring(_ links: [WaitLink]) -> String {
    guard let first = links.first, let last = links.last else { return "" }
    let shown =
      links.count <= 4
      ? links.map(\.sentence)
      : [first.sentence, "… (\(links.count - 2) more)", last.sentence]
    return (shown + [first.node]).joined(separator: " ← ")
  }
}

/// The waits of a run that has come to rest.
struct StopCause {
  /// The ring of waits; nil when the waits end at somebody who waits for nothing.
  let cycle: [WaitGraph.Edge]?
  /// The waits in words: the ring, or the way to its end.
  let links: [WaitLink]
  /// Streams whose two ends disagree about the words of a frame.
  let wordCounts: [String]
  /// Why words are missing; empty for a deadlock with balanced counts.
  let starvation: [String]

  init(_ simulation: Simulation) {
    let (plan, scenario) = (simulation.plan, simulation.scenario)
    let starving = simulation.starvingSinks(frames: scenario.frames)
    let starts = starving.isEmpty ? simulation.sinks.map { .border(stream: $0.stream) } : starving
    let graph = WaitGraph(simulation)
    let counts = WordCounts(plan: plan)
    wordCounts = counts.mismatches
    cycle = graph.cycle(from: starts)
    guard let cycle else {
      links = starts.first.map { simulation.links(graph.deadEnd(from: $0), isCycle: false) } ?? []
      let reasons =
        wordCounts + counts.shortSources(scenario) + counts.uncountedInputs
        + counts.deadSinks(scenario)
      starvation = reasons.isEmpty ? [Self.end(of: links, scenario, plan)] : reasons
      return
    }
    links = simulation.links(cycle, isCycle: true)
    starvation = wordCounts
  }

  private static func end(of waits: [WaitLink], _ scenario: Scenario, _ plan: Plan) -> String {
    guard let last = waits.last else { return "no block waits for anything: no word was offered" }
    let lost = scenario.faults.compactMap { fault in
      if case .drop(let stream, let word) = fault, scenario.idleReason(fault, plan) == nil {
        "word \(word) of \(stream)"
      } else {
        nil
      }
    }
    let why =
      lost.isEmpty
      ? "nobody gives it: the words offered do not make a frame"
      : "no more come: a fault drops \(lost.listed(atMost: 3))"
    return "\(last.sentence), and \(why)"
  }
}
