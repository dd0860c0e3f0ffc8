extension FMPadding {
  /// Counters and a register slice at either end.
  package func costStructure(in context: CostContext) -> CostStructure {
    guard isRTL else { return streamStructure(in: context) }
    var cost = CostStructure("FMPadding_rtl")
    cost.isTypicalStream = true
    let width = simd * dataType.bits
    cost.logic("base", 1, each: 40)
    cost.logic("bit", width, each: 0.5)
    cost.registers("base", 1, each: 20)
    cost.registers("bit", width, each: 2)
    return cost
  }
}
