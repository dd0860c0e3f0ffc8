/// Keeps the pixels whose row and column are multiples of the stride.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
public struct DownSampler: Block {
  public static let opTypes = ["DownSampler_hls"]
  public static let summary = "Keeps every n-th row and column of a map"
  public static let attributes: [AttributeSpec] = [
    .int("ImgDim", "height and width of the map"),
    .int("NumChannels", "channels"),
    .int("SIMD", default: 1, "channels per word; divides NumChannels"),
    .int("Stride", "distance of the pixels kept"),
    .dataType("inputDataType", "element type"),
    .int("numInputVectors", default: 1, "images per frame"),
    .flag("is1D", "the map has one row or one column"),
    .flag("is1D_unitx", default: 1, "1D: 1 for one column, 0 for one row"),
  ]

  public let node: NodeSettings
  public let imgDim: Int
  public let channels: Int
  public let simd: Int
  public let stride: Int
  public let dataType: DataType
  public let images: Int
  public let is1D: Bool
  /// 1D: the map has one column.
  public let hasUnitWidth: Bool

  public init(_ a: Attributes) throws {
    node = a.settings
    imgDim = a.int("ImgDim")
    channels = a.int("NumChannels")
    simd = a.int("SIMD")
    stride = a.int("Stride")
    dataType = a.dataType("inputDataType")
    images = a.int("numInputVectors")
    is1D = a.flag("is1D")
    hasUnitWidth = a.flag("is1D_unitx")
    try a.requireDivides("SIMD", channels, "NumChannels")
    try a.size("a map", [images, imgDim, is1D ? 1 : imgDim, channels])
  }

  public var channelFold: Int { channels / simd }
  public var outputDim: Int { (imgDim - 1) / stride + 1 }
  /// Height and width of the input.
  public var inputSize: [Int] { size(imgDim) }
  /// Height and width of the output.
  public var outputSize: [Int] { size(outputDim) }
  private func size(_ dim: Int) -> [Int] {
    is1D ? (hasUnitWidth ? [dim, 1] : [1, dim]) : [dim, dim]
  }

  public var inputs: [Port] { [port(inputSize)] }
  public var outputs: [Port] { [port(outputSize)] }
  private func port(_ dim: [Int]) -> Port {
    Port(leading: [images] + dim, channels: channels, parallel: simd, dataType: dataType)
  }
  public var expectedCycles: Int { channelFold * images * product(inputSize) }

  public var foldings: [FoldingAttribute] { [FoldingAttribute("SIMD", dividing: channels)] }
  public var setFoldingRule: SetFoldingRule { .raise("SIMD", upTo: channels) }
}
