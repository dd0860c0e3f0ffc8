import SimKernels

extension Channelwise: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    for type in [inputType, parameterType, outputType] { try setup.requireExact(type, "elements") }
    try setup.requireIndexable(channels)
    let parameters = try setup.integers(
      "parameters", type: parameterType, counts: [channels, 1], shape: "(\(channels),)",
      rowLength: 1)
    let spread =
      parameters.count == channels
      ? parameters
      : Gather(
        pieceLength: 1, sourcesPerRow: 1, sources: Array(repeating: 0, count: channels)
      ).apply(parameters)
    return ChannelwiseBits(block: self, parameters: spread)
  }
}

/// Each element with its channel's parameter. The comparisons have the parameter on the left.
/// Source: docs/reference/semantics.md#other-ops.
struct ChannelwiseBits: BlockBits {
  let block: Channelwise
  let parameters: Integers

  func frame(_ inputs: [Integers]) -> FrameResult {
    let operation: ElementOperation =
      switch block.function {
      case "add": .add
      case "mul": .multiply
      case "cmp_ge": .lessOrEqual  // parameter >= x
      default: .greaterOrEqual  // parameter <= x
      }
    let (kept, wrap) = inputs[0].combined(
      with: parameters, operation, output: block.outputType.format, rowLength: block.channels)
    return FrameResult(kept, wrap: wrap)
  }

  func schedule() -> WordSchedule { .groups(inputs: [1], outputs: [1]) }
}
