/// What a block's structure depends on besides its attributes.
public struct CostContext: Sendable, Equatable {
  /// Which DSP slices the part has.
  public var device: DSPFamily
  /// The streamer of weights has the registers and shift registers of later FINN (the development branch,
  /// FINN+), about twice those of the releases.
  public var hasLaterStreamer: Bool

  /// The context of FINN's releases on UltraScale+ unless stated.
  public init(device: DSPFamily = .dsp48e2, hasLaterStreamer: Bool = false) {
    self.device = device
    self.hasLaterStreamer = hasLaterStreamer
  }

  /// That of `design`. FINN+ graphs show by their converters with two shapes.
  public init(_ design: Design) {
    device = design.dspFamily
    hasLaterStreamer =
      design.finnGeneration.isDevelopment
      || design.nodes.contains {
        $0.attributes["inShape"] != nil || $0.opType.hasPrefix("Reshape")
      }
  }
}

extension Block {
  public func costStructure(in context: CostContext) -> CostStructure {
    streamStructure(in: context)
  }

  /// A block as one that passes words on: control, counters and the registers of its streams, and the
  /// memories and DSPs of FINN's estimate. What a block takes of which no node was seen placed.
  public func streamStructure(in context: CostContext) -> CostStructure {
    let style = isRTL ? "RTL" : "HLS"
    var cost = CostStructure(
      "\(style) stream",
      derivation: "no placed node of this kind: taken as other \(style) stream blocks")
    cost.isStandIn = true
    let input = inputs.compactMap(\.width).reduce(0, +)
    let output = outputs.compactMap(\.width).reduce(0, +)
    cost.logic("base", 1, each: isRTL ? 20 : 60)
    cost.logic("stream bit", input + output, each: 0.5)
    cost.registers("base", 1, each: isRTL ? 15 : 50)
    cost.registers("stream bit", input + output, each: 1.5)
    let counted = resources(on: context.device).corrected
    cost.count(.bram18, counted.bram18)
    cost.count(.uram, counted.uram)
    cost.count(.dsp, counted.dsp)
    return cost
  }
}

/// How nodes are charged: by FINN's estimates, or by the calibrated ones and by what the reports of a build
/// say of its nodes.
public struct Costing: Sendable {
  /// nil: FINN's estimates decide.
  public var model: CostModel?
  /// What was placed or reported, by node, while the node is as it was built.
  private var known: [String: Known] = [:]

  /// Costs by `model`; nil: by FINN's estimates alone.
  public init(_ model: CostModel?) { self.model = model }

  /// What tells results by one costing from those by another.
  public var identity: String {
    guard let model else { return "cost: finn" }
    let reports = known.keys.sorted().joined(separator: ",")
    return "cost: \(model.name) \(model.date) \(model.data)"
      + (reports.isEmpty ? "" : " with \(reports)")
  }

  /// The coefficients simrun comes with.
  public static let calibrated = Costing(.shipped)
  public static let finn = Costing(nil)

  private struct Known: Sendable {
    var opType: String
    var attributes: [String: AttributeValue]
    var placed: (use: ResourceUse, file: String)?
    var reported: ReportedArea?
  }

  /// States what was placed of `node` as it is now.
  public mutating func know(_ node: Node, placed use: ResourceUse, file: String) {
    entry(node) { $0.placed = (use, file) }
  }

  /// States what HLS reported of `node` as it is now.
  public mutating func know(_ node: Node, reported area: ReportedArea) {
    entry(node) { $0.reported = area }
  }

  private mutating func entry(_ node: Node, _ change: (inout Known) -> Void) {
    var entry =
      known[node.name] ?? Known(opType: node.opType, attributes: Self.built(node))
    change(&entry)
    known[node.name] = entry
  }

  /// What of a node's attributes its hardware depends on.
  private static func built(_ node: Node) -> [String: AttributeValue] {
    let others = ["inFIFODepths", "outFIFODepths"] + Node.schedule
    return node.attributes.filter { !others.contains($0.key) }
  }

  /// What `block` costs, the block of `node`.
  public func cost(_ block: any Block, of node: Node? = nil, in context: CostContext) -> NodeCost {
    let finn = block.resources(on: context.device)
    guard let model else { return NodeCost(finn: finn) }
    let structure = block.costStructure(in: context)
    let estimate: CalibratedEstimate
    let facts = node.flatMap { node in
      known[node.name].flatMap {
        $0.opType == node.opType && $0.attributes == Self.built(node) ? $0 : nil
      }
    }
    if let placed = facts?.placed {
      estimate = CalibratedEstimate(measured: placed.use, source: "placed: \(placed.file)")
    } else if let area = facts?.reported {
      estimate = model.estimate(structure, reported: area)
    } else {
      estimate = model.estimate(structure)
    }
    return NodeCost(finn: finn, family: structure.family, calibrated: estimate)
  }
}

/// What one node costs by FINN's estimate and, unless that decides, by the calibrated one.
public struct NodeCost: Sendable, Equatable {
  /// FINN's own estimate.
  public var finn: ResourceEstimate
  /// What its estimate shares its error with.
  public var family = ""
  public var calibrated: CalibratedEstimate?

  /// A cost of its parts.
  public init(
    finn: ResourceEstimate, family: String = "", calibrated: CalibratedEstimate? = nil
  ) {
    self.finn = finn
    self.family = family
    self.calibrated = calibrated
  }

  /// The estimate that decides.
  public var expected: Resources { calibrated?.expected.resources() ?? finn.corrected }
}

/// What several nodes cost.
///
/// The estimates of one family of blocks are off together, those of different families are not: so the doubts
/// of a family add up, and those of families as independent errors do.
public struct DesignCost: Sendable, Equatable {
  /// FINN's own estimates, added up.
  public private(set) var finn = Resources()
  private var corrected = Resources()
  private var expected: ResourceUse?
  private var above: [String: ResourceUse] = [:]
  private var below: [String: ResourceUse] = [:]
  private var bases: Set<CalibratedEstimate.Basis> = []

  /// Nothing yet.
  public init() {}

  /// All `costs` together.
  public init(_ costs: some Sequence<NodeCost>) {
    for cost in costs { add(cost) }
  }

  /// Adds a node.
  public mutating func add(_ cost: NodeCost) {
    finn = finn + cost.finn.finn
    corrected = corrected + cost.finn.corrected
    guard let estimate = cost.calibrated else { return }
    expected = (expected ?? ResourceUse()) + estimate.expected
    bases.insert(estimate.basis)
    guard estimate.basis != .measured else { return }
    above[cost.family, default: ResourceUse()].grow(estimate.high, above: estimate.expected)
    below[cost.family, default: ResourceUse()].grow(estimate.expected, above: estimate.low)
  }

  /// Adds nodes that were added up before.
  public mutating func add(_ other: DesignCost) {
    finn = finn + other.finn
    corrected = corrected + other.corrected
    if let more = other.expected { expected = (expected ?? ResourceUse()) + more }
    above.merge(other.above) { $0 + $1 }
    below.merge(other.below) { $0 + $1 }
    bases.formUnion(other.bases)
  }

  /// The sum that is expected, by the estimate that decides.
  public var total: Resources { expected?.resources() ?? corrected }
  /// What "fits" goes by: the high end of the calibrated estimate; FINN's estimate, where that decides.
  public var high: Resources { calibrated?.high.resources(.up) ?? corrected }

  /// The calibrated estimate of the sum; nil where FINN's decides.
  public var calibrated: CalibratedEstimate? {
    guard let expected else { return nil }
    var (low, high) = (expected, expected)
    for kind in CostKind.allCases {
      high[kind] += Self.independent(above, kind)
      low[kind] = max(0, low[kind] - Self.independent(below, kind))
    }
    let basis = bases.count == 1 ? bases.first! : .mixed
    return CalibratedEstimate(
      low: low, expected: expected, high: high, basis: basis, source: "the sum of its nodes")
  }

  private static func independent(_ doubts: [String: ResourceUse], _ kind: CostKind) -> Double {
    doubts.values.reduce(0) { $0 + $1[kind] * $1[kind] }.squareRoot()
  }
}

extension ResourceUse {
  fileprivate mutating func grow(_ high: ResourceUse, above low: ResourceUse) {
    for kind in CostKind.allCases { self[kind] += high[kind] - low[kind] }
  }
}
