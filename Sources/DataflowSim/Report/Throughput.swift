/// How fast a design is, what limits it and what it costs: the answer of `simrun DESIGN --fps`.
public struct Throughput: Sendable {
  public enum Limit: String, Sendable, Codable {
    /// A block is busy in every cycle.
    case compute
    /// A DMA or an external weight stream is.
    case memory
    /// No block is: they wait for each other because too little is stored between them.
    case fifo
  }

  public struct NodeLoad: Sendable {
    public var name: String
    public var opType: String
    public var expectedCycles: Int
    /// Cycles per frame the block needs when nothing ever stalls it.
    public var busyCycles: Int
    public var resources: ResourceEstimate
    public var exactness: Exactness
  }

  public let plan: Plan
  public let outcome: RunResult.Outcome
  /// nil when the design stops.
  public let steadyState: SteadyState?
  /// First word of the first output, and last word of the first frame at the last output.
  public let firstOutputCycle: Cycle?
  public let firstFrameCycle: Cycle?
  public let nodes: [NodeLoad]
  public let bottleneck: (node: String, limit: Limit)?
  /// Cycles per frame of the slowest block alone: what unbounded FIFOs would give.
  public let unboundedCyclesPerFrame: Int
  /// FIFOs full and empty at the end, when the design stopped.
  public let stuckFIFOs: (full: [String], empty: [String])

  public var clockMHz: Double { plan.design.clockMHz }
  public var cyclesPerFrame: Double? { steadyState?.cyclesPerFrame }
  public var fps: Double? { cyclesPerFrame.map { clockMHz * 1e6 / $0 } }
  /// FINN's own estimate: the slowest node, FIFOs ignored.
  public var finnCyclesPerFrame: Int { nodes.map(\.expectedCycles).max() ?? 0 }
}

extension Throughput {
  /// Simulates `design` until its steady state is known, or until it stops.
  public init(_ design: Design, budget: SteadyStateBudget = .init()) throws {
    let plan = try Plan(design)
    let simulation = try Simulation(plan)
    let steady = simulation.steadyState(budget)
    let frames = max(1, steady?.simulatedFrames ?? 2)
    let result = simulation.result(frames: frames)
    self.plan = plan
    steadyState = steady
    firstOutputCycle = result.firstOutputs.values.min()
    firstFrameCycle = result.frameEnds.values.compactMap(\.first).max()
    let family = DSPFamily(part: design.part ?? "")
    var nodes = zip(plan.design.nodes, zip(plan.blocks, plan.timings)).map { node, known in
      NodeLoad(
        name: node.name, opType: node.opType, expectedCycles: known.0.expectedCycles,
        busyCycles: known.1.busyCycles ?? Self.words(known.0),
        resources: known.0.resources(on: family), exactness: known.1.exactness)
    }
    guard let steady else {
      outcome = result.outcome == .complete ? .starved : result.outcome
      bottleneck = nil
      unboundedCyclesPerFrame = nodes.map(\.busyCycles).max() ?? 0
      stuckFIFOs = try Self.stuckFIFOs(plan, frames: frames)
      self.nodes = nodes
      return
    }
    outcome = .complete
    stuckFIFOs = ([], [])
    if Self.busiest(nodes, steady) == nil { try Self.measureWindows(&nodes, plan, steady) }
    self.nodes = nodes
    let slowest = nodes.max { $0.busyCycles < $1.busyCycles }
    unboundedCyclesPerFrame = slowest?.busyCycles ?? 0
    let isBusy = Self.busiest(nodes, steady) != nil
    bottleneck = slowest.map {
      ($0.name, !isBusy ? .fifo : $0.opType.hasPrefix("IODMA") ? .memory : .compute)
    }
  }

  /// A block moves at most one word per port and cycle.
  private static func words(_ block: any Block) -> Int {
    if block is StreamingFIFO { return 0 }
    return (block.inputs + block.outputs).compactMap(\.words).max() ?? 0
  }

  /// The block that is busy in (nearly) every cycle of the period, if there is one.
  private static func busiest(_ nodes: [NodeLoad], _ steady: SteadyState) -> NodeLoad? {
    nodes.max { $0.busyCycles < $1.busyCycles }.flatMap {
      Double($0.busyCycles) >= 0.995 * steady.cyclesPerFrame ? $0 : nil
    }
  }

  /// A sliding window's own period has no simple closed form: simulate it alone, if it can matter. It
  /// is never longer than taking all words one after another.
  private static func measureWindows(
    _ nodes: inout [NodeLoad], _ plan: Plan, _ steady: SteadyState
  ) throws {
    var known: [[String: AttributeValue]: Int] = [:]
    for i in nodes.indices where nodes[i].opType == "ConvolutionInputGenerator_rtl" {
      let words = (plan.inputPorts[i] + plan.outputPorts[i]).compactMap(\.words).reduce(0, +)
      guard Double(words) >= 0.99 * steady.cyclesPerFrame else { continue }
      let node = plan.design.nodes[i]
      if let cycles = known[node.attributes] {
        nodes[i].busyCycles = cycles
        continue
      }
      var alone = Design(name: node.name, part: plan.design.part, clockMHz: plan.design.clockMHz)
      alone.nodes = [node]
      alone.graphInputs = node.inputs
      alone.graphOutputs = node.outputs
      let steady = try Simulation(Plan(alone)).steadyState()
      nodes[i].busyCycles = steady.map { Int($0.cyclesPerFrame.rounded()) } ?? 0
      known[node.attributes] = nodes[i].busyCycles
    }
  }

  private static func stuckFIFOs(_ plan: Plan, frames: Int) throws -> (
    full: [String], empty: [String]
  ) {
    let observed = try Simulation(
      plan, scenario: Scenario(frames: frames), observing: Observation(streams: true)
    ).run()
    let sorted = observed.fifos.sorted { $0.key < $1.key }
    return (
      sorted.filter { $0.value.final >= $0.value.depth }.map(\.key),
      sorted.filter { $0.value.final == 0 }.map(\.key)
    )
  }
}
