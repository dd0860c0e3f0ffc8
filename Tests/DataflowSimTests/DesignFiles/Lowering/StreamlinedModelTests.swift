import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// Forms that FINN's streamlining gives a model on its way to hardware: steps of a build open as the export does.
@Suite struct StreamlinedModelTests {
  private static let qonnx = "qonnx.custom_op.general"

  /// Codes of 2 bits as FINN writes them: a MultiThreshold that counts from 0, and a whole number added behind it.
  private func signed(by number: Float, kernel: Int, pads: Int, pools: Bool = false) -> ModelBuilder
  {
    var model = ModelBuilder(input: [1, 2, 6, 6])
    model.quantiser("x", "q", scale: 0.5, bits: 4)
    model.constant("w0", [1, -2, 3, 1], [2, 2, 1, 1])
    model.add("Conv", ["q", "w0"], ["c0"], ints: ["kernel_shape": [1, 1]])
    model.constant("t", [-4, 0.5, 3, -2, 0, 5.5], [2, 3])
    model.add(
      "MultiThreshold", ["c0", "t"], ["m"], domain: Self.qonnx,
      strings: ["out_dtype": "UINT2", "data_layout": "NCHW"])
    model.constant("less", [number])
    model.add("Add", ["m", "less"], ["a"])
    model.constant("scale", [0.5])
    model.add("Mul", ["a", "scale"], ["b"])
    model.constant(
      "w1", (0..<4 * kernel * kernel).map { Float($0 % 5 - 2) }, [2, 2, kernel, kernel])
    model.add(
      "Conv", ["b", "w1"], ["c1"],
      ints: ["kernel_shape": [kernel, kernel], "pads": [pads, pads, pads, pads]])
    model.quantiser("c1", "y", scale: 0.5)
    return model
  }

  /// 0 of a padded window means 0, so the block begins to count at −2, as FINN's does (ActVal).
  @Test(arguments: [1, 0]) func aWholeNumberBehindThresholdsIsWhereTheyBegin(pads: Int) throws {
    let lowered = try expectLoweredEqually(signed(by: -2, kernel: 3, pads: pads))
    let design = lowered.loaded.design
    let starts = design.nodes.compactMap { $0.attributes["ActVal"] }
    #expect(starts.first == .int(-2), "\(starts)")
    #expect(!design.nodes.contains { $0.opType.hasPrefix("ChannelwiseOp") })
  }

  /// The design that is made of it is right, and nothing else is said of it.
  @Test(arguments: [1, 0]) func itsOwnDesignIsNotAccused(pads: Int) throws {
    let model = signed(by: -2, kernel: 3, pads: pads)
    let reference = try Reference(model.model())
    let lowered = try LoweredModel(reference, name: "own")
    let comparison = try Comparison(
      lowered.loaded.design, parameters: lowered.loaded.parameters)
    let pairing = try ModelPairing(
      comparison.plane, reference, arrays: reference.randomFrames(4), file: "made up")
    #expect(pairing.pairs.allSatisfy { $0.agreement == 1 })
    let verdicts = LayerComparison(lowered.loaded, pairing).verdicts(pairing.pairs)
    #expect(verdicts.isEmpty, "\(verdicts.map(\.finding))")
  }

  /// Where somebody else takes the integers as they are, they begin where they did.
  @Test(arguments: ["b", "a", "m"]) func whatOthersTakeStays(tensor: String) throws {
    var model = signed(by: -2, kernel: 3, pads: 1)
    model.graph.node.removeLast()
    model.constant("w2", [1, 0, 0, 1], [2, 2, 1, 1])
    model.add("Conv", ["c1", "w2"], ["c2"], ints: ["kernel_shape": [1, 1]])
    model.add("Add", [tensor, "c2"], ["sum"])
    model.quantiser("sum", "z", scale: 0.5)
    model.graph.output[0].name = "z"
    try expectLoweredEqually(model, frames: 6)
  }

  /// Half a step is none: no integer means 0 there.
  @Test func halfAStepIsRefusedWhereAWindowPads() throws {
    let text = inputError {
      _ = try LoweredModel(Reference(signed(by: -1.5, kernel: 3, pads: 1).model()), name: "m")
    }
    #expect(text.contains("no integer means 0"), "\(text)")
  }

  /// A constant on a stream that no thresholds make is a block of its own.
  @Test func aWholeNumberOnTheInputIsAddedWhereAWindowPads() throws {
    var model = ModelBuilder(input: [1, 2, 6, 6])
    model.quantiser("x", "q", scale: 1, bits: 4)
    model.constant("less", [-3])
    model.add("Add", ["q", "less"], ["a"])
    model.constant("w", (0..<36).map { Float($0 % 7 - 3) }, [2, 2, 3, 3])
    model.add("Conv", ["a", "w"], ["c"], ints: ["kernel_shape": [3, 3], "pads": [1, 1, 1, 1]])
    model.quantiser("c", "y", scale: 1)
    try expectLoweredEqually(model)
  }

  /// Bipolar layers behind `ConvertBipolarMatMulToXnorPopcount`: bits and counts of agreements.
  @Test func agreementsOfBitsAreAMatrixProduct() throws {
    var model = ModelBuilder(input: [1, 12])
    model.constant("t", [0], [1, 1])
    model.quantiser("x", "q", scale: 0.25, bits: 6)
    model.constant("first", (0..<96).map { Float($0 % 5 - 2) }, [12, 8])
    model.add("MatMul", ["q", "first"], ["f"])
    model.add(
      "MultiThreshold", ["f", "t"], ["bits"], domain: Self.qonnx,
      strings: ["out_dtype": "BINARY"])
    model.constant("w", (0..<48).map { Float(($0 * $0 + $0 / 3) % 2) }, [8, 6])
    model.add("XnorPopcountMatMul", ["bits", "w"], ["p"], domain: Self.qonnx)
    model.constant("two", [2])
    model.add("Mul", ["p", "two"], ["d"])
    model.constant("length", [-8])
    model.add("Add", ["d", "length"], ["s"])
    model.quantiser("s", "y", scale: 1, bits: 5)
    let lowered = try expectLoweredEqually(model, frames: 8)
    #expect(lowered.loaded.design.nodes.filter { Node.baseName($0.opType) == "MVAU" }.count == 2)
  }

  /// FINN's tutorial networks flatten a picture and then quantise it: a channel for each element, so that their folding
  /// files fit.
  @Test func thresholdsBehindAFlattenHaveAChannelForEachElement() throws {
    var model = ModelBuilder(input: [1, 1, 4, 6])
    model.constant("shape", integers: [1, 24])
    model.add("Reshape", ["x", "shape"], ["f"])
    model.quantiser("f", "r", scale: 0.5, bits: 4)
    let count = 24
    model.constant("w", (0..<count * 3).map { Float($0 % 5 - 2) }, [count, 3])
    model.add("MatMul", ["r", "w"], ["c"])
    model.quantiser("c", "y", scale: 1.5)
    var options = ModelOptions()
    options.inputTypes = ["x": "INT6"]
    let lowered = try expectLoweredEqually(model, frames: 6, options)
    let design = lowered.loaded.design
    let first = try #require(design.nodes.first { Node.baseName($0.opType) == "Thresholding" })
    #expect(first.attributes["NumChannels"] == .int(count))
    #expect(design.streams["x"]?.shape == [1, count])
    var folded = design
    var folding = FoldingConfig()
    folding.nodes[first.name] = ["PE": .int(count)]
    _ = try folded.apply(folding)
    #expect(try Plan(folded.bridgingWidths().design).wordsPerFrame["x"] == 1)
  }

  /// One value for all axes, where it is 1.
  @Test func oneDilationStandsForAllAxes() throws {
    var model = ModelBuilder(input: [1, 2, 8, 1])
    model.quantiser("x", "q", scale: 0.5, bits: 4)
    model.add(
      "MaxPool", ["q"], ["p"],
      ints: ["kernel_shape": [2, 1], "strides": [2, 1], "dilations": [1]])
    model.constant("w", [1, -1, 2, 1], [2, 2, 1, 1])
    model.add("Conv", ["p", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
    model.quantiser("c", "y", scale: 1)
    try expectLoweredEqually(model)
    model.graph.node[1].attribute.removeAll { $0.name == "dilations" }
    model.graph.node[1].attribute.append(
      .with {
        $0.name = "dilations"
        $0.type = .ints
        $0.ints = [2]
      })
    let text = inputError { _ = try Reference(model.model()).zeroRun() }
    #expect(text.contains("the same axes") && text.contains("[2]"), "\(text)")
  }
}
