/// Table lookup: each index becomes a row of the table, from constants in the code or from external
/// memory.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles;
/// docs/reference/packing.md#lookup-tables;
/// docs/reference/resources.md#fifo-converter-and-table-cost.
package struct Lookup: Block {
  package static let opTypes = ["Lookup_hls"]
  package static let summary = "Replaces each index by a row of a table"
  package static let attributes: [AttributeSpec] = [
    .int("NumEmbeddings", "rows of the table"),
    .int("EmbeddingDim", "elements of a row"),
    .dataType("EmbeddingType", "type of the elements"),
    .dataType("InputType", "type of the indices"),
    .ints("InputShape", default: [1], "shape of the indices"),
    .string(
      "mem_mode", oneOf: ["internal_embedded", "external"], default: "internal_embedded",
      "where the table is"),
    .int("ext_mem_width", default: 32, "bits of an external memory word"),
  ]

  package let node: NodeSettings
  package let rows: Int
  package let rowElements: Int
  package let elementType: DataType
  package let indexType: DataType
  package let inputShape: [Int]
  package let memoryMode: MemoryMode
  /// Bits of an external memory word.
  package let memoryWidth: Int

  package init(_ a: Attributes) throws {
    node = a.settings
    rows = a.int("NumEmbeddings")
    rowElements = a.int("EmbeddingDim")
    elementType = a.dataType("EmbeddingType")
    indexType = a.dataType("InputType")
    inputShape = a.ints("InputShape")
    memoryMode = MemoryMode(rawValue: a.string("mem_mode")) ?? .embedded
    memoryWidth = a.int("ext_mem_width")
    try a.size("a table", [rows, rowElements])
    try a.size("a tensor", inputShape + [rowElements])
    guard memoryMode == .external else { return }
    try a.require(
      memoryWidth % elementType.bits == 0, "ext_mem_width",
      "is not a multiple of the \(elementType.bits) bits of an element")
    try a.require(
      rowElements % elementsPerMemoryWord == 0, "ext_mem_width",
      "holds \(elementsPerMemoryWord) elements, which does not divide EmbeddingDim = \(rowElements)"
    )
  }

  /// Elements of an external memory word.
  package var elementsPerMemoryWord: Int { memoryWidth / elementType.bits }
  package var inputs: [Port] {
    [Port(normal: inputShape, folded: inputShape + [1], dataType: indexType)]
  }
  package var outputs: [Port] {
    let shape = inputShape + [rowElements]
    guard memoryMode == .external else {
      return [Port(normal: shape, folded: shape, dataType: elementType)]
    }
    return [
      Port(
        leading: inputShape, channels: rowElements, parallel: elementsPerMemoryWord,
        dataType: elementType)
    ]
  }
  package var expectedCycles: Int { product(inputShape) }

  package func resources(on device: DSPFamily) -> ResourceEstimate {
    guard memoryMode != .external else { return ResourceEstimate() }
    let width = rowElements * elementType.bits
    let blocks = width.dividedUp(by: 16) * rows.dividedUp(by: 1024)
    return ResourceEstimate(
      finn: Resources(bram18: blocks),
      bramEfficiency: MemoryShape.efficiency(
        bits: width * rows, blocks: blocks, blockBits: MemoryShape.ramb18Bits))
  }

  package static var parameterRoles: [String] { ["embeddings"] }
}
