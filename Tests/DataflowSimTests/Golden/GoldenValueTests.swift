import DataflowAnalysis
import Testing

/// Both planes together: every value of every measured run, spoilt ones and surplus words included.
@Suite struct GoldenValueTests {
  static let kinds = ["mvu", "vvu", "thresholding", "composite"]

  @Test(arguments: kinds)
  func everyWordHasTheMeasuredValue(kind: String) throws {
    var words = 0
    var spoilt = 0
    for golden in try GoldenCase.load(kind) {
      let tensors = try golden.tensors()
      let output = golden.design.graphOutputs[0]
      guard let expected = tensors[output] else { continue }
      let plan = try Plan(golden.design)
      let timed = try TimedDataplane(plan, parameters: ParameterStore(tensors))
      let inputs = tensors.filter { timed.plane.inputs.contains($0.key) }
      let data = try timed.plane.sourceData(inputs)
      for (name, run) in golden.runs {
        let result = try timed.simulate(run.scenario)
        let moved = try timed.words(of: data, in: result, scenario: run.scenario)
        let got = try #require(moved.words[output]).elements.ints
        let measured = try run.outputs ?? expected.asIntegers(name: output)
        words += measured.count
        if run.outputs != nil { spoilt += 1 }
        guard got.count >= measured.count || run.outputs == nil else {
          Issue.record("\(golden.name)/\(name): \(got.count) of \(measured.count) values")
          continue
        }
        let shared = min(got.count, measured.count)
        let difference = (0..<shared).first { got[$0] != measured[$0] }
        if let i = difference {
          Issue.record("\(golden.name)/\(name): value \(i) is \(got[i]), measured \(measured[i])")
        }
        if let damaged = run.fields["damaged_words"]?.int, damaged > 0 {
          #expect(moved.differing[output] ?? 0 > 0, "\(golden.name)/\(name)")
        } else if run.outputs == nil {
          #expect(moved.differing[output] == nil, "\(golden.name)/\(name)")
        }
      }
    }
    #expect(words > 10_000)
    if kind != "vvu" { #expect(spoilt > 0) }
  }

  /// The weights of the cases with a weight source, sent as words instead of stated as an array.
  @Test func weightsAsAStreamGiveTheMeasuredValues() throws {
    var spoilt = 0
    for golden in try (["mvu", "vvu"].flatMap { try GoldenCase.load($0) }) {
      var design = golden.design
      guard design.graphInputs.count == 2 else { continue }
      var tensors = try golden.tensors()
      let weights = try tensors["weights"]!.asIntegers(name: "weights")
      design.nodes[0].initializers = [:]
      let number = { (name: String) -> Int in
        if case .int(let n)? = design.nodes[0].attributes[name] { n } else { 0 }
      }
      let (pe, simd) = (number("PE"), max(1, number("SIMD")))
      let isMatrix = design.nodes[0].opType.hasPrefix("MVAU")
      let (rows, taps) =
        isMatrix
        ? (number("MH"), number("MW")) : (number("Channels"), weights.count / number("Channels"))
      var words: [Int] = []
      for fold in 0..<rows / pe {
        for tap in stride(from: 0, to: taps, by: simd) {
          for i in 0..<pe * simd {
            let (row, column) = (fold * pe + i / simd, tap + i % simd)
            words.append(weights[isMatrix ? column * rows + row : row * taps + column])
          }
        }
      }
      let stream = design.graphInputs[1]
      let frames = tensors["in0"]!.shape[0]
      tensors[stream] = try Tensor(
        Array((0..<frames).map { _ in words }.joined()),
        shape: [frames, words.count / pe / simd, pe * simd])
      let timed = try TimedDataplane(try Plan(design), parameters: nil)
      let data = try timed.plane.sourceData(tensors.filter { timed.plane.inputs.contains($0.key) })
      for (name, run) in golden.runs {
        let moved = try timed.words(
          of: data, in: try timed.simulate(run.scenario), scenario: run.scenario)
        let got = try #require(moved.words["out0"]).elements.ints
        let measured = try run.outputs ?? tensors["out0"]!.asIntegers(name: "out0")
        let shared = min(got.count, measured.count)
        #expect(got.prefix(shared) == measured.prefix(shared), "\(golden.name)/\(name)")
        #expect(shared > 0)
        if run.outputs != nil { spoilt += 1 }
      }
    }
    #expect(spoilt > 0)
  }

  /// Without its hazard the same run gives the mathematical result.
  @Test func hazardsCanBeTurnedOff() throws {
    for kind in ["mvu", "vvu", "thresholding", "composite"] {
      for golden in try GoldenCase.load(kind) {
        let tensors = try golden.tensors()
        let output = golden.design.graphOutputs[0]
        guard let expected = tensors[output], golden.runs.contains(where: { $0.run.outputs != nil })
        else { continue }
        let plan = try Plan(golden.design)
        let timed = try TimedDataplane(
          plan, parameters: ParameterStore(tensors), without: Set(Hazard.allCases))
        let inputs = tensors.filter { timed.plane.inputs.contains($0.key) }
        let data = try timed.plane.sourceData(inputs)
        let values = try expected.asIntegers(name: output)
        for (name, run) in golden.runs where run.outputs != nil {
          let result = try timed.simulate(run.scenario)
          let moved = try timed.words(of: data, in: result, scenario: run.scenario)
          let got = try #require(moved.words[output]).elements.ints
          #expect(got.prefix(values.count) == values.prefix(got.count), "\(golden.name)/\(name)")
          #expect(moved.differing[output] == nil, "\(golden.name)/\(name)")
        }
      }
    }
  }
}

extension GoldenCase {
  /// The recorded arrays, by name.
  func tensors() throws -> [String: Tensor] {
    try (document.object["tensors"]?.object ?? [:]).mapValues { value in
      let (values, shape) = (value.object["values"]!.array, value.object["shape"]!.array.map(\.int))
      let isWhole = values.allSatisfy { if case .int = $0 { true } else { false } }
      return isWhole
        ? try Tensor(values.map(\.int), shape: shape)
        : try Tensor(values.map(\.float), shape: shape)
    }
  }
}

extension GoldenRun {
  /// Flat output values, where they differ from the mathematical result.
  var outputs: [Int]? { fields["outputs"]?.array.map(\.int) }
}
