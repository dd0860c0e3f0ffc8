extension WidthConverter {
  /// Registers for a wide and a narrow word, and what shifts between them. FINN 0.8 and 0.9 took Vivado's
  /// converter for whole bytes, which is as small as the RTL one.
  /// Source: docs/cost-model.md#width-converters.
  package func costStructure(in context: CostContext) -> CostStructure {
    let isWhole = inWidth % outWidth == 0 || outWidth % inWidth == 0
    let isVivados =
      (.v0_8 ... .v0_9).contains(node.generation) && isWhole && inWidth % 8 == 0
      && outWidth % 8 == 0
    return isRTL || isVivados ? rtl : hls
  }

  private var rtl: CostStructure {
    var cost = CostStructure("StreamingDataWidthConverter_rtl")
    cost.isTypicalStream = true
    let narrows = inWidth > outWidth
    cost.logic("base", 1, each: 5)
    cost.logic("counter bit", ratio.ceilLog2, each: 1)
    cost.logic("narrowed bit", narrows ? inWidth : 0, each: 0.9)
    cost.registers("base", 1, each: 2)
    cost.registers("counter bit", ratio.ceilLog2, each: 1)
    cost.registers("bit", narrows ? inWidth + 2 * outWidth : inWidth + outWidth, each: 1)
    return cost
  }

  private var hls: CostStructure {
    var cost = CostStructure("StreamingDataWidthConverter_hls")
    cost.isTypicalStream = true
    let common = leastCommonMultiple(inWidth, outWidth)
    let isWhole = common == inWidth || common == outWidth
    cost.logic("base", 1, each: 60)
    cost.logic("narrowed bit", isWhole && inWidth > outWidth ? inWidth : 0, each: 1.5)
    cost.logic("widened bit", isWhole && inWidth < outWidth ? outWidth : 0, each: 0.5)
    cost.logic("common bit", isWhole ? 0 : common, each: 2.5)
    cost.registers("base", 1, each: 60)
    cost.registers("bit", isWhole ? common : 0, each: 4)
    cost.registers("common bit", isWhole ? 0 : common, each: 5)
    return cost
  }
}
