// The elementary blocks are wires and a register; they have no counterpart in FINN and no cost.

extension Fork {
  public func costStructure(in context: CostContext) -> CostStructure { CostStructure("Fork") }
}

extension Join {
  public func costStructure(in context: CostContext) -> CostStructure { CostStructure("Join") }
}

extension Decimate {
  public func costStructure(in context: CostContext) -> CostStructure { CostStructure("Decimate") }
}
