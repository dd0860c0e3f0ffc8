extension Crop: BitBlock {
  public func bits(_ setup: BitSetup) throws -> any BlockBits {
    let images: Int = product(numInputVectors)
    try setup.requireIndexable(images * product(imgDim) * channelFold)
    var pixels: [Int] = []
    for image in 0..<images {
      for y in 0..<outputDim[0] {
        for x in 0..<outputDim[1] {
          pixels.append((image * imgDim[0] + y + cut[0]) * imgDim[1] + x + cut[1])
        }
      }
    }
    return PixelGatherBits(
      pixels: pixels, inputPixels: images * product(imgDim), words: channelFold,
      channels: channels)
  }
}
