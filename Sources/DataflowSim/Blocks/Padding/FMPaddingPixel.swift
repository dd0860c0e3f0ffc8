/// Inserts zero pixels between the pixels of a map: the front of a transposed convolution.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
package struct FMPaddingPixel: Block {
  package static let opTypes = ["FMPadding_Pixel_hls"]
  package static let summary = "Zero pixels between the pixels of a map, SIMD channels per word"
  package static let attributes: [AttributeSpec] = [
    .ints("ImgDim", count: 2, "height and width of the input"),
    .ints("Stride", count: 2, "distance of the input's pixels in the output"),
    .int("NumChannels", "channels"),
    .int("SIMD", default: 1, "channels per word; divides NumChannels"),
    .dataType("inputDataType", "element type"),
    .int("numInputVectors", default: 1, "images per frame"),
  ]

  package let node: NodeSettings
  package let imgDim: [Int]
  package let stride: [Int]
  package let channels: Int
  package let simd: Int
  package let dataType: DataType
  package let images: Int
  /// Height and width of the output: D + (D − 1)(stride − 1).
  package let outputDim: [Int]

  package init(_ a: Attributes) throws {
    node = a.settings
    imgDim = a.ints("ImgDim")
    stride = a.ints("Stride")
    channels = a.int("NumChannels")
    simd = a.int("SIMD")
    dataType = a.dataType("inputDataType")
    images = a.int("numInputVectors")
    try a.size("a spread image", [images] + imgDim + stride + [channels])
    try a.requireDivides("SIMD", channels, "NumChannels")
    outputDim = zip(imgDim, stride).map { $0 + ($0 - 1) * ($1 - 1) }
  }

  /// Words of a pixel: channels / SIMD.
  package var channelFold: Int { channels / simd }
  package var inputs: [Port] {
    [Port(leading: [1] + imgDim, channels: channels, parallel: simd, dataType: dataType)]
  }
  package var outputs: [Port] {
    [Port(leading: [1] + outputDim, channels: channels, parallel: simd, dataType: dataType)]
  }
  package var expectedCycles: Int { channelFold * images * product(outputDim) }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("SIMD", dividing: channels)] }
  package var setFoldingRule: SetFoldingRule { .raise("SIMD", upTo: channels) }
}
