extension IODMA {
  /// An AXI master with its burst buffer, and converters from memory to stream words: one, or two over the
  /// common multiple of both widths, whose stream HLS keeps in block RAM above 1024 bits.
  /// Source: docs/cost-model.md#memory-dmas.
  package func costStructure(in context: CostContext) -> CostStructure {
    var cost = CostStructure(readsMemory ? "IODMA_hls, from memory" : "IODMA_hls, to memory")
    let common = leastCommonMultiple(streamWidth, intfWidth)
    let converts = streamWidth != intfWidth
    let isWhole = common == streamWidth || common == intfWidth
    let wide = converts && isWhole ? common : 0
    let twice = isWhole ? 0 : common
    cost.logic("base", 1, each: 800)
    cost.logic("converter", converts ? (isWhole ? 1 : 2) : 0, each: 200)
    cost.logic("port bit", intfWidth, each: 1)
    cost.logic("wide bit", wide, each: 0.5)
    cost.logic("common bit", twice, each: 1)
    cost.registers("base", 1, each: 1200)
    cost.registers("converter", converts ? (isWhole ? 1 : 2) : 0, each: 200)
    cost.registers("port bit", intfWidth, each: 3)
    cost.registers("wide bit", wide, each: 3)
    cost.registers("common bit", twice, each: 4)
    cost.shiftRegisters("base", 1, each: readsMemory ? 40 : 110)
    cost.memory(.blockRAM, width: intfWidth, depth: 512)
    // HLS multiplies the host's number of frames by the words of a frame: by constants of up to 15 bits in
    // LUTs, by the one of 16 bits that was seen in two DSPs.
    cost.count(.dsp, converts && max(memoryWords, streamWords) >= 1 << 15 ? 2 : 0)
    // A stream of two words.
    if 2 * twice > 1024 { cost.memory(.blockRAM, width: twice, depth: 512) }
    return cost
  }
}
