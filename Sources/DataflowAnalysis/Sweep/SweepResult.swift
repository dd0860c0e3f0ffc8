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
  public var resources = Resources()
  /// Whether it fits its part; nil without a part.
  public var fits: Bool?
  public var message = ""

  /// MHz, from the two rates; 0 where there are none.
  public var clockMHz: Double { framesPerSecond * cyclesPerFrame / 1e6 }

  /// A result without any figures.
  public init(status: Status) { self.status = status }
}

extension SweepPoint {
  /// The design of this point: attributes set, converters and FIFOs renewed where the folding
  /// changed, FIFO depths by policy.
  public func design(from base: Design) throws -> Design {
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
    _ = try design.apply(folding)
    if !design.nodes.contains(where: \.isFIFO) { design = try design.preparedForSizing() }
    switch policy {
    case .int(let depth):
      for index in design.nodes.indices where design.nodes[index].isFIFO {
        design.nodes[index].attributes["depth"] = .int(depth)
      }
    case .string("sized"):
      var options = FIFOSizing.Options()
      options.verifiesMinimality = false
      options.workers = 1
      options.reportsBefore = false
      design = try FIFOSizing(design, options: options).design
    default: break
    }
    return design
  }

  /// Builds and simulates the point. Contradictions become a result, not an error.
  public func evaluate(from base: Design) -> SweepResult {
    do {
      return try Self.evaluate(design(from: base))
    } catch {
      var result = SweepResult(status: .refused)
      result.message = "\(error)"
      return result
    }
  }

  private static func evaluate(_ design: Design) throws -> SweepResult {
    let plan = try Plan(design)
    let family = design.dspFamily
    var result = SweepResult(status: .complete)
    result.resources = plan.blocks.reduce(Resources()) {
      $0 + $1.resources(on: family).corrected
    }
    let device = design.part.flatMap { try? Device.named($0) }
    result.fits = device.map { device in
      let total = device.total
      return result.resources.isWithin(
        Resources(lut: total.lut, bram18: total.bram18, uram: total.uram, dsp: total.dsp))
    }
    let simulation = try Simulation(plan)
    guard let steady = simulation.steadyState() else {
      result.status = .stops
      return result
    }
    result.cyclesPerFrame = steady.cyclesPerFrame
    result.framesPerSecond = design.clockMHz * 1e6 / steady.cyclesPerFrame
    result.latency = (simulation.sinks.compactMap(\.frameEnds.first).max() ?? 0) + 1
    return result
  }
}
