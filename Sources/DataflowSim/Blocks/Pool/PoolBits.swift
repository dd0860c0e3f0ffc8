import SimKernels

extension Pool: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    for (type, what) in [(inputType, "elements"), (outputType, "results")] {
      try setup.requireExact(type, what)
    }
    try setup.requireIndexable(batch * product(outputDim) * kernelPixels * channelFold)
    return PoolBits(self)
  }
}

/// Maximum or shifted sum over the pixels of windows in depthwise order.
/// Source: docs/reference/semantics.md#pooling.
struct PoolBits: BlockBits {
  private let block: Pool
  private let reduction: Reduction

  init(_ block: Pool) {
    self.block = block
    let pieces = block.batch * product(block.outputDim) * block.channelFold * block.kernelPixels
    reduction = Reduction(
      block.function == "MaxPool" ? .maximum : .sum, pieceLength: block.pe,
      taps: block.kernelPixels, sources: (0..<pieces).map { Int32($0) })
  }

  func frame(_ inputs: [Integers]) -> FrameResult {
    let reduced = reduction.apply(inputs[0])
    let output = block.outputType.format
    let row = block.channels
    guard block.function != "MaxPool" else {
      let (kept, wrap) = reduced.wrapped(to: output, rowLength: row)
      return FrameResult(kept.reshaped(rowLength: row), wrap: wrap)
    }
    let bits = max(1, block.accumulatorBits)
    let accumulator: ElementFormat = block.inputType.isSigned ? .signed(bits) : .unsigned(bits)
    let (sum, wrap) = reduced.truncated(to: accumulator)
    let (kept, lost) = sum.shiftedRight(block.shift).wrapped(to: output, rowLength: row)
    var result = FrameResult(kept, wrap: wrap, of: "accumulator")
    if let lost { result.findings.append(.wrap(register: "result", lost)) }
    return result
  }

  func schedule() -> WordSchedule { .groups(inputs: [block.kernelPixels], outputs: [1]) }
}
