import DataflowAnalysis
import DesignFiles
import Foundation
import ONNXFormat
import Testing

private let int = intAttribute
private let ints = intsAttribute
private let string = stringAttribute

/// Graphs of FINN up to 0.9 and of FINN+.
@Suite struct DialectTests {
  private func window(
    kernel: Int, channels: Int, side: Int, output: Int, isScalar: Bool = false
  ) -> [ONNXAttributeProto] {
    func dim(_ name: String, _ value: Int) -> ONNXAttributeProto {
      isScalar ? int(name, value) : ints(name, [value, value])
    }
    return [
      dim("ConvKernelDim", kernel), dim("IFMDim", side), dim("OFMDim", output), dim("Stride", 1),
      int("IFMChannels", channels), int("SIMD", 1), string("inputDataType", "UINT1"),
      string("outputDataType", "UINT1"),
    ]
  }

  /// In a graph with old names the plain name is the HLS block; FINN's own `cycles_estimate` of such
  /// graphs.
  @Test(arguments: [(6, 1, 22, 17, 10536), (6, 21, 6, 1, 1512)])
  func theOldSlidingWindowIsTheHLSBlock(
    kernel: Int, channels: Int, side: Int, output: Int, cycles: Int
  ) throws {
    var model = TestModel()
    model.add(
      "ConvolutionInputGenerator", ["in"], ["m"], domain: neutralDomain,
      window(kernel: kernel, channels: channels, side: side, output: output))
    model.add(
      "MatrixVectorActivation", ["m", "w"], ["out"], domain: neutralDomain,
      [
        int("MW", kernel * kernel * channels), int("MH", 1), int("PE", 1), int("SIMD", 1),
        string("mem_mode", "decoupled"), string("resType", "ap_resource_lut()"),
        string("inputDataType", "UINT1"),
        string("weightDataType", "UINT1"), string("outputDataType", "INT11"),
        int("noActivation", 1), int("binaryXnorMode", 1),
        ints("numInputVectors", [1, output, output]),
      ])
    let design = try model.load().design
    #expect(design.finnGeneration == .v0_9)
    #expect(design.nodes.map(\.opType) == ["ConvolutionInputGenerator_hls", "MVAU_hls"])
    #expect(design.nodes[1].attributes["mem_mode"] == .string("internal_decoupled"))
    #expect(design.nodes[1].attributes["resType"] == .string("lut"))
    #expect(try design.makeBlocks()[0].expectedCycles == cycles)
    #expect(
      FoldingConfig(of: design).nodes["MatrixVectorActivation_1"]?["mem_mode"]
        == .string("decoupled"))
  }

  @Test func singleNumbersMeanSquares() throws {
    var model = TestModel()
    model.add(
      "FMPadding_Batch", ["in"], ["p"], domain: neutralDomain,
      [
        int("ImgDim", 30), int("Padding", 3), int("NumChannels", 3), int("SIMD", 3),
        string("inputDataType", "INT8"), int("inFIFODepth", 4),
      ])
    model.add(
      "ConvolutionInputGenerator", ["p"], ["out"], domain: neutralDomain,
      window(kernel: 3, channels: 3, side: 33, output: 31, isScalar: true))
    let design = try model.load().design
    #expect(design.finnGeneration == .v0_5)
    #expect(design.nodes[0].attributes["ImgDim"] == .ints([30, 30]))
    // The odd row and column come first.
    #expect(design.nodes[0].attributes["Padding"] == .ints([2, 2, 1, 1]))
    #expect(design.nodes[0].attributes["inFIFODepths"] == .ints([4]))
    #expect(design.nodes[1].attributes["Stride"] == .ints([1, 1]))
    #expect(try design.makeBlocks()[0].outputs[0].normalShape == [1, 33, 33, 3])
  }

  @Test func anOldPoolWithoutPETakesAllChannels() throws {
    var model = TestModel()
    model.add(
      "StreamingMaxPool_Batch", ["in"], ["out"], domain: neutralDomain,
      [
        ints("ImgDim", [992, 1]), ints("PoolDim", [4, 1]), int("NumChannels", 25),
        string("dataType", "UINT8"),
      ])
    let block = try #require(try model.load().design.makeBlocks().first)
    #expect(block.inputs[0].elements == 25 && block.expectedCycles == 996)
    #expect(
      inputError {
        _ = try model.load(ImportOptions(finnGeneration: .v0_10)).design.makeBlocks()
      }.contains("PE"))
  }

  @Test func theCountOfThresholdsComesFromTheirTable() throws {
    var model = TestModel()
    model.add(
      "Thresholding_Batch", ["in", "t"], ["out"], domain: neutralDomain,
      [int("NumChannels", 2), int("PE", 1)])
    model.addInitializer("t", [1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(try model.load().design.nodes[0].attributes["numSteps"] == .int(3))
  }

  /// A development version cut the accumulator to the type its thresholds are annotated with.
  @Test func narrowThresholdAnnotationsAreSaid() throws {
    var model = TestModel()
    model.add(
      "MVAU_hls", ["in", "w", "t"], ["out"], name: "m", [string("accDataType", "INT14")])
    model.graph.quantizationAnnotation = [
      .with {
        $0.tensorName = "t"
        $0.quantParameterTensorNames = [
          .with {
            $0.key = "finn_datatype"; $0.value = "INT8"
          }
        ]
      }
    ]
    let notes = try model.load().notes
    #expect(notes.contains { $0.hasPrefix("m: its thresholds are annotated INT8") })
  }

  @Test func convertersOfFINNPlusGoByWords() throws {
    func converter(_ attributes: [ONNXAttributeProto]) throws -> any Block {
      var model = TestModel()
      model.add(
        "StreamingDataWidthConverter_rtl", ["in"], ["out"], domain: neutralDomain + ".rtl",
        attributes)
      return try #require(try model.load().design.makeBlocks().first)
    }
    let flatten = try converter([
      ints("inShape", [1, 3, 3, 4]), ints("outShape", [1, 36]), int("inWidth", 32),
      int("outWidth", 96), string("dataType", "UINT8"),
    ])
    #expect(flatten.inputs[0].words == 9 && flatten.outputs[0].words == 3)
    #expect(flatten.outputs[0].normalShape == [1, 36])
    #expect(
      inputError {
        _ = try converter([
          ints("inShape", [1, 35]), int("inWidth", 32), int("outWidth", 96),
          string("dataType", "UINT8"),
        ])
      }.contains("does not divide the 35 of a frame"))
    #expect(
      inputError {
        _ = try converter([int("inWidth", 8), int("outWidth", 16), string("dataType", "UINT8")])
      }.contains("'shape': required"))
  }

  @Test func reshapesHandWordsOn() throws {
    var model = TestModel()
    model.add(
      "Reshape_rtl", ["in"], ["a"], domain: neutralDomain + ".rtl",
      [
        ints("inp_shape", [1, 2, 4, 6]), ints("out_shape", [1, 48]), int("PE", 2),
        string("dtype", "UINT8"),
      ])
    model.add(
      "Unsqueeze_hls", ["a"], ["b"],
      [
        ints("inp_shape", [1, 48]), ints("out_shape", [1, 1, 48]), int("PE", 2),
        ints("axes", [1]), string("inp_dtype", "UINT8"), string("out_dtype", "UINT8"),
      ])
    model.add(
      "ReplicateStream_hls", ["b"], ["c", "out"],
      [
        int("num", 2), int("num_elems", 48), ints("num_inputs", [1]), int("PE", 2),
        string("dtype", "UINT8"),
      ])
    model.graph.output.append(.with { $0.name = "c" })
    let design = try model.load().design
    #expect(try design.makeBlocks().map(\.expectedCycles) == [24, 24, 24])
    #expect(try Throughput(design).outcome == .complete)
  }
}

/// FINN+'s attention.
@Suite struct AttentionTests {
  private func design(heads: Int) -> Design {
    let split: [String: AttributeValue] = [
      "heads": .int(heads), "num_elems": .int(8), "num_inputs": .ints([3]),
      "dtype": .string("INT4"),
    ]
    var merge = split
    merge["num_elems"] = .int(8 / heads)
    let streams = (0..<heads).map { "h\($0)" }
    return Design(
      name: "heads",
      nodes: [
        Node(
          name: "split", opType: "SplitMultiHeads_hls", attributes: split, inputs: ["x"],
          outputs: streams),
        Node(
          name: "merge", opType: "MergeMultiHeads_hls", attributes: merge, inputs: streams,
          outputs: ["y"]),
      ], graphInputs: ["x"], graphOutputs: ["y"])
  }

  @Test func headsAreSplitAndMergedAgain() throws {
    let design = design(heads: 2)
    #expect(try Throughput(design).outcome == .complete)
    let plane = try Dataplane(design, parameters: nil)
    let x = try Tensor((0..<24).map { Int8($0 % 16 - 8) }, shape: [1, 3, 8])
    let result = try plane.run(["x": x])
    #expect(try result.tensor("y").asIntegers(name: "y") == x.asIntegers(name: "x"))
    let split = Design(
      name: "split", nodes: [design.nodes[0]], graphInputs: ["x"], graphOutputs: ["h0", "h1"])
    let second = try Dataplane(split, parameters: nil).run(["x": x]).tensor("h1")
    #expect(try second.asIntegers(name: "h1").prefix(4) == x.asIntegers(name: "x")[4..<8])
  }

  @Test func attentionTakesFINNsCycles() throws {
    var attributes: [String: AttributeValue] = [
      "QKDim": .int(16), "QLen": .int(6), "VDim": .int(8), "KVLen": .int(10), "Heads": .int(2),
      "EmbFold": .int(4), "SeqFold": .int(5), "mask_mode": .string("none"),
    ]
    for type in ["QType", "KType", "VType", "OType"] { attributes[type] = .string("INT4") }
    let node = Node(
      name: "a", opType: "ScaledDotProductAttention_hls", attributes: attributes,
      inputs: ["q", "k", "v"], outputs: ["o"])
    let design = Design(
      name: "a", nodes: [node], graphInputs: ["q", "k", "v"], graphOutputs: ["o"])
    let block = try #require(try design.makeBlocks().first)
    #expect(block.expectedCycles == 240)
    #expect(block.inputs.map(\.words) == [48, 80, 80] && block.outputs[0].words == 48)
    let throughput = try Throughput(design)
    #expect((throughput.cyclesPerFrame ?? 0) >= 240)
    #expect(throughput.nodes[0].exactness != .exact)
  }
}
