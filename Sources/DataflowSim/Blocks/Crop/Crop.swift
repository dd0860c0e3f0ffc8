/// Cuts a border off a map (newer FINN), SIMD channels per word; or one token out of a row of tokens.
///
/// Source: docs/reference/development-branch.md#ops-it-adds.
package struct Crop: Block {
  package static let opTypes = ["Crop_hls", "Crop_rtl"]
  package static let summary = "Cuts a border off a map (newer FINN)"
  package static let attributes: [AttributeSpec] = [
    .dataType("DataType", "element type"),
    .ints("ImgDim", count: 2, "height and width of the input"),
    .int("NumChannels", "channels"),
    .int("CropNorth", in: border, default: 0, "rows cut at the top"),
    .int("CropSouth", in: border, default: 0, "rows cut at the bottom"),
    .int("CropWest", in: border, default: 0, "columns cut on the left"),
    .int("CropEast", in: border, default: 0, "columns cut on the right"),
    .int("SIMD", default: 1, "channels per word; divides NumChannels"),
    .ints("numInputVectors", default: [], "leading dimensions of the input"),
  ]
  private static let border = 0...AttributeSpec.maximumInt

  package let node: NodeSettings
  package let dataType: DataType
  package let imgDim: [Int]
  package let channels: Int
  /// Rows and columns cut: top, left, bottom, right.
  package let cut: [Int]
  package let simd: Int
  package let numInputVectors: [Int]

  package init(_ a: Attributes) throws {
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

  package var outputDim: [Int] { [imgDim[0] - cut[0] - cut[2], imgDim[1] - cut[1] - cut[3]] }
  package var channelFold: Int { channels / simd }
  var geometry: CropGeometry {
    CropGeometry(height: imgDim[0], width: imgDim[1], fold: channelFold, cut: cut)
  }
  package var inputs: [Port] { [port(imgDim)] }
  package var outputs: [Port] { [port(outputDim)] }
  private func port(_ dim: [Int]) -> Port {
    Port(leading: numInputVectors + dim, channels: channels, parallel: simd, dataType: dataType)
  }
  package var expectedCycles: Int { product(numInputVectors) * product(imgDim) * channelFold }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("SIMD", dividing: channels)] }
  package var hasKnownCost: Bool { false }
}

/// Picks one token vector out of a sequence of them: Crop_rtl of a map of 1 x NumTokens pixels.
///
/// Source: docs/reference/development-branch.md#crop.
package struct SelectToken: Block {
  package static let opTypes = ["SelectToken_rtl"]
  package static let summary = "Picks one token of a sequence (development branch)"
  package static let attributes: [AttributeSpec] = [
    .int("NumTokens", "tokens of a sequence"),
    .int("NumChannels", "elements of a token"),
    .int(
      "TokenIndex", in: -AttributeSpec.maximumInt...AttributeSpec.maximumInt, default: 0,
      "the token kept; negative: from the end"),
    .int("SIMD", default: 1, "elements per word; divides NumChannels"),
    .dataType("inputDataType", "element type"),
    .dataType("outputDataType", default: "", "the same"),
  ]

  package let node: NodeSettings
  package let dataType: DataType
  package let tokens: Int
  package let channels: Int
  package let simd: Int
  let geometry: CropGeometry

  package init(_ a: Attributes) throws {
    node = a.settings
    dataType = a.dataType("inputDataType")
    tokens = a.int("NumTokens")
    channels = a.int("NumChannels")
    simd = a.int("SIMD")
    try a.requireDivides("SIMD", channels, "NumChannels")
    try a.size("a tensor", [tokens, channels])
    let index = a.int("TokenIndex") < 0 ? a.int("TokenIndex") + tokens : a.int("TokenIndex")
    try a.require(
      index >= 0 && index < tokens, "TokenIndex", "is none of the \(tokens) tokens")
    geometry = CropGeometry(
      height: 1, width: tokens, fold: channels / simd, cut: [0, index, 0, tokens - 1 - index])
  }

  package var inputs: [Port] {
    [Port(leading: [1, tokens], channels: channels, parallel: simd, dataType: dataType)]
  }
  package var outputs: [Port] {
    [Port(leading: [1], channels: channels, parallel: simd, dataType: dataType)]
  }
  package var expectedCycles: Int { geometry.words }
  package var foldings: [FoldingAttribute] { [FoldingAttribute("SIMD", dividing: channels)] }
  package var hasKnownCost: Bool { false }
}
