/// One layer before and after folding, and why it was changed.
public struct FoldedLayer: Codable, Sendable, Equatable {
  /// How it is folded, and what that comes to.
  public struct Folding: Codable, Sendable, Equatable {
    /// Nil where the block has no such attribute.
    public var pe: Int?
    public var simd: Int?
    /// Memory and multipliers: "decoupled block", "embedded", "dsp".
    public var memory: String
    /// Cycles per frame of the block alone.
    public var cycles: Int
    public var resources: Resources
  }

  public var node: String
  /// A FINN op type, and the two foldings.
  public var opType: String
  public var before: Folding
  public var after: Folding
  /// Empty where nothing changed.
  public var reason: String

  /// Whether the search has changed anything.
  public var isChanged: Bool {
    (before.pe, before.simd, before.memory) != (after.pe, after.simd, after.memory)
  }
}

extension FoldedLayer {
  /// The layers of `source` that can be folded, as `candidate` has them; both in the same order.
  static func all(
    from source: Design, to candidate: FoldingSearch.Candidate, costing: Costing
  ) throws -> [FoldedLayer] {
    func layers(_ design: Design) throws -> [(Node, any Block)] {
      try zip(design.nodes, design.makeBlocks()).filter { node, _ in
        !node.isFIFO && !node.isWidthConverter
      }.map { ($0, $1) }
    }
    let (old, new) = (try layers(source), try layers(candidate.design))
    guard old.count == new.count else { return [] }
    let context = CostContext(source)
    return try zip(old, new).compactMap { old, new in
      let before = try Folding(old.0, old.1, costing.cost(old.1, of: old.0, in: context), source)
      let after = try Folding(
        new.0, new.1, costing.cost(new.1, of: new.0, in: context), candidate.design)
      guard before.pe != nil || before.simd != nil, old.0.opType == new.0.opType else { return nil }
      return FoldedLayer(
        node: old.0.name, opType: old.0.opType, before: before, after: after,
        reason: reason(before, after, allowed: candidate.period.cyclesPerFrame))
    }
  }

  private static func reason(_ before: Folding, _ after: Folding, allowed: Double) -> String {
    if (before.pe, before.simd, before.memory) == (after.pe, after.simd, after.memory) { return "" }
    let limit = Int(allowed.rounded(.up))
    if before.cycles > limit { return "needed \(before.cycles) of \(limit) cycles" }
    if after.cycles > before.cycles { return "had \(limit - before.cycles) cycles to spare" }
    if (before.pe, before.simd) == (after.pe, after.simd) { return "cheaper in this memory" }
    return after.resources.lut <= before.resources.lut
      ? "same rate, cheaper" : "word widths that fit its neighbours"
  }
}

extension FoldedLayer.Folding {
  fileprivate init(_ node: Node, _ block: any Block, _ cost: NodeCost, _ design: Design) throws {
    let specs = try BlockCatalogue.attributes(of: node.opType)
    func value(_ name: String) -> AttributeValue? {
      node.attributes[name] ?? specs.first { $0.name == name }?.defaultValue
    }
    func number(_ name: String) -> Int? {
      if case .int(let n)? = value(name), specs.contains(where: { $0.name == name }) {
        n
      } else {
        nil
      }
    }
    func text(_ name: String) -> String? {
      if case .string(let s)? = value(name) { s } else { nil }
    }
    pe = number("PE")
    simd = number("SIMD")
    var parts: [String] = []
    if let mode = text("mem_mode") { parts.append(mode.replacing("internal_", with: "")) }
    // Embedded weights are where HLS puts them.
    if let style = text("ram_style"), text("mem_mode") != "internal_embedded" {
      parts.append(style)
    }
    if let multiplier = text("resType"), multiplier != "auto" { parts.append(multiplier) }
    if number("parallel_window") == 1 { parts.append("whole windows") }
    memory = parts.joined(separator: " ")
    cycles = FoldingOptions.cycles(block)
    // What no formula tells is simulated, for blocks whose streams tell enough.
    if (block as? any TimedBlock)?.timing().busyCycles == nil,
      let alone = try? Plan(design.alone(node)).slowestBlockCycles
    {
      cycles = alone
    }
    resources = cost.expected
  }
}
