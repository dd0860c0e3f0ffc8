extension Thresholding {
  /// A stage reads a table and compares in a cycle, unless the deep pipeline puts a register between.
  package func clockConcerns(atMHz clock: Double) -> [String] {
    guard isRTL, !deepPipeline, steps > 1 else { return [] }
    let words = channelFold.multipliedWithoutOverflow(by: 1 << (max(1, min(stages, 24)) - 1))
    return words > 64
      ? [
        "a stage reads a table of \(words) words, several LUTs deep, and compares in one cycle; "
          + "deep_pipeline 1 puts a register between"
      ] : []
  }

  package func costStructure(in context: CostContext) -> CostStructure {
    isRTL ? rtl(context) : hls
  }

  /// A comparator per stage and element, each with a table of thresholds. One threshold per channel folded
  /// away in placed designs: they binarised an input. Source: docs/cost-model.md#thresholds.
  private func rtl(_ context: CostContext) -> CostStructure {
    let own = "Thresholding_rtl"
    var cost = CostStructure(steps > 1 ? "\(own), several thresholds" : own)
    if steps > 1 {
      cost.derivation =
        "placed RTL thresholds had one per channel: a comparator per stage as these, and tables"
    }
    let compared = pe * stages * inputType.bits
    cost.logic("base", 1, each: 10, asIn: own)
    cost.logic("compared bit", compared, each: 1.2, asIn: own)
    cost.registers("base", 1, each: 11, asIn: own)
    cost.registers("compared bit", compared, each: 1.2, asIn: own)
    cost.shiftRegisters("stage", pe * stages, each: 1)
    guard steps > 1 else { return cost }
    let counted = resources(on: context.device).corrected
    if depthTriggerURAM > 0 || depthTriggerBRAM > 0 {
      cost.count(.bram18, counted.bram18)
      cost.count(.uram, counted.uram)
      cost.count(.logic, counted.lut)
    } else {
      let words = (0..<min(stages, 24)).reduce(0) { sum, stage in
        sum + channelFold.multipliedWithoutOverflow(by: 1 << stage).dividedUp(by: 64)
      }
      cost.count(.logic, pe * words.multipliedWithoutOverflow(by: thresholdType.bits))
    }
    return cost
  }

  /// All thresholds of a channel at once; those of a single channel are constants.
  private var hls: CostStructure {
    var cost = CostStructure("Thresholding_hls")
    cost.isTypicalStream = steps < 8
    let compared = pe * steps.multipliedWithoutOverflow(by: inputType.bits)
    let isConstant = channelFold == 1
    cost.logic("base", 1, each: 45)
    cost.logic("constant bit", isConstant ? compared : 0, each: 0.15)
    cost.logic("compared bit", isConstant ? 0 : compared, each: 0.5)
    cost.registers("base", 1, each: 65)
    cost.registers("compared bit", compared, each: 0.1)
    let table = steps.multipliedWithoutOverflow(by: thresholdType.bits * pe)
    guard !isConstant, steps > 1, memoryMode == .decoupled || channelFold > 64 else { return cost }
    if ramStyle == "block" {
      cost.memory(.blockRAM, width: table, depth: channelFold)
    } else {
      cost.logic(
        "table bit", table.multipliedWithoutOverflow(by: channelFold.dividedUp(by: 64)), each: 0.5)
    }
    return cost
  }
}
