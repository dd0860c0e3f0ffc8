/// A word in and out per iteration, a whole vector behind: the statistics of a vector are known only at
/// its end.
private func vectorPipeline(_ node: NodeSettings, _ block: some Block, passes: Int, simd: Int)
  -> BlockTiming
{
  let words = block.inputs[0].words ?? 0
  let vector = (block.inputs[0].normalShape?.last ?? simd) / simd
  return HLSPipeline(node, defaultLatency: passes * vector + 8).timing([
    .run(words, reads: 1, writes: 1)
  ])
}

extension LayerNorm: TimedBlock {
  /// RTL of the development branch: `LayerNormProcess`. Else mean and variance first.
  public func timing() -> BlockTiming {
    guard node.isDevelopmentRTL else {
      return vectorPipeline(node, self, passes: 2, simd: simd).inexact(node.foreignRTL)
    }
    let (words, simd) = (wordsPerVector, simd)
    return BlockTiming(
      outputStages: [[LayerNormProcess.outputStage]],
      heldWords: LayerNormProcess.depths(words: words, simd: simd).reduce(0, +),
      body: .process { LayerNormProcess($0, words: words, simd: simd) })
  }
}

extension Softmax: TimedBlock {
  /// Maximum and sum first.
  public func timing() -> BlockTiming { vectorPipeline(node, self, passes: 2, simd: simd) }
}
