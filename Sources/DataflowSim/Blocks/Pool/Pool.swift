/// Reduces the pixels of each window a depthwise sliding window delivers: maximum, or sum with a
/// right shift (quantised average). PE channels per word.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
public struct Pool: Block {
  public static let opTypes = ["Pool_hls"]
  public static let summary = "Maximum or quantised average over the pixels of each window"
  public static let attributes: [AttributeSpec] = [
    .int("Channels", "channels"),
    .int("PE", "channels per word; divides Channels"),
    .ints("KernelSize", "kernel height and width"),
    .string("Function", oneOf: ["MaxPool", "QuantAvgPool"], "what to compute"),
    .ints("OutImgDims", "output height and width"),
    .dataType("InputDataType", "type of the elements"),
    .dataType("OutputDataType", "type of the results"),
    .int("AccumBits", in: 0...DataType.maximumBits, default: 0, "accumulator bits, average only"),
    .int("Size", in: 0...AttributeSpec.maximumInt, default: 1, "right shift, average only"),
    .int("BatchSize", default: 1, "images per frame"),
  ]

  public let node: NodeSettings
  public let channels: Int
  public let pe: Int
  public let kernel: [Int]
  public let function: String
  public let outputDim: [Int]
  public let inputType: DataType
  public let outputType: DataType
  public let accumulatorBits: Int
  public let shift: Int
  public let batch: Int

  public init(_ a: Attributes) throws {
    node = a.settings
    channels = a.int("Channels")
    pe = a.int("PE")
    kernel = a.ints("KernelSize")
    function = a.string("Function")
    outputDim = a.ints("OutImgDims")
    inputType = a.dataType("InputDataType")
    outputType = a.dataType("OutputDataType")
    accumulatorBits = a.int("AccumBits")
    shift = a.int("Size")
    batch = a.int("BatchSize")
    try a.requireDivides("PE", channels, "Channels")
    try a.size("a window sequence", [batch] + outputDim + kernel + [channels])
  }

  public var kernelPixels: Int { product(kernel) }
  /// Words of an output pixel: channels / PE.
  public var channelFold: Int { channels / pe }
  public var inputs: [Port] {
    [
      Port(
        leading: [batch] + outputDim, channels: kernelPixels * channels, parallel: pe,
        dataType: inputType)
    ]
  }
  public var outputs: [Port] {
    [Port(leading: [batch] + outputDim, channels: channels, parallel: pe, dataType: outputType)]
  }
  public var expectedCycles: Int { channelFold * kernelPixels * product(outputDim) * batch }
  /// FINN leaves out the batch.
  public var numberOfOutputValues: Int { product(outputDim) * channelFold }

  public var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: channels)] }
  public var setFoldingRule: SetFoldingRule {
    .depthwise(channels: channels, kernelPixels: kernelPixels, foldsKernel: false)
  }
  public var windowDemand: WindowDemand? {
    WindowDemand(channels: pe, takesWholeWindows: false)
  }
}
