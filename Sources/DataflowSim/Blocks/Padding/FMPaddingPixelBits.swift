extension FMPaddingPixel: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireCarried(dataType, "elements")
    guard dataType.kind != .bipolar else {
      throw InputError("BIPOLAR has no zero to pad with", at: "attribute 'inputDataType'")
    }
    try setup.requireIndexable(product(outputDim) * channelFold)
    var pixels: [Int] = []
    for y in 0..<outputDim[0] {
      for x in 0..<outputDim[1] {
        let inside = y % stride[0] == 0 && x % stride[1] == 0
        pixels.append(inside ? y / stride[0] * imgDim[1] + x / stride[1] : -1)
      }
    }
    return PixelGatherBits(
      pixels: pixels, inputPixels: product(imgDim), words: channelFold, channels: channels)
  }
}
