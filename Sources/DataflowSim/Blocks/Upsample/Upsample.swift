/// Nearest-neighbour upsampling: repeats pixels and rows.
///
/// Current FINN takes square maps (or 1D ones) with one whole pixel per word; newer FINN states
/// both dimensions (HI, WI, HO, WO) and folds the channels by SIMD.
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles;
/// docs/reference/development-branch.md#ops-it-adds.
package struct Upsample: Block {
  package static let opTypes = ["UpsampleNearestNeighbour_hls"]
  package static let summary = "Nearest-neighbour upsampling of a map"
  package static let attributes: [AttributeSpec] = [
    .int("IFMDim", in: unset, default: 0, "input height (and width)"),
    .int("OFMDim", in: unset, default: 0, "output height (and width)"),
    .int("NumChannels", "channels"),
    .dataType("inputDataType", "element type"),
    .int("numInputVectors", default: 1, "images per frame"),
    .int("DimMode", in: 0...1, default: 0, "0: square map, 1: one column"),
    .int("HI", in: unset, default: 0, "input height (newer FINN)"),
    .int("WI", in: unset, default: 0, "input width (newer FINN)"),
    .int("HO", in: unset, default: 0, "output height (newer FINN)"),
    .int("WO", in: unset, default: 0, "output width (newer FINN)"),
    .int("SIMD", in: unset, default: 0, "channels per word (newer FINN); 0: all"),
    .int("batchSize", default: 1, "images per frame (newer FINN)"),
  ]
  private static let unset = 0...AttributeSpec.maximumInt

  package let node: NodeSettings
  package let inputDim: [Int]
  package let outputDim: [Int]
  package let channels: Int
  /// Channels per word.
  package let simd: Int
  package let dataType: DataType
  package let images: Int
  /// Set for the folded block of newer FINN.
  package let isFolded: Bool
  /// One column: the cycles FINN expects leave out the batch.
  private let oneColumn: Bool

  package init(_ a: Attributes) throws {
    node = a.settings
    channels = a.int("NumChannels")
    dataType = a.dataType("inputDataType")
    isFolded = a.int("SIMD") > 0
    oneColumn = !isFolded && a.int("DimMode") == 1
    if isFolded {
      simd = a.int("SIMD")
      images = a.int("batchSize")
      inputDim = [a.int("HI"), a.int("WI")]
      outputDim = [a.int("HO"), a.int("WO")]
      try a.requireDivides("SIMD", channels, "NumChannels")
    } else {
      simd = channels
      images = a.int("numInputVectors")
      inputDim = [a.int("IFMDim"), oneColumn ? 1 : a.int("IFMDim")]
      outputDim = [a.int("OFMDim"), oneColumn ? 1 : a.int("OFMDim")]
      try a.require(
        outputDim[0] > inputDim[0], "OFMDim", "must exceed IFMDim = \(inputDim[0])")
    }
    let names = isFolded ? [("HI", "HO"), ("WI", "WO")] : [("IFMDim", "OFMDim")]
    for (axis, (input, output)) in names.enumerated() {
      try a.require(inputDim[axis] > 0, input, "is required")
      try a.require(outputDim[axis] > 0, output, "is required")
    }
    try a.size("a map", [images] + outputDim + [channels])
    try a.size("a map", [images] + inputDim + [channels])
  }

  package var channelFold: Int { channels / simd }
  package var inputs: [Port] { [port(inputDim)] }
  package var outputs: [Port] { [port(outputDim)] }
  private func port(_ dim: [Int]) -> Port {
    let shape = [images] + dim
    guard isFolded else {
      return Port(normal: shape + [channels], folded: shape + [channels], dataType: dataType)
    }
    return Port(leading: shape, channels: channels, parallel: simd, dataType: dataType)
  }
  package var expectedCycles: Int {
    oneColumn ? outputDim[0] : images * product(outputDim) * channelFold
  }

  package var buildIssues: [String] {
    zip(inputDim, outputDim).allSatisfy { $1 % $0 == 0 }
      ? [] : ["upsampling needs a whole factor"]
  }

  package var foldings: [FoldingAttribute] {
    isFolded ? [FoldingAttribute("SIMD", dividing: channels)] : []
  }
  package var fixedFoldings: [String: String] {
    isFolded ? [:] : ["SIMD": "with IFMDim and OFMDim a word holds a whole pixel"]
  }
  package var hasKnownCost: Bool { !isFolded }
}
