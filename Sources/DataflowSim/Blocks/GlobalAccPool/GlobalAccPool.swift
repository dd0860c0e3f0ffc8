/// Sums each channel over all pixels of a map, PE channels per word.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
package struct GlobalAccPool: Block {
  package static let opTypes = ["GlobalAccPool_hls"]
  package static let summary = "Sum of each channel over a whole map"
  package static let attributes: [AttributeSpec] = [
    .int("NumChannels", "channels"),
    .int("PE", "channels per word; divides NumChannels"),
    .dataType("inputDataType", "element type"),
    .ints("numInputVectors", default: [1], "batch, height and width"),
  ]

  package let node: NodeSettings
  package let channels: Int
  package let pe: Int
  package let inputType: DataType
  /// The smallest type that holds the sum of the largest elements.
  package let outputType: DataType
  package let numInputVectors: [Int]

  package init(_ a: Attributes) throws {
    node = a.settings
    channels = a.int("NumChannels")
    pe = a.int("PE")
    inputType = a.dataType("inputDataType")
    numInputVectors = a.ints("numInputVectors")
    try a.requireDivides("PE", channels, "NumChannels")
    try a.require(
      numInputVectors.count >= 2, "numInputVectors", "needs batch, height and width")
    try a.size("a map", numInputVectors + [channels])
    let range = try a.range(of: inputType, "inputDataType")
    let extreme = inputType.isSigned ? range.lowerBound : range.upperBound
    let (sum, overflow) = extreme.multipliedReportingOverflow(
      by: product(numInputVectors.suffix(2)))
    try a.require(!overflow, "numInputVectors", "makes sums beyond 64 bits")
    outputType = .smallest(for: sum)
  }

  package var channelFold: Int { channels / pe }
  /// Pixels summed per frame, the batch included.
  package var vectors: Int { product(numInputVectors) }
  package var inputs: [Port] {
    [Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: inputType)]
  }
  package var outputs: [Port] {
    [
      Port(
        leading: [numInputVectors[0], 1, 1], channels: channels, parallel: pe,
        dataType: outputType)
    ]
  }
  package var expectedCycles: Int { vectors * channelFold + channelFold }
  /// FINN leaves out the batch.
  package var numberOfOutputValues: Int { channelFold }

  /// The map where it is not square: the HLS block takes the height for both sides.
  /// Source: docs/reference/semantics.md#pooling.
  package var mapThatIsNotSquare: (height: Int, width: Int)? {
    let sides = Array(numInputVectors.dropFirst()) + [1]
    return sides[0] == sides[1] ? nil : (sides[0], sides[1])
  }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: channels)] }
  package var setFoldingRule: SetFoldingRule { .raise("PE", upTo: channels) }
}
