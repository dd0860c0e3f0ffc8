import DataflowSim

/// The rates a design may have where the HLS schedule of some blocks is only predicted.
///
/// Rates are not monotone in the stages in general (`PossibleSchedules`), so the range is that of the
/// schedules simulated, the predicted one among them.
public struct ThroughputRange: Sendable {
  /// A schedule besides the predicted one.
  public struct Sample: Sendable {
    public var schedule: String
    /// nil: the design stops.
    public var cyclesPerFrame: Double?
  }

  /// The node whose schedule matters most.
  public struct Decisive: Sendable {
    public var node: String
    /// Cycles per frame it needs by itself, with the least and with the most stages.
    public var leastCyclesAlone: Int
    public var mostCyclesAlone: Int
  }

  /// What no schedule is faster than.
  public struct Bound: Sendable {
    /// In the steady state.
    public var cyclesPerFrame: Double
    /// A node or a graph input that needs as long by itself; several that together do.
    public var nodes: [String]
  }

  /// The nodes whose schedule is predicted.
  public let nodes: [String]
  public let samples: [Sample]
  /// Stands for the fast end of the range where that was not sampled.
  public let bound: Bound?
  /// nil: the rate is the same with all sampled schedules, but for a thousandth.
  public let decisive: Decisive?

  /// Designs in which a run to the steady state takes more handshakes are sampled at the ends alone.
  private static let handshakesForBranches = 4_000_000
  /// Rates closer than this are the same to whoever wonders which schedule to read.
  private static let tolerance = 0.001
}

extension Throughput {
  /// The throughput, and the range of rates; nil where every schedule is known. Simulated side by side.
  ///
  /// - Parameter costing: by which estimates nodes are charged.
  public static func withRange(_ design: Design, costing: Costing = .calibrated) throws -> (
    Throughput, ThroughputRange?
  ) {
    let plan = try Plan(design)
    let possible = try PossibleSchedules(of: plan)
    // Mostly the slow end.
    let most = possible.samples.dropFirst().first.map { sample in
      Later { try ThroughputRange.period(sample.design) }
    }
    let throughput = try Throughput(plan, costing: costing)
    return try (throughput, ThroughputRange(throughput, possible, most: most))
  }
}

extension ThroughputRange {
  /// nil when every schedule is known.
  public init?(_ throughput: Throughput) throws {
    try self.init(throughput, handshakesForBranches: Self.handshakesForBranches)
  }

  package init?(_ throughput: Throughput, handshakesForBranches: Int) throws {
    try self.init(
      throughput, PossibleSchedules(of: throughput.plan), most: nil,
      handshakesForBranches: handshakesForBranches)
  }

  fileprivate init?(
    _ throughput: Throughput, _ possible: PossibleSchedules, most: Later<Double?>?,
    handshakesForBranches: Int = Self.handshakesForBranches
  ) throws {
    guard !possible.nodes.isEmpty else { return nil }
    let plan = throughput.plan
    let base = throughput.cyclesPerFrame
    let isSmall =
      (throughput.steadyState?.simulatedFrames ?? 2) * plan.wordsPerFrame.values.reduce(0, +)
      < handshakesForBranches
    let bound = isSmall ? nil : try Self.bound(possible, plan, base: base)
    let hasForks = plan.blocks.contains { $0.outputs.count > 1 }
    // Fewer stages hold less, which may stop a design whose ways join again.
    let isLeastNeeded = try bound == nil || hasForks && !Self.runs(possible.samples[0].design)
    let chosen = possible.samples.enumerated().filter { index, _ in
      index == 0 ? isLeastNeeded : index == 1 || isSmall
    }.map(\.element)
    let known = try most.map { [possible.samples[1].name: try $0.value()] } ?? [:]
    let samples = try Parallel.all(chosen.count) { index -> Sample in
      WorkProgress.tell("possible HLS schedules", index, of: chosen.count)
      let sample = chosen[index]
      return Sample(
        schedule: sample.name,
        cyclesPerFrame: try known[sample.name] ?? Self.period(sample.design))
    }
    nodes = possible.nodes
    self.samples = samples
    self.bound = isLeastNeeded ? nil : bound
    let periods = [base, self.bound?.cyclesPerFrame] + samples.map(\.cyclesPerFrame)
    let all = periods.compactMap(\.self)
    guard let least = all.min(), let most = all.max(),
      most > (1 + Self.tolerance) * least || samples.contains(where: { $0.cyclesPerFrame == nil })
    else {
      decisive = nil
      return
    }
    let ends = try Self.ends(possible)
    let isOwn = ends.contains { Double($0.mostCyclesAlone) >= 0.995 * most }
    decisive =
      isOwn || !isSmall
      ? ends.first
      : try Self.probed(ends, possible, samples.map(\.cyclesPerFrame)) ?? ends.first
  }

  fileprivate static func period(_ design: Design) throws -> Double? {
    try Simulation(Plan(design)).steadyState()?.cyclesPerFrame
  }

  /// Whether the first frames come out.
  private static func runs(_ design: Design) throws -> Bool {
    try Simulation(Plan(design), scenario: Scenario(frames: 2)).run().outcome == .complete
  }

  /// What explains that no schedule makes the design faster than it is, or hardly: a block or an input that
  /// needs as long by itself, or the blocks around the slowest whose schedules are known.
  private static func bound(_ possible: PossibleSchedules, _ plan: Plan, base: Double?) throws
    -> Bound?
  {
    guard let base else { return nil }
    let least = try Plan(possible.samples[0].design)
    var cycles = least.timings.map { $0.busyCycles ?? 0 }
    let slowest = cycles.indices.max { cycles[$0] < cycles[$1] } ?? 0
    var bound = Bound(
      cyclesPerFrame: Double(cycles[slowest]), nodes: [plan.design.nodes[slowest].name])
    if let input = Throughput.busiestInput(plan), Double(input.words) > bound.cyclesPerFrame {
      bound = Bound(cyclesPerFrame: Double(input.words), nodes: [input.stream])
    }
    if base <= (1 + tolerance) * bound.cyclesPerFrame { return bound }
    // Where FIFOs limit, mostly a few blocks around the slowest do.
    cycles = plan.timings.map { $0.busyCycles ?? 0 }
    let start = cycles.indices.max { cycles[$0] < cycles[$1] } ?? 0
    let open = Set(possible.nodes)
    guard let part = plan.design.stretch(around: start, without: { open.contains($0.name) }),
      let period = try Simulation(Plan(part)).steadyState(), period.isProven,
      base <= (1 + tolerance) * period.cyclesPerFrame
    else { return nil }
    return Bound(
      cyclesPerFrame: period.cyclesPerFrame,
      nodes: part.nodes.filter { !$0.isFIFO }.map(\.name))
  }

  /// The nodes by the cycles they need by themselves at most, those first whose stages change them.
  private static func ends(_ possible: PossibleSchedules) throws -> [Decisive] {
    guard possible.samples.count > 1 else { return [] }
    let least = try Plan(possible.samples[0].design)
    let most = try Plan(possible.samples[1].design)
    let names = Set(possible.nodes)
    return least.design.nodes.indices.filter { names.contains(least.design.nodes[$0].name) }
      .map { node in
        Decisive(
          node: least.design.nodes[node].name,
          leastCyclesAlone: least.timings[node].busyCycles ?? 0,
          mostCyclesAlone: most.timings[node].busyCycles ?? 0)
      }
      .sorted {
        ($0.mostCyclesAlone, $0.mostCyclesAlone - $0.leastCyclesAlone, $1.node)
          > ($1.mostCyclesAlone, $1.mostCyclesAlone - $1.leastCyclesAlone, $0.node)
      }
  }

  /// The node whose schedule changes the rate most: of the nodes in question, that half is looked into
  /// which changes it more when it alone has the most stages and all others the least.
  ///
  /// - Parameter periods: of all samples.
  private static func probed(
    _ ends: [Decisive], _ possible: PossibleSchedules, _ periods: [Double?]
  ) throws -> Decisive? {
    var left = ends
    guard let least = periods[0], let most = periods[1], least != most else { return nil }
    var change = most - least
    while left.count > 1 {
      let half = Array(left[..<(left.count / 2)])
      let names = Set(half.map(\.node))
      guard let period = try period(possible.design(withMost: names.contains)) else { return nil }
      let rest = change - (period - least)
      (left, change) =
        abs(period - least) >= abs(rest)
        ? (half, period - least) : (Array(left[half.count...]), rest)
    }
    return left.first
  }
}
