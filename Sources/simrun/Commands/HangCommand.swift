import ArgumentParser
import DataflowAnalysis
import DesignFiles

/// `simrun hang`: does it hang, why, what frees it, and is that certain.
struct HangCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hang",
    abstract: "Find out whether a design hangs, why, and the smallest change that frees it.",
    discussion: """
      Ends with a certificate: live for every arrival pattern, fragile with a stall pattern that \
      hangs it, or none with the reason. Exit code 2 for a deadlock or starvation.
      """)

  @OptionGroup var source: DesignOptions

  @OptionGroup var progressing: ProgressOptions

  @Option(help: "A scenario file: frames, arrival and acceptance patterns.", completion: .file())
  var scenario: String?

  @Option(help: "Frames to run; default: the scenario's, and at least 3.")
  var frames: Int?

  @Option(name: .shortAndLong, help: "Write the stall pattern that hangs the design (a scenario).")
  var output: String?

  @Option(help: "Write the design with the smallest change that frees it.")
  var apply: String?

  @Option(help: "Try this many seeded stall patterns instead, until one does harm.")
  var stress: Int?

  @Option(help: "Seed of the patterns.")
  var seed: UInt64 = 1

  @Option(help: "Leave out so many patterns, which were tried before.")
  var skip = 0

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    if let stress, !(1...1_000_000).contains(stress) {
      throw ValidationError("--stress must be from 1 to 1000000")
    }
    guard (0...1_000_000).contains(skip) else {
      throw ValidationError("--skip must be from 0 to 1000000")
    }
    if skip > 0, stress == nil { throw ValidationError("--skip belongs to --stress") }
    if let frames, frames < 1 { throw ValidationError("--frames must be at least 1") }
  }

  func run() throws {
    try reportingInputErrors {
      try OutputPlace.requireDistinct(
        [("-o", output), ("--apply", apply)], inputs: source.files + [("--scenario", scenario)])
      if let stress { try runStress(stress) } else { try runAnalysis() }
    }
  }

  private func runAnalysis() throws {
    var (report, loaded) = try analyse()
    let design = loaded.design
    if let apply { try write(report, loaded, to: apply) }
    let next = try nextSteps(report, design)
    report.next = next.first
    if json {
      try printJSON(report)
    } else {
      try printText(HangText(report, design: design, next: next).text)
    }
    switch report.outcome {
    case .complete, .maxCycles: break
    case .deadlock, .starved: throw SimrunExit.deadlock
    }
  }

  private func write(_ report: HangReport, _ loaded: LoadedDesign, to path: String) throws {
    guard let fixed = report.fixed(loaded.design) else {
      return writeError(
        report.outcome == .deadlock
          ? "note: nothing to write to \(path): no change of FIFO depths was found that frees it"
          : "note: nothing to write to \(path): no FIFO depth is at fault")
    }
    _ = try fixed.write(folding: nil, design: path, of: loaded)
  }

  /// The fix, and where deeper FIFOs would be faster still.
  private func nextSteps(_ report: HangReport, _ design: Design) throws -> [NextStep] {
    guard report.outcome == .deadlock else {
      return report.outcome == .starved && !report.starvation.isEmpty && scenario == nil
        ? [source.next("check", reason: "all that is wrong, with what is allowed")] : []
    }
    guard !report.smallestFix.isEmpty else {
      return [
        source.next(
          "fifo", "--apply", "sized.json",
          reason: "no single change was found that frees it; this sizes all FIFOs at once")
      ]
    }
    var steps: [NextStep] = []
    if let apply {
      steps.append(NextStep([apply, "--fps"], reason: "how fast it is with this change"))
    } else {
      let again = scenario.map { ["--scenario", $0] } ?? []
      steps.append(
        source.next(
          "hang", again + ["--apply", "fixed.json"], reason: "writes the smallest change"))
    }
    if let cycles = report.fixedCyclesPerFrame, let slowest = try Plan(design).slowestBlockCycles,
      cycles > 1.001 * Double(slowest)
    {
      steps.append(
        source.next(
          "fifo", "--apply", "sized.json",
          reason: "faster: the slowest block needs \(slowest) cycles, the smallest change gives "
            + "\(Int(cycles.rounded()))"))
    }
    return steps
  }

  private func runStress(_ count: Int) throws {
    let (plan, scenario, loaded) = try load()
    let parameters = loaded.parameters
    let known = BestSoFar<StressReport>()
    let report = try Interruption.reporting(
      known, { [self] in try show($0) }, advice: stressAdvice(count)
    ) {
      try progressing.showing {
        try reportingFile(self.scenario ?? source.design) {
          try Stress(
            plan, parameters: parameters, base: scenario, frames: frames ?? max(scenario.frames, 3),
            seed: seed
          ).run(count, skipping: skip) { known.value = $0 }
        }
      }
    }
    try show(report)
    switch report.finding?.harm {
    case nil: break
    case .hang: throw SimrunExit.deadlock
    case .surplusWords, .lostWords, .changedBits: throw SimrunExit.bitsDiffer
    }
  }

  /// What Ctrl-C leaves of stalls: how many did no harm, or the one that did, not made smaller yet.
  private func stressAdvice(_ count: Int) -> @Sendable (StressReport?) -> String {
    { [self] known in
      guard let known, known.finding == nil else {
        return known == nil
          ? "no stall pattern was tried yet"
          : "a pattern that does harm is known, but not made smaller\n  hint: the same command ends with it"
      }
      let done = skip + known.patternsTried
      let again = scenario.map { ["--scenario", $0] } ?? []
      let next = NextStep(
        ["hang", source.design] + source.changes.arguments + again + [
          "--stress", "\(max(1, count - known.patternsTried))", "--skip", "\(done)", "--seed",
          "\(seed)",
        ], reason: "goes on from there")
      return "\(known.patternsTried) of \(count.of("pattern")) were tried\n  \(next.text)"
    }
  }

  private func show(_ report: StressReport) throws {
    try save(report.finding?.scenario)
    if json {
      try printJSON(report)
    } else if let finding = report.finding {
      try printText(
        "Pattern \(finding.pattern) of seed \(seed): \(finding.harm.rawValue). \(finding.detail)")
      try printText(
        output.map { "Scenario saved as \($0)." }
          ?? String(decoding: finding.scenario.json(), as: UTF8.self))
    } else {
      try printText(
        "No harm from \(report.patternsTried.of("stall pattern")) over \(report.frames.of("frame")) (seed \(seed)"
          + (report.skipped > 0 ? ", \(report.skipped) left out)." : ")."))
    }
  }

  /// The design is the plan's.
  private func load() throws -> (Plan, Scenario, LoadedDesign) {
    var loaded = try source.load()
    let scenario = try self.scenario.map { try Scenario(contentsOf: $0) } ?? Scenario()
    let plan = try reportingFile(source.design) { try Plan(loaded.design) }
    var asRun = scenario
    asRun.frames = frames ?? max(scenario.frames, 3)
    warnOfIdleFaults(asRun, plan, file: self.scenario)
    loaded.design = plan.design
    return (plan, scenario, loaded)
  }

  private func analyse() throws -> (HangReport, LoadedDesign) {
    let (plan, scenario, loaded) = try load()
    try source.requireFreeArchive(of: loaded, beside: apply)
    let parameters = loaded.parameters
    var options = HangOptions()
    options.frames = frames
    let known = BestSoFar<HangReport>()
    options.known = { known.value = $0 }
    let report = try Interruption.reporting(
      known,
      { [json] in
        if json { try printJSON($0) } else { try printText(HangText($0, design: plan.design).text) }
      }, advice: advice
    ) {
      try progressing.showing {
        try reportingFile(self.scenario ?? source.design) {
          var report = try HangReport(plan, scenario: scenario, options: options)
          try report.measureFaults(plan, parameters: parameters, scenario: scenario)
          return report
        }
      }
    }
    try save(report.certificate.witness)
    return (report, loaded)
  }

  /// What Ctrl-C leaves: whether and why it hangs is known before what frees it.
  private var advice: @Sendable (HangReport?) -> String {
    let sizing = source.next(
      "fifo", "--quick", "--apply", "sized.json", reason: "sizes all FIFOs, which frees it too")
    return { known in
      guard let known else { return "it was still running; fewer --frames end sooner" }
      return known.outcome == .deadlock
        ? "what frees it was still being looked for\n  \(sizing.text)"
        : "whether other arrival patterns can stop it was still being looked for"
          + "\n  hint: the same command starts anew"
    }
  }

  /// Writes the pattern that does harm to `--output`, or says that there is none.
  private func save(_ scenario: Scenario?) throws {
    guard let output else { return }
    guard let scenario else {
      return writeError(
        "note: nothing to write to \(output): no stall pattern that does harm was found")
    }
    try OutputFiles.write(scenario.json(), to: output)
  }
}
