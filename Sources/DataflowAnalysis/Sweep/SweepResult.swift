/// What a point of a sweep came to.
public struct SweepResult: Sendable, Equatable {
  /// What became of a point.
  public enum Status: String, Sendable {
    /// Ran; the numbers hold.
    case complete
    /// The design deadlocks or starves.
    case stops
    /// The attributes contradict each other.
    case refused
  }

  /// What became of it, and its rate; 0 where it has none.
  public var status: Status
  public var cyclesPerFrame = 0.0
  public var framesPerSecond = 0.0
  /// Cycles until the first frame is out.
  public var latency = 0
  /// By the estimate that decides; a point fits by its high end.
  public var resources = Resources()
  /// Whether it fits its part; nil without a part.
  public var fits: Bool?
  /// Why it has no rate, or what to know of one that runs: cores that put out words that are nobody's results.
  public var message = ""

  /// MHz, from the two rates; 0 where there are none.
  public var clockMHz: Double { framesPerSecond * cyclesPerFrame / 1e6 }

  /// A result without any figures.
  public init(status: Status) { self.status = status }
}

extension FoldingConfig {
  /// Folds the windows in front of depthwise layers as their layers want them.
  ///
  /// Throws `InputError` where the configuration has another value for a window.
  fileprivate mutating func followWindows(of design: Design, bare: Design?) throws {
    guard design.nodes.contains(where: { nodes[$0.name] != nil && $0.isLayerBehindWindow(design) })
    else { return }
    let bare = try bare ?? design.removingBuffering()
    let graph = try DesignGraph(bare)
    for node in bare.nodes {
      guard let changes = nodes[node.name], let stream = node.inputs.first,
        let writer = graph[stream].writer?.node
      else { continue }
      var folded = node
      folded.attributes.merge(changes) { $1 }
      let window = bare.nodes[writer]
      guard let demand = try bare.block(of: folded).windowDemand,
        let following = try bare.block(of: window).following(demand)
      else { continue }
      let stated = nodes[window.name] ?? [:]
      for (name, value) in following {
        guard let other = stated[name], other != value else { continue }
        throw InputError(
          "\(name) is \(other.text), but \(node.name) wants it to be \(value.text)",
          at: "node '\(window.name)'", hint: "leave it out: it follows the layer")
      }
      nodes[window.name, default: [:]].merge(following) { old, _ in old }
    }
  }
}

extension Node {
  fileprivate func isLayerBehindWindow(_ design: Design) -> Bool {
    (try? design.block(of: self))?.windowDemand != nil
  }
}

extension SweepResult {
  /// Seconds until the first frame is out; points may have different clocks.
  public var latencySeconds: Double {
    // Rounded, so that points of one clock compare by their cycles.
    let hertz = (framesPerSecond * cyclesPerFrame).rounded()
    return hertz > 0 ? Double(latency) / hertz : .infinity
  }
}

extension SweepPoint {
  /// The design of this point: attributes set, converters and FIFOs renewed where the folding
  /// changed, FIFO depths by policy.
  ///
  /// - Parameter bare: `removingBuffering()` of the base, for whoever makes many points.
  public func design(
    from base: Design, bare: Design? = nil, costing: Costing = .calibrated
  ) throws -> Design {
    var design = base
    var folding = FoldingConfig()
    var policy = AttributeValue.string("kept")
    for (axis, value) in values {
      switch (axis, value) {
      case (.attribute(let node, let name), _): folding.nodes[node, default: [:]][name] = value
      case (.clock, .float(let mhz)): design.clockMHz = mhz
      case (.part, .string(let part)): design.part = part
      default: policy = value
      }
    }
    try folding.followWindows(of: base, bare: bare)
    // What a point says about clock and part holds for all of it.
    var plain = bare
    plain?.clockMHz = design.clockMHz
    plain?.part = design.part
    _ = try design.apply(folding, bare: plain)
    // FINN puts no converter beside a DMA, but makes it as wide as its neighbour; where it cannot be, one stands.
    if design.nodes.contains(where: \.isIODMA) {
      design = try design.refittingDMAs().bridgingWidths().design
    }
    if !design.nodes.contains(where: \.isFIFO) { design = try design.preparedForSizing() }
    switch policy {
    case .int(let depth):
      for index in design.nodes.indices where design.nodes[index].isFIFO {
        design.nodes[index].attributes["depth"] = .int(depth)
      }
    case .string("sized"):
      var options = FIFOSizing.Options()
      options.costing = costing
      options.verifiesMinimality = false
      options.workers = 1
      options.reportsBefore = false
      design = try FIFOSizing(design, options: options).design
    default: break
    }
    return design
  }

  /// Builds and simulates the point. Contradictions become a result, not an error.
  ///
  /// - Parameters:
  ///   - bare: `removingBuffering()` of the base, for whoever evaluates many points.
  ///   - device: what the point may use; nil: what its part has.
  public func evaluate(
    from base: Design, bare: Design? = nil, costing: Costing = .calibrated,
    within device: Device? = nil
  ) -> SweepResult {
    do {
      let design = try design(from: base, bare: bare, costing: costing)
      return try Self.evaluate(design, costing, device)
    } catch {
      var result = SweepResult(status: .refused)
      result.message = "\(error)"
      return result
    }
  }

  private static func evaluate(
    _ design: Design, _ costing: Costing, _ stated: Device?
  ) throws -> SweepResult {
    let plan = try Plan(design)
    let context = CostContext(plan.design)
    var result = SweepResult(status: .complete)
    let cost = DesignCost(
      zip(plan.design.nodes, plan.blocks).map { costing.cost($1, of: $0, in: context) })
    result.resources = cost.total
    // A sweep's file has no place for them.
    result.resources.ff = nil
    let device = stated ?? design.part.flatMap { try? Device.named($0) }
    result.fits = device.map { cost.high.isWithin($0.total.all) }
    let simulation = try Simulation(plan)
    var budget = SteadyStateBudget()
    budget.findsPeriodAlone = true
    guard let steady = simulation.steadyState(budget)?.within(plan) else {
      result.status = .stops
      return result
    }
    result.cyclesPerFrame = steady.cyclesPerFrame
    result.framesPerSecond = design.clockMHz * 1e6 / steady.cyclesPerFrame
    result.latency = (simulation.sinks.compactMap(\.frameEnds.first).max() ?? 0) + 1
    // A rate that is known is not given up for a remark.
    result.message = ((try? HazardSearch(plan).surplus()) ?? []).map(HazardSearch.surplusSentence)
      .joined(separator: "; ")
    return result
  }
}
