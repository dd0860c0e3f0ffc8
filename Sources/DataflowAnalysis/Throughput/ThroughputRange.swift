import DataflowSim

/// The rates a design may have where the HLS schedule of some blocks is only predicted.
///
/// Rates are not monotone in the stages in general (`PossibleSchedules`), so the range is that of the
/// schedules simulated, the predicted one among them.
public struct ThroughputRange: Sendable {
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

  /// The nodes whose schedule is predicted.
  public let nodes: [String]
  public let samples: [Sample]
  /// nil: the rate is the same with all sampled schedules.
  public let decisive: Decisive?

  /// Designs in which a run to the steady state takes more handshakes are sampled at both ends alone.
  private static let handshakesForBranches = 4_000_000
  /// Nodes tried one by one where no block alone explains the range.
  private static let mostProbes = 16

  /// nil when every schedule is known.
  public init?(_ throughput: Throughput) throws {
    let plan = throughput.plan
    let isSmall =
      (throughput.steadyState?.simulatedFrames ?? 2) * plan.wordsPerFrame.values.reduce(0, +)
      < Self.handshakesForBranches
    let possible = try PossibleSchedules(of: plan, branches: isSmall)
    guard !possible.nodes.isEmpty else { return nil }
    nodes = possible.nodes
    samples = try Parallel.all(possible.samples.count) { index -> Sample in
      let sample = possible.samples[index]
      return Sample(schedule: sample.name, cyclesPerFrame: try Self.period(sample.design))
    }
    let base = throughput.cyclesPerFrame
    guard samples.contains(where: { $0.cyclesPerFrame != base }) else {
      decisive = nil
      return
    }
    let ends = try Self.ends(possible)
    let slowest = samples.compactMap(\.cyclesPerFrame).max() ?? 0
    let isOwn = ends.contains { Double($0.mostCyclesAlone) >= 0.995 * slowest }
    decisive = isOwn || !isSmall ? ends.first : try Self.probed(ends, plan, base) ?? ends.first
  }

  private static func period(_ design: Design) throws -> Double? {
    try Simulation(Plan(design)).steadyState()?.cyclesPerFrame
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

  /// The node that changes the rate most when it alone has the least or the most stages.
  private static func probed(_ ends: [Decisive], _ plan: Plan, _ base: Double?) throws -> Decisive?
  {
    let tried = Array(ends.prefix(mostProbes))
    let changes = try Parallel.all(tried.count) { index -> Double in
      let node = plan.design.nodes.firstIndex { $0.name == tried[index].node }!
      let choices = plan.scheduleEnds(ofNode: node)
      return try [choices.first, choices.last].compactMap(\.self).map { stated -> Double in
        var design = plan.design
        design.nodes[node].attributes.merge(stated) { $1 }
        guard let period = try Self.period(design), let base else { return .infinity }
        return abs(period - base)
      }.max() ?? 0
    }
    let best = changes.indices.max { (changes[$0], $1) < (changes[$1], $0) }
    return best.flatMap { changes[$0] > 0 ? tried[$0] : nil }
  }
}
