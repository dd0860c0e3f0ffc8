/// Marks the last word of a frame for a DMA outside the design, or drops the mark.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles,
/// #tlast-and-checksum.
package struct TLastMarker: Block {
  package static let opTypes = ["TLastMarker_hls"]
  package static let summary = "Marks the last word of a frame"
  package static let attributes: [AttributeSpec] = [
    .int("NumIters", "words of a frame"),
    .flag("DynIters", default: 1, "word count settable at run time"),
    .string("Direction", oneOf: ["in", "out"], default: "out", "out: add the mark, in: drop it"),
    .int("StreamWidth", "bits of a word"),
    .int("ElemWidth", "bits of an element"),
    .string("Protocol", oneOf: ["external", "internal"], default: "external", "kind of stream"),
  ]

  package let node: NodeSettings
  /// Words of a frame.
  package let iterations: Int
  package let dynamicIterations: Bool
  package let addsMark: Bool
  package let streamWidth: Int
  package let elementWidth: Int
  package let isInternal: Bool

  package init(_ a: Attributes) throws {
    node = a.settings
    iterations = a.int("NumIters")
    dynamicIterations = a.flag("DynIters")
    addsMark = a.string("Direction") == "out"
    streamWidth = a.int("StreamWidth")
    elementWidth = a.int("ElemWidth")
    isInternal = a.string("Protocol") == "internal"
    try a.size("a frame", [iterations, streamWidth])
  }

  private var port: Port {
    var port = Port(
      folded: [1, iterations, streamWidth / elementWidth], width: streamWidth, words: iterations)
    port.paddedWidth = streamWidth
    return port
  }
  package var inputs: [Port] { [port] }
  package var outputs: [Port] { [port] }
  package var expectedCycles: Int { 0 }
  package var numberOfOutputValues: Int { iterations }

  package static var passesValuesOn: Bool { true }
  package var isWordWise: Bool { true }
  package func effect(ofWords words: Int) -> String? {
    "TLAST comes every \(words) words, not at the end of a frame"
  }
}
