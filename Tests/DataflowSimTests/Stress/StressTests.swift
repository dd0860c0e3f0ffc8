import DataflowAnalysis
import Foundation
import Testing

/// Stall patterns that do harm: found, made small, and saved.
@Suite struct StressTests {
  private func golden(_ name: String) throws -> GoldenCase {
    try #require(try GoldenCase.load("composite").first { $0.name == name })
  }

  @Test func aHangIsFoundAndMadeSmall() throws {
    let plan = try Plan(golden("rnd_s9_3_edge").design)
    let report = try Stress(plan, frames: 3, seed: 1).run(60)
    let finding = try #require(report.finding)
    #expect(finding.harm == .hang && finding.isMeasured)
    let scenario = finding.scenario
    #expect(try Simulation(plan, scenario: scenario).run().outcome != .complete)
    #expect(scenario.frames <= 3 && scenario.faults.isEmpty)
    // Fewer frames do not hang: it is as small as can be in that respect.
    var fewer = scenario
    fewer.frames -= 1
    if fewer.frames > 0 {
      #expect(try Simulation(plan, scenario: fewer).run().outcome == .complete)
    }
    #expect(try Stress(plan, frames: 3, seed: 1).run(60) == report)
  }

  /// With weights the words that come out are compared, and the scenario found shows the same words.
  @Test func changedBitsAreSeenInTheWords() throws {
    var seen = 0
    for golden in try GoldenCase.load("composite") where golden.name.hasPrefix("rnd_r") {
      guard let tensors = try? golden.tensors() else { continue }
      let parameters = ParameterStore(tensors)
      let plan = try Plan(golden.design)
      let report = try Stress(plan, parameters: parameters, frames: 2, seed: 3).run(6)
      guard let finding = report.finding, finding.harm == .changedBits else { continue }
      #expect(finding.isMeasured)
      #expect(finding.detail.contains("words have other bits, the first in frame"))
      seen += 1
      break
    }
    #expect(seen > 0)
  }

  /// Without weights only what the cores lose is known, and the finding says so.
  @Test func withoutWeightsTheCoresAreLookedAt() throws {
    let path = TestFiles.repository("configs/examples/dsp48-lost-product.json")
    let plan = try Plan(Design(json: TestFiles.data(path), file: path))
    let finding = try #require(try Stress(plan, frames: 3, seed: 1).run(40).finding)
    #expect(finding.harm == .changedBits && !finding.isMeasured)
    #expect(finding.detail.contains("mvu-dsp48-frozen-zero"))
  }

  /// Faults that a hang does not need are left out of the scenario found.
  @Test func faultsThatDoNotMatterAreLeftOut() throws {
    let golden = try golden("rnd_s9_3_edge")
    let plan = try Plan(golden.design)
    let input = golden.design.graphInputs[0]
    let base = Scenario(faults: [
      .delay(stream: input, word: 1, cycles: 1), .swap(stream: input, word: 0),
    ])
    let finding = try #require(try Stress(plan, base: base, frames: 3, seed: 1).run(60).finding)
    let scenario = finding.scenario
    #expect(scenario.faults.isEmpty)
    #expect(try Simulation(plan, scenario: scenario).run().outcome != .complete)
  }

  /// The moments that stalls are aimed at are those of the recorded run.
  @Test func stallsAreAimedAtFIFOsThatFillAndRunEmpty() throws {
    let golden = try golden("res1_D19")
    let plan = try Plan(golden.design)
    let base = Scenario(frames: 2)
    let aimed = try AimedStalls(plan, base: base, seed: 5)
    let moments = try aimed.moments(of: base)
    let result = try Simulation(plan, scenario: base, observing: Observation(times: true)).run()
    #expect(moments.contains { $0.fifo == "bypass" && $0.isFilling })
    for moment in moments where moment.fifo == "bypass" {
      let node = try #require(golden.design.nodes.first { $0.name == "bypass" })
      let writes = result.streams[node.inputs[0], default: []].count { $0 <= moment.cycle }
      let reads = result.streams[node.outputs[0], default: []].count { $0 <= moment.cycle }
      let fifo = try #require(result.fifos["bypass"])
      #expect(writes - reads == (moment.isFilling ? min(fifo.depth - 1, fifo.max) : 1))
    }
    // Every pattern stalls near a moment, and no two are alike.
    let scenarios = try (0..<8).map(aimed.scenario)
    for scenario in scenarios {
      let patterns = scenario.sources.values.map(\.pattern) + scenario.sinks.values.map(\.pattern)
      let stalls = patterns.flatMap { pattern in pattern.bits.indices.filter { !pattern.bits[$0] } }
      let first = try #require(stalls.min())
      #expect(moments.contains { abs($0.cycle - first) <= 8 })
    }
    #expect(Set(scenarios.map { $0.json() }).count == 8)
  }
}
