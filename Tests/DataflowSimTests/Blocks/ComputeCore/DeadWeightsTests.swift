import DataflowAnalysis
import Foundation
import Testing

/// A stream of weights that ends: the RTL puts out a word in every cycle in which a group's last activation waits
/// (docs/reference/hazards.md#mvu-weight-stall-last), whether or not a weight comes later.
@Suite struct DeadWeightsTests {
  /// A vector of two elements per word; `mh` rows, one at a time.
  private func design(mh: Int = 1, mw: Int = 2) -> Design {
    var design = Design(name: "weights", part: "xczu7ev-ffvc1156-2-e")
    design.nodes = [
      Node(
        name: "dut", opType: "MVAU_rtl",
        attributes: [
          "PE": .int(1), "SIMD": .int(2), "MW": .int(mw), "MH": .int(mh),
          "inputDataType": .string("UINT8"), "weightDataType": .string("INT8"),
          "outputDataType": .string("INT20"), "accDataType": .string("INT20"),
          "noActivation": .int(1), "numInputVectors": .ints([1]), "mem_mode": .string("external"),
          "compute_core": .string("mvu_8sx8u_dsp48"),
        ], inputs: ["in0", "w0"], outputs: ["out0"])
    ]
    design.graphInputs = ["in0", "w0"]
    design.graphOutputs = ["out0"]
    return design
  }

  /// Words out of the design, and what is told of the run.
  private func run(_ design: Design, weights: Scenario.Source, frames: Int = 4, cycles: Int? = nil)
    throws -> (out: [Cycle], report: RunReport)
  {
    let plan = try Plan(design)
    var scenario = Scenario(frames: frames)
    scenario.maxCycles = cycles
    scenario.sources["w0"] = weights
    let result = try Simulation(
      plan, scenario: scenario, observing: Observation(times: true, cores: true, hazards: true)
    ).run()
    return (
      (result.streams["out0"] ?? []).map { Cycle($0) }, RunReport(plan, scenario, result)
    )
  }

  private func late(_ cycle: Int) throws -> Scenario.Source {
    Scenario.Source(
      pattern: try Pattern(String(repeating: "0", count: cycle) + "1"), endless: true)
  }

  /// As long as it has not come, a weight that comes late and one that never does look the same.
  @Test(arguments: [(1, 2), (3, 2), (3, 8), (1, 6)])
  func aWeightThatNeverComesIsNoneThatComesLate(rows: Int, width: Int) throws {
    let design = design(mh: rows, mw: width)
    let never = try run(design, weights: .init(pattern: .never), cycles: 300)
    let later = try run(design, weights: try late(2000), cycles: 300)
    #expect(never.out == later.out)
    #expect(width > 2 ? never.out.isEmpty : never.out.count > 3)
  }

  /// The first word leaves in cycle 6; all are surplus, and said to be.
  @Test func everyCycleGivesAWord() throws {
    let dead = try run(design(), weights: .init(pattern: .never), cycles: 100)
    #expect(dead.out == Array(6..<6 + dead.out.count))
    let surplus = dead.report.hazards.filter { $0.hazard == "mvu-weight-stall-last" }.map(\.words)
    #expect(surplus == [dead.out.count])
  }

  /// Weights that come at a third of the rate: as many frames as entered, at the rate of the weights, and a hazard.
  @Test func surplusWordsAreNoFrames() throws {
    let slow = try run(
      design(), weights: Scenario.Source(pattern: try Pattern("001")), frames: 4)
    #expect(slow.out.count > 4 && slow.report.frameEndCycles.count == 4)
    var narrow = design()
    narrow.nodes.insert(
      Node(
        name: "dwc", opType: "StreamingDataWidthConverter_rtl",
        attributes: [
          "shape": .ints([1, 2]), "inWidth": .int(8), "outWidth": .int(16),
          "dataType": .string("INT8"),
        ], inputs: ["w"], outputs: ["w0"]), at: 0)
    narrow.graphInputs = ["in0", "w"]
    let throughput = try Throughput(narrow)
    #expect(throughput.cyclesPerFrame == 2)
    #expect(throughput.hazards.map(\.node) == ["dut"])
    #expect(try Throughput(design()).hazards.isEmpty)
  }

  /// Surplus words are no frames: a design that waits for a weight for ever has not run.
  @Test func whatIsStarvedHasNotRun() throws {
    let some = try run(design(), weights: Scenario.Source(words: 3))
    #expect(some.report.outcome != .complete)
    #expect(some.report.endless == ["dut"])
    var scenario = Scenario(frames: 4)
    scenario.faults = [.drop(stream: "w0", word: 3)]
    let hang = try HangReport(Plan(design()), scenario: scenario)
    #expect(hang.outcome == .starved && hang.completedFrames == 4)
    let sound = try run(design(), weights: Scenario.Source(words: 4))
    #expect(sound.report.outcome == .complete && sound.report.endless == nil)
    #expect(try HangReport(Plan(design())).outcome == .complete)
    let ended = try run(design(), weights: .init(pattern: .never), cycles: 100)
    #expect(ended.report.outcome == .maxCycles)
  }

  /// However far the next weight is.
  @Test func aWeightThatComesInAnAgeCostsNothing() throws {
    var scenario = Scenario(frames: 2)
    scenario.faults = [.stop(stream: "w0", from: 0, cycles: 1 << 40)]
    #expect(try HangReport(Plan(design()), scenario: scenario).outcome != .complete)
  }

  /// Three weights for four vectors: the fourth word is none of the design's.
  @Test func wordsBehindTheLastWeightAreSurplus() throws {
    let some = try run(design(), weights: Scenario.Source(words: 3))
    #expect(some.out.prefix(4) == [6, 7, 8, 9])
    #expect(some.report.hazards.contains { $0.hazard == "mvu-weight-stall-last" })
  }
}
