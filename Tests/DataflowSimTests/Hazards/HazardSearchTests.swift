import DataflowAnalysis
import Foundation
import Testing

@Suite struct HazardSearchTests {
  /// What a report calls a confirming scenario does meet the hazard.
  @Test func confirmedPlacesAreReallyMet() throws {
    let plan = try Plan(try TraceFixture.example("dsp48-lost-product"))
    let report = try HazardSearch(plan).report(runs: 20)
    let hit = try #require(report.entries.first { $0.status == .confirmed })
    #expect(hit.hazard == "mvu-dsp48-frozen-zero")
    let stimulus = try JSONEncoder().encode(try #require(hit.scenario))
    let scenario = try Scenario(json: stimulus, file: "s.json")
    let result = try Simulation(
      plan, scenario: scenario, observing: Observation(streams: true, hazards: true)
    ).run()
    let met = RunReport(plan, scenario, result).hazards.filter { $0.node == hit.node }
    #expect(met.contains { $0.hazard == hit.hazard && $0.words == hit.words })
    #expect(report.text.contains("Confirmed: "))
    #expect(try HazardSearch(plan).report(runs: 20) == report)
    // What is known before each run, as an interruption leaves it.
    var known: [HazardReport] = []
    _ = try HazardSearch(plan).report(runs: 20) { known.append($0) }
    #expect(known.map(\.runsTried) == Array(0..<report.runsTried))
    #expect(known.allSatisfy(\.interrupted) && !report.interrupted)
  }

  /// No measured case met a hazard that the search does not list.
  @Test(arguments: ["mvu", "vvu", "thresholding"])
  func everyMeasuredHazardIsListed(kind: String) throws {
    for golden in try GoldenCase.load(kind) {
      let plan = try Plan(golden.design)
      let listed = try HazardSearch(plan).report(runs: 1, frames: 1).entries.map(\.hazard)
      for (_, run) in golden.runs where run.outputs != nil {
        #expect(!listed.isEmpty, "\(golden.name)")
        let result = try Simulation(
          plan, scenario: run.scenario, observing: Observation(streams: true, hazards: true)
        ).run()
        for hazard in RunReport(plan, run.scenario, result).hazards {
          #expect(listed.contains(hazard.hazard), "\(golden.name)")
        }
      }
    }
  }

  /// No more runs are done than are announced.
  @Test func progressCountsAllRuns() throws {
    final class Heard: @unchecked Sendable { var steps: [WorkStep] = [] }
    let heard = Heard()
    let plan = try Plan(try TraceFixture.example("dsp48-lost-product"))
    let report = try WorkProgress.listening({ heard.steps.append($0) }) {
      try HazardSearch(plan).report(runs: 3, frames: 1)
    }
    let runs = heard.steps.filter { $0.phase == "stalled runs" }
    #expect(runs.count == report.runsTried && runs.allSatisfy { $0.done < $0.total })
  }

  @Test func wordsHeldOverAFrameBorderAreListed() throws {
    let design = try TraceFixture.example("conv-shallow-fifos")
    let report = try HazardSearch(try Plan(design)).report(runs: 1)
    #expect(report.entries.contains { $0.hazard == "stale-frame" && $0.status == .byCount })
    #expect(report.text.contains("stale-frame: "))
  }
}
