/// `Throughput` as the JSON document of `simrun DESIGN --fps --json` (schema version 1).
public struct ThroughputReport: Codable, Sendable {
  public struct Rate: Codable, Sendable {
    public var fps: Double
    public var cyclesPerFrame: Double
    /// Numerator and denominator, e.g. `62995/1`.
    public var cyclesPerFrameExact: String
    /// True when the state of the whole design was seen to repeat.
    public var steadyState: Bool
    public var simulatedFrames: Int
  }

  public struct Latency: Codable, Sendable {
    public var firstOutputCycle: Int
    /// Cycles from reset until the first frame is out.
    public var firstFrameCycles: Int
    public var microseconds: Double
  }

  public struct Bottleneck: Codable, Sendable {
    public var node: String
    public var limit: Throughput.Limit
    /// Cycles per frame this node needs by itself.
    public var busyCycles: Int
  }

  public struct Estimate: Codable, Sendable {
    public var cyclesPerFrame: Int
    public var fps: Double
  }

  public struct Node: Codable, Sendable {
    public var name: String
    public var opType: String
    public var expectedCycles: Int
    public var busyCycles: Int
    /// Busy cycles over the period.
    public var utilisation: Double?
    public var exact: Bool
    public var resources: Resources
    public var finnEstimate: Resources
  }

  public struct Cost: Codable, Sendable {
    public var total: Resources
    public var finnEstimate: Resources
    public var part: String?
    public var device: Resources?
    public var utilisation: [String: Double]?
    public var fits: Bool?
  }

  public struct Certainty: Codable, Sendable {
    public var exact: [String]
    /// Node to why it is approximate.
    public var approximate: [String: String]
  }

  public struct Stuck: Codable, Sendable {
    public var fullFIFOs: [String]
    public var emptyFIFOs: [String]
  }

  public var schemaVersion = 1
  public var design: String
  public var clockMHz: Double
  public var outcome: RunResult.Outcome
  public var throughput: Rate?
  public var latency: Latency?
  public var bottleneck: Bottleneck?
  public var finnEstimate: Estimate
  public var nodes: [Node]
  public var resources: Cost
  public var exactness: Certainty
  public var stuck: Stuck?

  /// - Parameter device: what to compare the cost against; nil when the design names no part.
  public init(_ t: Throughput, device: Device?) {
    design = t.plan.design.name
    clockMHz = t.clockMHz
    outcome = t.outcome
    throughput = t.steadyState.map { steady in
      let g = greatestCommonDivisor(steady.cycles, steady.frames)
      return Rate(
        fps: t.fps ?? 0, cyclesPerFrame: steady.cyclesPerFrame,
        cyclesPerFrameExact: "\(steady.cycles / g)/\(steady.frames / g)",
        steadyState: steady.isProven, simulatedFrames: steady.simulatedFrames)
    }
    if let first = t.firstOutputCycle, let last = t.firstFrameCycle {
      latency = Latency(
        firstOutputCycle: first, firstFrameCycles: last + 1,
        microseconds: Double(last + 1) / t.clockMHz)
    }
    bottleneck = t.bottleneck.map { limit in
      Bottleneck(
        node: limit.node, limit: limit.limit,
        busyCycles: t.nodes.first { $0.name == limit.node }?.busyCycles ?? 0)
    }
    let estimate = t.finnCyclesPerFrame
    finnEstimate = Estimate(
      cyclesPerFrame: estimate, fps: estimate > 0 ? t.clockMHz * 1e6 / Double(estimate) : 0)
    nodes = t.nodes.map { node in
      Node(
        name: node.name, opType: node.opType, expectedCycles: node.expectedCycles,
        busyCycles: node.busyCycles,
        utilisation: t.cyclesPerFrame.map { Double(node.busyCycles) / $0 },
        exact: node.exactness == .exact, resources: node.resources.corrected,
        finnEstimate: node.resources.finn)
    }
    resources = Cost(t, device: device)
    exactness = Certainty(t)
    if !t.stuckFIFOs.full.isEmpty || !t.stuckFIFOs.empty.isEmpty {
      stuck = Stuck(fullFIFOs: t.stuckFIFOs.full, emptyFIFOs: t.stuckFIFOs.empty)
    }
  }
}

extension ThroughputReport.Cost {
  init(_ t: Throughput, device: Device?) {
    total = t.nodes.reduce(Resources()) { $0 + $1.resources.corrected }
    finnEstimate = t.nodes.reduce(Resources()) { $0 + $1.resources.finn }
    part = t.plan.design.part
    guard let device else { return }
    let offered = device.total
    self.device = Resources(
      lut: offered.lut, bram18: offered.bram18, uram: offered.uram, dsp: offered.dsp)
    let shares = offered.utilisation(of: total)
    utilisation = Dictionary(
      uniqueKeysWithValues: shares.compactMap { kind, share in share.map { (kind, $0) } })
    fits = shares.allSatisfy { ($0.share ?? .infinity) <= 1 }
  }
}

extension ThroughputReport.Certainty {
  init(_ t: Throughput) {
    exact = t.nodes.filter { $0.exactness == .exact }.map(\.name)
    approximate = Dictionary(
      uniqueKeysWithValues: t.nodes.compactMap { node in
        guard case .approximate(let why) = node.exactness else { return nil }
        return (node.name, why)
      })
  }
}
