extension LayerNorm: HLSBlock {
  /// A word in and out per iteration, a whole vector behind: mean and variance are known only at its end.
  public func timing() -> BlockTiming {
    schedule.timing([.run(inputs[0].words ?? 0, reads: 1, writes: 1)])
  }

  var hlsWork: HLSWork { vectorWork(inputs[0], simd: simd) }
}

extension Softmax: HLSBlock {
  /// The same with maximum and sum.
  public func timing() -> BlockTiming {
    schedule.timing([.run(inputs[0].words ?? 0, reads: 1, writes: 1)])
  }

  var hlsWork: HLSWork { vectorWork(inputs[0], simd: simd) }
}

private func vectorWork(_ input: Port, simd: Int) -> HLSWork {
  let vector = (input.normalShape?.last ?? simd) / simd
  return HLSWork(.other(stages: 2 * vector + 9), iterations: input.words ?? 0)
}
