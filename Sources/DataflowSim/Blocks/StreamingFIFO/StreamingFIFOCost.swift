extension StreamingFIFO {
  /// Source: docs/reference/finn-dialect.md#fifo-implementations.
  package func clockConcerns(atMHz clock: Double) -> [String] {
    style == .rtl && depth > Self.deepestRTL
      ? [
        "a shift register of \(depth) words is slow to close timing; Vivado's FIFO takes block RAM"
      ]
      : []
  }

  /// A shift register of LUTs per bit and 32 words; two words are registers. Vivado's FIFO has a memory.
  /// Source: docs/cost-model.md#fifos.
  package func costStructure(in context: CostContext) -> CostStructure {
    // An open port costs no storage here; the design's shape decides it.
    Self.structure(
      width: port.width ?? 0, depth: adjustedDepth, style: style, ramStyle: ramStyle)
  }

  /// The same for a FIFO that no node states; `depth` is the hardware's.
  package static func structure(width: Int, depth: Int, style: Style, ramStyle: String)
    -> CostStructure
  {
    switch style {
    case .virtual:
      var cost = CostStructure(
        "StreamingFIFO_hls", derivation: "a counter of words; none was seen placed")
      cost.logic("base", 1, each: 100)
      cost.registers("base", 1, each: 100)
      return cost
    case .rtl: return shiftRegister(width, depth)
    case .vivado: return vivado(width, depth, ramStyle)
    }
  }

  private static func shiftRegister(_ width: Int, _ depth: Int) -> CostStructure {
    guard depth > 2 else {
      var cost = CostStructure("StreamingFIFO_rtl, two words")
      cost.logic("base", 1, each: 3)
      cost.logic("bit", width, each: 1)
      cost.registers("base", 1, each: 4)
      cost.registers("bit", width, each: 2)
      return cost
    }
    var cost = CostStructure("StreamingFIFO_rtl, shift register")
    cost.logic("bit", width, each: 1)
    cost.logic("address bit", depth.ceilLog2, each: 5)
    cost.registers("base", 1, each: 5)
    cost.registers("bit", width, each: 1)
    cost.registers("address bit", depth.ceilLog2, each: 1)
    cost.count(.srl, width.multipliedWithoutOverflow(by: (depth - 1).dividedUp(by: 32)))
    return cost
  }

  private static func vivado(_ width: Int, _ depth: Int, _ ramStyle: String) -> CostStructure {
    var cost = CostStructure("StreamingFIFO_rtl, Vivado's")
    cost.logic("base", 1, each: 40)
    cost.registers("base", 1, each: 17)
    cost.registers("address bit", depth.ceilLog2, each: 4)
    let place = MemoryPlace(ramStyle: ramStyle, width: width, depth: depth)
    cost.memory(place, width: width, depth: depth)
    return cost
  }
}
