/// Passes words through and computes a checksum per frame. The checksum is a register read over
/// AXI-Lite (FINN's second output tensor), not a stream.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles,
/// #tlast-and-checksum.
package struct CheckSum: Block {
  package static let opTypes = ["CheckSum_hls"]
  package static let summary = "Passes words through and computes a checksum per frame"
  package static let attributes: [AttributeSpec] = [
    .int("words_per_frame", "words of a frame"),
    .int("items_per_word", "elements of a word"),
    .dataType("inputDataType", "element type"),
    .ints("folded_shape", "words of a frame, elements per word last"),
  ]

  package let node: NodeSettings
  package let wordsPerFrame: Int
  package let itemsPerWord: Int
  package let dataType: DataType
  package let foldedShape: [Int]

  package init(_ a: Attributes) throws {
    node = a.settings
    wordsPerFrame = a.int("words_per_frame")
    itemsPerWord = a.int("items_per_word")
    dataType = a.dataType("inputDataType")
    foldedShape = a.ints("folded_shape")
    try a.require(!foldedShape.isEmpty, "folded_shape", "needs at least one dimension")
    try a.size("a tensor", foldedShape)
  }

  private var port: Port {
    Port(
      normal: foldedShape.dropLast(2) + [product(foldedShape.suffix(2))], folded: foldedShape,
      dataType: dataType)
  }
  package var inputs: [Port] { [port] }
  package var outputs: [Port] { [port] }
  package var expectedCycles: Int { 0 }
  package var buildIssues: [String] {
    let words = port.words ?? 0
    guard wordsPerFrame != words || itemsPerWord != foldedShape.last else { return [] }
    return [
      "words_per_frame and items_per_word differ from folded_shape (\(words) words of "
        + "\(foldedShape.last ?? 1))"
    ]
  }

  package static var passesValuesOn: Bool { true }
  package var isWordWise: Bool { true }
}

extension Design {
  /// Takes the second outputs of CheckSum nodes out: the checksum is a register that the host reads, no stream.
  package mutating func dropChecksums() {
    for index in nodes.indices
    where CheckSum.opTypes.contains(nodes[index].opType) && nodes[index].outputs.count == 2 {
      let checksum = nodes[index].outputs.removeLast()
      graphOutputs.removeAll { $0 == checksum }
      streams[checksum] = nil
    }
  }
}
