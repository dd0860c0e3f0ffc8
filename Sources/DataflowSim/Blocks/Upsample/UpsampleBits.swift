extension Upsample: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireIndexable(images * product(outputDim) * channelFold)
    let rows = Self.sources(inputDim[0], outputDim[0])
    let columns = Self.sources(inputDim[1], outputDim[1])
    var pixels: [Int] = []
    for image in 0..<images {
      for y in rows {
        for x in columns { pixels.append((image * inputDim[0] + y) * inputDim[1] + x) }
      }
    }
    return PixelGatherBits(
      pixels: pixels, inputPixels: images * product(inputDim), words: channelFold,
      channels: channels)
  }

  /// The input index of each output index. Without a whole factor the edges are repeated:
  /// P = O mod I, and the front gets P − P/2 of it.
  private static func sources(_ input: Int, _ output: Int) -> [Int] {
    let factor = max(1, output / input)
    let rest = output % input
    let front = rest - rest / 2
    return (0..<output).map { o in
      let shifted = o - front
      // Floor division, so positions before the first pixel clamp to it.
      let i = shifted >= 0 ? shifted / factor : -1
      return min(max(0, i), input - 1)
    }
  }
}
