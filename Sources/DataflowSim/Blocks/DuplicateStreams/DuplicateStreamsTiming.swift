extension DuplicateStreams: TimedBlock {
  /// A word in and one to every output per iteration; blocked while any output is full.
  public func timing() -> BlockTiming {
    let all = copies >= 32 ? UInt32.max : (1 << UInt32(copies)) - 1
    return HLSPipeline(node, defaultLatency: 1).timing(
      outputs: copies, [.run(product(numInputVectors) * channelFold, reads: 1, writes: all)])
  }
}
