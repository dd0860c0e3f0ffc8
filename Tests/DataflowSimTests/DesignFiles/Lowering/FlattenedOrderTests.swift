import DataflowAnalysis
import DesignFiles
import OriginalModel
import Testing

/// Pictures of several channels as one vector: the stream goes pixel by pixel, the model channel by channel.
@Suite struct FlattenedOrderTests {
  /// - Parameter quantisesFirst: the picture has codes in front of the flatten too.
  private func model(quantisesFirst: Bool = false) -> ModelBuilder {
    var m = ModelBuilder(input: [1, 2, 4, 6])
    if quantisesFirst { m.quantiser("x", "p", scale: 0.25, bits: 5) }
    m.constant("flat", integers: [1, 48])
    m.add("Reshape", [quantisesFirst ? "p" : "x", "flat"], ["f"])
    m.quantiser("f", "q", scale: 0.5, bits: 4)
    m.constant("w", (0..<144).map { Float($0 * $0 % 7 - 3) }, [48, 3])
    m.add("MatMul", ["q", "w"], ["s"])
    m.quantiser("s", "y", scale: 2, bits: 6)
    return m
  }

  @Test(arguments: [false, true])
  func codesBehindAFlattenAreInTheStreamsOrder(quantisesFirst: Bool) throws {
    try expectLoweredEqually(model(quantisesFirst: quantisesFirst))
  }

  /// The design made of such a model agrees with it, also when the picture enters as integers.
  @Test(arguments: [false, true]) func itsDesignIsNotAccused(isInteger: Bool) throws {
    var options = ModelOptions()
    if isInteger { options.inputTypes = ["x": "INT6"] }
    let reference = try Reference(model().model(options))
    let lowered = try LoweredModel(reference, name: "own")
    let comparison = try Comparison(lowered.loaded.design, parameters: lowered.loaded.parameters)
    let pairing = try ModelPairing(
      comparison.plane, reference, arrays: reference.randomFrames(4), file: "made up")
    #expect(!pairing.pairs.isEmpty && pairing.pairs.allSatisfy { $0.agreement == 1 })
    let verdicts = LayerComparison(lowered.loaded, pairing).verdicts(pairing.pairs)
    #expect(verdicts.isEmpty, "\(verdicts.map(\.finding))")
  }

  /// Flattened branches side by side are their channels one behind the other, as long as their pictures are alike.
  @Test(arguments: [3, 1]) func flattenedBranchesAreConcatenated(channels: Int) throws {
    var m = ModelBuilder(input: [1, 2, 4, 6])
    m.quantiser("x", "p", scale: 0.5, bits: 4)
    m.constant("w0", (0..<2 * channels).map { Float($0 % 3 - 1) }, [channels, 2, 1, 1])
    m.add("Conv", ["p", "w0"], ["c0"], ints: ["kernel_shape": [1, 1]])
    m.quantiser("c0", "q", scale: 0.5, bits: 4)
    m.constant("flat", integers: [1, -1])
    m.add("Reshape", ["p", "flat"], ["a"])
    m.add("Reshape", ["q", "flat"], ["b"])
    m.add("Concat", ["b", "a"], ["ba"], numbers: ["axis": 1])
    let count = 24 * (2 + channels)
    m.constant("w", (0..<count * 3).map { Float($0 * $0 % 7 - 3) }, [count, 3])
    m.add("MatMul", ["ba", "w"], ["s"])
    m.quantiser("s", "y", scale: 2, bits: 6)
    try expectLoweredEqually(m)
  }
}
