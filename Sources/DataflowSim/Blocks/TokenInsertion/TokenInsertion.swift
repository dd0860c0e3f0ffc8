/// Puts a constant token in front of every sequence and zero tokens behind it, SIMD elements per word
/// (development branch of FINN).
///
/// Source: docs/reference/development-branch.md#class-token.
public struct TokenInsertion: Block {
  public static let opTypes = ["AddCLSToken_rtl"]
  public static let summary = "Puts a constant token in front of a sequence (development branch)"
  public static let attributes: [AttributeSpec] = [
    .int("NumTokens", "tokens of a sequence"),
    .int("NumChannels", "elements of a token"),
    .int("SIMD", default: 1, "elements per word; divides NumChannels"),
    .int("PadTokens", in: 0...AttributeSpec.maximumInt, default: 0, "zero tokens at the end"),
    .dataType("inputDataType", "element type"),
    .dataType("outputDataType", default: "", "element type of the results; empty: the same"),
  ]

  public let node: NodeSettings
  public let dataType: DataType
  public let outputType: DataType
  public let tokens: Int
  public let padding: Int
  public let channels: Int
  public let simd: Int

  public init(_ a: Attributes) throws {
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
  public var fold: Int { channels / simd }
  private func port(_ tokens: Int) -> Port {
    Port(leading: [1, tokens], channels: channels, parallel: simd, dataType: dataType)
  }
  public var inputs: [Port] { [port(tokens)] }
  public var outputs: [Port] { [port(1 + tokens + padding)] }
  public var expectedCycles: Int { (1 + tokens + padding) * fold }
  public var foldings: [FoldingAttribute] { [FoldingAttribute("SIMD", dividing: channels)] }
  public var hasKnownCost: Bool { false }
  public static let parameterRoles = ["cls"]
}
