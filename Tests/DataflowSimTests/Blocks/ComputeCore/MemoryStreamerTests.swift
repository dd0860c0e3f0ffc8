import DataflowAnalysis
import Testing

/// When the first weight of an internal memory is there, by generation.
@Suite struct MemoryStreamerTests {
  private func design(
    _ opType: String, _ generation: FINNGeneration, _ more: [String: AttributeValue] = [:]
  ) -> Design {
    var attributes: [String: AttributeValue] = [
      "MW": .int(4), "MH": .int(2), "PE": .int(2), "SIMD": .int(4),
      "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
      "outputDataType": .string("INT12"), "noActivation": .int(1), "numInputVectors": .ints([6]),
      "mem_mode": .string("internal_decoupled"),
    ]
    if opType == "MVAU_hls" {
      attributes["hls_structure"] = .string("continuous")
      attributes["hls_stages"] = .int(5)
    } else {
      attributes["narrow_weights"] = .int(0)
    }
    var design = LoneBlock.design(opType, attributes.merging(more) { $1 })
    design.finnGeneration = generation
    return design
  }

  /// The cycle of the first word of `stream`. An HLS block takes words ahead of its weights, so there it is
  /// the output that tells.
  private func first(_ stream: String, _ design: Design) throws -> Int? {
    try Simulation(try Plan(design), scenario: Scenario(), observing: Observation(times: true))
      .run().streams[stream]?.first
  }

  @Test func weightsComeWhenTheStreamerHasThem() throws {
    #expect(try first("in0", design("MVAU_rtl", .v0_10)) == 2)
    #expect(try first("in0", design("MVAU_rtl", .dev2026_04)) == 5)
    #expect(try first("in0", design("MVAU_rtl", .dev2026_04, ["pumpedMemory": .int(1)])) == 4)
    let released = try #require(try first("out0", design("MVAU_hls", .v0_10)))
    #expect(try first("out0", design("MVAU_hls", .dev2026_04)) == released + 3)
    #expect(
      try first("out0", design("MVAU_hls", .dev2026_04, ["pumpedMemory": .int(1)])) == released + 2)
  }

  /// An attribute that a release does not have makes no block of that release exact.
  @Test func attributesOfAnotherGenerationAreNotExact() throws {
    for attribute in ["pumpedMemory", "pumpedCompute", "mlo_max_iter"] {
      let more = [attribute: AttributeValue.int(1)]
      let plan = try Plan(design("MVAU_rtl", .v0_10, more))
      guard case .approximate(let reason) = plan.timings[0].exactness else {
        Issue.record("\(attribute) is exact in 0.10")
        continue
      }
      #expect(
        reason
          == "\(attribute) belongs to FINN's development branch, the design to FINN 0.10 "
          + "(--finn-generation 2026-04)")
      #expect(
        try Plan(design("MVAU_rtl", .v0_10, [attribute: .int(0)])).timings[0].exactness == .exact)
    }
    let exact = try Plan(design("MVAU_rtl", .dev2026_04, ["pumpedMemory": .int(1)]))
    #expect(exact.timings[0].exactness == .exact)
  }
}
