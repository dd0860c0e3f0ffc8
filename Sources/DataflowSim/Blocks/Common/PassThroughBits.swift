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

extension StreamingFIFO: BitBlock {
  public func layouts(fedBy inputs: [StreamLayout]) -> [StreamLayout] { inputs }
  public func bits(_ setup: BitSetup) -> any BlockBits { PassThroughBits() }
}

extension TLastMarker: BitBlock {
  public func layouts(fedBy inputs: [StreamLayout]) -> [StreamLayout] { inputs }
  public func bits(_ setup: BitSetup) -> any BlockBits { PassThroughBits() }
}

extension DuplicateStreams: BitBlock {
  public func bits(_ setup: BitSetup) -> any BlockBits { PassThroughBits(copies: copies) }
}

extension WidthConverter: BitBlock {
  public func bits(_ setup: BitSetup) -> any BlockBits {
    RegroupBits(inputs: inputs[0].words ?? 1, outputs: outputs[0].words ?? 1)
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
