import DataflowAnalysis
import Testing

/// What measured HLS blocks put out, word for word, as far as their words were recorded.
@Suite struct HLSValueTests {
  @Test func everyWordHasTheMeasuredValue() throws {
    var (words, blocks) = (0, 0)
    for golden in try GoldenCase.load("hls") {
      let tensors = try golden.tensors()
      guard golden.design.graphOutputs.contains(where: { tensors[$0] != nil }),
        // Some cases record the words and not the thresholds they come from.
        let timed = try? TimedDataplane(
          Plan(golden.design), parameters: ParameterStore(tensors)),
        timed.plane.inputs.allSatisfy({ tensors[$0] != nil })
      else { continue }
      let data = try timed.plane.sourceData(
        tensors.filter { timed.plane.inputs.contains($0.key) })
      blocks += 1
      for (name, run) in golden.runs.prefix(4) {
        let result = try timed.simulate(run.scenario)
        let moved = try timed.words(of: data, in: result, scenario: run.scenario)
        for output in golden.design.graphOutputs {
          guard let measured = try tensors[output]?.asIntegers(name: output) else { continue }
          let got = try #require(moved.words[output]).elements.ints
          let shared = min(got.count, measured.count)
          #expect(
            got.prefix(shared) == measured.prefix(shared), "\(golden.name)/\(name), \(output)")
          words += shared
        }
      }
    }
    #expect(blocks > 15 && words > 100_000)
  }

  /// The rows a window leaves over shift every frame but the first, and the report says so.
  @Test func leftoverRowsAreNamed() throws {
    let golden = try #require(
      try GoldenCase.load("hls").first { $0.name == "s06_dw_k2_7x7_s2_leftover_row" })
    let tensors = try golden.tensors()
    let run = try #require(golden.runs.first { $0.name == "a" }).run
    let plan = try Plan(golden.design)
    let node = golden.design.nodes[0].name
    func moved(without: Set<Hazard>) throws -> MovedWords {
      let timed = try TimedDataplane(plan, parameters: nil, without: without)
      let data = try timed.plane.sourceData(["in0": tensors["in0"]!])
      return try timed.words(
        of: data, in: timed.simulate(run.scenario), scenario: run.scenario)
    }
    let struck = try moved(without: [])
    #expect(struck.staleFrames.map(\.hazard) == ["hls-window-leftover-rows"])
    #expect(struck.staleFrames.map(\.node) == [node])
    let sound = try moved(without: [.windowLeftoverRows])
    #expect(sound.differing.isEmpty && sound.staleFrames.isEmpty)
    let report = try HazardSearch(plan).report(runs: 1, frames: 2, seed: 1)
    #expect(report.entries.map(\.status) == [.confirmed])
  }

  /// A board that moves what the case recorded, in a design whose frames are compared one by one.
  @Test func comparingWithABoardNamesLeftoverRows() throws {
    let golden = try #require(
      try GoldenCase.load("hls").first { $0.name == "s06_dw_k2_7x7_s2_leftover_row" })
    var design = golden.design
    design.nodes[0].attributes["depthwise"] = .int(0)
    let images = try #require(try golden.tensors()["in0"])
    let scenario = Scenario(frames: images.shape[0])
    let timed = try TimedDataplane(Plan(design), parameters: nil)
    let data = try timed.plane.sourceData(["in0": images])
    let moved = try timed.words(of: data, in: timed.simulate(scenario), scenario: scenario)
    let layout = try timed.plane.layout(of: "out0")
    let words = try #require(moved.words["out0"]).elements.ints
    let board = try Tensor(
      words.prefix(scenario.frames * layout.count).map { UInt8(truncatingIfNeeded: $0) },
      shape: [scenario.frames] + layout.shape)
    let comparison = try Comparison(design, parameters: nil)
    #expect(comparison.plane.shiftingNodes == [design.nodes[0].name])
    let result = try comparison.run(
      ["in0": images], reference: NPZ(NPZ.encode([("out0", board)]), file: "board"), map: nil)
    #expect(result[0].differing > 0 && result[0].first?.frame == 1)
    guard case .hazard(.windowLeftoverRows, let values)? = result[0].diagnosis else {
      Issue.record("\(String(describing: result[0].diagnosis))")
      return
    }
    #expect(values == result[0].differing)
  }
}
