extension Attention {
  /// Two matrix products, each with a word of elements by as many rows as a word of the attention matrix has;
  /// keys, values and a row of the matrix wait; a softmax of floating point.
  package func costStructure(in context: CostContext) -> CostStructure {
    var cost = streamStructure(in: context)
    cost.derivation = "no placed node of this kind: its products and memories"
    let rows = keyCount / sequenceFold
    for (elements, a, b) in [
      (qkDim / embeddingFold, queryType.bits, keyType.bits),
      (valueDim / embeddingFold, valueType.bits, valueType.bits),
    ] {
      let products = elements.multipliedWithoutOverflow(by: rows)
      let usesDSPs = min(a, b) > 2 && a + b >= 7
      cost.count(.dsp, usesDSPs ? products : 0)
      cost.logic(
        "product bit", usesDSPs ? 0 : products.multipliedWithoutOverflow(by: a * b), each: 1.3)
      cost.logic("accumulator bit", rows * 32, each: 1)
      cost.registers("accumulator bit", rows * 32, each: 1)
    }
    for (elements, bits) in [(qkDim, keyType.bits), (valueDim, valueType.bits)] {
      let width = (elements / embeddingFold).multipliedWithoutOverflow(by: bits * rows)
      let depth = embeddingFold * sequenceFold
      let place = MemoryPlace(ramStyle: "auto", width: min(width, 1 << 30), depth: depth)
      cost.memory(place, width: width, depth: depth)
    }
    cost.floatingPoint([.exponential, .add, .multiply], count: rows)
    cost.floatingPoint([.divide], count: 1)
    return cost
  }
}
