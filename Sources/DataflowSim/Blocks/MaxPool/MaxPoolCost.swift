extension MaxPool {
  /// A comparator per channel; in 2D the best of a row of windows waits in a memory.
  package func costStructure(in context: CostContext) -> CostStructure {
    var cost = CostStructure("StreamingMaxPool_hls")
    cost.isTypicalStream = true
    let width = channelsPerWord * dataType.bits
    let row = is1D ? 0 : width
    cost.logic("base", 1, each: 80)
    cost.logic("bit", width, each: 2.5)
    cost.logic("row bit", row, each: 1)
    cost.registers("base", 1, each: 100)
    cost.registers("bit", width, each: 5)
    cost.registers("row bit", row, each: 1)
    // One bit is another function of finn-hlslib, whose row HLS puts into block RAM.
    guard dataType.bits > 1 else {
      cost.count(
        .bram18, BlockRAMShape.ramb18(width: row, depth: outputDim[1], isArray: true))
      return cost
    }
    // Single-port LUTRAM of one bit each, chosen by depth.
    cost.count(.lutram, row * max(1, outputDim[1].ceilLog2 - 3))
    return cost
  }
}
