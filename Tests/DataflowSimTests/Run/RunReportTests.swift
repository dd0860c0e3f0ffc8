import DataflowAnalysis
import Foundation
import Testing

@Suite struct RunReportTests {
  private func report(_ design: Design, _ scenario: Scenario) throws -> RunReport {
    let plan = try Plan(design)
    let result = try Simulation(
      plan, scenario: scenario, observing: Observation(streams: true, hazards: true)
    ).run()
    return RunReport(plan, scenario, result)
  }

  @Test func aReportSurvivesItsJSON() throws {
    let report = try report(try TraceFixture.example("residual-deadlock"), Scenario())
    #expect(try RunReport(json: report.json()) == report)
    #expect(report.outcome == .deadlock && report.unfinished["fork.b"] != nil)
  }

  /// Counting hazards agrees with keeping them, and words are damaged only where products are lost.
  @Test func hazardCountsFitTheMeasuredDamage() throws {
    for golden in try GoldenCase.load("composite") where golden.name.hasPrefix("rnd_r") {
      for (name, run) in golden.runs {
        let report = try report(golden.design, run.scenario)
        let lost = report.hazards.filter { $0.hazard == "mvu-dsp48-frozen-zero" }
        let surplus = report.hazards.filter { $0.hazard != "mvu-dsp48-frozen-zero" }
        if run.fields["extra_output_words"]?.wordCount ?? 0 > 0 {
          #expect(!surplus.isEmpty, "\(golden.name) \(name)")
        }
        if run.fields["damaged_words"]?.wordCount ?? 0 > 0 {
          #expect(!lost.isEmpty || !surplus.isEmpty, "\(golden.name) \(name)")
        }
      }
    }
  }

  @Test func startUpWordsAndWeightStallsAreTold() throws {
    var seen = Set<String>()
    for golden in try GoldenCase.load("mvu") {
      for (_, run) in golden.runs {
        let report = try report(golden.design, run.scenario)
        for hazard in report.hazards {
          seen.insert(hazard.hazard)
          guard hazard.hazard != "mvu-dsp48-frozen-zero",
            let extra = run.fields["extra_output_words"]?.wordCount
          else { continue }
          #expect(hazard.words >= extra, "\(golden.name)")
        }
      }
    }
    #expect(
      seen.isSuperset(of: ["mvu-dsp48-frozen-zero", "mvu-startup-words", "mvu-weight-stall-last"]))
  }
}

extension JSONValue {
  fileprivate var wordCount: Int? { if case .int(let n) = self { n } else { nil } }
}
