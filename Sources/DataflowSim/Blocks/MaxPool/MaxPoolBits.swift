import SimKernels

extension MaxPool: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireExact(dataType, "elements")
    try setup.requireIndexable(product(imgDim) * channelFold)
    return MaxPoolBits(self)
  }
}

/// Maximum over windows that do not overlap; of one-bit elements their OR. A last window of a 1D
/// block in ceiling mode is short; pixels beyond the last window are dropped.
/// Source: docs/reference/semantics.md#pooling.
struct MaxPoolBits: BlockBits {
  private let block: MaxPool
  private let reduction: Reduction

  init(_ block: MaxPool) {
    self.block = block
    reduction = Reduction(
      .maximum, pieceLength: block.channels, taps: product(block.poolDim),
      sources: Self.pixels(block).map { Int32($0) })
  }

  /// The pixels of every window, −1 beyond the image.
  private static func pixels(_ block: MaxPool) -> [Int] {
    var pixels: [Int] = []
    for oy in 0..<block.outputDim[0] {
      for ox in 0..<block.outputDim[1] {
        for ky in 0..<block.poolDim[0] {
          for kx in 0..<block.poolDim[1] {
            let y = oy * block.poolDim[0] + ky
            let x = ox * block.poolDim[1] + kx
            let inside = y < block.imgDim[0] && x < block.imgDim[1]
            pixels.append(inside ? y * block.imgDim[1] + x : -1)
          }
        }
      }
    }
    return pixels
  }

  func frame(_ inputs: [Integers]) -> FrameResult { FrameResult([reduction.apply(inputs[0])]) }

  func schedule() -> WordSchedule {
    let folds = block.channelFold
    let taps: Int = product(block.poolDim)
    let pixels = Self.pixels(block)
    var needs: [Int32] = []
    var most: Int32 = 0
    for window in stride(from: 0, to: pixels.count, by: taps) {
      let last = pixels[window..<window + taps].max() ?? 0
      for fold in 0..<folds {
        most = max(most, Int32(last * folds + fold + 1))
        needs.append(most)
      }
    }
    return .table(inputs: product(block.imgDim) * folds, needs: needs)
  }
}
