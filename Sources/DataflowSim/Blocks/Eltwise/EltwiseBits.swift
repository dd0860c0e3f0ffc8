import SimKernels

extension Eltwise: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    for type in inputTypes + [outputType] { try setup.requireExact(type, "elements") }
    return EltwiseBits(block: self)
  }
}

/// Two streams, element by element, in the widened type.
/// Source: docs/reference/semantics.md#other-ops.
struct EltwiseBits: BlockBits {
  let block: Eltwise

  func frame(_ inputs: [Integers]) -> FrameResult {
    let operation: ElementOperation =
      switch block.operation {
      case .add: .add
      case .subtract: .subtract
      case .distance: .absoluteDifference
      }
    let (kept, wrap) = inputs[0].combined(
      with: inputs[1], operation, output: block.outputType.format, rowLength: block.channels)
    return FrameResult(kept, wrap: wrap)
  }

  func schedule() -> WordSchedule { .groups(inputs: [1, 1], outputs: [1]) }
}
