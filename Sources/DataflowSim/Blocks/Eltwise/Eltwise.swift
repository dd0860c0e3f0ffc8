/// Adds, subtracts or takes the distance of two equal-shaped streams, PE channels per word.
/// `AddStreams_hls` is the addition of two streams of one type.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
package struct Eltwise: Block {
  package static let opTypes = ["AddStreams_hls", "StreamingEltwise_hls"]
  package static let summary = "Sum, difference or distance of two streams"
  package static let attributes: [AttributeSpec] = [
    .int("NumChannels", "channels"),
    .int("PE", "channels per word; divides NumChannels"),
    .dataType("inputDataType", default: "", "type of both inputs (AddStreams)"),
    .dataType("inputDataType0", default: "", "type of input 0 (StreamingEltwise)"),
    .dataType("inputDataType1", default: "", "type of input 1 (StreamingEltwise)"),
    .string(
      "eltwiseOp", oneOf: ["", "Add", "Sub", "AbsDiff"], default: "",
      "what to compute (StreamingEltwise)"),
    .ints("numInputVectors", default: [1], "leading dimensions of the inputs"),
    .ints(
      "inFIFODepths", in: 0...AttributeSpec.maximumInt, default: [2, 2], "FIFO depth per input"),
  ]

  package enum Operation: String, Sendable {
    case add = "Add"
    case subtract = "Sub"
    case distance = "AbsDiff"
  }

  package let node: NodeSettings
  package let channels: Int
  package let pe: Int
  package let inputTypes: [DataType]
  /// The smallest type that holds every result.
  package let outputType: DataType
  package let operation: Operation
  package let numInputVectors: [Int]

  package init(_ a: Attributes) throws {
    node = a.settings
    channels = a.int("NumChannels")
    pe = a.int("PE")
    numInputVectors = a.ints("numInputVectors")
    let isAdd = a.opType == "AddStreams_hls"
    let names = isAdd ? ["inputDataType", "inputDataType"] : ["inputDataType0", "inputDataType1"]
    inputTypes = try names.map { name in
      try a.require(a.optionalDataType(name) != nil, name, "is required")
      return a.dataType(name)
    }
    if isAdd {
      operation = .add
    } else {
      try a.require(Operation(rawValue: a.string("eltwiseOp")) != nil, "eltwiseOp", "is required")
      operation = Operation(rawValue: a.string("eltwiseOp")) ?? .add
    }
    try a.requireDivides("PE", channels, "NumChannels")
    try a.size("a tensor", numInputVectors + [channels])
    try a.require(
      inputTypes[0].isSigned == inputTypes[1].isSigned, names[1],
      "and \(inputTypes[0]): both inputs must be signed or both unsigned")
    let ranges = try zip(inputTypes, names).map { try a.range(of: $0, $1) }
    let (x, y) = (ranges[0], ranges[1])
    let distance = max(x.upperBound - y.lowerBound, y.upperBound - x.lowerBound)
    switch operation {
    case .add where inputTypes[0].isSigned:
      outputType = .smallest(for: x.lowerBound + y.lowerBound)
    case .add: outputType = .smallest(for: x.upperBound + y.upperBound)
    case .subtract: outputType = .smallest(for: -distance)
    case .distance: outputType = .smallest(for: distance)
    }
  }

  package var channelFold: Int { channels / pe }
  package var vectors: Int { product(numInputVectors) }
  package var inputs: [Port] { inputTypes.map(port) }
  package var outputs: [Port] { [port(outputType)] }
  private func port(_ type: DataType) -> Port {
    Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: type)
  }
  package var expectedCycles: Int { vectors * channelFold }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: channels)] }
  package var setFoldingRule: SetFoldingRule {
    opType == "AddStreams_hls" ? .raise("PE", upTo: channels) : .leave
  }
  package var isWordWise: Bool { true }
}
