extension Elementwise {
  /// An operator per element of a word, floating point where an operand is.
  package func costStructure(in context: CostContext) -> CostStructure {
    var cost = streamStructure(in: context)
    cost.derivation = "no placed node of this kind: an operator per element"
    let bits = (left.dataType.bits, right.dataType.bits)
    if left.dataType == .float32 || right.dataType == .float32 {
      cost.floatingPoint([floatOperator], count: pe)
    } else if operation == "Mul" {
      let isWide = min(bits.0, bits.1) > 4
      cost.count(.dsp, isWide ? pe : 0)
      cost.logic("product bit", isWide ? 0 : pe * bits.0 * bits.1, each: 1)
    } else if operation == "Div" {
      cost.logic("quotient bit", pe * bits.0 * bits.1, each: 1.5)
    } else {
      cost.logic("operand bit", pe * max(bits.0, bits.1), each: 1)
    }
    return cost
  }

  private var floatOperator: FloatingPointCost {
    switch operation {
    case "Add", "Sub", "AbsDiff": .add
    case "Mul": .multiply
    case "Div": .divide
    default: .compare
    }
  }
}
