extension StreamingFIFO: TimedBlock {
  /// `Q_srl` (impl_style rtl): capacity exactly D, latency 1, a word per cycle. Occupancy is a register:
  /// a full FIFO does not accept in the cycle it pops, an empty one has no bypass.
  /// ```
  /// In[i]  = max(p(i), Out[i-D] + 1)
  /// Out[i] = first ready cycle ≥ max(In[i] + 1, Out[i-1] + 1)
  /// ```
  /// Source: docs/reference/rtl-rules.md#fifo. Vivado's `axis_data_fifo` (impl_style vivado) rounds
  /// its depth up to a power of two; its latency is a property of the IP that no source gives.
  public func timing() -> BlockTiming {
    let isExact = style == .rtl
    // A virtual FIFO has a two-word FIFO on either side of its counter.
    let latency = node.latency ?? (isExact ? 1 : style == .vivado ? 2 : 4)
    return BlockTiming(
      inputStages: [[Stage(latency: latency, capacity: adjustedDepth, isFIFO: true)]],
      exactness: isExact
        ? .exact
        : .approximate(
          "\(style == .vivado ? "Vivado" : "virtual") FIFO, latency \(latency) assumed"),
      body: .wire)
  }
}
