/// Puts a constant token in front of every sequence and zero tokens behind it, SIMD elements per word
/// (development branch of FINN).
///
/// Source: docs/reference/development-branch.md#class-token.
package struct TokenInsertion: Block {
  package static let opTypes = ["AddCLSToken_rtl"]
  package static let summary = "Puts a constant token in front of a sequence (development branch)"
  package static let attributes: [AttributeSpec] = [
    .int("NumTokens", "tokens of a sequence"),
    .int("NumChannels", "elements of a token"),
    .int("SIMD", default: 1, "elements per word; divides NumChannels"),
    .int("PadTokens", in: 0...AttributeSpec.maximumInt, default: 0, "zero tokens at the end"),
    .dataType("inputDataType", "element type"),
    .dataType("outputDataType", default: "", "element type of the results; empty: the same"),
  ]

  package let node: NodeSettings
  package let dataType: DataType
  package let outputType: DataType
  package let tokens: Int
  package let padding: Int
  package let channels: Int
  package let simd: Int

  package init(_ a: Attributes) throws {
    node = a.settings
    dataType = a.dataType("inputDataType")
    outputType = a.optionalDataType("outputDataType") ?? dataType
    tokens = a.int("NumTokens")
    padding = a.int("PadTokens")
    channels = a.int("NumChannels")
    simd = a.int("SIMD")
    try a.requireDivides("SIMD", channels, "NumChannels")
    try a.size("a tensor", [tokens, channels])
    try a.size("a tensor", [1 + tokens + padding, channels])
    try a.require(
      outputType == dataType, "outputDataType", "differs from inputDataType = \(dataType)")
  }

  /// Words of a token.
  package var fold: Int { channels / simd }
  private func port(_ tokens: Int) -> Port {
    Port(leading: [1, tokens], channels: channels, parallel: simd, dataType: dataType)
  }
  package var inputs: [Port] { [port(tokens)] }
  package var outputs: [Port] { [port(1 + tokens + padding)] }
  package var expectedCycles: Int { (1 + tokens + padding) * fold }
  package var foldings: [FoldingAttribute] { [FoldingAttribute("SIMD", dividing: channels)] }
  package var hasKnownCost: Bool { false }
  package static let parameterRoles = ["cls"]
}
