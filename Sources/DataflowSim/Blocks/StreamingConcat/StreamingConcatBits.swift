import SimKernels

extension StreamingConcat: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    for type in inputTypes { try setup.requireCarried(type, "elements") }
    return ConcatBits(block: self)
  }
}

/// Channels of the inputs side by side, input 0 first.
/// Source: docs/reference/semantics.md#other-ops.
struct ConcatBits: BlockBits {
  let block: StreamingConcat

  func frame(_ inputs: [Integers]) -> FrameResult {
    let format = block.outputType.format
    let parts = zip(inputs, block.channelsPerStream).map { $0.converted(to: format, rowLength: $1) }
    return FrameResult([
      Integers.interleaved(parts, lengths: block.channelsPerStream, format: format)
    ])
  }

  /// A pixel at a time: the first input's words are through before the second's are read.
  func schedule() -> WordSchedule {
    let simd = block.simd
    return .groups(
      inputs: block.channelsPerStream.map { channels in simd.map { channels / $0 } ?? 1 },
      outputs: [simd.map { block.outputChannels / $0 } ?? 1])
  }
}

extension StreamingSplit: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireCarried(dataType, "elements")
    return SplitBits(block: self)
  }
}

struct SplitBits: BlockBits {
  let block: StreamingSplit

  func frame(_ inputs: [Integers]) -> FrameResult {
    FrameResult(
      inputs[0].reshaped(rowLength: block.inputChannels).split(lengths: block.channelsPerStream))
  }

  func schedule() -> WordSchedule {
    .groups(
      inputs: [block.inputChannels / block.simd],
      outputs: block.channelsPerStream.map { $0 / block.simd })
  }
}
