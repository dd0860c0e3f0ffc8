/// How often a hazard struck at one node. docs/reference/hazards.md lists the hazards.
public struct HazardCount: Codable, Sendable, Equatable {
  public var hazard: String
  public var node: String
  /// Output words of the node that are wrong, lost or surplus for it.
  public var words: Int

  /// Whether the node puts out words that are nobody's results.
  package var makesWords: Bool { Hazard(rawValue: hazard)?.makesWords ?? false }

  /// The hazards of a run: what blocks counted themselves, and of compute cores lost products, and surplus
  /// results while a weight was missing.
  package static func all(_ plan: Plan, _ result: RunResult) -> [HazardCount] {
    let cores = plan.cores
    return plan.design.nodes.flatMap { node -> [HazardCount] in
      guard let log = result.cores[node.name] else { return [] }
      var counts = log.strikes.sorted { $0.key.rawValue < $1.key.rawValue }
        .map { ($0.key, $0.value) }
      if let core = cores[node.name] {
        // Results still inside when the run ended are no words.
        let out = node.outputs.first.flatMap { result.handshakeCounts[$0] } ?? log.spurious
        counts += [
          (.frozenZero, log.damagedResults),
          (core.compute.surplusHazard, min(log.spurious, out)),
        ]
      }
      return counts.filter { $0.1 > 0 }
        .map { HazardCount(hazard: $0.0.rawValue, node: node.name, words: $0.1) }
    }
  }
}
