extension Pool {
  /// A comparator or an adder per channel of a word.
  package func costStructure(in context: CostContext) -> CostStructure {
    var cost = streamStructure(in: context)
    cost.logic("pooled bit", pe * max(inputType.bits, accumulatorBits), each: 1)
    return cost
  }
}
