import SimKernels

/// Bits of the blocks that emit input pixels in another order, some of them often, not at all, or
/// replaced by zeros: padding, sampling, cropping.
struct PixelGatherBits: BlockBits {
  private let gather: Gather
  private let inputPixels: Int
  /// Words of a pixel.
  private let words: Int

  /// - Parameters:
  ///   - pixels: the input pixel of each output pixel; −1 is a zero pixel.
  ///   - inputPixels: pixels of an input frame.
  ///   - words: words of a pixel.
  ///   - channels: elements of a pixel.
  init(pixels: [Int], inputPixels: Int, words: Int, channels: Int) {
    gather = Gather(
      pieceLength: channels, sourcesPerRow: 1, sources: pixels.map { Int32(truncatingIfNeeded: $0) }
    )
    self.inputPixels = inputPixels
    self.words = words
  }

  func frame(_ inputs: [Integers]) -> FrameResult { FrameResult([gather.apply(inputs[0])]) }

  func schedule() -> WordSchedule {
    var needs: [Int32] = []
    needs.reserveCapacity(gather.sources.count * words)
    var most: Int32 = 0
    for pixel in gather.sources {
      for word in 0..<words {
        if pixel >= 0 { most = max(most, pixel * Int32(words) + Int32(word) + 1) }
        needs.append(most)
      }
    }
    return .table(inputs: inputPixels * words, needs: needs)
  }
}

extension BitSetup {
  /// Throws when a frame has more pieces than an index table should hold.
  func requireIndexable(_ pieces: Int) throws {
    guard pieces > 1 << 27 else { return }
    throw InputError("a frame of \(pieces) pieces is beyond the bit plane", hint: "at most 2^27")
  }
}

extension FMPadding: BitBlock {
  public func bits(_ setup: BitSetup) throws -> any BlockBits {
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

extension FMPaddingPixel: BitBlock {
  public func bits(_ setup: BitSetup) throws -> any BlockBits {
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

extension DownSampler: BitBlock {
  public func bits(_ setup: BitSetup) throws -> any BlockBits {
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

extension Upsample: BitBlock {
  public func bits(_ setup: BitSetup) throws -> any BlockBits {
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
