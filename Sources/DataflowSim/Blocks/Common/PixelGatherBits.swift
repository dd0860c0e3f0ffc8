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
