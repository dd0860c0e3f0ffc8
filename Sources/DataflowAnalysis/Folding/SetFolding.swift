/// FINN's folding rule: layer by layer, the least parallelism whose estimated cycles are below the
/// target. FIFOs, width converters and stalls do not enter.
///
/// Source: docs/reference/finn-files.md#setfolding.
public struct SetFolding: Sendable {
  /// Cycles per frame to stay below.
  public var targetCycles: Int
  /// Widest weight stream of an MVAU, in bits, while SIMD grows.
  public var widestWeights = 36
  /// Fold again for the slowest layer, so that the others give up what they cannot use.
  public var isTwoPass = true

  /// FINN's rule for at most `targetCycles` per layer; `widestWeights` bounds SIMD by the weight
  /// stream's bits, `isTwoPass` relaxes the target to the slowest layer reached.
  public init(targetCycles: Int, widestWeights: Int = 36, isTwoPass: Bool = true) {
    self.targetCycles = targetCycles
    self.widestWeights = widestWeights
    self.isTwoPass = isTwoPass
  }

  /// `design`, which must have neither FIFOs nor converters, with PE, SIMD and parallel_window set.
  /// Throws `InputError` for a depthwise layer whose producer is no sliding window.
  public func folded(_ design: Design) throws -> Design {
    let once = try pass(design, target: targetCycles)
    guard isTwoPass else { return once }
    let slowest = try once.makeBlocks().map(\.expectedCycles).max() ?? 0
    return slowest > targetCycles ? try pass(once, target: slowest) : once
  }

  private func pass(_ design: Design, target: Int) throws -> Design {
    var folder = try Folder(design, target: target, widestWeights: widestWeights)
    for index in design.nodes.indices { try folder.fold(index) }
    return folder.design
  }
}

/// The state of one pass.
private struct Folder {
  var design: Design
  let graph: DesignGraph
  let target: Int
  let widestWeights: Int

  init(_ design: Design, target: Int, widestWeights: Int) throws {
    self.design = design
    self.target = target
    self.widestWeights = widestWeights
    graph = try DesignGraph(design)
  }

  private func cycles(_ node: Int) throws -> Int {
    try design.block(of: design.nodes[node]).expectedCycles
  }

  private subscript(_ node: Int, _ attribute: String) -> Int {
    get {
      if case .int(let value)? = design.nodes[node].attributes[attribute] { return value }
      return 0
    }
    set { design.nodes[node].fold([attribute: .int(newValue)]) }
  }

  /// Raises `attribute` over the divisors of `whole` until the node is below the target.
  private mutating func tune(_ node: Int, _ attribute: String, upTo whole: Int) throws {
    for divisor in divisors(of: whole) {
      self[node, attribute] = divisor
      if try cycles(node) < target { return }
    }
  }

  mutating func fold(_ node: Int) throws {
    switch try design.block(of: design.nodes[node]).setFoldingRule {
    case .leave: break
    case .raise(let attribute, let whole): try tune(node, attribute, upTo: whole)
    case .matrix(let width, let height, let weightBits):
      try foldMatrix(node, width, height, weightBits)
    case .depthwise(let channels, let kernelPixels, let foldsKernel):
      try foldDepthwise(node, channels, kernelPixels, foldsKernel)
    case .window(let channels, let canEmitWholeWindows):
      try foldWindow(node, channels, canEmitWholeWindows)
    }
  }

  private mutating func foldMatrix(_ node: Int, _ width: Int, _ height: Int, _ weightBits: Int)
    throws
  {
    self[node, "PE"] = 1
    self[node, "SIMD"] = 1
    for divisor in divisors(of: width) {
      let previous = self[node, "SIMD"]
      self[node, "SIMD"] = divisor
      if try cycles(node) < target { break }
      if weightBits * divisor > widestWeights {
        self[node, "SIMD"] = previous
        break
      }
    }
    try tune(node, "PE", upTo: height)
  }

  private mutating func foldDepthwise(
    _ node: Int, _ channels: Int, _ kernelPixels: Int, _ foldsKernel: Bool
  ) throws {
    if foldsKernel { self[node, "SIMD"] = 1 }
    try tune(node, "PE", upTo: channels)
    if foldsKernel, self[node, "PE"] == channels, try cycles(node) > target {
      try tune(node, "SIMD", upTo: kernelPixels)
    }
    guard let producer = graph[design.nodes[node].inputs[0]].writer?.node,
      let demand = try design.block(of: design.nodes[node]).windowDemand,
      let changes = try design.block(of: design.nodes[producer]).following(demand)
    else {
      guard kernelPixels == 1 else {
        throw InputError(
          "is depthwise, but no ConvolutionInputGenerator feeds it",
          at: "node '\(design.nodes[node].name)'")
      }
      return
    }
    design.nodes[producer].attributes.merge(changes) { $1 }
  }

  private mutating func foldWindow(_ node: Int, _ channels: Int, _ canEmitWholeWindows: Bool) throws
  {
    if canEmitWholeWindows { self[node, "parallel_window"] = 0 }
    try tune(node, "SIMD", upTo: channels)
    if canEmitWholeWindows, self[node, "SIMD"] == channels, try cycles(node) > target {
      self[node, "parallel_window"] = 1
    }
  }
}
