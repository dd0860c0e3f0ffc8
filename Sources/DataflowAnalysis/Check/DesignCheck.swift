/// What `simrun check` demands of a design.
public struct CheckLimits: Sendable, Equatable {
  /// Frames per second the design must reach; nil: any.
  public var minFPS: Double?
  /// FPGA part or board the design must fit.
  public var part: String?
  /// Resources the design must fit, instead of a part.
  public var budget: DeviceResources?
  /// Until the first frame is out; nil: any.
  public var maxLatencyMicroseconds: Double?

  /// Nothing is demanded of what is nil.
  public init(
    minFPS: Double? = nil, part: String? = nil, budget: DeviceResources? = nil,
    maxLatencyMicroseconds: Double? = nil
  ) {
    self.minFPS = minFPS
    self.part = part
    self.budget = budget
    self.maxLatencyMicroseconds = maxLatencyMicroseconds
  }
}

/// One thing that was looked at, and whether it is as it should be.
public struct CheckFinding: Codable, Sendable, Equatable {
  /// What was looked at: a step of the check, or a rule of `RuleCatalogue` by name.
  public struct Rule: RawRepresentable, Codable, Hashable, Sendable {
    /// As reports print it.
    public var rawValue: String
    /// A step or a rule by its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The file opens and its wiring is whole.
    public static let readable = Rule(rawValue: "readable")
    /// All rules that found nothing.
    public static let rules = Rule(rawValue: "rules")
    public static let wordCounts = Rule(rawValue: "word-counts")
    public static let hazards = Rule(rawValue: "hazards")
    public static let live = Rule(rawValue: "live")
    public static let certificate = Rule(rawValue: "certificate")
    public static let fps = Rule(rawValue: "fps")
    public static let latency = Rule(rawValue: "latency")
    public static let fits = Rule(rawValue: "fits")
    public static let golden = Rule(rawValue: "golden")
    /// Whether there was time for all of it.
    public static let finished = Rule(rawValue: "finished")
  }

  /// How it turned out.
  public enum Level: String, Codable, Sendable, CaseIterable {
    case passed
    /// Worth knowing; does not fail the check.
    case warning
    case failed
  }

  /// The design file.
  public var file: String
  /// What was looked at.
  public var rule: Rule
  /// How it turned out.
  public var level: Level
  /// What was found, in one sentence.
  public var message: String
  /// What a rule found, in parts; `nil` for the steps of the check.
  public var diagnostic: Diagnostic?
  /// What to type next; nil from the library, where all is well, and where the message says what to change.
  public var next: NextStep?

  /// A finding of its parts.
  public init(
    file: String, rule: Rule, level: Level, message: String, diagnostic: Diagnostic? = nil
  ) {
    self.file = file
    self.rule = rule
    self.level = level
    self.message = message
    self.diagnostic = diagnostic
  }

  init(file: String, _ found: Diagnostic) {
    self.init(
      file: file, rule: Rule(rawValue: found.rule),
      level: found.severity == .error ? .failed : .warning,
      message: found.sentence + (found.help.map { " (\($0))" } ?? ""), diagnostic: found)
  }

  /// The node it is about, where it names one.
  var node: String? {
    diagnostic?.node ?? message.firstMatch(of: /node '([^']+)'/).map { String($0.1) }
  }

  /// As a person reads it: `file: SR103 window-order failed: message`.
  public var line: String {
    let code = diagnostic.map { "\($0.code) " } ?? ""
    return "\(file): \(code)\(rule.rawValue) \(level.rawValue): \(message)"
  }
}

/// The steps of a check beside the rules, for reports that list what can be found.
public enum CheckSteps {
  /// Each step, what it asks, and what to do where it finds something.
  public static let all: [(rule: CheckFinding.Rule, summary: String, advice: String)] = [
    (
      .readable, "The file opens, its attributes are allowed and its wiring is whole.",
      "The message names file, place, value and what is allowed."
    ),
    (
      .hazards, "Blocks that misbehave without a stall, or of FINN's development branch that can.",
      "`simrun hazards DESIGN` looks for a run that meets the hazard."
    ),
    (
      .live, "Three frames come out; what stops them otherwise, and what faults do.",
      "`simrun hang DESIGN` shows who waits for whom, and the smallest depths that free the design."
    ),
    (
      .certificate, "Whether that holds for every arrival pattern.",
      "`simrun hang DESIGN` says what is missing; with --stress 200 it looks for a pattern that stops it."
    ),
    (
      .fps, "The rate that --min-fps demands.",
      "`simrun DESIGN --fps` names the limit; `simrun fifo` and `simrun fold` raise it."
    ),
    (
      .latency, "The time that --max-latency-us allows.",
      "`simrun DESIGN --fps` shows the latency; `simrun fold` makes the slowest blocks faster."
    ),
    (
      .fits, "The part that --fits names.",
      "`simrun fold DESIGN --part PART --max` looks for the fastest folding that fits."
    ),
    (
      .golden, "Every layer against the reference of --golden.",
      "`simrun compare DESIGN --golden FILE --all` shows every layer, and what explains the first difference."
    ),
    (
      .finished, "Listed only where an interruption left something unlooked at.",
      "The same command looks at what is left."
    ),
  ]
}

/// Reference activations that designs are compared with.
public struct GoldenActivations: Sendable {
  /// By stream or as `map` says.
  public var reference: NPZ
  /// What the graph inputs of a design are fed; nil: arrays of the reference.
  public var inputs: (@Sendable (Dataplane) throws -> [String: Tensor])?
  /// Which array belongs to which stream; nil: the array of its name.
  public var map: ReferenceMap?

  /// Activations to compare with.
  public init(
    reference: NPZ, input: TensorFile? = nil, map: ReferenceMap? = nil
  ) {
    self.reference = reference
    self.map = map
    guard let input else { return }
    inputs = { plane in try plane.namedInputs(input) }
  }

  /// What the graph inputs of `plane` are fed.
  fileprivate func inputs(of plane: Dataplane) throws -> [String: Tensor] {
    if let inputs { return try inputs(plane) }
    var arrays: [String: Tensor] = [:]
    for name in plane.inputs {
      guard reference.contains(name) else {
        throw InputError(
          "there is no array for the graph input '\(name)'", file: reference.file,
          hint: "--input states the data, or the file has it beside what is compared; it holds "
            + reference.names.listed(atMost: 8))
      }
      arrays[name] = try reference.tensor(name)
    }
    return try plane.namedInputs(arrays, file: reference.file)
  }
}

/// What `simrun check` found.
public struct CheckReport: ResultDocument, Equatable {
  public static let kind = "check"
  public static let summary =
    "What was looked at in each design, and whether it is as it should be."

  /// Whether any finding failed.
  public var failed: Bool
  /// Of all designs, in the order in which they were given.
  public var findings: [CheckFinding]

  /// The findings of all `checks`.
  public init(_ checks: [DesignCheck]) {
    failed = checks.contains(where: \.hasFailed)
    findings = checks.flatMap(\.findings)
  }
}

/// Everything `simrun check` found out about one design.
public struct DesignCheck: Sendable {
  /// The design file.
  public let file: String
  /// Of all designs, in the order in which they were given.
  public private(set) var findings: [CheckFinding] = [] {
    didSet { known?(self) }
  }
  private var known: (@Sendable (DesignCheck) -> Void)?

  /// Runs every check that applies. A design that cannot be read is a finding too.
  ///
  /// - Parameters:
  ///   - design: reads the design, and says by which estimates its nodes are charged; may throw `InputError`.
  ///   - file: the design file, for findings.
  ///   - scenario: how it is driven; nil: a word in every cycle.
  ///   - scenarioFile: the file it is from, for errors.
  ///   - limits: what the design must reach.
  ///   - golden: what every layer must give.
  ///   - known: is told what was found so far.
  public init(
    file: String, scenario: Scenario? = nil, scenarioFile: String? = nil,
    limits: CheckLimits = CheckLimits(), golden: GoldenActivations? = nil,
    known: (@Sendable (DesignCheck) -> Void)? = nil,
    design: () throws -> (design: Design, parameters: ParameterStore?, costing: Costing)
  ) {
    self.file = file
    self.known = known
    do {
      let (source, parameters, costing) = try design()
      let facts = try DesignFacts(source)
      let plan = try Plan(facts.design)
      if let scenario { try Self.require(scenario, scenarioFile, fits: plan.design) }
      let nodes = plan.design.nodes.count
      add(.readable, .passed, "\(nodes) node\(nodes == 1 ? "" : "s")")
      report(facts.diagnostics(parameters))
      try check(plan, parameters, scenario, limits, costing)
      if let golden { compare(facts.design, parameters, golden) }
    } catch let error as InputError {
      add(.readable, .failed, error.inFile(file).description)
    } catch {
      add(.readable, .failed, "\(error)")
    }
  }

  /// A check that never began; it counts as failed.
  public init(interrupted file: String) {
    self.file = file
    known = nil
    add(.finished, .failed, "interrupted before it was looked at")
  }

  /// The check as an interruption leaves it, which counts as failed.
  public var interrupted: DesignCheck {
    var check = self
    check.known = nil
    check.add(.finished, .failed, "interrupted before all was looked at")
    return check
  }

  private static func require(_ scenario: Scenario, _ file: String?, fits design: Design) throws {
    do {
      try scenario.requireNames(of: design)
    } catch let error as InputError {
      throw file.map(error.inFile) ?? error
    }
  }

  private mutating func add(_ rule: CheckFinding.Rule, _ level: CheckFinding.Level, _ text: String)
  {
    findings.append(CheckFinding(file: file, rule: rule, level: level, message: text))
  }

  /// What the rules found, and how many found nothing.
  private mutating func report(_ found: [Diagnostic]) {
    for diagnostic in found { findings.append(CheckFinding(file: file, diagnostic)) }
    if !found.contains(where: { $0.rule == CheckFinding.Rule.wordCounts.rawValue }) {
      add(.wordCounts, .passed, "word counts match on every stream")
    }
    let silent = RuleCatalogue.all.count - Set(found.map(\.code)).count
    add(.rules, .passed, "\(silent) of \(RuleCatalogue.all.count) rules found nothing")
  }

  private mutating func check(
    _ plan: Plan, _ parameters: ParameterStore?, _ scenario: Scenario?, _ limits: CheckLimits,
    _ costing: Costing
  ) throws {
    for entry in HazardSearch(plan).places where entry.hazard.isDevelopment {
      add(
        .hazards, .warning,
        "\(entry.node): \(entry.hazard.rawValue): \(entry.condition); `simrun hazards` looks for a run that "
          + "meets it")
    }
    for entry in HazardSearch(plan).certain {
      add(
        .hazards, .warning,
        "\(entry.node): \(entry.hazard.rawValue): \(entry.condition); strikes under every stimulus")
    }
    for strike in try HazardSearch(plan).idealStrikes(frames: 3) {
      add(
        .hazards, .warning,
        "\(strike.node): \(strike.hazard): \(strike.words.of("word")) wrong or surplus in 3 frames without any "
          + "stall; whole frames, as --golden compares them, do not show it")
    }
    var report = try HangReport(plan, scenario: scenario ?? Scenario())
    try report.measureFaults(plan, parameters: parameters, scenario: scenario ?? Scenario())
    guard report.outcome == .complete else {
      return add(.live, .failed, Self.explanation(report))
    }
    add(.live, .passed, "\(report.completedFrames) frames came out")
    for effect in report.faultEffects where effect.missingFrames > 0 || effect.effect == .never {
      add(.live, effect.effect == .heals ? .warning : .failed, effect.sentence)
    }
    add(
      .certificate, report.certificate.verdict == .live ? .passed : .warning,
      "\(report.certificate.verdict.rawValue): \(report.certificate.reason)")
    try measure(plan, limits, costing)
  }

  /// Every layer against its reference, up to the first that differs.
  private mutating func compare(
    _ design: Design, _ parameters: ParameterStore?, _ golden: GoldenActivations
  ) {
    do {
      let comparison = try Comparison(design, parameters: parameters)
      let inputs = try golden.inputs(of: comparison.plane)
      let results = try comparison.run(inputs, reference: golden.reference, map: golden.map)
      let report = ComparisonReport(design.name, results)
      let note = ComparisonReport.frameNote(results, given: inputs.frames)
      add(
        .golden, !report.agrees ? .failed : note == nil ? .passed : .warning,
        [report.summary, note].compactMap(\.self).joined(separator: "; "))
    } catch let error as InputError {
      add(.golden, .failed, error.description)
    } catch {
      add(.golden, .failed, "\(error)")
    }
  }

  /// How the explanation of a run begins that is no hang: nothing has to be freed.
  public static let maxCyclesEnded = "max_cycles of the scenario ended the run"

  private static func explanation(_ report: HangReport) -> String {
    if report.outcome == .maxCycles {
      return "\(maxCyclesEnded): \(report.completedFrames) of "
        + "\(report.frames.of("frame")) had come out; without max_cycles the run ends by itself"
    }
    guard let chain = report.chain else {
      return "\(report.outcome.rawValue): " + report.starvation.joined(separator: "; ")
    }
    let fixes = report.fixes.compactMap { fix in
      fix.minimalDepth.map { "\(fix.fifo) at depth \($0) (now \(fix.depth)) frees it" }
    }
    return (["deadlock: \(chain)"] + fixes).joined(separator: "; ")
  }

  private mutating func measure(_ plan: Plan, _ limits: CheckLimits, _ costing: Costing) throws {
    guard limits != CheckLimits() else { return }
    let throughput = try Throughput(plan, costing: costing)
    let device =
      try limits.budget.map(Device.budget) ?? limits.part.map(Device.named)
      ?? plan.design.part.flatMap { try? Device.named($0) }
    let report = ThroughputReport(throughput, device: device)
    if let least = limits.minFPS {
      let fps = report.throughput.fps ?? 0
      let shown = (fps * 10).rounded() / 10
      add(.fps, fps >= least ? .passed : .failed, "\(shown) frames per second, \(least) demanded")
    }
    if let most = limits.maxLatencyMicroseconds {
      let latency = report.latency?.microseconds ?? .infinity
      add(
        .latency, latency <= most ? .passed : .failed,
        "first frame after \(latency) µs, \(most) µs allowed")
    }
    if let part = limits.budget == nil ? limits.part : Device.budgetName {
      let shares = report.cost.utilisation ?? [:]
      let text = shares.sorted { $0.key < $1.key }
        .map { "\($0.key) \($0.value.percent())" }.joined(separator: ", ")
      let basis =
        costing.model == nil ? "FINN's estimate" : "high end of the calibrated estimate"
      add(.fits, report.cost.fits == true ? .passed : .failed, "\(part): \(text) (\(basis))")
    }
  }
}

extension DesignCheck {
  /// Whether any finding failed.
  public var hasFailed: Bool { findings.contains { $0.level == .failed } }

  /// Says of each finding what to type next.
  public mutating func suggest(_ next: (CheckFinding) -> NextStep?) {
    for i in findings.indices { findings[i].next = next(findings[i]) }
  }
}
