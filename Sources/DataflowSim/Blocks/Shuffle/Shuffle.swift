/// Reshape, transpose, reshape (newer FINN), SIMD elements per word: of the two innermost axes in RTL,
/// of the outer ones in HLS.
///
/// Source: docs/reference/development-branch.md#ops-it-adds.
package struct Shuffle: Block {
  package static let opTypes = ["InnerShuffle_rtl", "OuterShuffle_hls"]
  package static let summary = "Permutes the two innermost axes, or the outer ones (newer FINN)"
  package static let attributes: [AttributeSpec] = [
    .dataType("data_type", "element type"),
    .ints("in_shape", "shape of the input"),
    .ints("transpose_in_shape", default: [], "shape before the transpose; empty: in_shape"),
    .ints("transpose_out_shape", default: [], "shape after the transpose; empty: out_shape"),
    .ints(
      "out_shape", default: [], "shape of the output; empty: the inner axes of in_shape exchanged"),
    .ints("perm", in: 0...63, default: [], "order of the axes; empty: the inner two exchanged"),
    .int("SIMD", default: 1, "elements per word; divides the last dimensions"),
    .ints("loop_coeffs", in: 0...AttributeSpec.maximumInt, default: [], "address steps, not used"),
  ]

  package let node: NodeSettings
  package let dataType: DataType
  package let inputShape: [Int]
  package let transposeInputShape: [Int]
  package let transposeOutputShape: [Int]
  package let outputShape: [Int]
  package let permutation: [Int]
  package let simd: Int

  package init(_ a: Attributes) throws {
    node = a.settings
    dataType = a.dataType("data_type")
    inputShape = a.ints("in_shape")
    try a.require(!inputShape.isEmpty, "in_shape", "needs at least one dimension")
    let elements = try a.size("a tensor", inputShape)
    let isInner = a.opType == "InnerShuffle_rtl"
    let exchanged = isInner && a.ints("perm").isEmpty
    try a.require(
      !exchanged || inputShape.count >= 2, "in_shape", "needs the two axes that are exchanged")
    let last = inputShape.count - 1
    outputShape =
      exchanged && a.ints("out_shape").isEmpty
      ? inputShape.dropLast(2) + [inputShape[last], inputShape[last - 1]] : a.ints("out_shape")
    func orElse(_ name: String, _ shape: [Int]) -> [Int] {
      a.ints(name).isEmpty ? shape : a.ints(name)
    }
    transposeInputShape = orElse("transpose_in_shape", inputShape)
    transposeOutputShape = orElse("transpose_out_shape", outputShape)
    permutation = exchanged ? Array(0..<last - 1) + [last, last - 1] : a.ints("perm")
    let rows = isInner ? inputShape.dropLast().last ?? 1 : 0
    simd =
      isInner && a.generation.isDevelopment
      ? Self.fitting(a.int("SIMD"), rows: rows) : a.int("SIMD")
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
    try a.require(!outputShape.isEmpty, "out_shape", "needs at least one dimension")
    if !(isInner && a.generation.isDevelopment) {
      try a.requireDivides("SIMD", inputShape.last!, "the last dimension of in_shape")
    }
    guard outputShape.last! % simd != 0 else { return }
    try a.requireDivides("SIMD", outputShape.last!, "the last dimension of out_shape")
  }

  /// The development branch raises a SIMD that does not divide the rows until it does.
  private static func fitting(_ simd: Int, rows: Int) -> Int {
    guard simd <= rows else { return rows }
    return divisors(of: rows).first { $0 >= simd } ?? rows
  }

  var words: Int { product(inputShape) / simd }
  /// Words of the two innermost axes.
  var innerWords: Int { product(inputShape.suffix(2)) / simd }
  var innerGeometry: InnerShuffleGeometry {
    let inner = inputShape.suffix(2)
    return InnerShuffleGeometry(rows: inner.first ?? 1, columns: inner.last ?? 1, simd: simd)
  }
  var isInner: Bool { opType == "InnerShuffle_rtl" }

  private func port(_ shape: [Int]) -> Port {
    Port(
      leading: Array(shape.dropLast()), channels: shape[shape.count - 1], parallel: simd,
      dataType: dataType)
  }
  /// Words of the inner shuffle may cross rows of the input.
  package var inputs: [Port] {
    guard inputShape.last! % simd != 0 else { return [port(inputShape)] }
    return [
      Port(
        normal: inputShape, folded: inputShape.dropLast(2) + [innerWords, simd], dataType: dataType)
    ]
  }
  package var outputs: [Port] { [port(outputShape)] }
  /// Inner: two passes over the tensor, and one inner matrix of latency. FINN finds the cycles of the
  /// outer one by simulation; the words of a frame stand for them here.
  package var expectedCycles: Int { isInner ? 2 * words + innerWords : words }

  package var foldings: [FoldingAttribute] {
    [FoldingAttribute("SIMD", dividing: inputShape.last ?? 1, outputShape.last ?? 1)]
  }
  package var hasKnownCost: Bool { false }
}
