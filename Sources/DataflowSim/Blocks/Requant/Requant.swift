/// Requantises each element to another type (newer FINN), PE channels per word: clip(floor(x·scale + bias +
/// 0.5)), with a scale and a bias for all channels or one each.
///
/// Source: docs/reference/development-branch.md#ops-it-adds.
package struct Requant: Block {
  package static let opTypes = ["Requant_hls", "Requant_rtl"]
  package static let summary = "Requantises each element (newer FINN)"
  package static let attributes: [AttributeSpec] = [
    .int("PE", default: 1, "channels per word; divides NumChannels"),
    .int("NumChannels", "channels"),
    .dataType("inputDataType", "type of the elements"),
    .dataType("outputDataType", "type of the results"),
    .ints("numInputVectors", default: [1], "leading dimensions of the input"),
    .flag("narrow", "leave out the most negative code"),
  ]

  package let node: NodeSettings
  package let channels: Int
  package let pe: Int
  package let inputType: DataType
  package let outputType: DataType
  package let numInputVectors: [Int]
  package let narrow: Bool
  /// RTL: decides the multiplier's width.
  package let family: DSPFamily

  package init(_ a: Attributes) throws {
    node = a.settings
    channels = a.int("NumChannels")
    pe = a.int("PE")
    inputType = a.dataType("inputDataType")
    outputType = a.dataType("outputDataType")
    numInputVectors = a.ints("numInputVectors")
    narrow = a.flag("narrow")
    family = a.dspFamily
    try a.requireDivides("PE", channels, "NumChannels")
    try a.size("a tensor", numInputVectors + [channels])
  }

  package var channelFold: Int { channels / pe }
  package var inputs: [Port] {
    [Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: inputType)]
  }
  package var outputs: [Port] {
    [Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: outputType)]
  }
  package var expectedCycles: Int {
    product(numInputVectors) * channelFold + (isRTL ? 0 : 10)
  }

  /// Bits of the RTL block's multiplier operands for data and scale.
  var multiplier: (data: Int, scale: Int) {
    let (wide, narrow): (Int, Int) =
      switch family {
      case .dsp48e1: (25, 18)
      case .dsp48e2: (27, 18)
      case .dsp58: (27, 24)
      }
    let bits = inputType.bits
    return bits <= narrow ? (bits, 25) : (min(wide, bits), narrow)
  }

  /// Whether inputs do not fit the multiplier (hazard `requant-wide-input`).
  var isTooWide: Bool { node.isDevelopmentRTL && inputType.bits > multiplier.data }

  package var buildIssues: [String] {
    guard isRTL else { return [] }
    var issues: [String] = []
    if outputType.isSigned { issues.append("the RTL block needs unsigned results") }
    if narrow { issues.append("the RTL block has no narrow range") }
    return issues
  }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: channels)] }
  package var hasKnownCost: Bool { false }
  package var isWordWise: Bool { true }
  package static let parameterRoles = ["scale", "bias"]
}
