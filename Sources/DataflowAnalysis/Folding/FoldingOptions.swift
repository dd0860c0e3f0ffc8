/// One way to fold a unit: a node, or a depthwise layer with the sliding window that feeds it, which
/// must fold alike.
package struct FoldingOption: Sendable {
  /// Changed attributes by node index.
  package var attributes: [Int: AttributeChanges]
  /// Cycles per frame of the slowest node.
  package var cycles: Int
  /// What its nodes take, and how sure that is.
  var cost: DesignCost
  /// Its high end: what options are compared by, so that what nobody has placed must be cheap for sure.
  package var resources: Resources
  /// False where no formula for the cost of a node is known.
  var hasKnownCost = true
  /// Elements per word at the unit's stream input and output, for the converters beside it.
  var inputElements: Int
  var outputElements: Int
  var inputWidth: Int
  var outputWidth: Int
  /// A compute core of it can overflow its output queue (hazard `mvu-queue-overflow`).
  var canOverflow = false
}

/// The nodes that fold together, and every legal way to fold them.
package struct FoldingUnit: Sendable {
  package var nodes: [Int]
  package var options: [FoldingOption]
}

/// Lists the foldings of every unit; which there are, the blocks say.
package struct FoldingOptions {
  let design: Design
  let graph: DesignGraph
  private let context: CostContext
  private let costing: Costing
  /// Last dimension of the tensor at each node's input: a converter works on it alone.
  private let lastDimension: [Int?]
  private let hasURAM: Bool
  private let blocks: [any Block]

  package init(_ design: Design, device: DeviceResources?, costing: Costing = .calibrated) throws {
    self.design = design
    graph = try DesignGraph(design)
    context = CostContext(design)
    self.costing = costing
    hasURAM = (device?.uram ?? 0) > 0
    let blocks = try design.makeBlocks()
    self.blocks = blocks
    let graph = graph
    lastDimension = design.nodes.map { node in
      guard let stream = node.inputs.first, let writer = graph[stream].writer else { return nil }
      let outputs = blocks[writer.node].outputs
      return writer.port < outputs.count ? outputs[writer.port].normalShape?.last : nil
    }
  }

  /// One unit per node that can be folded or not, depthwise windows joined with their consumers.
  package func units() throws -> [FoldingUnit] {
    var units: [FoldingUnit] = []
    var consumed: Set<Int> = []
    for index in design.nodes.indices {
      guard let window = window(before: index) else { continue }
      consumed.formUnion([window, index])
      units.append(FoldingUnit(nodes: [window, index], options: try pairOptions(window, index)))
    }
    for index in design.nodes.indices where !consumed.contains(index) {
      let options = try blocks[index].foldingChoices(hasURAM: hasURAM)
        .compactMap { try option([(index, $0)]) }
      units.append(
        FoldingUnit(nodes: [index], options: try pareto(options, fallback: [index])))
    }
    return units
  }

  /// The sliding window in front of a layer that wants its words in a certain way.
  private func window(before index: Int) -> Int? {
    guard blocks[index].windowDemand != nil, let stream = design.nodes[index].inputs.first,
      let writer = graph[stream].writer?.node, follows(writer, index) != nil
    else { return nil }
    return writer
  }

  /// What the node `window` must change to feed the node `layer` as that is folded.
  private func follows(_ window: Int, _ layer: Int) -> AttributeChanges? {
    blocks[layer].windowDemand.flatMap { blocks[window].following($0) }
  }

  private func pairOptions(_ window: Int, _ layer: Int) throws -> [FoldingOption] {
    let styles = blocks[window].implementations(hasURAM: hasURAM)
    var options: [FoldingOption] = []
    for choice in blocks[layer].foldingChoices(hasURAM: hasURAM) {
      guard let demand = try block(layer, choice)?.windowDemand,
        let change = blocks[window].following(demand)
      else { continue }
      for style in styles {
        let both = style.merging(change) { $1 }
        if let option = try option([(window, both), (layer, choice)]) { options.append(option) }
      }
    }
    return try pareto(options, fallback: [window, layer])
  }

  /// The block of a node with changed attributes; nil where it refuses them.
  private func block(_ index: Int, _ changes: AttributeChanges) throws -> (any Block)? {
    try ifBuildable { try design.block(of: changed(index, changes)) }
  }

  private func changed(_ index: Int, _ changes: AttributeChanges) -> Node {
    var node = design.nodes[index]
    node.attributes.merge(changes) { $1 }
    return node
  }

  /// The options no other beats in cycles and every resource; the design as it stands if none is legal.
  private func pareto(_ options: [FoldingOption], fallback: [Int]) throws -> [FoldingOption] {
    var kept: [FoldingOption] = []
    let sorted = options.sorted {
      ($0.cycles, $0.resources.lut, $0.resources.bram18, $0.resources.dsp)
        < ($1.cycles, $1.resources.lut, $1.resources.bram18, $1.resources.dsp)
    }
    for option in sorted where !kept.contains(where: { $0.beats(option) }) { kept.append(option) }
    if kept.isEmpty {
      kept = try option(fallback.map { ($0, [:]) }, isForced: true).map { [$0] } ?? []
    }
    return kept
  }

  /// The option with these changes, nodes in flow order; nil where a block refuses them.
  private func option(
    _ changes: [(node: Int, changes: AttributeChanges)], isForced: Bool = false
  ) throws
    -> FoldingOption?
  {
    var result = FoldingOption(
      attributes: Dictionary(uniqueKeysWithValues: changes.map { ($0, $1) }), cycles: 0,
      cost: DesignCost(), resources: Resources(), inputElements: 0, outputElements: 0,
      inputWidth: 0, outputWidth: 0)
    for (position, (index, change)) in changes.enumerated() {
      guard let block = try block(index, change) else { return nil }
      if let words = borderWords(index) { return option(ofConverterTo: words, index) }
      if !isForced {
        guard block.allBuildIssues.isEmpty || change.isEmpty else { return nil }
        if let last = lastDimension[index], let elements = block.inputs.first?.elements,
          position == 0, last % elements != 0
        {
          return nil
        }
      }
      result.cycles = max(result.cycles, Self.cycles(block))
      result.canOverflow = result.canOverflow || block.canOverflowQueue
      result.cost.add(costing.cost(block, of: changed(index, change), in: context))
      result.hasKnownCost = result.hasKnownCost && block.hasKnownCost
      if position == 0 {
        result.inputElements = block.inputs.first?.elements ?? 0
        result.inputWidth = block.inputs.first?.width ?? 0
      }
      result.outputElements = block.outputs.first?.elements ?? 0
      result.outputWidth = block.outputs.first?.width ?? 0
    }
    result.resources = result.cost.high
    return result
  }

  /// The words outside of a converter at the border, which no folding changes.
  private func borderWords(_ index: Int) -> Port? {
    switch design.borderSide(ofConverter: design.nodes[index], in: graph) {
    case .input: blocks[index].inputs.first
    case .output: blocks[index].outputs.first
    case nil: nil
    }
  }

  /// A converter at the border fits whatever stands beside it (`refittingBorderConverters`): it is there as the words
  /// outside alone, and what it takes depends on its neighbour, as that of one between two layers does.
  private func option(ofConverterTo words: Port, _ index: Int) -> FoldingOption {
    let (elements, width) = (words.elements ?? 0, words.width ?? 0)
    return FoldingOption(
      attributes: [index: [:]], cycles: words.words ?? 0, cost: DesignCost(),
      resources: Resources(),
      inputElements: elements, outputElements: elements, inputWidth: width, outputWidth: width)
  }

  /// Cycles per frame a block needs by itself.
  package static func cycles(_ block: any Block) -> Int {
    // Its stream is made as wide as what stands beside it.
    if let dma = block as? IODMA { return dma.memoryWords }
    let words = (block.inputs + block.outputs).compactMap(\.words).max() ?? 0
    return max((block as? any TimedBlock)?.timing().busyCycles ?? block.expectedCycles, words)
  }
}

extension FoldingOption {
  /// At least as good in everything, with the same stream words.
  package func beats(_ other: FoldingOption) -> Bool {
    (!canOverflow || other.canOverflow) && cycles <= other.cycles
      && resources.isWithin(other.resources)
      && inputElements == other.inputElements && outputElements == other.outputElements
  }
}

extension Block {
  /// Whether it is a compute core that can lose results under back-pressure.
  var canOverflowQueue: Bool { hazardConditions.contains { $0.hazard == .queueOverflow } }
}
