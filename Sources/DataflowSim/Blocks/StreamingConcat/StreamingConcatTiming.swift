extension StreamingConcat: HLSBlock {
  /// Unfolded: a word from every input per iteration. Folded (newer FINN): the inputs' words of a
  /// pixel one after another.
  package func timing() -> BlockTiming { schedule.timing(loops) }

  private var loops: [Loop] {
    let pixels = product(numInputVectors)
    guard let simd else {
      return [.run(pixels, reads: Loop.all(channelsPerStream.count), writes: 1)]
    }
    let parts = channelsPerStream.enumerated().map { port, channels in
      Loop.run(channels / simd, reads: 1 << UInt32(port), writes: 1)
    }
    return [.repeated(pixels, parts)]
  }

  var hlsWork: HLSWork {
    HLSWork(simd == nil ? .concat : .other(stages: 3), iterations: Loop.iterations(loops))
  }
}

extension StreamingSplit: HLSBlock {
  /// A word in per iteration, to the outputs one after another.
  package func timing() -> BlockTiming { schedule.timing(loops) }

  private var loops: [Loop] {
    let parts = channelsPerStream.enumerated().map { port, channels in
      Loop.run(channels / simd, reads: 1, writes: 1 << UInt32(port))
    }
    return [.repeated(product(numInputVectors), parts)]
  }

  var hlsWork: HLSWork { HLSWork(.other(stages: 3), iterations: Loop.iterations(loops)) }
}
