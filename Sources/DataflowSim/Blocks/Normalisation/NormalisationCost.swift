extension LayerNorm {
  /// Mean, variance, and the scale of every element: per element of a word two sums, two products and a
  /// comparison with the mean; one root and one division in all; a vector waits twice.
  package func costStructure(in context: CostContext) -> CostStructure {
    var cost = streamStructure(in: context)
    cost.derivation = "no placed node of this kind: its floating-point operators"
    cost.floatingPoint([.add, .add, .add, .multiply, .multiply], count: simd)
    cost.floatingPoint([.squareRoot, .divide], count: 1)
    let width = simd * inputType.bits
    let place = MemoryPlace(ramStyle: "auto", width: width, depth: 2 * wordsPerVector)
    cost.memory(place, width: width, depth: 2 * wordsPerVector)
    return cost
  }
}

extension Softmax {
  /// The largest element, an exponential and a division per element of a word, and their sum; a vector waits
  /// twice.
  package func costStructure(in context: CostContext) -> CostStructure {
    var cost = streamStructure(in: context)
    cost.derivation = "no placed node of this kind: its floating-point operators"
    cost.floatingPoint([.compare, .add, .exponential, .add, .divide], count: simd)
    let words = (ifmDim.last ?? 1) / simd
    for width in [simd * inputType.bits, simd * 32] {
      let place = MemoryPlace(ramStyle: "auto", width: width, depth: words)
      cost.memory(place, width: width, depth: words)
    }
    return cost
  }
}
