/// Concatenates streams on the last axis.
///
/// Current FINN takes one whole pixel per word on every input (`ElemsPerStream`); newer FINN folds
/// the channels by SIMD (`ChannelsPerStream`).
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles;
/// docs/reference/development-branch.md#ops-it-adds.
package struct StreamingConcat: Block {
  package static let opTypes = ["StreamingConcat_hls"]
  package static let summary = "Concatenates streams on the last axis"
  package static let attributes: [AttributeSpec] = [
    .ints("ElemsPerStream", default: [], "elements of each input, one word per pixel"),
    .dataType("inputDataType", default: "", "element type, with ElemsPerStream"),
    .ints("ChannelsPerStream", default: [], "channels of each input, folded by SIMD (newer FINN)"),
    .int(
      "SIMD", in: 0...AttributeSpec.maximumInt, default: 0,
      "channels per word; divides each of ChannelsPerStream"),
    AttributeSpec(
      "inputDataTypes", .strings, default: .strings([]), "element types, with ChannelsPerStream"),
    .ints("numInputVectors", default: [1], "leading dimensions of the inputs"),
  ]

  package let node: NodeSettings
  /// Elements each input contributes to a pixel.
  package let channelsPerStream: [Int]
  /// Elements per word; `nil` when a word holds a whole pixel.
  package let simd: Int?
  package let inputTypes: [DataType]
  package let outputType: DataType
  package let numInputVectors: [Int]

  package init(_ a: Attributes) throws {
    node = a.settings
    numInputVectors = a.ints("numInputVectors")
    let whole = a.ints("ElemsPerStream")
    let folded = a.ints("ChannelsPerStream")
    try a.require(
      whole.isEmpty != folded.isEmpty, "ElemsPerStream",
      "is required (or ChannelsPerStream with SIMD, not both)")
    channelsPerStream = whole + folded
    try a.require(
      channelsPerStream.count <= Loop.mostPorts,
      whole.isEmpty ? "ChannelsPerStream" : "ElemsPerStream",
      "has more than the \(Loop.mostPorts) inputs that are simulated; concatenate in two steps")
    try a.size("a tensor", numInputVectors + [try a.sum("ElemsPerStream", channelsPerStream)])
    if folded.isEmpty {
      simd = nil
      try a.require(a.optionalDataType("inputDataType") != nil, "inputDataType", "is required")
      inputTypes = whole.map { _ in a.dataType("inputDataType") }
    } else {
      for count in folded { try a.requireDivides("SIMD", count, "a ChannelsPerStream") }
      simd = a.int("SIMD")
      let names = a.strings("inputDataTypes")
      try a.require(
        names.count == folded.count, "inputDataTypes", "must name one type per input")
      inputTypes = try names.map { name in
        guard let type = DataType(name) else {
          throw InputError("unknown data type '\(name)'", at: "attribute 'inputDataTypes'")
        }
        return type
      }
    }
    outputType = try a.common(inputTypes)
  }

  package var outputChannels: Int { channelsPerStream.reduce(0, +) }

  package var inputs: [Port] {
    zip(channelsPerStream, inputTypes).map { port($0, $1) }
  }
  package var outputs: [Port] { [port(outputChannels, outputType)] }
  private func port(_ channels: Int, _ type: DataType) -> Port {
    guard let simd else {
      let shape = numInputVectors + [channels]
      return Port(normal: shape, folded: shape, dataType: type)
    }
    return Port(leading: numInputVectors, channels: channels, parallel: simd, dataType: type)
  }

  package var expectedCycles: Int {
    product(numInputVectors) * (simd.map { outputChannels / $0 } ?? 1)
  }

  package var foldings: [FoldingAttribute] {
    simd == nil ? [] : [FoldingAttribute("SIMD", dividing: channelsPerStream)]
  }
  package var fixedFoldings: [String: String] {
    simd == nil ? ["SIMD": "with ElemsPerStream a word holds a whole pixel"] : [:]
  }
  package var hasKnownCost: Bool { simd == nil }
}

/// Splits a stream on the last axis, SIMD channels per word (newer FINN).
///
/// Source: docs/reference/development-branch.md#ops-it-adds.
package struct StreamingSplit: Block {
  package static let opTypes = ["StreamingSplit_hls"]
  package static let summary = "Splits a stream on the last axis"
  package static let attributes: [AttributeSpec] = [
    .int("SIMD", "channels per word; divides each of ChannelsPerStream"),
    .ints("ChannelsPerStream", "channels of each output"),
    .dataType("inputDataType", "element type"),
    .ints("numInputVectors", default: [1], "leading dimensions of the input"),
  ]

  package let node: NodeSettings
  package let simd: Int
  package let channelsPerStream: [Int]
  package let dataType: DataType
  package let numInputVectors: [Int]

  package init(_ a: Attributes) throws {
    node = a.settings
    simd = a.int("SIMD")
    channelsPerStream = a.ints("ChannelsPerStream")
    dataType = a.dataType("inputDataType")
    numInputVectors = a.ints("numInputVectors")
    try a.require(!channelsPerStream.isEmpty, "ChannelsPerStream", "needs at least one output")
    try a.require(
      channelsPerStream.count <= Loop.mostPorts, "ChannelsPerStream",
      "has more than the \(Loop.mostPorts) outputs that are simulated; split in two steps")
    for count in channelsPerStream { try a.requireDivides("SIMD", count, "a ChannelsPerStream") }
    try a.size("a tensor", numInputVectors + [try a.sum("ChannelsPerStream", channelsPerStream)])
  }

  package var inputChannels: Int { channelsPerStream.reduce(0, +) }
  package var inputs: [Port] { [port(inputChannels)] }
  package var outputs: [Port] { channelsPerStream.map(port) }
  private func port(_ channels: Int) -> Port {
    Port(leading: numInputVectors, channels: channels, parallel: simd, dataType: dataType)
  }
  package var expectedCycles: Int { product(numInputVectors) * inputChannels / simd }

  package var foldings: [FoldingAttribute] {
    [FoldingAttribute("SIMD", dividing: channelsPerStream)]
  }
  package var hasKnownCost: Bool { false }
}

extension Attributes {
  /// The sum of a list; throws when it is beyond any device.
  func sum(_ attribute: String, _ list: [Int]) throws -> Int {
    guard list.count <= 4096 else {
      throw InputError(
        "\(list.count) streams", at: "attribute '\(attribute)'", hint: "at most 4096")
    }
    return list.reduce(0, +)
  }

  /// One type for all of `types`: theirs if they agree, else the smallest that holds every value.
  func common(_ types: [DataType]) throws -> DataType {
    guard let first = types.first else { return .float32 }
    if types.allSatisfy({ $0 == first }) { return first }
    let ranges = try types.map { try range(of: $0, "inputDataTypes") }
    let low = ranges.map(\.lowerBound).min() ?? 0
    let high = ranges.map(\.upperBound).max() ?? 0
    return low < 0 ? .smallest(for: abs(low) > high ? low : -high - 1) : .smallest(for: high)
  }
}
