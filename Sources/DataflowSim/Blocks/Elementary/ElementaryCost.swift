// The elementary blocks are wires and a register; they have no counterpart in FINN and no cost.

extension Fork {
  package func costStructure(in context: CostContext) -> CostStructure { CostStructure("Fork") }
}

extension Join {
  package func costStructure(in context: CostContext) -> CostStructure { CostStructure("Join") }
}

extension Decimate {
  package func costStructure(in context: CostContext) -> CostStructure { CostStructure("Decimate") }
}
