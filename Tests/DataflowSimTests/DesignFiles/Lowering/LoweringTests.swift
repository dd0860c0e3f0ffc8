import DataflowSim
import Foundation
import OriginalModel
import Testing

import DesignFiles

/// Designs that models lower to, against the models.
@Suite struct LoweringTests {
  /// Networks that the rules can express exactly.
  static let expressible = [
    "activations", "avgpool-quant", "avgpool-trunc", "avgpool-trunc1", "bias-kinds",
    "bipolar-mixed",
    "bn-residual",
    "convtranspose", "dw-conv1d", "groups-dilation", "maxpool-variants", "pixelshuffle-concat",
    "pot-fixedpoint", "qcdq-asym", "perchannel-act",
  ]

  /// Every quantised tensor of the model is what the design's stream carries, for the recorded pictures.
  @Test(arguments: expressible)
  func theDesignHasTheModelsCodes(_ name: String) throws {
    let fixture = try OriginalFixture(name)
    let lowered = try LoweredModel(fixture.reference, name: name)
    #expect(try Self.differing(lowered, fixture) == [:])
    #expect(lowered.codes.count >= 4)
    _ = try Plan(lowered.loaded.design.bridgingWidths().design)
  }

  /// Elements that differ between stream and model, by tensor.
  static func differing(_ lowered: LoweredModel, _ fixture: OriginalFixture) throws -> [String: Int]
  {
    let plane = try Dataplane(lowered.loaded.design, parameters: lowered.loaded.parameters)
    var wrong: [String: Int] = [:]
    for index in 0..<min(2, fixture.frames.count) {
      let values = try fixture.reference.run(fixture.frames.frame(index), keep: .all)
      let result = try plane.run(lowered.feed(values), keep: .all, threads: 1) { _ in }
      for code in lowered.codes {
        let found = try result.tensor(code.stream).asDoubles()
        let expected = try lowered.tensor(of: code, values[code.tensor]!).asDoubles()
        let count = zip(found, expected).count { $0 != $1 }
        if count > 0 || found.count != expected.count {
          wrong[code.tensor, default: 0] += count + 1
        }
      }
    }
    return wrong
  }

  @Test(arguments: [
    ("fp8", "Conv_0", "is not quantised"),
    ("grid-quant", "grid-quant", "no layer between its quantisers"),
    ("grid-trunc1", "Trunc_0", "truncates a float input"),
  ])
  func whatCannotBeExactIsRefusedByName(_ name: String, _ node: String, _ reason: String) throws {
    let fixture = try OriginalFixture(name)
    let text = inputError { _ = try LoweredModel(fixture.reference, name: name) }
    #expect(text.contains(node) && text.contains(reason), "\(text)")
    #expect(text.contains("hint:"))
  }

  /// The thresholds are those that another search found, on the exact chain.
  @Test func thresholdsAreTheLeastIntegersOfEachCode() throws {
    var model = ModelBuilder(input: [1, 1])
    model.quantise("x", "q", scale: 0.5)
    model.constant("w", [3], [1, 1])
    model.add("MatMul", ["q", "w"], ["m"])
    model.quantise("m", "y", scale: 4, bits: 2)
    let lowered = try LoweredModel(Reference(model.model()), name: "m")
    let node = try #require(lowered.loaded.design.nodes.first)
    let found = try lowered.loaded.parameters?.tensor(node.initializers["thresholds"]!)
      .asIntegers(name: "t")
    #expect(found?.count == 3)
    // The sum of weight and input is in steps of 0.5; halves of a step of 4 go to even.
    func code(_ sum: Int) -> Float { min(3, (Float(sum) * 0.5 / 4).rounded(.toNearestOrEven)) }
    for (k, threshold) in (found ?? []).enumerated() {
      #expect(code(threshold) >= Float(k + 1))
      #expect(code(threshold - 1) < Float(k + 1))
    }
  }

  @Test func aBiasOrFloatEdgeBetweenLayersIsNamed() throws {
    var model = ModelBuilder(input: [1, 2])
    model.quantise("x", "q")
    model.constant("w", [1, 0, 0, 1], [2, 2])
    model.add("MatMul", ["q", "w"], ["a"])
    model.add("Sigmoid", ["a"], ["f"])
    model.add("MatMul", ["f", "w"], ["y"])
    let text = inputError { _ = try LoweredModel(Reference(model.model()), name: "m") }
    #expect(text.contains("node 'MatMul_3' (MatMul): its input 'f', made by 'Sigmoid_2' (Sigmoid)"))
    #expect(text.contains("QuantIdentity"))
  }

  @Test func weightsWithoutAQuantiserAreNamed() throws {
    var model = ModelBuilder(input: [1, 2])
    model.quantise("x", "q")
    model.constant("w", [0.12345, 0.7719, -0.3331, 1], [2, 2])
    model.add("MatMul", ["q", "w"], ["a"])
    model.quantise("a", "y")
    let text = inputError { _ = try LoweredModel(Reference(model.model()), name: "m") }
    #expect(text.contains("its weights 'w' are not quantised"))
  }
}
