import SimKernels

/// Bits of the blocks that hand words on unchanged, to one output or several.
package struct PassThroughBits: BlockBits {
  package var copies = 1

  package func frame(_ inputs: [Integers]) -> FrameResult {
    FrameResult(Array(repeating: inputs[0], count: copies))
  }

  package func schedule() -> WordSchedule {
    .groups(inputs: [1], outputs: Array(repeating: 1, count: copies))
  }
}

/// Bits of the blocks that cut the same elements into other words.
package struct RegroupBits: BlockBits {
  /// Words per frame.
  package let inputs: Int
  package let outputs: Int

  package func frame(_ inputs: [Integers]) -> FrameResult { FrameResult([inputs[0]]) }
  package func schedule() -> WordSchedule { .even(inputs: inputs, outputs: outputs) }
}
