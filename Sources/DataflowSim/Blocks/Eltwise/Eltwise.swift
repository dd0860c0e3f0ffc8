/// Adds, subtracts or takes the distance of two equal-shaped streams, PE channels per word.
/// `AddStreams_hls` is the addition of two streams of one type.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
public struct Eltwise: Block {
  public static let opTypes = ["AddStreams_hls", "StreamingEltwise_hls"]
  public static let summary = "Sum, difference or distance of two streams"
  public static let attributes: [AttributeSpec] = [
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

  public enum Operation: String, Sendable {
    case add = "Add"
    case subtract = "Sub"
    case distance = "AbsDiff"
  }

  public let node: NodeSettings
  public let channels: Int
  public let pe: Int
  public let inputTypes: [DataType]
  /// The smallest type that holds every result.
  public let outputType: DataType
  public let operation: Operation
  public let numInputVectors: [Int]

  public init(_ a: Attributes) throws {
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

  public var channelFold: Int { channels / pe }
  public var vectors: Int { product(numInputVectors) }
  public var inputs: [Port] { inputTypes.map(port) }
  public var outputs: [Port] { [port(outputType)] }
  private func port(_ type: DataType) -> Port {
    Port(leading: numInputVectors, channels: channels, parallel: pe, dataType: type)
  }
  public var expectedCycles: Int { vectors * channelFold }

  public var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: channels)] }
  public var setFoldingRule: SetFoldingRule {
    opType == "AddStreams_hls" ? .raise("PE", upTo: channels) : .leave
  }
  public var isWordWise: Bool { true }
}
