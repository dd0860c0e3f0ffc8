/// A tensor normalised over its last dimension, SIMD elements per word.
private struct LastAxis {
  let dim: [Int]
  let simd: Int

  init(_ a: Attributes) throws {
    dim = a.ints("ifm_dim")
    simd = a.int("SIMD")
    try a.require(!dim.isEmpty, "ifm_dim", "needs at least one dimension")
    try a.size("a tensor", dim)
    try a.requireDivides("SIMD", dim.last!, "the last dimension of ifm_dim")
  }

  func port(_ type: DataType) -> Port {
    Port(
      leading: Array(dim.dropLast()), channels: dim[dim.count - 1], parallel: simd, dataType: type)
  }
  var words: Int { product(dim) / simd }
  var folding: FoldingAttribute { FoldingAttribute("SIMD", dividing: dim[dim.count - 1]) }
}

/// Layer normalisation over the last dimension (newer FINN). FINN states no cycle formula; the
/// words of a frame stand for it. Source: docs/reference/development-branch.md#ops-it-adds.
package struct LayerNorm: Block {
  package static let opTypes = ["LayerNorm_hls", "LayerNorm_rtl"]
  package static let summary = "Layer normalisation over the last dimension (newer FINN)"
  package static let attributes: [AttributeSpec] = [
    .ints("ifm_dim", "shape of the input"),
    .int("SIMD", "elements per word; divides the last dimension"),
    AttributeSpec("epsilon", .float(0...1), default: .float(1e-5), "added to the variance"),
    .dataType("inputDataType", default: "FLOAT32", "type of the elements"),
    .dataType("outputDataType", default: "FLOAT32", "type of the results"),
  ]

  package let node: NodeSettings
  package let inputType: DataType
  package let outputType: DataType
  package let epsilon: Double
  private let axis: LastAxis

  package init(_ a: Attributes) throws {
    node = a.settings
    axis = try LastAxis(a)
    epsilon = a.float("epsilon")
    inputType = a.dataType("inputDataType")
    outputType = a.dataType("outputDataType")
  }

  package var ifmDim: [Int] { axis.dim }
  package var simd: Int { axis.simd }
  package var inputs: [Port] { [axis.port(inputType)] }
  package var outputs: [Port] { [axis.port(outputType)] }
  /// Words of a vector (NN).
  package var wordsPerVector: Int { (ifmDim.last ?? 1) / simd }
  /// RTL: a vector fills each of the two stages. FINN gives 0 for the HLS block.
  package var expectedCycles: Int {
    isRTL ? axis.words + 2 * wordsPerVector + 4 * simd.ceilLog2 + 36 : 0
  }
  package var foldings: [FoldingAttribute] { [axis.folding] }
  package var hasKnownCost: Bool { false }
}

/// Softmax over the last dimension (newer FINN); results are FLOAT32.
///
/// Source: docs/reference/development-branch.md#ops-it-adds.
package struct Softmax: Block {
  package static let opTypes = ["HWSoftmax_hls"]
  package static let summary = "Softmax over the last dimension (newer FINN)"
  package static let attributes: [AttributeSpec] = [
    .ints("ifm_dim", "shape of the input"),
    .int("SIMD", "elements per word; divides the last dimension"),
    .dataType("input_data_type", "type of the elements"),
  ]

  package let node: NodeSettings
  package let inputType: DataType
  private let axis: LastAxis

  package init(_ a: Attributes) throws {
    node = a.settings
    axis = try LastAxis(a)
    inputType = a.dataType("input_data_type")
  }

  package var ifmDim: [Int] { axis.dim }
  package var simd: Int { axis.simd }
  package var inputs: [Port] { [axis.port(inputType)] }
  package var outputs: [Port] { [axis.port(.float32)] }
  /// FINN gives 0.
  package var expectedCycles: Int { 0 }
  package var foldings: [FoldingAttribute] { [axis.folding] }
  package var hasKnownCost: Bool { false }
}
