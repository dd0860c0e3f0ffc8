import SimKernels

extension SlidingWindow: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireIndexable(product(ofmDim) * kernelPixels * channelFold)
    return SlidingWindowBits(
      self, leftoverRows: setup.hazards.windowLeftoverRows ? leftoverRows : 0)
  }

  /// Whether a frame leaves in the order (pixel, channel fold, kernel pixel) instead of (pixel,
  /// kernel pixel, channel): what a depthwise unit behind it expects.
  package var interleavesChannels: Bool {
    channelFold > 1 && (depthwise || emitsWholeWindows) && kernelPixels > 1
  }
}

/// Windows of an image. Source: docs/reference/semantics.md#window-order.
package struct SlidingWindowBits: BlockBits {
  package let window: SlidingWindow
  private let gather: Gather
  /// Rows of a frame that are taken for the next one's (docs/reference/hazards.md).
  private let leftoverRows: Int

  package init(_ window: SlidingWindow, leftoverRows: Int = 0) {
    self.window = window
    self.leftoverRows = leftoverRows
    gather =
      window.interleavesChannels ? Self.interleaved(window) : Self.pixelMajor(window)
  }

  /// Whole pixels, kernel row by kernel row; kernel pixels side by side in a row of the image are
  /// copied at once.
  private static func pixelMajor(_ w: SlidingWindow) -> Gather {
    let run = w.dilation[1] == 1 ? w.kernel[1] : 1
    var sources: [Int32] = []
    sources.reserveCapacity(product(w.ofmDim) * w.kernelPixels / run)
    for oy in 0..<w.ofmDim[0] {
      for ox in 0..<w.ofmDim[1] {
        for ky in 0..<w.kernel[0] {
          for kx in stride(from: 0, to: w.kernel[1], by: run) {
            let y = oy * w.stride[0] + ky * w.dilation[0]
            let x = ox * w.stride[1] + kx * w.dilation[1]
            sources.append(Int32(y * w.ifmDim[1] + x))
          }
        }
      }
    }
    return Gather(
      pieceLength: w.channels, sourcesPerRow: w.kernelPixels / run, run: run, sources: sources)
  }

  /// SIMD channels of every kernel pixel, then the next SIMD channels.
  private static func interleaved(_ w: SlidingWindow) -> Gather {
    let sources = wordSources(w, foldsOutside: true)
    return Gather(
      pieceLength: w.simd, sourcesPerRow: w.kernelPixels * w.channelFold, sources: sources)
  }

  /// The input word of every SIMD channels of the output, in order.
  private static func wordSources(_ w: SlidingWindow, foldsOutside: Bool) -> [Int32] {
    let folds = w.channelFold
    var sources: [Int32] = []
    sources.reserveCapacity(product(w.ofmDim) * w.kernelPixels * folds)
    for oy in 0..<w.ofmDim[0] {
      for ox in 0..<w.ofmDim[1] {
        for i in 0..<w.kernelPixels * folds {
          let (k, f) =
            foldsOutside ? (i % w.kernelPixels, i / w.kernelPixels) : (i / folds, i % folds)
          let y = oy * w.stride[0] + k / w.kernel[1] * w.dilation[0]
          let x = ox * w.stride[1] + k % w.kernel[1] * w.dilation[1]
          sources.append(Int32((y * w.ifmDim[1] + x) * folds + f))
        }
      }
    }
    return sources
  }

  /// Turns (channel fold, kernel pixel, lane) within each window into (kernel pixel, channel).
  package var pixelMajorOrder: (@Sendable (Integers) -> Integers)? {
    guard window.interleavesChannels else { return nil }
    let (taps, folds, simd) = (window.kernelPixels, window.channelFold, window.simd)
    return { elements in
      let pieces = elements.count / simd
      let size = taps * folds
      let sources = (0..<pieces).map { i -> Int32 in
        let (base, rest) = (i / size * size, i % size)
        return Int32(base + rest % folds * taps + rest / folds)
      }
      return Gather(pieceLength: simd, sourcesPerRow: size, sources: sources).apply(elements)
    }
  }

  package func frame(_ inputs: [Integers]) -> FrameResult { FrameResult([gather.apply(inputs[0])]) }

  package var wordsTaken: Int? {
    guard leftoverRows > 0 else { return nil }
    return (window.ifmDim[0] - leftoverRows) * window.ifmDim[1] * window.channelFold
  }

  package func schedule() -> WordSchedule {
    let sources = Self.wordSources(
      window, foldsOutside: window.depthwise || window.emitsWholeWindows)
    let perWord = window.emitsWholeWindows ? window.kernelPixels : 1
    var needs: [Int32] = []
    var most: Int32 = 0
    for start in stride(from: 0, to: sources.count, by: perWord) {
      for source in sources[start..<start + perWord] { most = max(most, source + 1) }
      needs.append(most)
    }
    return .table(
      inputs: wordsTaken ?? product(window.ifmDim) * window.channelFold, needs: needs)
  }
}
