import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import SimModel
import Testing

/// Two things wrong at once, and weights that no list of thresholds of their own stands behind: each is named.
@Suite struct SeveralFaultsTests {
  private func weights(_ rows: Int, _ columns: Int, seed: UInt64) -> [Float] {
    var random = SeededGenerator(seed: seed)
    return (0..<rows * columns).map { _ in Float(Int.random(in: 1...3, using: &random)) }
  }

  private func nodes(_ loaded: LoadedDesign, _ prefix: String) -> [String] {
    loaded.design.nodes.filter { $0.opType.hasPrefix(prefix) }.map(\.name)
  }

  /// Two branches, unlike in scale, that only the quantiser of their sum thresholds.
  private func residual() -> ModelBuilder {
    var model = ModelBuilder(input: [1, 8])
    model.quantiser("x", "q", scale: 1, bits: 4, isSigned: false)
    for (name, scale, seed) in [("a", Float(1), UInt64(1)), ("b", 0.75, 2)] {
      model.constant("w\(name)", weights(8, 8, seed: seed), [8, 8])
      model.add("MatMul", ["q", "w\(name)"], ["m\(name)"])
      model.constant("s\(name)", [scale])
      model.add("Mul", ["m\(name)", "s\(name)"], [name])
    }
    model.add("Add", ["a", "b"], ["s"])
    model.quantiser("s", "y", scale: 40, bits: 4, isSigned: false)
    return model
  }

  @Test func theWeightsOfBothBranchesAreNamed() throws {
    let sound = try PlantedModel(residual()).compare()
    #expect(sound.wrong == nil && sound.verdicts.isEmpty, "\(sound.text)")
    var names: [String] = []
    let outcome = try PlantedModel(residual()).compare {
      names = nodes($0, "MVAU")
      for name in names { try $0.change(name, "weights") { i, j, v in i == 0 && j == 1 ? -v : v } }
    }
    #expect(names.count == 2)
    #expect(
      Set(outcome.verdicts.filter(\.isCertain).map(\.node)).isSuperset(of: names), "\(outcome.text)"
    )
  }

  @Test func weightsAndAFactorAreBothNamed() throws {
    var names: [String] = []
    let outcome = try PlantedModel(residual()).compare {
      names = [nodes($0, "MVAU")[1], nodes($0, "ChannelwiseOp")[0]]
      try $0.change(names[0], "weights") { i, j, v in i == 0 && j == 1 ? -v : v }
      try $0.change(names[1], "parameters") { _, _, value in value == 1 ? 2 : value - 1 }
    }
    #expect(
      Set(outcome.verdicts.filter(\.isCertain).map(\.node)).isSuperset(of: names), "\(outcome.text)"
    )
  }

  /// Sums under windows are weights of 1.
  @Test func aSumThatLeavesAPixelOutIsNamed() throws {
    var model = ModelBuilder(input: [1, 2, 6, 6])
    model.quantiser("x", "q", scale: 1, bits: 6, isSigned: false)
    model.add("AveragePool", ["q"], ["p"], ints: ["kernel_shape": [3, 3], "strides": [3, 3]])
    model.quantiser("p", "y", scale: 2, bits: 5, isSigned: false)
    var name = ""
    let outcome = try PlantedModel(model).compare {
      name = try #require(nodes($0, "VVAU").first)
      try $0.change(name, "weights") { row, _, value in row == 0 ? value : 1 }
      let first = try #require($0.design.nodes.first { $0.name == name }?.initializers["weights"])
      let tensor = try #require(try $0.parameters?.tensor(first))
      var values = try tensor.asIntegers(name: first)
      values[4] = 0
      let right = try #require($0.parameters)
      let changed = try Tensor(values, shape: tensor.shape)
      $0.parameters = ParameterStore(names: right.names) {
        $0 == first ? changed : try right.tensor($0)
      }
    }
    #expect(outcome.verdicts.map(\.node).contains(name), "\(outcome.text)")
  }

  /// The layer behind which the design only chooses labels.
  @Test func weightsInFrontOfLabelsAreNamed() throws {
    var model = ModelBuilder(input: [1, 8])
    model.quantiser("x", "q", scale: 1, bits: 4, isSigned: false)
    model.constant("w", weights(8, 4, seed: 5), [8, 4])
    model.add("MatMul", ["q", "w"], ["m"])
    model.add("ArgMax", ["m"], ["y"], numbers: ["axis": 1, "keepdims": 1])
    let sound = try PlantedModel(model).compare()
    #expect(sound.wrong == nil && sound.verdicts.isEmpty, "\(sound.text)")
    let outcome = try PlantedModel(model).compare {
      try $0.change("MVAU_hls_0", "weights") { i, j, v in i == 0 && j == 1 ? -v : v }
    }
    #expect(outcome.verdicts.map(\.node) == ["MVAU_hls_0"], "\(outcome.text)")
  }

  /// One threshold in thousands one too low, on an exact half: said, and no fault.
  @Test func aSingleThresholdOnABorderIsRare() throws {
    var model = ModelBuilder(input: [1, 8])
    model.quantiser("x", "q", scale: 1, bits: 8, isSigned: false)
    model.constant("w", weights(8, 8, seed: 6), [8, 8])
    model.add("MatMul", ["q", "w"], ["m"])
    model.quantiser("m", "y", scale: 2, bits: 8, isSigned: false)
    let outcome = try PlantedModel(model).compare {
      let table = try LoweredModel(Reference(model.model()), name: "right").loaded
      let node = try #require(table.design.nodes.first)
      // Codes 0 and 1 meet at the sum 1, which rounds to even: the threshold is 2.
      try $0.change(node.name, "thresholds") { row, column, value in
        row == 3 && column == 0 ? value - 1 : value
      }
    }
    let verdict = try #require(outcome.verdicts.first)
    #expect(verdict.isRare && !verdict.isCertain, "\(outcome.text)")
    #expect(verdict.finding.contains("1 threshold is one too low"))
    #expect(verdict.advice.contains("channel 3: 1 → 2"))
  }

  /// Sums so wide that nobody could list them all.
  @Test func wideSumsOfThreeBranchesAreCompared() throws {
    var model = ModelBuilder(input: [1, 8])
    model.quantiser("x", "q", scale: 1, bits: 8, isSigned: false)
    for (name, scale, seed) in [("a", Float(1.2345), UInt64(7)), ("b", 0.0317, 8)] {
      model.constant("w\(name)", weights(8, 8, seed: seed), [8, 8])
      model.add("MatMul", ["q", "w\(name)"], ["m\(name)"])
      model.quantiser("m\(name)", name, scale: scale, bits: 8)
    }
    model.add("Add", ["a", "q"], ["s"])
    model.add("Add", ["s", "b"], ["t"])
    model.quantiser("t", "y", scale: 3.7, bits: 8)
    let outcome = try PlantedModel(model).compare()
    #expect(outcome.pairs.contains { $0.tensor == "y" })
    #expect(outcome.verdicts.filter(\.isCertain).isEmpty, "\(outcome.text)")
  }

  /// Codes times a scale are rounded one by one, so that what cancels leaves a rest, which rounding up makes a code of.
  @Test func whatRoundedOperandsLeaveOfZeroIsNoFault() throws {
    var model = ModelBuilder(input: [1, 2, 8, 8])
    model.quantiser("x", "q", scale: 0.21363874, bits: 6)
    model.add(
      "AveragePool", ["q"], ["p"],
      ints: ["kernel_shape": [2, 3], "pads": [0, 1, 0, 1], "strides": [1, 1]])
    for (name, value) in [("s", Float(0.21728463)), ("z", 0), ("b", 8)] {
      model.constant(name, [value])
    }
    model.add(
      "Quant", ["p", "s", "z", "b"], ["y"], domain: "qonnx.custom_op.general",
      strings: ["rounding_mode": "CEIL"], numbers: ["signed": 1, "narrow": 0])
    var planted = PlantedModel(model)
    planted.frames = 24
    let outcome = try planted.compare(isMany: true)
    #expect(
      !outcome.zones.isEmpty && outcome.zones.allSatisfy { $0 == .insideZone }, "\(outcome.zones)")
    #expect(outcome.verdicts.filter(\.isCertain).isEmpty, "\(outcome.text)")
  }

  /// The same where a function turns: both sides of 0 rise, and only 0 is 0.
  @Test func whatIsLeftOfZeroIsNoFaultWhereAFunctionTurns() throws {
    var model = ModelBuilder(input: [1, 8])
    model.quantiser("x", "q", scale: 0.03207289, bits: 2)
    var random = SeededGenerator(seed: 11)
    let weights = (0..<64).map { _ in
      Float(Int.random(in: -7...7, using: &random)) * Float(0.18370707)
    }
    model.constant("w", weights, [8, 8])
    model.add("MatMul", ["q", "w"], ["m"])
    model.constant("slope", [-0.13656029])
    model.add("PRelu", ["m", "slope"], ["d"])
    for (name, value) in [("s", Float(0.02708069)), ("z", 0), ("b", 4)] {
      model.constant(name, [value])
    }
    model.add(
      "Quant", ["d", "s", "z", "b"], ["y"], domain: "qonnx.custom_op.general",
      strings: ["rounding_mode": "CEIL"], numbers: ["signed": 1, "narrow": 0])
    var planted = PlantedModel(model)
    planted.frames = 32
    let outcome = try planted.compare(isMany: true)
    #expect(
      !outcome.zones.isEmpty && outcome.zones.allSatisfy { $0 == .insideZone }, "\(outcome.zones)")
  }

  /// A branch that gives one code only still stands where it stands, whatever the sum behind it is like.
  @Test func aBranchThatIsWrongEverywhereKeepsItsPlace() throws {
    var model = ModelBuilder(input: [1, 8])
    model.quantiser("x", "q", scale: 1, bits: 6, isSigned: false)
    model.quantiser("q", "a", scale: 9, bits: 4)
    model.constant("w", weights(8, 8, seed: 9).enumerated().map { $0 % 3 == 1 ? -$1 : $1 }, [8, 8])
    model.add("MatMul", ["q", "w"], ["m"])
    model.quantiser("m", "b", scale: 6, bits: 6)
    model.add("Add", ["a", "b"], ["s"])
    model.quantiser("s", "y", scale: 30, bits: 4)
    let outcome = try PlantedModel(model).compare {
      let name = try #require(nodes($0, "Thresholding").first)
      try $0.change(name, "thresholds") { _, _, value in min(value + 20, 63) }
    }
    #expect(Set(outcome.pairs.map(\.tensor)).isSuperset(of: ["a", "b", "y"]), "\(outcome.text)")
    #expect(outcome.results.filter { !$0.isFine }.map(\.reference).allSatisfy { $0 == "a" })
  }
}
