extension Requant: HLSBlock {
  /// RTL of the development branch: a queue of latency 6 and capacity 7, whatever its types and folding
  /// (docs/reference/development-branch.md#requant). HLS: one word in and out per iteration.
  package func timing() -> BlockTiming {
    if node.isDevelopmentRTL {
      return BlockTiming(inputStages: [[Stage(latency: 6, capacity: 7)]], body: .wire)
    }
    return schedule.timing([.run(product(numInputVectors) * channelFold, reads: 1, writes: 1)])
      .inexact(node.foreignRTL)
  }

  var hlsWork: HLSWork {
    HLSWork(.other(stages: 4), iterations: product(numInputVectors) * channelFold)
  }
}

extension Requant {
  package var hazardConditions: [HazardCondition] {
    guard isTooWide else { return [] }
    return [
      HazardCondition(
        .wideInput, .byValue,
        "\(inputType) inputs, a multiplier of \(multiplier.data) bits: every result is made of the upper "
          + "\(multiplier.data) bits with the shift of all")
    ]
  }
}
