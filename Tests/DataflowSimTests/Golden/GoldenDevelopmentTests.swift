import DataflowSim
import SimKernels
import Testing

/// Values and hazards of the blocks of FINN's development branch; their handshakes are with those of all
/// others (`GoldenTimingTests`).
@Suite struct GoldenDevelopmentTests {
  @Test(arguments: GoldenCase.developmentKinds)
  func everyWordHasTheMeasuredValue(kind: String) throws {
    var words = 0
    for golden in try GoldenCase.load(kind) {
      #expect(golden.design.finnGeneration.isDevelopment)
      let timed = try golden.timed()
      for (name, run) in golden.runs {
        let result = try timed.plane.simulate(run.scenario)
        let moved = try timed.plane.words(of: timed.data, in: result, scenario: run.scenario)
        let got = try #require(moved.words["out0"])
        let place: Comment = "\(golden.name)/\(name)"
        #expect(got.count == run.handshakes["out0"]?.count, place)
        let lost = run.fields["lost_output_words"]?.int ?? 0
        // Which words are lost is not recorded; how many is.
        if lost == 0 {
          let shared = try difference(
            got, golden.expected(run), undefined: undefined(run), place)
          words += shared
        } else {
          #expect(moved.differing["out0"] ?? 0 > 0, place)
        }
        try checkHazards(golden, run, result, timed.plane, place)
      }
    }
    #expect(words > 500)
  }

  /// Elements compared; more differences than `undefined` elements are recorded.
  private func difference(
    _ got: WordSequence, _ expected: [Int], undefined: Int, _ place: Comment
  ) throws -> Int {
    let values = got.elements.ints
    let shared = min(values.count, expected.count)
    let differing = (0..<shared).filter { values[$0] != expected[$0] }
    if differing.count > undefined, let i = differing.first {
      Issue.record(
        "\(place): \(differing.count) differ, value \(i) is \(values[i]), measured \(expected[i])")
    }
    return shared
  }

  private func undefined(_ run: GoldenRun) -> Int {
    run.fields["undefined_output_elements"]?.int ?? run.fields["damaged_elements"]?.int ?? 0
  }

  /// What the case says went wrong is counted under the name of its hazard, and nothing else is.
  private func checkHazards(
    _ golden: GoldenCase, _ run: GoldenRun, _ result: RunResult, _ timed: TimedDataplane,
    _ place: Comment
  ) throws {
    let counts = RunReport(timed.plan, run.scenario, result).hazards
    func count(_ hazard: Hazard) -> Int {
      counts.filter { $0.hazard == hazard.rawValue }.reduce(0) { $0 + $1.words }
    }
    let pe = golden.expectedElementsPerWord
    if golden.kind.hasPrefix("mvu") || golden.kind.hasPrefix("vvu") {
      let undefined = self.undefined(run)
      let lost = run.fields["lost_output_words"]?.int ?? 0
      if lost > 0 {
        #expect(count(.queueOverflow) == lost, place)
      } else {
        // A run that ends early may leave a damaged word in the queue.
        #expect(count(.queueOverflow) * pe >= undefined, place)
        #expect((count(.queueOverflow) > 0) == (undefined > 0), place)
      }
    }
    if golden.kind == "inner_shuffle" {
      #expect(
        (count(.stalePage) > 0)
          == (run.fields["damaged_words"]?.int ?? 0 > 0
            || run.fields["extra_output_words"]?.int ?? 0 > 0),
        place)
    }
    #expect(count(.frozenZero) == 0 && count(.startUpWords) == 0, place)
  }

  /// Without its hazards every run gives the mathematical result.
  @Test(arguments: [
    "dev/mvu_dev", "dev/vvu_dev", "dev/inner_shuffle", "dev/crop_rtl", "dev/requant_rtl",
  ])
  func hazardsCanBeTurnedOff(kind: String) throws {
    for golden in try GoldenCase.load(kind) {
      let timed = try golden.timed(without: Set(Hazard.allCases))
      let expected = try golden.tensors()["out0"]!
      let values = try expected.asIntegers(name: "out0")
      for (name, run) in golden.runs {
        let result = try timed.plane.simulate(run.scenario)
        let moved = try timed.plane.words(of: timed.data, in: result, scenario: run.scenario)
        let got = try #require(moved.words["out0"]).elements.ints
        #expect(got.prefix(values.count) == values.prefix(got.count), "\(golden.name)/\(name)")
        #expect(moved.differing["out0"] == nil, "\(golden.name)/\(name)")
      }
    }
  }
}

extension GoldenCase {
  fileprivate func timed(without hazards: Set<Hazard> = []) throws
    -> (plane: TimedDataplane, data: SourceData)
  {
    let tensors = try tensors()
    let plane = try TimedDataplane(
      try Plan(design), parameters: ParameterStore(tensors), without: hazards)
    let inputs = tensors.filter { plane.plane.inputs.contains($0.key) }
    return (plane, try plane.plane.sourceData(inputs))
  }

  /// The stored output elements of a run: integers, or the bits of floats.
  fileprivate func expected(_ run: GoldenRun) throws -> [Int] {
    if let outputs = run.outputs { return outputs }
    let tensor = try tensors()["out0"]!
    guard tensor.elementType == .float32 else { return try tensor.asIntegers(name: "out0") }
    return tensor.asDoubles().map { Int(Int32(bitPattern: Float($0).bitPattern)) }
  }

  fileprivate var expectedElementsPerWord: Int {
    guard case .int(let pe)? = design.nodes[0].attributes["PE"] else { return 1 }
    return pe
  }
}
