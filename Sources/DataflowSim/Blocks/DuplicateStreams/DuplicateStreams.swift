/// Copies one stream to several.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
package struct DuplicateStreams: Block {
  package static let opTypes = ["DuplicateStreams_hls"]
  package static let summary = "Copies a stream to several"
  package static let attributes: [AttributeSpec] = [
    .int("NumChannels", "channels"),
    .int("PE", "channels per word; divides NumChannels"),
    .int("NumOutputStreams", in: 1...1024, "copies"),
    .dataType("inputDataType", "element type"),
    .ints("numInputVectors", default: [1], "leading dimensions of the input"),
  ]

  package let node: NodeSettings
  package let channels: Int
  package let pe: Int
  package let copies: Int
  package let dataType: DataType
  package let numInputVectors: [Int]

  package init(_ a: Attributes) throws {
    node = a.settings
    channels = a.int("NumChannels")
    pe = a.int("PE")
    copies = a.int("NumOutputStreams")
    dataType = a.dataType("inputDataType")
    numInputVectors = a.ints("numInputVectors")
    try a.requireDivides("PE", channels, "NumChannels")
    try a.size("the copies", numInputVectors + [channels, copies])
  }

  package var channelFold: Int { channels / pe }
  package var inputs: [Port] { [port] }
  package var outputs: [Port] { Array(repeating: port, count: copies) }
  private var port: Port {
    Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: dataType)
  }
  package var expectedCycles: Int { product(numInputVectors) * channelFold }
  /// FINN counts all copies and leaves out dimension 0.
  package var numberOfOutputValues: Int {
    copies * product(numInputVectors.dropFirst()) * channelFold
  }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: channels)] }
  package var setFoldingRule: SetFoldingRule { .raise("PE", upTo: channels) }
  package static var passesValuesOn: Bool { true }
  package var isWordWise: Bool { true }
}
