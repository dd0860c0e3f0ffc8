/// Reduces the pixels of each window a depthwise sliding window delivers: maximum, or sum with a
/// right shift (quantised average). PE channels per word.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
package struct Pool: Block {
  package static let opTypes = ["Pool_hls"]
  package static let summary = "Maximum or quantised average over the pixels of each window"
  package static let attributes: [AttributeSpec] = [
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

  package let node: NodeSettings
  package let channels: Int
  package let pe: Int
  package let kernel: [Int]
  package let function: String
  package let outputDim: [Int]
  package let inputType: DataType
  package let outputType: DataType
  package let accumulatorBits: Int
  package let shift: Int
  package let batch: Int

  package init(_ a: Attributes) throws {
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

  package var kernelPixels: Int { product(kernel) }
  /// Words of an output pixel: channels / PE.
  package var channelFold: Int { channels / pe }
  package var inputs: [Port] {
    [
      Port(
        leading: [batch] + outputDim, channels: kernelPixels * channels, parallel: pe,
        dataType: inputType)
    ]
  }
  package var outputs: [Port] {
    [Port(leading: [batch] + outputDim, channels: channels, parallel: pe, dataType: outputType)]
  }
  package var expectedCycles: Int { channelFold * kernelPixels * product(outputDim) * batch }
  /// FINN leaves out the batch.
  package var numberOfOutputValues: Int { product(outputDim) * channelFold }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: channels)] }
  package var setFoldingRule: SetFoldingRule {
    .depthwise(channels: channels, kernelPixels: kernelPixels, foldsKernel: false)
  }
  package var windowDemand: WindowDemand? {
    WindowDemand(channels: pe, takesWholeWindows: false)
  }
}
