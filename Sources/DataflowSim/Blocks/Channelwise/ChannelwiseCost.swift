extension Channelwise {
  /// As HLS thresholds: a comparator, adder or multiplier per element, and a table of parameters.
  package func costStructure(in context: CostContext) -> CostStructure {
    var cost = CostStructure(
      "ChannelwiseOp_hls", derivation: "no placed node of this kind: as HLS thresholds")
    let bits = pe * inputType.bits * (function == "mul" ? parameterType.bits : 1)
    cost.logic("base", 1, each: 45, asIn: "Thresholding_hls")
    cost.logic("operand bit", bits, each: 1)
    cost.registers("base", 1, each: 65, asIn: "Thresholding_hls")
    cost.registers("stream bit", pe * (inputType.bits + outputType.bits), each: 2)
    if ramStyle == "block", channelFold > 1 {
      cost.memory(.blockRAM, width: pe * parameterType.bits, depth: channelFold)
    } else if channelFold > 1 {
      cost.logic("table bit", pe * parameterType.bits * channelFold.dividedUp(by: 64), each: 0.5)
    }
    return cost
  }
}
