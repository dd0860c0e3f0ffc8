extension StreamingConcat: TimedBlock {
  /// Unfolded: a word from every input per iteration. Folded (newer FINN): the inputs' words of a
  /// pixel one after another.
  public func timing() -> BlockTiming {
    let pixels = product(numInputVectors)
    guard let simd else {
      let all = (UInt32(1) << UInt32(channelsPerStream.count)) - 1
      return HLSPipeline(node, defaultLatency: 2).timing([.run(pixels, reads: all, writes: 1)])
    }
    let parts = channelsPerStream.enumerated().map { port, channels in
      Loop.run(channels / simd, reads: 1 << UInt32(port), writes: 1)
    }
    return HLSPipeline(node, defaultLatency: 2).timing([.repeated(pixels, parts)])
  }
}

extension StreamingSplit: TimedBlock {
  /// A word in per iteration, to the outputs one after another.
  public func timing() -> BlockTiming {
    let parts = channelsPerStream.enumerated().map { port, channels in
      Loop.run(channels / simd, reads: 1, writes: 1 << UInt32(port))
    }
    return HLSPipeline(node, defaultLatency: 2).timing(
      outputs: channelsPerStream.count, [.repeated(product(numInputVectors), parts)])
  }
}
