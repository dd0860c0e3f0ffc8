import DesignFiles
import OriginalModel
import Testing

/// Which axis of an input holds the channels: either reading is tried, whatever the first operation.
@Suite struct LayoutReadingTests {
  private static let qonnx = "qonnx.custom_op.general"

  /// (frames, channels, length) without a window in the network.
  private func sequence() -> ModelBuilder {
    var m = ModelBuilder(input: [1, 4, 6])
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    return m
  }

  @Test func normalisationTellsThatChannelsStandSecond() throws {
    var m = sequence()
    for (name, values) in [
      ("gamma", [1, 2, 0.5, 1]), ("beta", [0, 1, -1, 0.5]), ("mean", [0, 0.5, 1, -1]),
      ("var", [1, 1, 4, 1]),
    ] as [(String, [Float])] {
      m.constant(name, values, [4])
    }
    m.add("BatchNormalization", ["q", "gamma", "beta", "mean", "var"], ["n"])
    m.quantiser("n", "y", scale: 0.5, bits: 5)
    let lowered = try expectLoweredEqually(m)
    #expect(lowered.loaded.design.streams[lowered.loaded.design.graphInputs[0]]?.shape?.last == 4)
  }

  @Test func aScalePerChannelTells() throws {
    var m = sequence()
    m.constant("factors", [1, 2, 0.5, 3], [1, 4, 1])
    m.add("Mul", ["q", "factors"], ["n"])
    m.quantiser("n", "y", scale: 0.5, bits: 5)
    try expectLoweredEqually(m)
  }

  @Test func aMeanOverTheLengthTells() throws {
    var m = sequence()
    m.add("ReduceMean", ["q"], ["n"], ints: ["axes": [2]], numbers: ["keepdims": 1])
    m.quantiser("n", "y", scale: 0.125, bits: 6)
    let lowered = try expectLoweredEqually(m)
    #expect(lowered.loaded.design.streams[lowered.loaded.design.graphOutputs[0]]?.shape?.last == 4)
  }

  /// Pictures with channels last, as they are between FINN's steps.
  @Test func thresholdsOfPicturesWithChannelsLastTell() throws {
    var m = ModelBuilder(input: [1, 3, 5, 2])
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    m.constant("t", [-2, 0, 1, -1, 0.5, 3], [2, 3])
    m.add(
      "MultiThreshold", ["q", "t"], ["y"], domain: Self.qonnx,
      strings: ["out_dtype": "UINT2", "data_layout": "NHWC"])
    let lowered = try expectLoweredEqually(m)
    #expect(lowered.loaded.design.streams[lowered.loaded.design.graphInputs[0]]?.shape?.last == 2)
  }

  /// Without a layout qonnx takes the last of three axes where it has as many elements as there are channels: what runs
  /// and what is lowered agree about it.
  @Test(arguments: [4, 6]) func thresholdsWithoutALayoutGoWhereTheyAreExecuted(length: Int) throws {
    var m = ModelBuilder(input: [1, 4, length])
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    m.constant("t", (0..<12).map { Float($0 / 3 + 2 * ($0 % 3)) / 2 - 1.5 }, [4, 3])
    m.add("MultiThreshold", ["q", "t"], ["y"], domain: Self.qonnx, strings: ["out_dtype": "UINT2"])
    let lowered = try expectLoweredEqually(m)
    let node = lowered.loaded.design.nodes.first { $0.opType.hasPrefix("Thresholding") }
    #expect(node?.attributes["NumChannels"] == .int(4))
  }

  /// Thresholds that go along another axis than the other layers' channels name the attribute that says so.
  @Test(arguments: ["", "NWC"]) func thresholdsOnAnotherAxisNameTheirLayout(_ layout: String) throws
  {
    var m = ModelBuilder(input: [1, 4, 4])
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    m.constant("w", (0..<16).map { Float($0 % 5 - 2) }, [4, 4, 1])
    m.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1]])
    m.constant("t", (0..<12).map { Float($0 / 3 + 2 * ($0 % 3)) / 2 - 1.5 }, [4, 3])
    m.add(
      "MultiThreshold", ["c", "t"], ["y"], domain: Self.qonnx,
      strings: ["out_dtype": "UINT2"].merging(layout.isEmpty ? [:] : ["data_layout": layout]) {
        $1
      })
    let text = inputError { _ = try LoweredModel(Reference(m.model()), name: "m") }
    #expect(text.contains("data_layout of the MultiThreshold"), "\(text)")
  }

  /// What neither reading allows is refused for what is wrong with it.
  @Test func theReasonIsThatOfTheReadingThatGotFurther() throws {
    var m = sequence()
    m.constant("factors", [1, 2, 0.5, 3], [1, 4, 1])
    m.add("Mul", ["q", "factors"], ["n"])
    m.quantiser("n", "p", scale: 0.5, bits: 5)
    m.add("CumSum", ["p", "axis"], ["c"])
    m.constant("axis", integers: [2])
    m.quantiser("c", "y", scale: 0.5, bits: 5)
    let text = inputError { _ = try LoweredModel(Reference(m.model()), name: "m") }
    #expect(text.contains("CumSum"), "\(text)")
  }

  /// A batch that the export leaves open is one frame.
  @Test func anOpenBatchIsOneFrame() throws {
    var m = ModelBuilder(input: [nil, 2, 4, 4])
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    m.constant("w", (0..<4).map { Float($0 - 1) }, [2, 2, 1, 1])
    m.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
    m.quantiser("c", "y", scale: 1, bits: 5)
    try expectLoweredEqually(m)
    var open = ModelBuilder(input: [nil, 2, nil, 4])
    open.quantiser("x", "y", scale: 0.5, bits: 4)
    let text = inputError { _ = try Reference(open.model()) }
    #expect(text.contains("dimension 0 of shape [?,2,?,4]"), "\(text)")
  }
}

/// LabelSelect compares the channels of a pixel, and nothing else.
@Suite struct LabelLoweringTests {
  @Test(arguments: [
    ("TopK", [1, 3, 4, 4], true, -1, false), ("ArgMax", [1, 3, 4, 4], true, 1, false),
    ("ArgMax", [1, 3, 4, 4], false, 3, false), ("ArgMax", [1, 3, 4, 4], false, 1, true),
    ("ArgMax", [1, 3, 1, 1], true, 1, true), ("TopK", [1, 5], false, -1, true),
  ])
  func labelsGoOverChannels(
    op: String, shape: [Int], flattens: Bool, axis: Int, isBlock: Bool
  ) throws {
    var m = ModelBuilder(input: shape, outputs: ["y"])
    m.quantiser("x", "q", scale: 0.5, bits: 6)
    m.constant("factor", [1])
    m.add("Mul", ["q", "factor"], ["p"])
    m.quantiser("p", "r", scale: 1, bits: 4)
    if flattens { m.add("Flatten", ["r"], ["f"], numbers: ["axis": 1]) }
    let source = flattens ? "f" : "r"
    if op == "TopK" {
      m.constant("k", integers: [1])
      m.add("TopK", [source, "k"], ["values", "y"], numbers: ["axis": axis])
    } else {
      m.add("ArgMax", [source], ["y"], numbers: ["axis": axis])
    }
    let lowered = try expectLoweredEqually(m)
    #expect(
      lowered.loaded.design.nodes.contains { $0.opType == "LabelSelect_hls" } == isBlock,
      "\(lowered.loaded.notes)")
  }
}

/// Sums and products whose parts differ in sign or size.
@Suite struct SumLoweringTests {
  /// Signed and unsigned codes in every place of a sum of three, in one operation or in two.
  @Test(arguments: 0..<8, [true, false])
  func threeStreamsOfAnySignAreAdded(signs: Int, inOne: Bool) throws {
    var m = ModelBuilder(input: [1, 4])
    m.quantiser("x", "q", scale: 1, bits: 4)
    for i in 0..<3 {
      m.constant("w\(i)", (0..<16).map { Float(($0 * (i + 2)) % 5 - 2) }, [4, 4])
      m.add("MatMul", ["q", "w\(i)"], ["s\(i)"])
      if signs >> i & 1 == 0 {
        m.quantiser("s\(i)", "a\(i)", scale: 1, bits: 4)
      } else {
        m.quantise("s\(i)", "a\(i)", scale: 1, bits: 4)
      }
    }
    if inOne {
      m.add("Sum", ["a0", "a1", "a2"], ["sum"])
    } else {
      m.add("Add", ["a0", "a1"], ["first"])
      m.add("Add", ["first", "a2"], ["sum"])
    }
    m.quantiser("sum", "y", scale: 1, bits: 6)
    try expectLoweredEqually(m)
  }

  /// alpha and beta of a Gemm belong to scale and bias.
  @Test func aGemmHasItsFactors() throws {
    var m = ModelBuilder(input: [1, 4])
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    m.constant("w", (0..<12).map { Float($0 % 5 - 2) }, [4, 3])
    m.constant("b", [1, -2, 0.5], [3])
    m.add("Gemm", ["q", "w", "b"], ["g"], floats: ["alpha": 0.5, "beta": -2])
    m.quantiser("g", "y", scale: 0.25, bits: 6)
    try expectLoweredEqually(m)
  }
}
