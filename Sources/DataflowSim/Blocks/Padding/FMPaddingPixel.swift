/// Inserts zero pixels between the pixels of a map: the front of a transposed convolution.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
public struct FMPaddingPixel: Block {
  public static let opTypes = ["FMPadding_Pixel_hls"]
  public static let summary = "Zero pixels between the pixels of a map, SIMD channels per word"
  public static let attributes: [AttributeSpec] = [
    .ints("ImgDim", count: 2, "height and width of the input"),
    .ints("Stride", count: 2, "distance of the input's pixels in the output"),
    .int("NumChannels", "channels"),
    .int("SIMD", default: 1, "channels per word; divides NumChannels"),
    .dataType("inputDataType", "element type"),
    .int("numInputVectors", default: 1, "images per frame"),
  ]

  public let node: NodeSettings
  public let imgDim: [Int]
  public let stride: [Int]
  public let channels: Int
  public let simd: Int
  public let dataType: DataType
  public let images: Int
  /// Height and width of the output: D + (D − 1)(stride − 1).
  public let outputDim: [Int]

  public init(_ a: Attributes) throws {
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
  public var channelFold: Int { channels / simd }
  public var inputs: [Port] {
    [Port(leading: [1] + imgDim, channels: channels, parallel: simd, dataType: dataType)]
  }
  public var outputs: [Port] {
    [Port(leading: [1] + outputDim, channels: channels, parallel: simd, dataType: dataType)]
  }
  public var expectedCycles: Int { channelFold * images * product(outputDim) }

  public var foldings: [FoldingAttribute] { [FoldingAttribute("SIMD", dividing: channels)] }
  public var setFoldingRule: SetFoldingRule { .raise("SIMD", upTo: channels) }
}
