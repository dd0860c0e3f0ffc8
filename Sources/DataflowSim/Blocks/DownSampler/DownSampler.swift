/// Keeps the pixels whose row and column are multiples of the stride.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
package struct DownSampler: Block {
  package static let opTypes = ["DownSampler_hls"]
  package static let summary = "Keeps every n-th row and column of a map"
  package static let attributes: [AttributeSpec] = [
    .int("ImgDim", "height and width of the map"),
    .int("NumChannels", "channels"),
    .int("SIMD", default: 1, "channels per word; divides NumChannels"),
    .int("Stride", "distance of the pixels kept"),
    .dataType("inputDataType", "element type"),
    .int("numInputVectors", default: 1, "images per frame"),
    .flag("is1D", "the map has one row or one column"),
    .flag("is1D_unitx", default: 1, "1D: 1 for one column, 0 for one row"),
  ]

  package let node: NodeSettings
  package let imgDim: Int
  package let channels: Int
  package let simd: Int
  package let stride: Int
  package let dataType: DataType
  package let images: Int
  package let is1D: Bool
  /// 1D: the map has one column.
  package let hasUnitWidth: Bool

  package init(_ a: Attributes) throws {
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

  package var channelFold: Int { channels / simd }
  package var outputDim: Int { (imgDim - 1) / stride + 1 }
  /// Height and width of the input.
  package var inputSize: [Int] { size(imgDim) }
  /// Height and width of the output.
  package var outputSize: [Int] { size(outputDim) }
  private func size(_ dim: Int) -> [Int] {
    is1D ? (hasUnitWidth ? [dim, 1] : [1, dim]) : [dim, dim]
  }

  package var inputs: [Port] { [port(inputSize)] }
  package var outputs: [Port] { [port(outputSize)] }
  private func port(_ dim: [Int]) -> Port {
    Port(leading: [images] + dim, channels: channels, parallel: simd, dataType: dataType)
  }
  package var expectedCycles: Int { channelFold * images * product(inputSize) }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("SIMD", dividing: channels)] }
  package var setFoldingRule: SetFoldingRule { .raise("SIMD", upTo: channels) }
}
