/// Requantises each element to another type (newer FINN), PE channels per word.
///
/// Source: docs/reference/development-branch.md#ops-it-adds.
public struct Requant: Block {
  public static let opTypes = ["Requant_hls", "Requant_rtl"]
  public static let summary = "Requantises each element (newer FINN)"
  public static let attributes: [AttributeSpec] = [
    .int("PE", default: 1, "channels per word; divides NumChannels"),
    .int("NumChannels", "channels"),
    .dataType("inputDataType", "type of the elements"),
    .dataType("outputDataType", "type of the results"),
    .ints("numInputVectors", default: [1], "leading dimensions of the input"),
    .flag("narrow", "leave out the most negative code"),
  ]

  public let node: NodeSettings
  public let channels: Int
  public let pe: Int
  public let inputType: DataType
  public let outputType: DataType
  public let numInputVectors: [Int]
  public let narrow: Bool

  public init(_ a: Attributes) throws {
    node = a.settings
    channels = a.int("NumChannels")
    pe = a.int("PE")
    inputType = a.dataType("inputDataType")
    outputType = a.dataType("outputDataType")
    numInputVectors = a.ints("numInputVectors")
    narrow = a.flag("narrow")
    try a.requireDivides("PE", channels, "NumChannels")
    try a.size("a tensor", numInputVectors + [channels])
  }

  public var channelFold: Int { channels / pe }
  public var inputs: [Port] {
    [Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: inputType)]
  }
  public var outputs: [Port] {
    [Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: outputType)]
  }
  public var expectedCycles: Int { product(numInputVectors) * channelFold }

  public var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: channels)] }
  public var hasKnownCost: Bool { false }
  public var isWordWise: Bool { true }
}
