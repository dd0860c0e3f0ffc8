/// Copies one stream to several.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
public struct DuplicateStreams: Block {
  public static let opTypes = ["DuplicateStreams_hls"]
  public static let summary = "Copies a stream to several"
  public static let attributes: [AttributeSpec] = [
    .int("NumChannels", "channels"),
    .int("PE", "channels per word; divides NumChannels"),
    .int("NumOutputStreams", in: 1...1024, "copies"),
    .dataType("inputDataType", "element type"),
    .ints("numInputVectors", default: [1], "leading dimensions of the input"),
  ]

  public let node: NodeSettings
  public let channels: Int
  public let pe: Int
  public let copies: Int
  public let dataType: DataType
  public let numInputVectors: [Int]

  public init(_ a: Attributes) throws {
    node = a.settings
    channels = a.int("NumChannels")
    pe = a.int("PE")
    copies = a.int("NumOutputStreams")
    dataType = a.dataType("inputDataType")
    numInputVectors = a.ints("numInputVectors")
    try a.requireDivides("PE", channels, "NumChannels")
    try a.size("the copies", numInputVectors + [channels, copies])
  }

  public var channelFold: Int { channels / pe }
  public var inputs: [Port] { [port] }
  public var outputs: [Port] { Array(repeating: port, count: copies) }
  private var port: Port {
    Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: dataType)
  }
  public var expectedCycles: Int { product(numInputVectors) * channelFold }
  /// FINN counts all copies and leaves out dimension 0.
  public var numberOfOutputValues: Int {
    copies * product(numInputVectors.dropFirst()) * channelFold
  }

  public var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: channels)] }
  public var setFoldingRule: SetFoldingRule { .raise("PE", upTo: channels) }
  public var isWordWise: Bool { true }
}
