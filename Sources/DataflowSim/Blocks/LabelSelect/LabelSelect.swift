/// Indices of the K largest elements of a vector of labels, PE labels per word.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
package struct LabelSelect: Block {
  package static let opTypes = ["LabelSelect_hls"]
  package static let summary = "Indices of the K largest elements"
  package static let attributes: [AttributeSpec] = [
    .int("Labels", "elements of a vector"),
    .int("PE", "elements per word; divides Labels"),
    .int("K", "indices to emit"),
    .dataType("inputDataType", "type of the elements"),
    .dataType(
      "outputDataType", default: "",
      "type of the indices; empty: unsigned, whole bytes, BINARY up to 2 labels"),
    .ints("numInputVectors", default: [1], "leading dimensions of the input"),
  ]

  package let node: NodeSettings
  package let labels: Int
  package let pe: Int
  package let k: Int
  package let inputType: DataType
  package let outputType: DataType
  package let numInputVectors: [Int]

  package init(_ a: Attributes) throws {
    node = a.settings
    labels = a.int("Labels")
    pe = a.int("PE")
    k = a.int("K")
    inputType = a.dataType("inputDataType")
    numInputVectors = a.ints("numInputVectors")
    try a.requireDivides("PE", labels, "Labels")
    try a.require(k <= labels, "K", "exceeds Labels = \(labels)")
    try a.size("a tensor", numInputVectors + [labels])
    // FINN writes the width in whole bytes into the type's name, and BINARY has none in it.
    let least = DataType.smallest(for: labels - 1)
    let whole: DataType = least == .binary ? .binary : .uint(least.bits.dividedUp(by: 8) * 8)
    outputType = a.optionalDataType("outputDataType") ?? whole
  }

  /// Words of a vector: Labels / PE.
  package var labelFold: Int { labels / pe }
  package var inputs: [Port] {
    [Port(leading: numInputVectors, channels: labels, parallel: pe, dataType: inputType)]
  }
  package var outputs: [Port] {
    [Port(leading: numInputVectors, channels: k, parallel: 1, dataType: outputType)]
  }
  /// FINN leaves out the number of vectors.
  package var expectedCycles: Int { labelFold }
  package var numberOfOutputValues: Int { k }
  package var buildIssues: [String] {
    product(numInputVectors) > 1 || numInputVectors.count > 1
      ? ["the HLS block takes one vector per frame"] : []
  }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: labels)] }
  package var setFoldingRule: SetFoldingRule { .raise("PE", upTo: labels) }
}
