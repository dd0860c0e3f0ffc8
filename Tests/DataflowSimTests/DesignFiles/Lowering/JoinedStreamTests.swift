import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// Streams that meet: sums of several, scales and zero points per channel, averages over unequal windows.
@Suite struct JoinedStreamTests {
  private func picture(_ channels: Int = 3, bits: Float = 4) -> ModelBuilder {
    var model = ModelBuilder(input: [1, channels, 6, 6])
    model.quantiser("x", "q", scale: 0.5, bits: bits)
    return model
  }

  /// A 1×1 convolution with weights of its own.
  private func convolve(
    _ model: inout ModelBuilder, _ input: String, _ output: String, channels: Int = 3,
    scales: [Float]? = nil, gain: Int = 1
  ) {
    let seed = output.utf8.reduce(0) { $0 + Int($1) }
    let weights = (0..<channels * channels).map { i in
      Float(((i * 7 + seed) % 9 - 4) * gain + i % gain) * (scales?[i / channels] ?? 1)
    }
    model.constant("w_\(output)", weights, [channels, channels, 1, 1])
    model.add("Conv", [input, "w_\(output)"], [output], ints: ["kernel_shape": [1, 1]])
  }

  @Test func scalesThatNoStreamCanJoinAreRefused() throws {
    var model = picture()
    convolve(&model, "q", "c")
    model.quantiser("c", "a", scale: 1e-30, bits: 16)
    model.quantiser("q", "b", scale: 1e30, bits: 16)
    model.add("Add", ["a", "b"], ["sum"])
    model.quantiser("sum", "y", scale: 0.9, bits: 4)
    let reference = try Reference(model.model())
    let refused = #expect(throws: InputError.self) { try LoweredModel(reference, name: "m") }
    #expect(refused?.message.contains("so far apart") == true)
  }

  @Test func threeQuantisedStreamsAreOneSumOfSmallMultiples() throws {
    var model = picture()
    for (name, scale) in [("a", Float(0.7)), ("b", 1.3)] {
      convolve(&model, "q", "c\(name)")
      model.quantiser("c\(name)", name, scale: scale, bits: 3)
    }
    model.add("Add", ["a", "b"], ["ab"])
    model.quantiser("q", "small", scale: 1.1, bits: 3)
    model.add("Add", ["ab", "small"], ["sum"])
    model.quantiser("sum", "y", scale: 0.9, bits: 4)
    let lowered = try expectLoweredEqually(model)
    #expect(!lowered.loaded.notes.contains { $0.contains("float error") })
    let adds = lowered.loaded.design.nodes.filter {
      ["AddStreams", "StreamingEltwise"].contains(Node.baseName($0.opType))
    }
    #expect(adds.count == 2)
  }

  /// Neither branch is quantised, each has a scale per channel, one a batch normalisation.
  @Test func wideBranchesOfAnyScaleAreAdded() throws {
    var model = picture(bits: 8)
    convolve(&model, "q", "a", scales: [0.11, 0.07, 0.13], gain: 25)
    convolve(&model, "q", "b", scales: [0.05, 0.17, 0.09], gain: 31)
    model.constant("gamma", [0.9, -1.1, 1.3], [3])
    model.constant("beta", [0.2, 0.1, -0.4], [3])
    model.constant("mean", [0.5, -0.3, 0.1], [3])
    model.constant("variance", [1.1, 0.8, 1.7], [3])
    model.add("BatchNormalization", ["b", "gamma", "beta", "mean", "variance"], ["n"])
    model.add("Add", ["a", "n"], ["sum"])
    model.add("Relu", ["sum"], ["r"])
    model.quantiser("r", "y", scale: 61, bits: 4, isSigned: false)
    let lowered = try expectLoweredEqually(model)
    #expect(lowered.loaded.notes.contains { $0.contains("float error") })
  }

  /// A sum that is pooled, and one that nothing quantises.
  @Test func sumsArePooledAndLeave() throws {
    var model = picture(bits: 8)
    convolve(&model, "q", "a", scales: [0.11, 0.07, 0.13])
    model.add("Add", ["a", "q"], ["sum"])
    model.add("MaxPool", ["sum"], ["p"], ints: ["kernel_shape": [2, 2], "strides": [2, 2]])
    model.quantiser("p", "k", scale: 1.7, bits: 4)
    convolve(&model, "k", "b")
    convolve(&model, "k", "c")
    model.add("Add", ["b", "c"], ["y"])
    let lowered = try expectLoweredEqually(model)
    #expect(lowered.loaded.design.graphOutputs.count == 1)
  }

  @Test func productsOfStreamsAreRefusedByName() throws {
    var model = picture()
    convolve(&model, "q", "a")
    model.quantiser("a", "b", scale: 0.9, bits: 8)
    model.add("Mul", ["b", "q"], ["m"])
    model.quantiser("m", "y", scale: 1)
    let text = inputError { _ = try LoweredModel(Reference(model.model()), name: "m") }
    #expect(text.contains("multiplies two streams") && text.contains("hint:"), "\(text)")
  }

  @Test func scalesPerChannelGoIntoTheWeights() throws {
    var model = picture()
    model.constant("s", [0.31, 0.47, 0.29], [1, 3, 1, 1])
    model.constant("z", [0])
    model.constant("bits", [4])
    model.add(
      "Quant", ["x", "s", "z", "bits"], ["p"], domain: "qonnx.custom_op.general",
      strings: ["rounding_mode": "ROUND"], numbers: ["signed": 1, "narrow": 0])
    convolve(&model, "p", "c")
    model.quantiser("c", "y", scale: 0.37)
    let lowered = try expectLoweredEqually(model)
    #expect(lowered.loaded.notes.contains { $0.contains("bits instead of") })
  }

  @Test func zeroPointsPerChannelAreExact() throws {
    var model = picture()
    convolve(&model, "q", "c")
    model.constant("s", [0.8])
    model.constant("z", [3, 0, 7], [1, 3, 1, 1])
    model.constant("bits", [4])
    model.add(
      "Quant", ["c", "s", "z", "bits"], ["p"], domain: "qonnx.custom_op.general",
      strings: ["rounding_mode": "ROUND"], numbers: ["signed": 0, "narrow": 0])
    model.constant("w", (0..<27).map { Float($0 % 5 - 2) }, [1, 3, 3, 3])
    model.add("Conv", ["p", "w"], ["d"], ints: ["kernel_shape": [3, 3], "pads": [1, 1, 1, 1]])
    model.quantiser("d", "y", scale: 1.7, bits: 6)
    try expectLoweredEqually(model)
  }

  /// Borders that do not count, and windows that ceil_mode leaves incomplete, with counted padding and without.
  @Test(arguments: [(0, 0, 1), (1, 1, 1), (0, 1, 0), (0, 1, 1)])
  func averagesOverUnequalWindows(_ counts: Int, _ ceil: Int, _ pad: Int) throws {
    var model = picture(2)
    model.add(
      "AveragePool", ["q"], ["a"],
      ints: ["kernel_shape": [3, 3], "strides": [2, 2], "pads": [pad, pad, pad, pad]],
      numbers: ["count_include_pad": counts, "ceil_mode": ceil])
    model.quantiser("a", "y", scale: 0.3, bits: 4)
    let lowered = try expectLoweredEqually(model)
    let isEven = counts == 1 && ceil == 0
    #expect(lowered.loaded.notes.contains { $0.contains("unequal size") } == !isEven)
  }

  @Test func codesOfSixteenBitsAreFlattenedAndPooled() throws {
    var model = picture(2, bits: 16)
    model.add("MaxPool", ["q"], ["p"], ints: ["kernel_shape": [2, 2], "strides": [2, 2]])
    model.add("Flatten", ["p"], ["f"], numbers: ["axis": 1])
    model.constant("w", (0..<54).map { Float($0 % 5 - 2) }, [18, 3])
    model.add("MatMul", ["f", "w"], ["m"])
    model.quantiser("m", "y", scale: 11, bits: 6)
    try expectLoweredEqually(model)
  }
}
