/// Gives a tensor another shape without moving an element: FINN+'s reshape, squeeze and unsqueeze, PE
/// elements of the last dimension per word.
///
/// Source: FINN+ (`reshape.py`, `squeeze.py`, `unsqueeze.py`): folded (*shape[:-1], last / PE, PE) on
/// both sides, a word per cycle.
package struct Reshape: Block {
  package static let opTypes = ["Reshape_rtl", "Squeeze_hls", "Unsqueeze_hls"]
  package static let summary = "Another shape for the same words (FINN+)"
  package static let attributes: [AttributeSpec] = [
    .ints("inp_shape", "shape of the input"),
    .ints("out_shape", "shape of the output"),
    .int("PE", default: 1, "elements per word; divides both last dimensions"),
    .dataType("dtype", "element type").only(.rtl),
    .dataType("inp_dtype", "element type of the input").only(.hls),
    .dataType("out_dtype", "element type of the output; as wide as inp_dtype").only(.hls),
    .ints("axes", in: -64...64, default: [], "dimensions of 1 that go or come, not used").only(
      .hls),
  ]

  package let node: NodeSettings
  package let inputShape: [Int]
  package let outputShape: [Int]
  package let pe: Int
  package let inputType: DataType
  package let outputType: DataType

  package init(_ a: Attributes) throws {
    node = a.settings
    inputShape = a.ints("inp_shape")
    outputShape = a.ints("out_shape")
    pe = a.int("PE")
    inputType = a.dataType(a.isRTL ? "dtype" : "inp_dtype")
    outputType = a.dataType(a.isRTL ? "dtype" : "out_dtype")
    let elements = try a.size("a tensor", inputShape)
    for (name, shape) in [("inp_shape", inputShape), ("out_shape", outputShape)] {
      guard let last = shape.last else {
        throw InputError("needs at least one dimension", at: "attribute '\(name)'")
      }
      try a.requireDivides("PE", last, "the last dimension of \(name)")
    }
    try a.require(
      try a.size("a tensor", outputShape) == elements, "out_shape",
      "does not hold the \(elements) elements of inp_shape")
    if !a.isRTL {
      try a.require(
        inputType == outputType, "out_dtype", "differs from inp_dtype = \(inputType)")
    }
  }

  package var inputs: [Port] { [port(inputShape, inputType)] }
  package var outputs: [Port] { [port(outputShape, outputType)] }
  private func port(_ shape: [Int], _ type: DataType) -> Port {
    Port(
      leading: Array(shape.dropLast()), channels: shape[shape.count - 1], parallel: pe,
      dataType: type)
  }
  package var expectedCycles: Int { product(inputShape) / pe }

  package var foldings: [FoldingAttribute] {
    [FoldingAttribute("PE", dividing: inputShape.last ?? 1, outputShape.last ?? 1)]
  }
  package static var passesValuesOn: Bool { true }
  package var isWordWise: Bool { true }
}
