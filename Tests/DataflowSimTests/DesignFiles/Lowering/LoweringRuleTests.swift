import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// Rules of lowering that few networks need, each on a small model of its own.
@Suite struct LoweringRuleTests {
  /// What changes no axis keeps them all, those of size 1 too.
  @Test(arguments: ["Dropout", "Identity"])
  func oneChannelStaysAChannel(_ op: String) throws {
    var model = ModelBuilder(input: [1, 1, 6, 9])
    model.quantise("x", "q")
    model.add(op, ["q"], ["d"])
    model.constant("w", (0..<18).map { Float($0 % 5 - 2) }, [2, 1, 3, 3])
    model.add("Conv", ["d", "w"], ["c"], ints: ["kernel_shape": [3, 3]])
    model.quantise("c", "y")
    try expectLoweredEqually(model)
  }

  /// Outputs that hardware has no part in, or has already, are none of the design's: each is told.
  @Test func outputsThatTheDesignLeavesOutAreTold() throws {
    var model = ModelBuilder(input: [1, 2, 6, 6], outputs: ["y", "k", "x", "h", "z"])
    model.quantise("x", "q")
    model.constant("w", (0..<8).map { Float($0 % 5 - 2) }, [4, 2, 1, 1])
    model.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
    model.quantise("c", "y")
    model.constant("two", [2])
    model.add("Mul", ["two", "two"], ["k"])
    model.add("Mul", ["x", "two"], ["h"])
    model.add("Mul", ["y", "two"], ["z"])
    let lowered = try LoweredModel(Reference(model.model()), name: "m")
    #expect(lowered.loaded.design.graphOutputs.count == 1)
    for (name, reason) in [
      ("k", "constant"), ("x", "the model's input"), ("h", "the host's work"),
      ("z", "those of 'y'"),
    ] {
      #expect(
        lowered.loaded.notes.contains { $0.contains("output '\(name)'") && $0.contains(reason) },
        "\(lowered.loaded.notes)")
    }
  }

  private func expectEqual(
    _ model: ModelBuilder, frames: Int = 4, _ options: ModelOptions = .init()
  ) throws -> LoweredModel {
    try expectLoweredEqually(model, frames: frames, options)
  }

  private func picture(_ channels: Int = 2, bits: Float = 4) -> ModelBuilder {
    var model = ModelBuilder(input: [1, channels, 6, 6])
    model.quantiser("x", "q", scale: 0.5, bits: bits)
    return model
  }

  @Test func aFunctionThatRisesAndFallsIsTwoListsOfThresholds() throws {
    var model = picture()
    model.constant("w", (0..<36).map { Float($0 % 7 - 3) }, [2, 2, 3, 3])
    model.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [3, 3]])
    model.constant("slope", [-0.3, 0.2], [2, 1, 1])
    model.add("PRelu", ["c", "slope"], ["p"])
    model.quantiser("p", "y", scale: 1.5)
    let lowered = try expectEqual(model)
    #expect(lowered.loaded.design.nodes.map(\.opType).contains("StreamingEltwise_hls"))
    #expect(lowered.loaded.notes.contains { $0.contains("rises and falls") })
  }

  @Test func partsOfAPictureAreTakenByRowsColumnsAndChannels() throws {
    var model = picture(4)
    model.constant("starts", integers: [1, 0, 1])
    model.constant("ends", integers: [4, 5, 6])
    model.constant("axes", integers: [1, 2, 3])
    model.constant("steps", integers: [2, 2, 1])
    model.add("Slice", ["q", "starts", "ends", "axes", "steps"], ["s"])
    model.constant("w", (0..<8).map { Float($0 % 5 - 2) }, [4, 2, 1, 1])
    model.add("Conv", ["s", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
    model.quantiser("c", "y", scale: 1)
    let lowered = try expectEqual(model)
    #expect(lowered.loaded.design.streams.values.contains { $0.shape == [1, 3, 5, 2] })
  }

  @Test func zerosAroundAPictureArePadding() throws {
    var model = picture()
    model.constant("pads", integers: [0, 0, 1, 2, 0, 0, 0, 1])
    model.add("Pad", ["q", "pads"], ["p"], strings: ["mode": "constant"])
    model.constant("w", (0..<36).map { Float($0 % 7 - 3) }, [2, 2, 3, 3])
    model.add("Conv", ["p", "w"], ["c"], ints: ["kernel_shape": [3, 3]])
    model.quantiser("c", "y", scale: 1.5)
    let lowered = try expectEqual(model)
    #expect(lowered.loaded.design.nodes.map { Node.baseName($0.opType) }.contains("FMPadding"))
    var channels = picture()
    channels.constant("pads", integers: [0, 1, 0, 0, 0, 0, 0, 0])
    channels.add("Pad", ["q", "pads"], ["p"])
    channels.constant("w", [1, 2, 3], [1, 3, 1, 1])
    channels.add("Conv", ["p", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
    channels.quantiser("c", "y", scale: 1)
    let text = inputError { _ = try LoweredModel(Reference(channels.model()), name: "m") }
    #expect(text.contains("rows and columns"), "\(text)")
  }

  @Test func aSplitGivesEachUserItsChannels() throws {
    var model = picture(4)
    model.constant("parts", integers: [1, 3])
    model.add("Split", ["q", "parts"], ["a", "b"], numbers: ["axis": 1])
    model.constant("w", [1, -2, 3], [1, 3, 1, 1])
    model.add("Conv", ["b", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
    model.quantiser("c", "d", scale: 0.5)
    model.add("Add", ["a", "d"], ["sum"])
    model.quantiser("sum", "y", scale: 1)
    _ = try expectEqual(model)
  }

  @Test func takingNothingIsRefused() throws {
    var split = picture(4)
    split.constant("parts", integers: [0, 4])
    split.add("Split", ["q", "parts"], ["a", "b"], numbers: ["axis": 1])
    split.quantiser("a", "y", scale: 1)
    var gather = picture(4)
    gather.constant("none", integers: [])
    gather.add("Gather", ["q", "none"], ["a"], numbers: ["axis": 2])
    gather.quantiser("a", "y", scale: 1)
    for model in [split, gather] {
      let text = inputError { _ = try LoweredModel(Reference(model.model()), name: "m") }
      #expect(text.contains("leaves nothing of"), "\(text)")
    }
  }

  /// Scales, widths and thresholds of both branches at random, one of them a sum of a convolution that
  /// nobody has quantised, with a scale per channel.
  @Test(arguments: 1...6)
  func branchesOfAnyScaleAreAddedByWholeMultiples(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var model = ModelBuilder(input: [1, 3, 6, 6])
    model.quantiser(
      "x", "q", scale: Float.random(in: 0.1...1, using: &random),
      bits: seed < 3 ? 8 : Float(Int.random(in: 3...5, using: &random)))
    model.constant(
      "w", (0..<9).map { _ in Float(Int.random(in: -3...3, using: &random)) }, [3, 3, 1, 1])
    model.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
    var branch = "c"
    if seed.isMultiple(of: 2) {
      model.constant(
        "m", (0..<3).map { _ in Float.random(in: 0.2...0.9, using: &random) }, [1, 3, 1, 1])
      model.add("Mul", ["c", "m"], ["scaled"])
      branch = "scaled"
    } else {
      model.quantiser(
        "c", "cq", scale: Float.random(in: 0.3...2, using: &random), bits: seed < 3 ? 8 : 4)
      branch = "cq"
    }
    model.add("Add", ["q", branch], ["sum"])
    model.quantiser("sum", "y", scale: Float.random(in: 0.5...2, using: &random), bits: 4)
    _ = try expectEqual(model, frames: 2)
  }

  /// A Clip in front of the addition bends one branch: it gets thresholds of its own.
  @Test func aBranchThatBendsIsThresholdedFirst() throws {
    var model = picture()
    model.constant("w", [1, -2, 3, 1], [2, 2, 1, 1])
    model.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
    model.quantiser("c", "d", scale: 0.25, bits: 6)
    model.add("Relu", ["d"], ["r"])
    model.add("Sub", ["q", "r"], ["sum"])
    model.quantiser("sum", "y", scale: 0.5, bits: 6)
    _ = try expectEqual(model)
  }

  /// Pixels less their mean: exact but for the rounding of the preprocessing.
  @Test func aMeanTakenOffThePixelsGoesIntoTheThresholds() throws {
    func model(pads: [Int], deviation: [Float]) -> ModelBuilder {
      var model = ModelBuilder(input: [1, 3, 6, 6])
      model.constant("k", [255])
      model.add("Div", ["x", "k"], ["a"])
      model.constant("mean", [0.485, 0.456, 0.406], [1, 3, 1, 1])
      model.add("Sub", ["a", "mean"], ["b"])
      model.constant("deviation", deviation, [1, deviation.count, 1, 1])
      model.add("Div", ["b", "deviation"], ["n"])
      model.constant("w", (0..<54).map { Float($0 % 9 - 4) }, [2, 3, 3, 3])
      model.add("Conv", ["n", "w"], ["c"], ints: ["kernel_shape": [3, 3], "pads": pads])
      model.quantiser("c", "y", scale: 3.3)
      return model
    }
    let pixels = ModelOptions(inputTypes: ["x": "UINT8"])
    let lowered = try expectEqual(model(pads: [0, 0, 0, 0], deviation: [0.226]), pixels)
    #expect(lowered.loaded.design.nodes.map(\.opType).contains("MVAU_hls"))
    #expect(lowered.loaded.notes.contains { $0.contains("mean and scale") })
    let padded = inputError {
      let model = model(pads: [1, 1, 1, 1], deviation: [0.226])
      _ = try LoweredModel(Reference(model.model(pixels)), name: "m")
    }
    #expect(padded.contains("pads with 0") && padded.contains("QuantIdentity"))
    let uneven = try expectEqual(
      model(pads: [0, 0, 0, 0], deviation: [0.229, 0.224, 0.225]), pixels)
    #expect(uneven.loaded.notes.contains { $0.contains("one scale for all channels") })
  }

  @Test func constantsThatDifferBetweenPixelsAreRefused() throws {
    var model = picture(1)
    model.constant("place", (0..<36).map { Float($0) }, [1, 1, 6, 6])
    model.add("Add", ["q", "place"], ["a"])
    model.quantiser("a", "b", scale: 1, bits: 8)
    model.constant("w", [1], [1, 1, 1, 1])
    model.add("Conv", ["b", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
    model.quantiser("c", "y", scale: 1)
    let text = inputError { _ = try LoweredModel(Reference(model.model()), name: "m") }
    #expect(text.contains("differs between pixels") && text.contains("hint:"), "\(text)")
  }

  /// FINN's steps have one matrix for all channels, zeros where a kernel of its own channel has nothing.
  @Test(arguments: [0, 1]) func aKernelPerChannelBehindIm2ColIsADepthwiseLayer(_ stranger: Float)
    throws
  {
    var model = picture()
    model.add("Transpose", ["q"], ["t"], ints: ["perm": [0, 2, 3, 1]])
    model.add(
      "Im2Col", ["t"], ["p"], domain: "qonnx.custom_op.general",
      ints: ["kernel_size": [3, 3], "stride": [1, 1], "pad_amount": [1, 1, 1, 1]],
      strings: ["input_shape": "(1,6,6,2)"], numbers: ["depthwise": 1])
    let weights = (0..<36).map { i -> Float in
      let (row, column) = (i / 2, i % 2)
      return row % 2 == column ? Float(row % 7 - 3) : row == 5 ? stranger : 0
    }
    model.constant("w", weights, [18, 2])
    model.add("MatMul", ["p", "w"], ["c"])
    model.quantiser("c", "y", scale: 1.5)
    let ops = try expectEqual(model).loaded.design.nodes.map { Node.baseName($0.opType) }
    #expect(ops.contains(stranger == 0 ? "VVAU" : "MVAU"))
  }

  /// Some exports have `(O, kernel…, I)`, others `(O, I, kernel…)`; the kernel tells, or the rest of the graph.
  @Test(arguments: [true, false]) func channelsLastWeightsAreReadAsTheyAre(_ isLast: Bool) throws {
    var model = ModelBuilder(input: [1, 5, 6, 2])
    model.quantiser("x", "q", scale: 0.5)
    // As many channels as the kernel has rows and columns: by itself it could be either.
    let squares = (0..<16).map { Float($0 * 5 % 7 - 3) }
    let tall = (0..<12).map { Float($0 * 3 % 5 - 2) }
    func put(_ name: String, _ values: [Float], _ kernel: [Int]) {
      let (taps, inputs) = (kernel[0] * kernel[1], 2)
      let turned = values.indices.map { i -> Float in
        let (o, t, c) = (i / (taps * inputs), i / inputs % taps, i % inputs)
        return values[(o * inputs + c) * taps + t]
      }
      model.constant(
        name, isLast ? turned : values, isLast ? [2] + kernel + [2] : [2, 2] + kernel)
    }
    put("w", squares, [2, 2])
    put("v", tall, [3, 1])
    let domain = "qonnx.custom_op.channels_last"
    model.add("Conv", ["q", "w"], ["c"], domain: domain, ints: ["kernel_shape": [2, 2]])
    model.quantiser("c", "d", scale: 1.5)
    model.add("Conv", ["d", "v"], ["e"], domain: domain, ints: ["kernel_shape": [3, 1]])
    model.quantiser("e", "y", scale: 2)
    let lowered = try expectEqual(model)
    // The same network, channels first.
    var first = ModelBuilder(input: [1, 5, 6, 2])
    first.quantiser("x", "q", scale: 0.5)
    first.add("Transpose", ["q"], ["t"], ints: ["perm": [0, 3, 1, 2]])
    first.constant("w", squares, [2, 2, 2, 2])
    first.constant("v", tall, [2, 2, 3, 1])
    first.add("Conv", ["t", "w"], ["c"], ints: ["kernel_shape": [2, 2]])
    first.quantiser("c", "d", scale: 1.5)
    first.add("Conv", ["d", "v"], ["e"], ints: ["kernel_shape": [3, 1]])
    first.quantiser("e", "f", scale: 2)
    first.add("Transpose", ["f"], ["y"], ints: ["perm": [0, 2, 3, 1]])
    let other = try Reference(first.model())
    let data = try other.frames(of: other.randomFrames(2), file: "made up")
    for frame in 0..<2 {
      #expect(
        try lowered.reference.run(data.frame(frame))["y"] == other.run(data.frame(frame))["y"])
    }
  }
}
