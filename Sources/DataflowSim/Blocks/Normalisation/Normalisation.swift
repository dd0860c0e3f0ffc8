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
public struct LayerNorm: Block {
  public static let opTypes = ["LayerNorm_hls", "LayerNorm_rtl"]
  public static let summary = "Layer normalisation over the last dimension (newer FINN)"
  public static let attributes: [AttributeSpec] = [
    .ints("ifm_dim", "shape of the input"),
    .int("SIMD", "elements per word; divides the last dimension"),
    AttributeSpec("epsilon", .float(0...1), default: .float(1e-5), "added to the variance"),
    .dataType("inputDataType", default: "FLOAT32", "type of the elements"),
    .dataType("outputDataType", default: "FLOAT32", "type of the results"),
  ]

  public let node: NodeSettings
  public let inputType: DataType
  public let outputType: DataType
  public let epsilon: Double
  private let axis: LastAxis

  public init(_ a: Attributes) throws {
    node = a.settings
    axis = try LastAxis(a)
    epsilon = a.float("epsilon")
    inputType = a.dataType("inputDataType")
    outputType = a.dataType("outputDataType")
  }

  public var ifmDim: [Int] { axis.dim }
  public var simd: Int { axis.simd }
  public var inputs: [Port] { [axis.port(inputType)] }
  public var outputs: [Port] { [axis.port(outputType)] }
  /// Words of a vector (NN).
  public var wordsPerVector: Int { (ifmDim.last ?? 1) / simd }
  /// RTL: a vector fills each of the two stages. FINN gives 0 for the HLS block.
  public var expectedCycles: Int {
    isRTL ? axis.words + 2 * wordsPerVector + 4 * simd.ceilLog2 + 36 : 0
  }
  public var foldings: [FoldingAttribute] { [axis.folding] }
  public var hasKnownCost: Bool { false }
}

/// Softmax over the last dimension (newer FINN); results are FLOAT32.
///
/// Source: docs/reference/development-branch.md#ops-it-adds.
public struct Softmax: Block {
  public static let opTypes = ["HWSoftmax_hls"]
  public static let summary = "Softmax over the last dimension (newer FINN)"
  public static let attributes: [AttributeSpec] = [
    .ints("ifm_dim", "shape of the input"),
    .int("SIMD", "elements per word; divides the last dimension"),
    .dataType("input_data_type", "type of the elements"),
  ]

  public let node: NodeSettings
  public let inputType: DataType
  private let axis: LastAxis

  public init(_ a: Attributes) throws {
    node = a.settings
    axis = try LastAxis(a)
    inputType = a.dataType("input_data_type")
  }

  public var ifmDim: [Int] { axis.dim }
  public var simd: Int { axis.simd }
  public var inputs: [Port] { [axis.port(inputType)] }
  public var outputs: [Port] { [axis.port(.float32)] }
  /// FINN gives 0.
  public var expectedCycles: Int { 0 }
  public var foldings: [FoldingAttribute] { [axis.folding] }
  public var hasKnownCost: Bool { false }
}
