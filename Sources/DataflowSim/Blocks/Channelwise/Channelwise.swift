/// Combines each element with its channel's parameter: comparison, sum or product.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles;
/// docs/reference/resources.md#threshold-cost.
public struct Channelwise: Block {
  public static let opTypes = ["ChannelwiseOp_hls"]
  public static let summary = "Combines each element with a parameter of its channel"
  public static let attributes: [AttributeSpec] = [
    .string(
      "Func", oneOf: ["cmp_le", "cmp_ge", "add", "mul"], default: "cmp_le", "what to compute"),
    .int("NumChannels", "channels"),
    .int("PE", "channels per word; divides NumChannels"),
    .string(
      "ram_style", oneOf: ["distributed", "block"], default: "distributed", "parameter memory"),
    .dataType("inputDataType", "type of the elements"),
    .dataType("paramDataType", "type of the parameters"),
    .dataType("outputDataType", "type of the results"),
    .ints("numInputVectors", default: [1], "leading dimensions of the input"),
  ]

  public let node: NodeSettings
  public let function: String
  public let channels: Int
  public let pe: Int
  public let ramStyle: String
  public let inputType: DataType
  public let parameterType: DataType
  public let outputType: DataType
  public let numInputVectors: [Int]

  public init(_ a: Attributes) throws {
    node = a.settings
    function = a.string("Func")
    channels = a.int("NumChannels")
    pe = a.int("PE")
    ramStyle = a.string("ram_style")
    inputType = a.dataType("inputDataType")
    parameterType = a.dataType("paramDataType")
    outputType = a.dataType("outputDataType")
    numInputVectors = a.ints("numInputVectors")
    try a.requireDivides("PE", channels, "NumChannels")
    try a.size("a tensor", numInputVectors + [channels])
  }

  public var channelFold: Int { channels / pe }
  /// Parameter words per PE.
  public var tmem: Int { channelFold }
  public var inputs: [Port] {
    [Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: inputType)]
  }
  public var outputs: [Port] {
    [Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: outputType)]
  }
  public var expectedCycles: Int { product(numInputVectors) * channelFold }

  public func resources(on device: DSPFamily) -> ResourceEstimate {
    ResourceEstimate(
      finn: ChannelMemory(
        pe: pe, depth: tmem, bits: inputType.bits, inBlockRAM: ramStyle == "block"
      ).resources)
  }

  public var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: channels)] }
  public var setFoldingRule: SetFoldingRule { .raise("PE", upTo: channels) }
  public var isWordWise: Bool { true }
  public static var parameterRoles: [String] { ["parameters"] }
}
