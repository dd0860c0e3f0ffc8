/// One way to fold a unit: a node, or a depthwise layer with the sliding window that feeds it, which
/// must fold alike.
struct FoldingOption: Sendable {
  /// Changed attributes by node index.
  var attributes: [Int: [String: AttributeValue]]
  /// Cycles per frame of the slowest node.
  var cycles: Int
  var resources: Resources
  /// Elements per word at the unit's stream input and output, for the converters beside it.
  var inputElements: Int
  var outputElements: Int
  var inputWidth: Int
  var outputWidth: Int
}

/// The nodes that fold together, and every legal way to fold them.
struct FoldingUnit: Sendable {
  var nodes: [Int]
  var options: [FoldingOption]
}

/// Lists the foldings of every unit under FINN's divisibility rules.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles, #pitfalls.
struct FoldingOptions {
  let design: Design
  let graph: DesignGraph
  let family: DSPFamily
  /// Last dimension of the tensor at each node's input: a converter works on it alone.
  private let lastDimension: [Int?]
  private let hasURAM: Bool

  init(_ design: Design, device: DeviceResources?) throws {
    self.design = design
    graph = try DesignGraph(design)
    family = DSPFamily(part: design.part ?? "")
    hasURAM = (device?.uram ?? 0) > 0
    let blocks = try design.makeBlocks()
    let graph = graph
    lastDimension = design.nodes.map { node in
      guard let stream = node.inputs.first, let writer = graph[stream].writer else { return nil }
      let outputs = blocks[writer.node].outputs
      return writer.port < outputs.count ? outputs[writer.port].normalShape?.last : nil
    }
  }

  /// One unit per node that can be folded or not, depthwise windows joined with their consumers.
  func units() throws -> [FoldingUnit] {
    var units: [FoldingUnit] = []
    var consumed: Set<Int> = []
    for index in design.nodes.indices {
      guard let window = depthwiseWindow(before: index) else { continue }
      consumed.formUnion([window, index])
      units.append(FoldingUnit(nodes: [window, index], options: try pairOptions(window, index)))
    }
    for index in design.nodes.indices where !consumed.contains(index) {
      let options = candidates(index).compactMap { option([index: $0]) }
      units.append(
        FoldingUnit(nodes: [index], options: try pareto(options, fallback: [index])))
    }
    return units
  }

  private func depthwiseWindow(before index: Int) -> Int? {
    let node = design.nodes[index]
    guard node.opType.hasPrefix("VVAU") || node.opType.hasPrefix("Pool"),
      let stream = node.inputs.first, let writer = graph[stream].writer?.node,
      design.nodes[writer].opType.hasPrefix("ConvolutionInputGenerator")
    else { return nil }
    return writer
  }

  private func pairOptions(_ window: Int, _ layer: Int) throws -> [FoldingOption] {
    let windowRTL = design.nodes[window].opType.hasSuffix("_rtl")
    var options: [FoldingOption] = []
    for choice in candidates(layer) {
      guard case .int(let pe)? = choice["PE"] else { continue }
      var simd = 1
      if case .int(let value)? = choice["SIMD"] { simd = value }
      for style in windowStyles(window) {
        var change = style
        change["SIMD"] = .int(pe)
        if windowRTL { change["parallel_window"] = .int(simd > 1 ? 1 : 0) }
        if let option = option([window: change, layer: choice]) { options.append(option) }
      }
    }
    return try pareto(options, fallback: [window, layer])
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
      kept =
        option(Dictionary(uniqueKeysWithValues: fallback.map { ($0, [:]) }), isForced: true)
        .map { [$0] } ?? []
    }
    return kept
  }

  /// The option with these changes; nil where a block refuses them.
  private func option(_ changes: [Int: [String: AttributeValue]], isForced: Bool = false)
    -> FoldingOption?
  {
    var result = FoldingOption(
      attributes: changes, cycles: 0, resources: Resources(), inputElements: 0, outputElements: 0,
      inputWidth: 0, outputWidth: 0)
    let nodes = changes.keys.sorted {
      design.nodes[$0].opType.hasPrefix("ConvolutionInputGenerator")
        && !design.nodes[$1].opType.hasPrefix("ConvolutionInputGenerator")
    }
    for (position, index) in nodes.enumerated() {
      var node = design.nodes[index]
      node.fold(changes[index] ?? [:])
      guard
        let block = try? BlockCatalogue.make(
          opType: node.opType, attributes: node.attributes, part: design.part,
          clockMHz: design.clockMHz, generation: design.finnGeneration)
      else { return nil }
      if !isForced {
        guard block.allBuildIssues.isEmpty || changes[index]?.isEmpty ?? true else { return nil }
        if let last = lastDimension[index], let elements = block.inputs.first?.elements,
          position == 0, last % elements != 0
        {
          return nil
        }
      }
      result.cycles = max(result.cycles, Self.cycles(block))
      result.resources = result.resources + block.resources(on: family).corrected
      if position == 0 {
        result.inputElements = block.inputs.first?.elements ?? 0
        result.inputWidth = block.inputs.first?.width ?? 0
      }
      result.outputElements = block.outputs.first?.elements ?? 0
      result.outputWidth = block.outputs.first?.width ?? 0
    }
    return result
  }

  /// Cycles per frame a block needs by itself.
  static func cycles(_ block: any Block) -> Int {
    let words = (block.inputs + block.outputs).compactMap(\.words).max() ?? 0
    return max((block as? any TimedBlock)?.timing().busyCycles ?? block.expectedCycles, words)
  }

  // MARK: Candidates

  /// Attribute changes worth trying at a node; the empty change where nothing can be folded.
  private func candidates(_ index: Int) -> [[String: AttributeValue]] {
    let node = design.nodes[index]
    let base = node.opType.split(separator: "_").dropLast().joined(separator: "_")
    switch base {
    case "MVAU": return matrix(node)
    case "VVAU": return depthwise(node)
    case "ConvolutionInputGenerator": return window(index)
    case "Thresholding", "AddStreams", "ChannelwiseOp", "DuplicateStreams", "GlobalAccPool",
      "StreamingEltwise", "StreamingMaxPool":
      return each("PE", node.whole("NumChannels"))
    case "LabelSelect": return each("PE", node.whole("Labels"))
    case "Pool": return each("PE", node.whole("Channels"))
    case "DownSampler", "FMPadding", "FMPadding_Pixel":
      return each("SIMD", node.whole("NumChannels"))
    default: return [[:]]
    }
  }

  private func each(_ attribute: String, _ whole: Int) -> [[String: AttributeValue]] {
    divisors(of: whole).map { [attribute: .int($0)] }
  }

  private func matrix(_ node: Node) -> [[String: AttributeValue]] {
    let width = node.whole("MW")
    let isHLS = node.opType.hasSuffix("_hls")
    return cross(
      each("PE", node.whole("MH")),
      divisors(of: width).filter { !isHLS || $0 * 1024 >= width }.map { ["SIMD": .int($0)] },
      memories(node), isHLS ? multipliers(node) : [[:]])
  }

  private func depthwise(_ node: Node) -> [[String: AttributeValue]] {
    let channels = node.whole("Channels")
    guard case .ints(let kernel)? = node.attributes["Kernel"] else { return [[:]] }
    var shapes = each("PE", channels).map { $0.merging(["SIMD": .int(1)]) { $1 } }
    if node.opType.hasSuffix("_rtl") {
      shapes += divisors(of: product(kernel)).dropFirst().map {
        ["PE": .int(channels), "SIMD": .int($0)]
      }
    }
    return cross(shapes, memories(node), node.opType.hasSuffix("_hls") ? multipliers(node) : [[:]])
  }

  private func window(_ index: Int) -> [[String: AttributeValue]] {
    let node = design.nodes[index]
    let channels = node.whole("IFMChannels")
    var shapes = each("SIMD", channels)
    if node.opType.hasSuffix("_rtl") {
      shapes = shapes.map { $0.merging(["parallel_window": .int(0)]) { $1 } }
      if node.whole("dynamic_mode") == 0 {
        shapes.append(["SIMD": .int(channels), "parallel_window": .int(1)])
      }
    }
    return cross(shapes, windowStyles(index))
  }

  private func windowStyles(_ index: Int) -> [[String: AttributeValue]] {
    (["distributed", "block"] + (hasURAM ? ["ultra"] : [])).map { ["ram_style": .string($0)] }
  }

  private func multipliers(_ node: Node) -> [[String: AttributeValue]] {
    ["lut", "dsp"].map { ["resType": .string($0)] }
  }

  /// Weight memories; external ones and those software writes stay as they are.
  private func memories(_ node: Node) -> [[String: AttributeValue]] {
    var mode = "internal_decoupled"
    if case .string(let stated)? = node.attributes["mem_mode"] { mode = stated }
    guard mode != "external", node.whole("runtime_writeable_weights") == 0 else { return [[:]] }
    let decoupled = ["block", "distributed"].map { style -> [String: AttributeValue] in
      ["mem_mode": .string("internal_decoupled"), "ram_style": .string(style)]
    }
    guard node.opType.hasSuffix("_hls") else { return decoupled }
    return decoupled + [["mem_mode": .string("internal_embedded")]]
  }

  private func cross(_ lists: [[String: AttributeValue]]...) -> [[String: AttributeValue]] {
    lists.reduce([[:]]) { product, list in
      product.flatMap { left in list.map { left.merging($0) { $1 } } }
    }
  }
}

extension FoldingOption {
  /// At least as good in everything, with the same stream words.
  func beats(_ other: FoldingOption) -> Bool {
    cycles <= other.cycles && resources.isWithin(other.resources)
      && inputElements == other.inputElements && outputElements == other.outputElements
  }
}

extension Resources {
  func isWithin(_ other: Resources) -> Bool {
    lut <= other.lut && bram18 <= other.bram18 && uram <= other.uram && dsp <= other.dsp
  }
}

extension Node {
  /// An integer attribute, 0 where it is missing.
  func whole(_ name: String) -> Int {
    if case .int(let value)? = attributes[name] { value } else { 0 }
  }
}
