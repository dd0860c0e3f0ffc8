import DataflowSim
import Testing

@Suite struct RepeatCheckTests {
  private func report(_ golden: GoldenCase, without: Set<Hazard> = []) throws -> RepeatReport {
    let tensors = try golden.tensors()
    let timed = try TimedDataplane(
      try Plan(golden.design), parameters: ParameterStore(tensors), without: without)
    let inputs = tensors.filter { timed.plane.inputs.contains($0.key) }
    return try RepeatCheck(timed, inputs: inputs).run(
      repeats: 4, seed: 7, scenario: golden.runs[0].run.scenario)
  }

  private func composite(_ suffix: String) throws -> [GoldenCase] {
    try GoldenCase.load("composite").filter {
      $0.name.hasPrefix("rnd_r") && $0.name.hasSuffix(suffix)
    }
  }

  @Test(.disabled("known gap: the cause is not named in networks and with surplus words"))
  func lostProductsAreFoundAndNamed() throws {
    var found = 0
    for golden in try composite("_dmg") {
      let report = try report(golden)
      for run in report.runs {
        guard let difference = run.difference else { continue }
        found += 1
        #expect(difference.causes.contains("mvu-dsp48-frozen-zero"), "\(golden.name)")
        #expect(report.text.contains("mvu-dsp48-frozen-zero"))
      }
      #expect(try self.report(golden, without: Set(Hazard.allCases)).allEqual)
    }
    #expect(found > 0)
  }

  @Test(.disabled("known gap: the cause is not named in networks and with surplus words"))
  func surplusWordsAreFoundAndNamed() throws {
    let golden = try #require(try GoldenCase.load("mvu").first { $0.name.hasPrefix("m31") })
    let report = try report(golden)
    let ideal = try #require(report.runs.first?.difference)
    #expect(ideal.frame == 0 && ideal.causes == ["mvu-startup-words", "stale words"])
    #expect(ideal.explanation.contains("2 surplus words"))
  }

  @Test func aSoundDesignGivesEqualFrames() throws {
    let golden = try #require(try GoldenCase.load("vvu").first)
    let report = try report(golden)
    #expect(report.allEqual && report.runs.count == 4)
    #expect(try report == self.report(golden))
  }
}
