extension Requant: TimedBlock {
  /// RTL of the development branch: a queue of latency 6 and capacity 7, whatever its types and folding
  /// (docs/reference/development-branch.md#requant). HLS: one word in and out per iteration.
  public func timing() -> BlockTiming {
    if node.isDevelopmentRTL {
      return BlockTiming(inputStages: [[Stage(latency: 6, capacity: 7)]], body: .wire)
    }
    return HLSPipeline(node, defaultLatency: 3).timing([
      .run(product(numInputVectors) * channelFold, reads: 1, writes: 1)
    ]).inexact(node.foreignRTL)
  }
}

extension Requant {
  public var hazardConditions: [HazardCondition] {
    guard isTooWide else { return [] }
    return [
      HazardCondition(
        .wideInput, .byValue,
        "\(inputType) inputs, a multiplier of \(multiplier.data) bits: every result is made of the upper "
          + "\(multiplier.data) bits with the shift of all")
    ]
  }
}
