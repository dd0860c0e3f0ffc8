extension Requant {
  /// A multiplier and an adder per element of a word, and a table of scales and biases.
  package func costStructure(in context: CostContext) -> CostStructure {
    var cost = streamStructure(in: context)
    cost.derivation = "no placed node of this kind: a multiplier per element"
    cost.count(.dsp, isRTL ? pe : 2 * pe)
    cost.logic("clipped bit", pe * outputType.bits, each: 2)
    if channelFold > 1 {
      let place = MemoryPlace(ramStyle: "auto", width: pe * 64, depth: channelFold)
      cost.memory(place, width: pe * 64, depth: channelFold)
    }
    return cost
  }
}
