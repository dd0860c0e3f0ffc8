extension GlobalAccPool {
  /// An adder per channel of a word; the sums of the other channels wait in a memory.
  package func costStructure(in context: CostContext) -> CostStructure {
    var cost = streamStructure(in: context)
    let width = pe * outputType.bits
    cost.logic("sum bit", width, each: 1)
    if channelFold > 1 {
      let place = MemoryPlace(ramStyle: "auto", width: width, depth: channelFold)
      cost.memory(place, width: width, depth: channelFold)
    }
    return cost
  }
}
