import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// Designs against the models they were made of, without golden files.
@Suite struct ModelComparisonTests {
  private struct Outcome {
    var pairs: [ModelPairing.Pair]
    var wrong: [TensorComparison]
    var verdicts: [LayerVerdict]
  }

  private func compare(_ design: String, with model: String) throws -> Outcome {
    func path(_ name: String) -> String { TestFiles.repository("configs/models/\(name)") }
    let loaded = try DesignFile.load(path(design + ".onnx"))
    let reference = try Reference(ModelGraph(contentsOf: path(model + ".onnx")))
    let comparison = try Comparison(loaded.design, parameters: loaded.parameters)
    let data = path(model + "-input.npy")
    let pairing = try ModelPairing(
      comparison.plane, reference, arrays: TensorFile.read(data), file: data)
    let entries = pairing.pairs.map {
      (
        $0.stream,
        ReferenceMap.Entry(
          reference: $0.tensor, scale: $0.scale, offset: $0.offset, channelsFirst: false)
      )
    }
    let archive = try NPZ(
      NPZ.encode(pairing.values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }), file: model)
    let results = try comparison.run(
      pairing.inputs, reference: archive,
      map: ReferenceMap(entries: Dictionary(entries) { first, _ in first }), stopsAtFirst: false,
      feedsReference: true, given: pairing.given)
    return Outcome(
      pairs: pairing.pairs, wrong: results.filter { !$0.isFine },
      verdicts: LayerComparison(loaded, pairing).verdicts(pairing.pairs))
  }

  @Test(arguments: ["pose", "super-resolution", "average-pool", "residual"])
  func aModelsOwnDesignAgreesEverywhere(_ name: String) throws {
    let outcome = try compare(name, with: name)
    #expect(outcome.wrong.isEmpty)
    #expect(outcome.verdicts.filter(\.isCertain).isEmpty)
    #expect(outcome.pairs.count >= 4)
    #expect(outcome.pairs.allSatisfy { $0.agreement == 1 })
  }

  /// The one layer that was planted wrong is named, and why; those behind it are judged by themselves.
  @Test(arguments: [
    (
      "super-resolution-bias", "super-resolution", "MVAU_hls_1",
      "the bias comes in with another scale"
    ),
    (
      "average-pool-rounded", "average-pool", "VVAU_hls_0",
      "rounds to nearest where the model rounds down"
    ),
    ("residual-one-scale", "residual", "MVAU_hls_1", "every step is 2.015 times as wide"),
  ])
  func aPlantedFaultIsNamed(_ design: String, _ model: String, _ node: String, _ finding: String)
    throws
  {
    let outcome = try compare(design, with: model)
    #expect(outcome.wrong.first?.node == node)
    let verdict = try #require(outcome.verdicts.first { $0.node == node })
    #expect(verdict.finding.contains(finding), "\(verdict.finding)")
  }

  @Test func aPixelShuffleInTheOtherOrderIsNamed() throws {
    let outcome = try compare("pose-dcr", with: "pose")
    #expect(outcome.wrong.map(\.node) == ["OuterShuffle_hls_0"])
    #expect(outcome.wrong[0].diagnosis == .permutation("pixel shuffle by 2: DCR instead of CRD"))
  }

  /// Thresholds that round halves up where the model rounds them to even.
  @Test func halvesThatRoundUpAreTold() throws {
    let fixture = try OriginalFixture("pot-fixedpoint")
    var loaded = try LoweredModel(fixture.reference, name: "pot").loaded
    let right = loaded.parameters!
    // FINN's formula takes the smallest sum at or above k + ½, so exact halves go up: one lower
    // wherever the model's even code keeps them down.
    let node = try #require(
      loaded.design.nodes.first { $0.name == "MVAU_hls_1" && $0.initializers["thresholds"] != nil })
    let name = node.initializers["thresholds"]!
    let table = try right.tensor(name)
    let values = try table.asIntegers(name: name)
    let lowered = values.enumerated().map { $0.offset % 2 == 0 ? $0.element - 1 : $0.element }
    let changed = try Tensor(lowered, shape: table.shape)
    loaded.parameters = ParameterStore(names: right.names) {
      $0 == name ? changed : try right.tensor($0)
    }
    let comparison = try Comparison(loaded.design, parameters: loaded.parameters)
    let pairing = try ModelPairing(
      comparison.plane, fixture.reference,
      arrays: TensorFile.read(OriginalFixture.path("pot-fixedpoint", "io.npz")), file: "io.npz")
    let verdicts = LayerComparison(loaded, pairing).verdicts(pairing.pairs)
    #expect(verdicts.map(\.node) == ["MVAU_hls_1"])
    #expect(verdicts.first?.finding.contains("rounds halves to even") ?? false)
  }

  @Test func anExportedGraphOpensWithEqualResults() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let fixture = try OriginalFixture("bn-residual")
      let lowered = try LoweredModel(fixture.reference, name: "residual")
      let path = folder + "/out.onnx"
      #expect(try FINNExport(lowered.loaded).write(to: path).isEmpty)
      let again = try DesignFile.load(path)
      let values = try fixture.reference.run(fixture.frames.frame(0), keep: .all)
      let feed = try lowered.feed(values)
      let one = try Dataplane(lowered.loaded.design, parameters: lowered.loaded.parameters)
      let two = try Dataplane(again.design, parameters: again.parameters)
      let name = lowered.loaded.design.graphOutputs[0]
      let expected = try one.run(feed, keep: .outputs, threads: 1) { _ in }.tensor(name)
      let output = again.design.graphOutputs[0]
      let found = try two.run(feed, keep: .outputs, threads: 1) { _ in }.tensor(output)
      #expect(found == expected)
    }
  }

  @Test func accuracyIsThatOfTheModel() throws {
    let fixture = try OriginalFixture("bn-residual")
    let outputs = try (0..<fixture.frames.count).map { frame -> Int in
      let output = try fixture.reference.run(fixture.frames.frame(frame))["global_out"]!.floats
      return output.firstIndex(of: output.max()!)!
    }
    let wrong = outputs.enumerated().map { $0.offset == 0 ? ($0.element + 1) % 3 : $0.element }
    let accuracy = Accuracy(.labels(wrong))
    let model = try LoweredModel(fixture.reference, name: "m")
    let trained = try accuracy.trained(fixture.reference, fixture.frames, name: "m")
    let hardware = try accuracy.lowered(LoweredRun(model), fixture.frames, name: "m")
    #expect(trained.correct == 2 && trained.frames == 3)
    #expect(hardware.correct == 2 && hardware.computed == "as hardware")
  }
}
