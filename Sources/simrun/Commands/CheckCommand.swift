import ArgumentParser
import DataflowAnalysis
import DesignFiles
import FoundationEssentials

/// `simrun check`: everything that can be said about designs, for continuous integration.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check designs in continuous integration: counts, liveness, bits, throughput, fit.",
    discussion: """
      --golden compares every layer with reference activations, as simrun compare does; the input is \
      --input, or the array of the graph input's name among the activations.

      Exit code 0 when all is well, 1 when a check failed, 2 for a hang, 3 for a missed budget, 65 \
      for a design that cannot be read. Under GitHub Actions problems are annotated, at most ten.
      """)

  @Argument(help: "Designs (.json) or FINN dataflow graphs (.onnx).", completion: .file())
  var designs: [String]

  @OptionGroup var changes: DesignChanges

  @Option(help: "A scenario for all designs.", completion: .file())
  var scenario: String?

  @Option(help: "Reference activations (.npz) each design must reproduce.", completion: .file())
  var golden: String?

  @Option(help: "Input data of the activations (.npy or .npz).", completion: .file())
  var input: String?

  @Option(help: "Which array of --golden belongs to which stream (.json).", completion: .file())
  var map: String?

  @Option(parsing: .unconditional, help: "Frames per second each design must reach.")
  var minFps: Double?

  @Option(help: "FPGA part or board each design must fit.")
  var fits: String?

  @Option(parsing: .unconditional, help: "Latest time of the first frame, in microseconds.")
  var maxLatencyUs: Double?

  @Option(help: "Write JUnit XML here.")
  var junit: String?

  @Option(help: "Write SARIF here.")
  var sarif: String?

  @Option(help: "Write a Markdown summary here.")
  var summary: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var progressing: ProgressOptions

  func validate() throws {
    try requireGoal(minFps, "--min-fps")
    try requireGoal(maxLatencyUs, "--max-latency-us")
    if golden == nil, input != nil || map != nil {
      throw ValidationError("--input and --map belong to --golden")
    }
  }

  func run() throws {
    let checks = try reportingInputErrors {
      try OutputPlace.requireDistinct(
        [("--junit", junit), ("--sarif", sarif), ("--summary", summary)],
        inputs: designs.map { ("the design", $0) } + changes.files + [
          ("--scenario", scenario), ("--golden", golden), ("--input", input), ("--map", map),
        ])
      let scenario = try self.scenario.map { try Scenario(contentsOf: $0) }
      if let fits { _ = try Device.named(Device.part(for: fits)) }
      let limits = CheckLimits(
        minFPS: minFps, part: fits, budget: changes.budget?.resources,
        maxLatencyMicroseconds: maxLatencyUs)
      let golden = try self.golden.map { file in
        GoldenActivations(
          reference: try NPZ(contentsOf: file),
          input: try input.map(TensorFile.init),
          map: try map.map(ReferenceMap.init(contentsOf:)))
      }
      let base = try changes.costing()
      let known = BestSoFar<[DesignCheck]>()
      let checks = try Interruption.reporting(
        known, { [self] in try tell(rest(behind: $0)) }, advice: advice
      ) {
        progressing.showing {
          all(known) { file, name, known in
            var golden = golden
            let read = BestSoFar<LoadedDesign>()
            if let input {
              golden?.inputs = { [changes] plane in
                try changes.tensors(in: input, of: read.value, entering: plane, threads: 1)
              }
            }
            var check = DesignCheck(
              file: name, scenario: scenario, scenarioFile: self.scenario, limits: limits,
              golden: golden, known: known
            ) {
              let loaded = try changes.portWidth == nil ? changes.read(file) : changes.load(file)
              read.value = loaded
              var costing = base
              if base.model != nil { loaded.tell(&costing) }
              return (loaded.design, loaded.parameters, costing)
            }
            check.suggest { next($0, file) }
            return check
          }
        }
      }
      try write(formats(checks))
      return checks
    }
    try reportingInputErrors { try show(checks) }
    let code = DesignCheck.exitCode(checks)
    if code != 0 { throw ExitCode(code) }
  }

  /// The checks of all designs; `known` has those that are done, and what the one at work has found.
  private func all(
    _ known: BestSoFar<[DesignCheck]>,
    check: (
      _ file: String, _ name: String, _ known: @escaping @Sendable (DesignCheck) -> Void
    ) -> DesignCheck
  ) -> [DesignCheck] {
    var done: [DesignCheck] = []
    known.value = done
    for (n, file) in designs.enumerated() {
      let name = file.printable
      let title = designs.count == 1 ? name : "\(name) (\(n + 1) of \(designs.count))"
      let before = done
      done.append(
        WorkProgress.part(title) { check(file, name) { known.value = before + [$0.interrupted] } })
      known.value = done
    }
    return done
  }

  /// What Ctrl-C leaves: a design that was not looked at to its end counts as failed.
  private func rest(behind known: [DesignCheck]) -> [DesignCheck] {
    known + designs.dropFirst(known.count).map { DesignCheck(interrupted: $0.printable) }
  }

  private var advice: @Sendable ([DesignCheck]?) -> String {
    let typed = [
      ("--scenario", scenario), ("--golden", golden), ("--input", input), ("--map", map),
      ("--min-fps", minFps?.plain), ("--fits", fits), ("--max-latency-us", maxLatencyUs?.plain),
    ]
    let limits =
      changes.arguments + typed.flatMap { option in option.1.map { [option.0, $0] } ?? [] }
    return { [designs] known in
      let done = known?.prefix { !$0.findings.contains { $0.rule == .finished } }.count ?? 0
      let next = NextStep(
        ["check"] + designs.dropFirst(done) + limits, reason: "the rest, with the same limits")
      return
        "\(done) of \(designs.count.of("design")) \(done == 1 ? "was" : "were") looked at to the end"
        + "\n  \(next.text)"
    }
  }

  private func tell(_ checks: [DesignCheck]) throws {
    try write(formats(checks))
    try show(checks)
  }

  private func show(_ checks: [DesignCheck]) throws {
    if json {
      return try printJSON(CheckReport(checks))
    }
    for finding in checks.flatMap(\.findings) {
      try printText(finding.line)
      if let next = finding.next { try printText("  " + next.text) }
    }
    if ProcessInfo.processInfo.environment["GITHUB_ACTIONS"] == "true" {
      for line in formats(checks).annotations { try printText(line) }
    }
  }

  /// The command that goes on from a finding that is not as it should be.
  private func next(_ finding: CheckFinding, _ file: String) -> NextStep? {
    guard finding.level != .passed else { return nil }
    func step(_ verb: [String], _ more: [String], _ reason: String) -> NextStep {
      NextStep(verb + [file] + changes.arguments + more, reason: reason)
    }
    let driven = scenario.map { ["--scenario", $0] } ?? []
    switch finding.rule {
    case .live where finding.message.hasPrefix(DesignCheck.maxCyclesEnded): return nil
    case .live where finding.level == .failed:
      return step(["hang"], driven, "the wait cycle, and the smallest change that frees it")
    case .certificate:
      return step(["hang"], ["--stress", "200"], "looks for an arrival pattern that stops it")
    case .hazards: return step(["hazards"], [], "shows where, and looks for runs that meet it")
    case .fps, .latency: return step([], ["--fps"], "what limits it")
    case .fits:
      let part = changes.part == nil ? fits.map { ["--part", $0] } ?? [] : []
      return step(["fold"], part + ["--max"], "the fastest folding that fits")
    case .golden:
      let options = [("--golden", golden), ("--input", input), ("--map", map)]
      guard input != nil else { return nil }
      return step(
        ["compare"], options.flatMap { option in option.1.map { [option.0, $0] } ?? [] },
        "every layer up to the first that differs")
    default: return nil
    }
  }

  private func formats(_ checks: [DesignCheck]) -> CheckFormats {
    let texts = designs.filter { $0.hasSuffix(".json") }.compactMap { file in
      (try? InputFile.read(file)).map { (file.printable, DesignLines($0)) }
    }
    return CheckFormats(checks, lines: Dictionary(texts) { first, _ in first })
  }

  private func write(_ formats: CheckFormats) throws {
    var files: [(path: String, contents: Data)] = []
    if let junit { files.append((junit, Data(formats.junit.utf8))) }
    if let sarif { files.append((sarif, try formats.sarif())) }
    if let summary { files.append((summary, Data(formats.summary.utf8))) }
    try OutputFiles.write(files)
  }
}
