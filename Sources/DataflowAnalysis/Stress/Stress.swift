import Foundation

/// A stall pattern that does harm, as small as it could be made.
public struct StressFinding: Codable, Sendable, Equatable {
  /// What a stall pattern can do.
  public enum Harm: String, Codable, Sendable, CaseIterable {
    /// The design stops.
    case hang
    /// More words come out than without stalls.
    case surplusWords = "surplus-words"
    /// Fewer words come out than without stalls, although no frame is missing.
    case lostWords = "lost-words"
    /// Words come out with other bits than without stalls; where no values can be had, a compute core
    /// loses products that it keeps without stalls.
    case changedBits = "changed-bits"
  }

  /// What the pattern does.
  public var harm: Harm
  /// What happens, in words.
  public var detail: String
  /// True when it was seen in the words that came out; false when only the cores were looked at.
  public var isMeasured: Bool
  /// Number of the pattern among those tried, from 0.
  public var pattern: Int
  /// The minimised scenario.
  public var scenario: Scenario
}

/// What `simrun hang --stress` found.
public struct StressReport: ResultDocument, Equatable {
  public static let kind = "stress"
  public static let summary = "Whether a stall pattern does harm."

  /// The design's name.
  public var design: String
  /// Of the patterns.
  public var seed: UInt64
  /// How many patterns were tried, or asked for where one did harm.
  public var patternsTried: Int
  /// Patterns left out in front of them.
  public var skipped: Int
  /// An interruption ended it: what is missing was not looked at.
  public var interrupted: Bool
  /// Frames of each run.
  public var frames: Int
  /// nil when no pattern did harm.
  public var finding: StressFinding?
}

/// Tries seeded stall patterns until one does harm.
public struct Stress: Sendable {
  /// The design made ready, frames of each run, and the seed of the patterns.
  public let plan: Plan
  public let frames: Int
  public let seed: UInt64
  /// Faults and word limits come from here; its patterns are replaced, and no source is endless.
  public let base: Scenario
  private let judge: HarmJudge
  private let aimed: AimedStalls

  /// - Parameters:
  ///   - plan: the design made ready.
  ///   - parameters: weights and thresholds; with them the words that come out are compared.
  ///   - base: what is run besides the stalls.
  ///   - frames: frames of each run.
  ///   - seed: of the patterns.
  public init(
    _ plan: Plan, parameters: ParameterStore? = nil, base: Scenario = Scenario(), frames: Int = 3,
    seed: UInt64 = 1
  ) throws {
    var base = base
    base.frames = frames
    for name in base.sources.keys {
      base.sources[name]?.pattern = .always
      base.sources[name]?.endless = false
    }
    base.sinks = [:]
    self.plan = plan
    self.base = base
    self.frames = frames
    self.seed = seed
    aimed = try AimedStalls(plan, base: base, seed: seed)
    judge = try HarmJudge(plan, parameters: parameters, base: base, seed: seed)
  }

  /// Tries `count` patterns over the cores. The answer is the same however many there are.
  ///
  /// - Parameters:
  ///   - skipped: patterns left out, since they were tried before.
  ///   - known: is told what is known so far, after every pattern.
  public func run(
    _ count: Int, skipping skipped: Int = 0, known: (@Sendable (StressReport) -> Void)? = nil
  ) throws -> StressReport {
    var report = StressReport(
      design: plan.design.name, seed: seed, patternsTried: count, skipped: skipped,
      interrupted: false, frames: frames, finding: nil)
    let tried = TriedPatterns(report, known)
    let found = try Parallel.first(count) { n -> (Int, Scenario, StressFinding.Harm)? in
      WorkProgress.tell("stall patterns", n, of: count)
      let index = skipped + n
      let scenario = try scenario(index)
      let harm = try judge.harm(scenario)
      tried.add(
        n,
        harm.map {
          StressFinding(
            harm: $0.kind, detail: $0.detail, isMeasured: $0.isMeasured, pattern: index,
            scenario: scenario)
        })
      return harm.map { (index, scenario, $0.kind) }
    }
    guard let (index, scenario, kind) = found else { return report }
    WorkProgress.tell("making the pattern smaller")
    let least = try ScenarioMinimiser { try judge.harm($0)?.kind == kind }.minimise(scenario)
    guard let harm = try judge.harm(least) else { return report }
    report.finding = StressFinding(
      harm: kind, detail: harm.detail, isMeasured: harm.isMeasured, pattern: index,
      scenario: least)
    return report
  }

  /// Pattern `index`: every second one is aimed at what FIFOs do, the others are blind.
  private func scenario(_ index: Int) throws -> Scenario {
    guard index % 2 == 0 else { return try aimed.scenario(index / 2) }
    let blind = StallPatterns(plan.design, frames: frames, seed: seed)[index / 2]
    var result = base
    for (name, source) in blind.sources {
      result.sources[name, default: Scenario.Source()].pattern = source.pattern
    }
    for (name, sink) in blind.sinks { result.sinks[name] = sink }
    return result
  }
}

/// What is known of patterns that are tried side by side.
private final class TriedPatterns: @unchecked Sendable {
  private let lock = NSLock()
  private let known: (@Sendable (StressReport) -> Void)?
  private var report: StressReport
  private var done: Set<Int> = []
  private var next = 0

  init(_ report: StressReport, _ known: (@Sendable (StressReport) -> Void)?) {
    self.known = known
    self.report = report
    self.report.interrupted = true
  }

  func add(_ index: Int, _ finding: StressFinding?) {
    guard let known else { return }
    lock.withLock {
      done.insert(index)
      while done.remove(next) != nil { next += 1 }
      // All in front of it are done, so that going on leaves none out.
      report.patternsTried = next
      if let finding, finding.pattern < report.finding?.pattern ?? .max { report.finding = finding }
      known(report)
    }
  }
}
