extension LayerNorm: HLSBlock {
  /// RTL of the development branch: `LayerNormProcess`. Else a word in and out per iteration, a whole vector
  /// behind: mean and variance are known only at its end.
  package func timing() -> BlockTiming {
    guard node.isDevelopmentRTL else {
      return schedule.timing([.run(inputs[0].words ?? 0, reads: 1, writes: 1)])
        .inexact(node.foreignRTL)
    }
    let (words, simd) = (wordsPerVector, simd)
    return BlockTiming(
      outputStages: [[LayerNormProcess.outputStage]],
      heldWords: LayerNormProcess.depths(words: words, simd: simd).reduce(0, +),
      body: .process { LayerNormProcess($0, words: words, simd: simd) })
  }

  var hlsWork: HLSWork { vectorWork(inputs[0], simd: simd) }
}

extension Softmax: HLSBlock {
  /// The same with maximum and sum.
  package func timing() -> BlockTiming {
    schedule.timing([.run(inputs[0].words ?? 0, reads: 1, writes: 1)])
  }

  var hlsWork: HLSWork { vectorWork(inputs[0], simd: simd) }
}

private func vectorWork(_ input: Port, simd: Int) -> HLSWork {
  let vector = (input.normalShape?.last ?? simd) / simd
  return HLSWork(.other(stages: 2 * vector + 9), iterations: input.words ?? 0)
}
