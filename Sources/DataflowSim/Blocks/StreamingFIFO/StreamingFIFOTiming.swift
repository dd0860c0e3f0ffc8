extension StreamingFIFO: TimedBlock {
  /// `Q_srl` (impl_style rtl): capacity exactly D, latency 1, a word per cycle. Occupancy is a register:
  /// a full FIFO does not accept in the cycle it pops, an empty one has no bypass.
  /// ```
  /// In[i]  = max(p(i), Out[i-D] + 1)
  /// Out[i] = first ready cycle ≥ max(In[i] + 1, Out[i-1] + 1)
  /// ```
  /// Source: docs/reference/rtl-rules.md#fifo. Vivado's `axis_data_fifo` (impl_style vivado) rounds its
  /// depth up to a power of two and has two registers behind its memory, through which a word passes in a
  /// cycle each: latency 3, D + 2 words. It accepts nothing before cycle 8.
  /// Source: docs/reference/hls-rules.md#fifos-made-by-vivado.
  package func timing() -> BlockTiming {
    // A virtual FIFO has a two-word FIFO on either side of its counter.
    let isVirtual = style == .virtual
    let stage =
      style == .vivado
      ? Stage(
        latency: 3, capacity: adjustedDepth + Self.vivadoRegisters, firstReady: 8, isFIFO: true)
      : Stage(latency: isVirtual ? 4 : 1, capacity: depth, isFIFO: true)
    return BlockTiming(
      inputStages: [[stage]],
      exactness: isVirtual ? .approximate("virtual FIFO, latency 4 assumed") : .exact, body: .wire
    )
    .inexact(
      style == .rtl && depth < 2 ? "FINN builds no shift-register FIFO of \(depth) words" : nil)
  }

  /// Words a Vivado FIFO holds beyond its depth.
  static let vivadoRegisters = 2
}
