import SimKernels

extension GlobalAccPool: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireExact(inputType, "elements")
    try setup.requireIndexable(vectors * channelFold)
    return GlobalAccPoolBits(self)
  }
}

/// Sum of each channel over a map, without division. Source: docs/reference/semantics.md#pooling.
struct GlobalAccPoolBits: BlockBits {
  private let block: GlobalAccPool
  private let reduction: Reduction

  init(_ block: GlobalAccPool) {
    self.block = block
    let pixels = block.vectors / block.numInputVectors[0]
    reduction = Reduction(
      .sum, pieceLength: block.channels, taps: pixels,
      sources: (0..<block.vectors).map { Int32($0) })
  }

  func frame(_ inputs: [Integers]) -> FrameResult {
    let (kept, wrap) = reduction.apply(inputs[0]).wrapped(
      to: block.outputType.format, rowLength: block.channels)
    return FrameResult(kept, wrap: wrap)
  }

  func schedule() -> WordSchedule {
    let images = block.numInputVectors[0]
    return .groups(
      inputs: [block.vectors / images * block.channelFold], outputs: [block.channelFold])
  }
}
