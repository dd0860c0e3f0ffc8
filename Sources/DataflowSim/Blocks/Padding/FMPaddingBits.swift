extension FMPadding: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireCarried(dataType, "elements")
    guard dataType.kind != .bipolar else {
      throw InputError("BIPOLAR has no zero to pad with", at: "attribute 'inputDataType'")
    }
    try setup.requireIndexable(product(paddedDim) * channelFold)
    var pixels: [Int] = []
    for y in 0..<paddedDim[0] {
      for x in 0..<paddedDim[1] {
        let (row, column) = (y - padding[0], x - padding[1])
        let inside = (0..<imgDim[0]).contains(row) && (0..<imgDim[1]).contains(column)
        pixels.append(inside ? row * imgDim[1] + column : -1)
      }
    }
    return PixelGatherBits(
      pixels: pixels, inputPixels: product(imgDim), words: channelFold, channels: channels)
  }
}
