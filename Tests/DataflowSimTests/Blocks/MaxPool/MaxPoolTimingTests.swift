import DataflowAnalysis
import Foundation
import Testing

/// Cycles per picture of the two-dimensional pool, by the tool that made it.
@Suite struct MaxPoolTimingTests {
  /// Source: docs/reference/hls-rules.md#nested-structure and #vivado-hls-20201.
  @Test(arguments: [
    (28, FINNGeneration.v0_6, 2034), (10, .v0_6, 279), (28, .v0_10, 2624), (26, .v0_10, 2268),
  ])
  func aPictureTakes(_ size: Int, _ generation: FINNGeneration, _ cycles: Int) throws {
    let node = Node(
      name: "pool", opType: "StreamingMaxPool_hls",
      attributes: [
        "ImgDim": .ints([size, size]), "PoolDim": .ints([2, 2]), "NumChannels": .int(4),
        "PE": .int(4), "CeilMode": .int(0), "dataType": .string("UINT4"),
      ], inputs: ["in"], outputs: ["out"])
    let design = Design(
      name: "pool", clockMHz: 100, finnGeneration: generation, nodes: [node], graphInputs: ["in"],
      graphOutputs: ["out"])
    let timing = try Plan(design).timings[0]
    #expect(timing.busyCycles == cycles)
    #expect((TimingReport(timing).basis == .approximate) == (generation == .v0_6))
  }
}
