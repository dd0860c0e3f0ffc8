/// Passes words through and computes a checksum per frame. The checksum is a register read over
/// AXI-Lite (FINN's second output tensor), not a stream.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles,
/// #tlast-and-checksum.
public struct CheckSum: Block {
  public static let opTypes = ["CheckSum_hls"]
  public static let summary = "Passes words through and computes a checksum per frame"
  public static let attributes: [AttributeSpec] = [
    .int("words_per_frame", "words of a frame"),
    .int("items_per_word", "elements of a word"),
    .dataType("inputDataType", "element type"),
    .ints("folded_shape", "words of a frame, elements per word last"),
  ]

  public let node: NodeSettings
  public let wordsPerFrame: Int
  public let itemsPerWord: Int
  public let dataType: DataType
  public let foldedShape: [Int]

  public init(_ a: Attributes) throws {
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
  public var inputs: [Port] { [port] }
  public var outputs: [Port] { [port] }
  public var expectedCycles: Int { 0 }
  public var buildIssues: [String] {
    let words = port.words ?? 0
    guard wordsPerFrame != words || itemsPerWord != foldedShape.last else { return [] }
    return [
      "words_per_frame and items_per_word differ from folded_shape (\(words) words of "
        + "\(foldedShape.last ?? 1))"
    ]
  }

  public var isWordWise: Bool { true }
}
