/// Cuts a border off a map (newer FINN), SIMD channels per word.
///
/// Source: docs/reference/development-branch.md#ops-it-adds.
public struct Crop: Block {
  public static let opTypes = ["Crop_hls"]
  public static let summary = "Cuts a border off a map (newer FINN)"
  public static let attributes: [AttributeSpec] = [
    .dataType("DataType", "element type"),
    .ints("ImgDim", count: 2, "height and width of the input"),
    .int("NumChannels", "channels"),
    .int("CropNorth", in: border, "rows cut at the top"),
    .int("CropSouth", in: border, "rows cut at the bottom"),
    .int("CropWest", in: border, "columns cut on the left"),
    .int("CropEast", in: border, "columns cut on the right"),
    .int("SIMD", default: 1, "channels per word; divides NumChannels"),
    .ints("numInputVectors", default: [], "leading dimensions of the input"),
  ]
  private static let border = 0...AttributeSpec.maximumInt

  public let node: NodeSettings
  public let dataType: DataType
  public let imgDim: [Int]
  public let channels: Int
  /// Rows and columns cut: top, left, bottom, right.
  public let cut: [Int]
  public let simd: Int
  public let numInputVectors: [Int]

  public init(_ a: Attributes) throws {
    node = a.settings
    dataType = a.dataType("DataType")
    imgDim = a.ints("ImgDim")
    channels = a.int("NumChannels")
    cut = ["CropNorth", "CropWest", "CropSouth", "CropEast"].map(a.int)
    simd = a.int("SIMD")
    numInputVectors = a.ints("numInputVectors")
    try a.requireDivides("SIMD", channels, "NumChannels")
    try a.size("a map", numInputVectors + imgDim + [channels])
    try a.require(cut[0] + cut[2] < imgDim[0], "CropNorth", "leaves no row of \(imgDim[0])")
    try a.require(cut[1] + cut[3] < imgDim[1], "CropWest", "leaves no column of \(imgDim[1])")
  }

  public var outputDim: [Int] { [imgDim[0] - cut[0] - cut[2], imgDim[1] - cut[1] - cut[3]] }
  public var channelFold: Int { channels / simd }
  public var inputs: [Port] { [port(imgDim)] }
  public var outputs: [Port] { [port(outputDim)] }
  private func port(_ dim: [Int]) -> Port {
    Port(leading: numInputVectors + dim, channels: channels, parallel: simd, dataType: dataType)
  }
  public var expectedCycles: Int { product(numInputVectors) * product(imgDim) * channelFold }

  public var foldings: [FoldingAttribute] { [FoldingAttribute("SIMD", dividing: channels)] }
  public var hasKnownCost: Bool { false }
}
