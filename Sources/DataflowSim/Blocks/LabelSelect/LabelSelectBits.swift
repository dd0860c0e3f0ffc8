import SimKernels

extension LabelSelect: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireExact(inputType, "elements")
    return LabelSelectBits(block: self)
  }
}

/// The K best labels, best first. Source: docs/reference/semantics.md#other-ops.
struct LabelSelectBits: BlockBits {
  let block: LabelSelect

  func frame(_ inputs: [Integers]) -> FrameResult {
    let labels = inputs[0].topLabels(block.k, labels: block.labels)
    return FrameResult([
      Integers(labels, rowLength: block.k, format: block.outputType.format)
    ])
  }

  func schedule() -> WordSchedule { .groups(inputs: [block.labelFold], outputs: [block.k]) }
}
