/// Combines each element with its channel's parameter: comparison, sum or product.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles;
/// docs/reference/resources.md#threshold-cost.
package struct Channelwise: Block {
  package static let opTypes = ["ChannelwiseOp_hls"]
  package static let summary = "Combines each element with a parameter of its channel"
  package static let attributes: [AttributeSpec] = [
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

  package let node: NodeSettings
  package let function: String
  package let channels: Int
  package let pe: Int
  package let ramStyle: String
  package let inputType: DataType
  package let parameterType: DataType
  package let outputType: DataType
  package let numInputVectors: [Int]

  package init(_ a: Attributes) throws {
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

  package var channelFold: Int { channels / pe }
  /// Parameter words per PE.
  package var tmem: Int { channelFold }
  package var inputs: [Port] {
    [Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: inputType)]
  }
  package var outputs: [Port] {
    [Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: outputType)]
  }
  package var expectedCycles: Int { product(numInputVectors) * channelFold }

  package func resources(on device: DSPFamily) -> ResourceEstimate {
    ResourceEstimate(
      finn: ChannelMemory(
        pe: pe, depth: tmem, bits: inputType.bits, inBlockRAM: ramStyle == "block"
      ).resources)
  }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: channels)] }
  package var setFoldingRule: SetFoldingRule { .raise("PE", upTo: channels) }
  package var isWordWise: Bool { true }
  package static var parameterRoles: [String] { ["parameters"] }
}
