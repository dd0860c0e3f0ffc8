import Foundation

/// What a run showed, as `simrun run --json` prints it and as a trace keeps it.
public struct RunReport: Codable, Sendable, Equatable {
  public var schemaVersion = 1
  /// The design's name.
  public var design: String
  public var clockMHz: Double
  public var frames: Int
  public var outcome: RunResult.Outcome
  /// Why it stopped, in one sentence, when it did.
  public var cause: String?
  public var maxCycles: Int?
  /// `nil` when no word moved at all.
  public var lastHandshakeCycle: Cycle?
  /// The cycle of each frame's last word at the first graph output.
  public var frameEndCycles: [Cycle]
  public var frameEndCyclesByOutput: [String: [Cycle]]
  public var fifos: [String: RunResult.FIFO]
  public var handshakeCounts: [String: Int]
  /// By stream: since when a word is offered that nothing took by the end of the run.
  public var unfinished: [String: Cycle]
  public var hazards: [HazardCount]
  /// Nodes that put out words for ever, though nothing came in any more; the run was ended there.
  public var endless: [String]?
  public var exactness: ExactnessReport
  /// What became of the values, when the run had data.
  public var bits: BitReport?

  /// - Parameter result: of a run that observed streams and hazards.
  public init(_ plan: Plan, _ scenario: Scenario, _ result: RunResult) {
    design = plan.design.name
    clockMHz = plan.design.clockMHz
    frames = scenario.frames
    outcome = result.outcome
    maxCycles = scenario.maxCycles
    lastHandshakeCycle = result.lastHandshakeCycle
    frameEndCyclesByOutput = result.frameEnds
    frameEndCycles = plan.design.graphOutputs.first.flatMap { result.frameEnds[$0] } ?? []
    fifos = result.fifos
    handshakeCounts = result.handshakeCounts
    unfinished = result.unfinished
    hazards = HazardCount.all(plan, result)
    let endless = plan.design.nodes.map(\.name).filter { result.cores[$0]?.isEndless ?? false }
    self.endless = endless.isEmpty ? nil : endless
    exactness = ExactnessReport(plan)
  }

  /// Reads what `json` wrote.
  public init(json: Data) throws {
    self = try JSONDecoder().decode(RunReport.self, from: json)
  }

  /// The report as one JSON document, keys sorted.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }
}

/// Which nodes move every word in the hardware's cycle, and which are estimates.
public struct ExactnessReport: Codable, Sendable, Equatable {
  public var exact: [String] = []
  /// Node to the HLS schedules it may have, where its own is predicted.
  public var predicted: [String: String] = [:]
  /// Node to reason, where there is no measured rule.
  public var approximate: [String: String] = [:]
  /// The FINN whose rules these are; nil in reports of before there were several.
  public var finnGeneration: String?
  /// What each node's cycles rest on.
  public var nodes: [String: TimingReport] = [:]

  private enum CodingKeys: String, CodingKey {
    case exact, predicted, approximate, finnGeneration, nodes
  }

  /// Reads what earlier releases wrote, too: they knew exact and approximate alone.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    exact = try values.decode([String].self, forKey: .exact)
    approximate = try values.decode([String: String].self, forKey: .approximate)
    predicted = try values.decodeIfPresent([String: String].self, forKey: .predicted) ?? [:]
    finnGeneration = try values.decodeIfPresent(String.self, forKey: .finnGeneration)
    nodes = try values.decodeIfPresent([String: TimingReport].self, forKey: .nodes) ?? [:]
  }

  init(_ plan: Plan) {
    finnGeneration = plan.design.finnGeneration.rawValue
    for (node, timing) in zip(plan.design.nodes, plan.timings) {
      nodes[node.name] = TimingReport(timing)
      switch timing.exactness {
      case .exact: exact.append(node.name)
      case .approximate(let reason) where timing.basis == .predicted:
        predicted[node.name] = reason
      case .approximate(let reason): approximate[node.name] = reason
      }
    }
  }
}
