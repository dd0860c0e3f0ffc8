/// Finds a folding, FIFO depths included, for a target rate at the least cost or for the highest rate
/// that fits a part.
///
/// For a bound T on the cycles of every block the cheapest option is chosen block by block, then
/// improved together with the width converters between blocks. The choice is built, its FIFOs are
/// sized, and the simulated rate and the whole cost decide. FINN's SetFolding runs as a competitor; the
/// better one is returned.
public struct FoldingSearch: Sendable {
  /// What a folding is to reach.
  public enum Goal: Sendable, Equatable {
    case framesPerSecond(Double)
    case highest
  }

  /// Whose rule chooses.
  public enum Algorithm: String, Sendable, CaseIterable {
    case simrun, finn
  }

  /// How to search.
  public struct Options: Sendable {
    /// Whose result is taken; FINN's is computed in any case.
    public var algorithm = Algorithm.simrun
    /// Share of the part to leave free.
    public var reserve = 0.0
    /// By which estimates nodes are charged.
    public var costing = Costing.calibrated
    /// Told every candidate that fits and is faster than those before it, FINN's among them.
    public var improved: (@Sendable (Candidate) -> Void)?
    public init() {}
  }

  /// A folding that was built and simulated.
  public struct Candidate: Sendable {
    /// Whose rule chose it.
    public var algorithm: Algorithm
    /// With converters and sized FIFOs.
    public var design: Design
    public var period: FramePeriod
    public var latency: Int?
    public var cost: DesignCost
    public var fifoWords: Int
    public var resources: Resources { cost.total }
    /// What it fits by.
    public var high: Resources { cost.high }
    public var framesPerSecond: Double { design.clockMHz * 1e6 / period.cyclesPerFrame }
  }

  /// What a step up would take.
  public struct FasterFolding: Sendable, Codable {
    /// The slowest block's cycles, frames per second at that, what it costs more, and the nodes
    /// that change.
    public var cyclesPerFrame: Int
    public var fps: Double
    public var resources: Resources
    public var changedNodes: [String]
  }

  /// The better of both rules' results.
  public let chosen: Candidate
  /// FINN's result for the same goal, simulated with sized FIFOs.
  public let baseline: Candidate?
  /// Whether `chosen` reaches the target and fits.
  public let meetsGoal: Bool
  /// The slowest blocks and the cycles per frame that each needs alone, slowest first (`Plan.cyclesAlone`).
  public let chain: [(node: String, cycles: Int)]
  /// The next step up; nil when no block can be folded further.
  public let fasterFolding: FasterFolding?
  public let budget: Resources?
  /// What was given up so that no compute core can overflow its output queue; nil: nothing.
  public let safety: Safety?

  /// However the design is folded, it is too large for the part or the budget.
  public struct NothingFits: Error {
    /// What is too large, and what to do.
    public var reason: InputError
  }

  /// Hazard `mvu-queue-overflow` in the choice.
  public struct Safety: Sendable, Codable {
    /// Nodes that the cheapest folding of this rate would let overflow.
    public var avoided: [String]
    /// What avoiding them costs.
    public var resources: Resources
    /// Nodes that still can: no folding of them that is fast enough is safe.
    public var remaining: [String]
  }
  /// What has become of every layer that can be folded.
  public let layers: [FoldedLayer]
  /// Cores of `chosen` that put out words that are nobody's results although no word is ever held up.
  public let hazards: [HazardCount]
  /// Attributes that fold other blocks and must stay as they are here, in the design's order.
  public let fixed: [FixedFolding]
}

extension FoldingSearch {
  /// Folds `source`; FIFOs and converters it has are replaced. Throws `InputError`, or `NothingFits`.
  public init(_ source: Design, goal: Goal, device: Device?, options: Options = Options()) throws {
    WorkProgress.tell("how each block can fold")
    let bare = try source.removingBuffering()
    var folder = try FoldingCandidates(bare, device: device, options: options)
    let aim = try FoldingAim(goal, of: bare, hasBudget: folder.budget != nil)
    budget = folder.budget
    baseline = try folder.finn(for: aim)
    let own = options.algorithm == .simrun ? try folder.own(for: aim) : nil
    // What a rule forbids is no folding, unless the design breaks it as it stands.
    let known = try Self.problems(bare)
    let possible = [own, baseline].compactMap { $0 }
    let lawful = try possible.map { ($0, try Self.problems($0.design)) }
      .filter { $1.errors.isSubset(of: known.errors) }
    // FINN's rule also gives nodes that FINN's code generation refuses.
    let buildable = lawful.filter { $1.unbuildable.isSubset(of: known.unbuildable) }
    let candidates = (buildable.isEmpty ? lawful : buildable).map(\.0)
    guard let first = candidates.first, let rival = candidates.last else {
      guard possible.isEmpty else {
        throw InputError(
          "no folding of this design can be built",
          hint: "every folding breaks a rule; simrun check names those that it breaks as it stands")
      }
      throw NothingFits(
        reason: InputError(
          "no folding of this design fits",
          hint: "folded as far as it goes it is too large; without a command simrun says which "
            + "resource is short: take a larger --part, or fewer weights and bits"))
    }
    chosen = folder.isBetter(rival, than: first, for: aim) ? rival : first
    meetsGoal = folder.fits(chosen.high) && aim.isReached(at: chosen.period)
    layers = try FoldedLayer.all(from: bare, to: chosen, costing: options.costing)
    fixed = try FixedFolding.all(in: bare)
    let plan = try Plan(chosen.design)
    // A folding that is found is not given up for a remark.
    hazards = (try? HazardSearch(plan).surplus()) ?? []
    let slowest = Self.slowestEstimate(chosen.design, plan.blocks)
    fasterFolding = folder.fasterFolding(below: slowest)
    safety = folder.safety(within: slowest, blocks: plan.blocks, of: chosen.design)
    let alone = zip(chosen.design.nodes, try plan.cyclesAlone())
      .compactMap { $0.isFIFO ? nil : (node: $0.name, cycles: $1) }
    chain = Array(alone.sorted { $0.cycles > $1.cycles }.prefix(8))
  }

  private static func slowestEstimate(_ design: Design, _ blocks: [any Block]) -> Int {
    zip(design.nodes, blocks).map { $0.isFIFO ? 0 : FoldingOptions.cycles($1) }.max() ?? 0
  }

  /// The rules that a design breaks, and the nodes that cannot be built.
  private static func problems(_ design: Design) throws -> (
    errors: Set<String>, unbuildable: Set<String>
  ) {
    let found = try DesignFacts(design).graphDiagnostics
    let issues = found.filter { $0.code == BuildIssueRule.info.code }
    return (
      Set(found.filter { $0.severity == .error }.map(\.code)), Set(issues.compactMap(\.node))
    )
  }
}

/// A goal in terms of one design.
enum FoldingAim {
  /// At most so many cycles per frame, at the least cost.
  case rate(cycles: Int)
  /// The fewest cycles that fit the part.
  case highest

  init(_ goal: FoldingSearch.Goal, of design: Design, hasBudget: Bool) throws {
    switch goal {
    case .framesPerSecond(let fps):
      guard fps > 0 else { throw InputError("the target is \(fps) frames/s", hint: "above 0") }
      // A frame a day or less often is the same goal: any folding reaches it.
      let cycles = Int(min(design.clockMHz * 1e6 / fps, 1e15).rounded(.down))
      guard cycles > 0 else {
        throw InputError("\(fps) frames/s is more than one frame per cycle")
      }
      self = .rate(cycles: cycles)
    case .highest:
      guard hasBudget else {
        throw InputError("the highest rate needs a part to fit", hint: "--part, e.g. Pynq-Z1")
      }
      self = .highest
    }
  }

  /// Whether a design of this period is fast enough.
  func isReached(at period: FramePeriod) -> Bool {
    switch self {
    case .rate(let cycles): period.cyclesPerFrame <= Double(cycles)
    case .highest: true
    }
  }
}
