/// Zero padding around a feature map, SIMD channels per word.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles;
/// docs/reference/rtl-rules.md#padding.
package struct FMPadding: Block {
  package static let opTypes = ["FMPadding_rtl", "FMPadding_hls"]
  package static let summary = "Zero padding around a feature map, SIMD channels per word"
  package static let attributes: [AttributeSpec] = [
    .ints("ImgDim", count: 2, "height and width before padding"),
    .ints("Padding", count: 4, in: 0...AttributeSpec.maximumInt, "top, left, bottom, right"),
    .int("NumChannels", "channels"),
    .int("SIMD", default: 1, "channels per word; divides NumChannels"),
    .dataType("inputDataType", "element type"),
    .int("numInputVectors", default: 1, "images per frame"),
    .flag("dynamic_mode", "reprogrammable over AXI-Lite").only(.rtl),
  ]

  package let node: NodeSettings
  /// Height and width before padding.
  package let imgDim: [Int]
  /// Top, left, bottom, right.
  package let padding: [Int]
  package let channels: Int
  package let simd: Int
  package let dataType: DataType
  package let images: Int
  /// Height and width after padding.
  package let paddedDim: [Int]

  package init(_ a: Attributes) throws {
    node = a.settings
    imgDim = a.ints("ImgDim")
    padding = a.ints("Padding")
    channels = a.int("NumChannels")
    simd = a.int("SIMD")
    dataType = a.dataType("inputDataType")
    images = a.int("numInputVectors")
    paddedDim = [imgDim[0] + padding[0] + padding[2], imgDim[1] + padding[1] + padding[3]]
    try a.size("a padded image", [images] + paddedDim + [channels])
    try a.requireDivides("SIMD", channels, "NumChannels")
  }

  /// Words of a pixel: channels / SIMD.
  package var channelFold: Int { channels / simd }
  package var inputs: [Port] { [port(imgDim)] }
  package var outputs: [Port] { [port(paddedDim)] }
  private func port(_ dim: [Int]) -> Port {
    Port(
      normal: [1] + dim + [channels], folded: [1] + dim + [channelFold, simd], dataType: dataType)
  }
  package var expectedCycles: Int { channelFold * images * product(paddedDim) }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("SIMD", dividing: channels)] }
  package var setFoldingRule: SetFoldingRule { isRTL ? .leave : .raise("SIMD", upTo: channels) }
  package var hazardConditions: [HazardCondition] {
    guard padding[0] > 0 || padding[1] > 0 else { return [] }
    return [
      .staleFrame(
        "the padding before an image's first pixel is emitted before its first word comes")
    ]
  }
}
