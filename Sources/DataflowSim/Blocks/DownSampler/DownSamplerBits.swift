extension DownSampler: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireIndexable(images * product(inputSize) * channelFold)
    var pixels: [Int] = []
    for image in 0..<images {
      for y in 0..<outputSize[0] {
        for x in 0..<outputSize[1] {
          pixels.append((image * inputSize[0] + y * stride) * inputSize[1] + x * stride)
        }
      }
    }
    return PixelGatherBits(
      pixels: pixels, inputPixels: images * product(inputSize), words: channelFold,
      channels: channels)
  }
}
