/// Reshape, transpose, reshape (newer FINN), SIMD elements per word: of the two innermost axes in RTL,
/// of the outer ones in HLS.
///
/// Source: docs/reference/development-branch.md#ops-it-adds.
public struct Shuffle: Block {
  public static let opTypes = ["InnerShuffle_rtl", "OuterShuffle_hls"]
  public static let summary = "Permutes the two innermost axes, or the outer ones (newer FINN)"
  public static let attributes: [AttributeSpec] = [
    .dataType("data_type", "element type"),
    .ints("in_shape", "shape of the input"),
    .ints("transpose_in_shape", default: [], "shape before the transpose; empty: in_shape"),
    .ints("transpose_out_shape", default: [], "shape after the transpose; empty: out_shape"),
    .ints("out_shape", "shape of the output"),
    .ints("perm", in: 0...63, "order of the axes"),
    .int("SIMD", default: 1, "elements per word; divides the last dimensions"),
    .ints("loop_coeffs", in: 0...AttributeSpec.maximumInt, default: [], "address steps, not used"),
  ]

  public let node: NodeSettings
  public let dataType: DataType
  public let inputShape: [Int]
  public let transposeInputShape: [Int]
  public let transposeOutputShape: [Int]
  public let outputShape: [Int]
  public let permutation: [Int]
  public let simd: Int

  public init(_ a: Attributes) throws {
    node = a.settings
    dataType = a.dataType("data_type")
    inputShape = a.ints("in_shape")
    outputShape = a.ints("out_shape")
    func orElse(_ name: String, _ shape: [Int]) -> [Int] {
      a.ints(name).isEmpty ? shape : a.ints(name)
    }
    transposeInputShape = orElse("transpose_in_shape", inputShape)
    transposeOutputShape = orElse("transpose_out_shape", outputShape)
    permutation = a.ints("perm")
    simd = a.int("SIMD")
    let elements = try a.size("a tensor", inputShape)
    for (name, shape) in [
      ("out_shape", outputShape), ("transpose_in_shape", transposeInputShape),
      ("transpose_out_shape", transposeOutputShape),
    ] {
      try a.require(
        try a.size("a tensor", shape) == elements, name,
        "does not hold the \(elements) elements of in_shape")
    }
    try a.require(
      permutation.sorted() == Array(0..<transposeInputShape.count), "perm",
      "is not an order of the \(transposeInputShape.count) axes of transpose_in_shape")
    try a.require(!inputShape.isEmpty, "in_shape", "needs at least one dimension")
    try a.require(!outputShape.isEmpty, "out_shape", "needs at least one dimension")
    try a.requireDivides("SIMD", inputShape.last!, "the last dimension of in_shape")
    try a.requireDivides("SIMD", outputShape.last!, "the last dimension of out_shape")
  }

  var words: Int { product(inputShape) / simd }
  /// Words of the two innermost axes.
  var innerWords: Int { product(inputShape.suffix(2)) / simd }
  var isInner: Bool { opType == "InnerShuffle_rtl" }

  private func port(_ shape: [Int]) -> Port {
    Port(
      leading: Array(shape.dropLast()), channels: shape[shape.count - 1], parallel: simd,
      dataType: dataType)
  }
  public var inputs: [Port] { [port(inputShape)] }
  public var outputs: [Port] { [port(outputShape)] }
  /// Inner: two passes over the tensor, and one inner matrix of latency. FINN finds the cycles of the
  /// outer one by simulation; the words of a frame stand for them here.
  public var expectedCycles: Int { isInner ? 2 * words + innerWords : words }

  public var foldings: [FoldingAttribute] {
    [FoldingAttribute("SIMD", dividing: inputShape.last ?? 1, outputShape.last ?? 1)]
  }
  public var hasKnownCost: Bool { false }
}
