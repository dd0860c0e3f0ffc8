import DataflowAnalysis
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

  @Test
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

  @Test
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

  /// In every measured network: what makes a frame differ is named, and it struck a stream of the
  /// design.
  @Test func everyDifferenceInANetworkHasACause() throws {
    var causes: Set<String> = []
    for golden in try GoldenCase.load("composite") where golden.document.object["tensors"] != nil {
      guard golden.runs.contains(where: { $0.run.outputs != nil }) else { continue }
      for run in try report(golden).runs {
        guard let difference = run.difference else { continue }
        #expect(!difference.causes.contains("unknown"), "\(golden.name): \(difference)")
        #expect(difference.explanation.contains("struck word") || run.outcome != .complete)
        causes.formUnion(difference.causes)
      }
    }
    #expect(causes.isSuperset(of: ["mvu-dsp48-frozen-zero", "mvu-startup-words"]))
  }

  /// A word lost in front of a block that holds words over the frame border.
  @Test func aLostWordShiftsEveryLaterFrame() throws {
    let (timed, inputs) = try paddedConvolution()
    let lost = Scenario(frames: 4, faults: [.drop(stream: "in0", word: 5)])
    let check = try RepeatCheck(timed, inputs: inputs)
    let report = try check.run(repeats: 4, seed: 3, scenario: lost)
    let run = try #require(report.runs.first { $0.stimulus == "scenario" })
    let difference = try #require(run.difference)
    #expect(difference.causes.prefix(3) == ["fault drop", "stale words", "stale-frame"])
    #expect(difference.frame == 0 && difference.explanation.contains("word 5 of in0"))
    #expect(report.runs.allSatisfy { $0.difference == nil || $0.stimulus == "scenario" })

    let data = try timed.plane.sourceData(inputs)
    let moved = try timed.words(of: data, in: try timed.simulate(lost), scenario: lost)
    #expect(moved.staleFrames.map(\.hazard) == ["stale-frame"])
    #expect(moved.staleFrames.map(\.node) == ["pad"] && moved.staleFrames[0].words > 0)
    #expect(timed.origins(on: ["out0", "in0"], in: moved).values.allSatisfy { $0.word == 5 })
    let sound = Scenario(frames: 4)
    let right = try timed.words(of: data, in: try timed.simulate(sound), scenario: sound)
    #expect(right.staleFrames.isEmpty && right.differing.isEmpty)

    let corrupt = Scenario(frames: 4, faults: [.corrupt(stream: "in0", word: 20, mask: "8")])
    let flipped = try #require(
      try check.run(repeats: 4, seed: 3, scenario: corrupt).runs[1].difference)
    #expect(flipped.causes == ["fault corrupt"] && flipped.frame == 1)
  }

  /// 4 x 4 pixels of one channel, padded by one and compared with a threshold.
  private func paddedConvolution() throws -> (TimedDataplane, [String: Tensor]) {
    let design = Design(
      name: "padded",
      nodes: [
        Node(
          name: "pad", opType: "FMPadding_rtl",
          attributes: [
            "ImgDim": .ints([4, 4]), "Padding": .ints([1, 1, 1, 1]), "NumChannels": .int(1),
            "SIMD": .int(1), "inputDataType": .string("UINT4"),
          ], inputs: ["in0"], outputs: ["s0"]),
        Node(
          name: "thr", opType: "Thresholding_rtl",
          attributes: [
            "NumChannels": .int(1), "PE": .int(1), "numSteps": .int(3),
            "inputDataType": .string("UINT4"), "weightDataType": .string("UINT4"),
            "outputDataType": .string("UINT2"), "numInputVectors": .ints([1, 6, 6]),
          ], inputs: ["s0"], outputs: ["out0"], initializers: ["thresholds": "t"]),
      ], graphInputs: ["in0"], graphOutputs: ["out0"])
    let timed = try TimedDataplane(
      try Plan(design),
      parameters: ParameterStore(["t": try Tensor([3, 7, 12], shape: [1, 3])]))
    let pixels = (0..<16).map { $0 * 7 % 16 }
    return (timed, ["in0": try Tensor(pixels, shape: [1, 4, 4, 1])])
  }
}
