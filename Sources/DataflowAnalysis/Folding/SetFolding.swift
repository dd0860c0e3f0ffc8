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
    try design.block(at: node).expectedCycles
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
    switch design.nodes[node].opType {
    case "MVAU_hls", "MVAU_rtl": try foldMatrix(node)
    case "AddStreams_hls", "ChannelwiseOp_hls", "DuplicateStreams_hls", "GlobalAccPool_hls",
      "Thresholding_hls", "Thresholding_rtl":
      try tune(node, "PE", upTo: self[node, "NumChannels"])
    case "LabelSelect_hls": try tune(node, "PE", upTo: self[node, "Labels"])
    case "VVAU_hls", "VVAU_rtl", "Pool_hls": try foldDepthwise(node)
    case "ConvolutionInputGenerator_hls", "ConvolutionInputGenerator_rtl": try foldWindow(node)
    case "DownSampler_hls", "FMPadding_hls", "FMPadding_Pixel_hls":
      try tune(node, "SIMD", upTo: self[node, "NumChannels"])
    default: break
    }
  }

  private mutating func foldMatrix(_ node: Int) throws {
    self[node, "PE"] = 1
    self[node, "SIMD"] = 1
    let weightBits = design.nodes[node].dataTypeBits("weightDataType")
    for divisor in divisors(of: self[node, "MW"]) {
      let previous = self[node, "SIMD"]
      self[node, "SIMD"] = divisor
      if try cycles(node) < target { break }
      if weightBits * divisor > widestWeights {
        self[node, "SIMD"] = previous
        break
      }
    }
    try tune(node, "PE", upTo: self[node, "MH"])
  }

  private mutating func foldDepthwise(_ node: Int) throws {
    let isVVAU = design.nodes[node].opType.hasPrefix("VVAU")
    let channels = self[node, "Channels"]
    guard case .ints(let kernel)? = design.nodes[node].attributes[isVVAU ? "Kernel" : "KernelSize"]
    else { return }
    let window = product(kernel)
    if isVVAU { self[node, "SIMD"] = 1 }
    try tune(node, "PE", upTo: channels)
    if isVVAU, self[node, "PE"] == channels, try cycles(node) > target {
      try tune(node, "SIMD", upTo: window)
    }
    guard let producer = graph[design.nodes[node].inputs[0]].writer?.node,
      design.nodes[producer].opType.hasPrefix("ConvolutionInputGenerator")
    else {
      guard window == 1 else {
        throw InputError(
          "is depthwise, but no ConvolutionInputGenerator feeds it",
          at: "node '\(design.nodes[node].name)'")
      }
      return
    }
    self[producer, "SIMD"] = self[node, "PE"]
    if design.nodes[producer].opType.hasSuffix("_rtl") {
      self[producer, "parallel_window"] = isVVAU && self[node, "SIMD"] > 1 ? 1 : 0
    }
  }

  private mutating func foldWindow(_ node: Int) throws {
    guard self[node, "depthwise"] == 0 else { return }
    let isRTL = design.nodes[node].opType.hasSuffix("_rtl")
    let channels = self[node, "IFMChannels"]
    if isRTL { self[node, "parallel_window"] = 0 }
    try tune(node, "SIMD", upTo: channels)
    if isRTL, self[node, "SIMD"] == channels, try cycles(node) > target {
      self[node, "parallel_window"] = 1
    }
  }
}

extension Design {
  /// The block of one node. Throws `InputError` naming the node.
  func block(at index: Int) throws -> any Block {
    let node = nodes[index]
    do {
      return try BlockCatalogue.make(node, in: self)
    } catch let error as InputError {
      throw error.at("node '\(node.name)' (\(node.opType))")
    }
  }
}

extension Node {
  func dataTypeBits(_ attribute: String) -> Int {
    guard case .string(let name)? = attributes[attribute] else { return 0 }
    return DataType(name)?.bits ?? 0
  }
}
