extension LabelSelect {
  /// Comparators over the K best so far.
  package func costStructure(in context: CostContext) -> CostStructure {
    var cost = CostStructure("LabelSelect_hls")
    cost.isTypicalStream = true
    let bits = pe * inputType.bits * k
    cost.logic("base", 1, each: 36)
    cost.logic("compared bit", bits, each: 2)
    cost.registers("base", 1, each: 35)
    cost.registers("compared bit", bits, each: 3)
    return cost
  }
}
