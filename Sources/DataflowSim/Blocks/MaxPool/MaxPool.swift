/// Max pooling with stride equal to the kernel. A 2D block takes whole pixels per word (PE is
/// ignored); a 1D block folds the channels by PE.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles.
package struct MaxPool: Block {
  package static let opTypes = ["StreamingMaxPool_hls"]
  package static let summary = "Max pooling, stride equal to the kernel"
  package static let attributes: [AttributeSpec] = [
    .ints("ImgDim", count: 2, "height and width of the input"),
    .ints("PoolDim", count: 2, "kernel height and width"),
    .int("NumChannels", "channels"),
    .int("PE", in: 0...AttributeSpec.maximumInt, default: 0, "channels per word, 1D only"),
    .flag("CeilMode", "1D: an incomplete last window counts"),
    .dataType("dataType", "element type"),
  ]

  package let node: NodeSettings
  package let imgDim: [Int]
  package let poolDim: [Int]
  package let channels: Int
  /// As stated, or all channels where a graph of FINN up to 0.9 states none; `channelsPerWord` is what
  /// the hardware uses.
  package let pe: Int
  package let ceilMode: Bool
  package let dataType: DataType
  private let generation: FINNGeneration

  package init(_ a: Attributes) throws {
    node = a.settings
    imgDim = a.ints("ImgDim")
    poolDim = a.ints("PoolDim")
    channels = a.int("NumChannels")
    generation = a.generation
    let statedPE = a.int("PE")
    ceilMode = a.flag("CeilMode")
    dataType = a.dataType("dataType")
    pe = statedPE == 0 && generation.hasOldNames ? channels : statedPE
    try a.size("an image", imgDim + [channels])
    for axis in 0..<2 {
      try a.require(
        poolDim[axis] <= imgDim[axis], "PoolDim", "exceeds ImgDim = \(imgDim)")
    }
    if is1D {
      if pe != channels { try a.requireDivides("PE", channels, "NumChannels") }
    } else {
      // FINN's estimate squares the width.
      try a.size("an image", [imgDim[1], imgDim[1], channels])
      try a.require(
        imgDim[0] % poolDim[0] == 0 && imgDim[1] % poolDim[1] == 0, "PoolDim",
        "must divide ImgDim = \(imgDim) in both directions")
    }
  }

  /// One dimension of image and kernel is 1.
  package var is1D: Bool {
    (imgDim[0] == 1 && poolDim[0] == 1) || (imgDim[1] == 1 && poolDim[1] == 1)
  }
  private var longAxis: Int { imgDim[1] == 1 && poolDim[1] == 1 ? 0 : 1 }

  /// Channels a word carries: all of them in 2D.
  package var channelsPerWord: Int { is1D ? pe : channels }
  /// Words of a pixel.
  package var channelFold: Int { channels / channelsPerWord }

  /// Height and width of the output.
  package var outputDim: [Int] {
    (0..<2).map { axis in
      let rest = imgDim[axis] - poolDim[axis]
      return (ceilMode ? rest.dividedUp(by: poolDim[axis]) : rest / poolDim[axis]) + 1
    }
  }

  package var inputs: [Port] { [port(imgDim)] }
  package var outputs: [Port] { [port(outputDim)] }
  private func port(_ dim: [Int]) -> Port {
    Port(leading: [1] + dim, channels: channels, parallel: channelsPerWord, dataType: dataType)
  }

  /// In 2D FINN looks at the width alone and takes the image for square; up to 0.8 it counted a 1D map
  /// without its channel folds.
  package var expectedCycles: Int {
    if is1D, generation <= .v0_8 { return imgDim[longAxis] + poolDim[longAxis] }
    if is1D { return outputDim[longAxis] * channelFold * (poolDim[longAxis] + 1) }
    let width = imgDim[1]
    let share = 1 + 1 / Double(poolDim[1] * poolDim[1])
    return Int(truncating: Double(width * width) * share)
  }

  package var foldings: [FoldingAttribute] {
    is1D ? [FoldingAttribute("PE", dividing: channels)] : []
  }
  package var fixedFoldings: [String: String] {
    is1D ? [:] : ["PE": "a 2D block takes whole pixels per word"]
  }
}
