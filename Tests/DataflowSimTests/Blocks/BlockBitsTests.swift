import DataflowAnalysis
import SimKernels
import Testing

/// The bits of single blocks, stated by hand or by a naive loop.
@Suite struct BlockBitsTests {
  private func node(
    _ opType: String, _ attributes: [String: AttributeValue], inputs: [String] = ["in0"],
    outputs: [String] = ["out0"], initializers: [String: String] = [:]
  ) -> Design {
    Design(
      name: "t",
      nodes: [
        Node(
          name: "dut", opType: opType, attributes: attributes, inputs: inputs, outputs: outputs,
          initializers: initializers)
      ], graphInputs: inputs, graphOutputs: outputs)
  }

  private func run(
    _ design: Design, _ inputs: [String: [Int]], _ parameters: [String: Tensor] = [:]
  ) throws -> [[Int]] {
    let plane = try Dataplane(design, parameters: ParameterStore(parameters))
    var tensors: [String: Tensor] = [:]
    for (name, values) in inputs { tensors[name] = try Tensor(values, shape: [1, values.count]) }
    let result = try plane.run(tensors)
    return try design.graphOutputs.map { try result.tensor($0).asIntegers(name: $0) }
  }

  @Test func upsampling() throws {
    let square = node(
      "UpsampleNearestNeighbour_hls",
      [
        "IFMDim": .int(2), "OFMDim": .int(4), "NumChannels": .int(1),
        "inputDataType": .string("UINT4"),
      ])
    #expect(
      try run(square, ["in0": [1, 2, 3, 4]])[0] == [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4])
    // No whole factor: the edges are repeated. I = 3, O = 5: factor 1, padding 2, one in front.
    let column = node(
      "UpsampleNearestNeighbour_hls",
      [
        "IFMDim": .int(3), "OFMDim": .int(5), "NumChannels": .int(2), "DimMode": .int(1),
        "inputDataType": .string("UINT4"),
      ])
    #expect(
      try run(column, ["in0": [1, 2, 3, 4, 5, 6]])[0] == [1, 2, 1, 2, 3, 4, 5, 6, 5, 6])
  }

  @Test func downsamplingAndPadding() throws {
    let rows = node(
      "DownSampler_hls",
      [
        "ImgDim": .int(5), "NumChannels": .int(1), "Stride": .int(2), "is1D": .int(1),
        "inputDataType": .string("INT4"),
      ])
    #expect(try run(rows, ["in0": [1, 2, 3, 4, -5]])[0] == [1, 3, -5])
    let spread = node(
      "FMPadding_Pixel_hls",
      [
        "ImgDim": .ints([2, 2]), "Stride": .ints([2, 3]), "NumChannels": .int(1),
        "inputDataType": .string("INT4"),
      ])
    #expect(
      try run(spread, ["in0": [1, 2, 3, 4]])[0] == [1, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 4])
    let bits = node(
      "FMPadding_rtl",
      [
        "ImgDim": .ints([1, 2]), "Padding": .ints([1, 1, 0, 0]), "NumChannels": .int(2),
        "inputDataType": .string("BINARY"),
      ])
    #expect(try run(bits, ["in0": [1, 0, 1, 1]])[0] == [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1])
    let crop = node(
      "Crop_hls",
      [
        "DataType": .string("UINT8"), "ImgDim": .ints([2, 3]), "NumChannels": .int(1),
        "CropNorth": .int(1), "CropSouth": .int(0), "CropWest": .int(0), "CropEast": .int(1),
      ])
    #expect(try run(crop, ["in0": [1, 2, 3, 4, 5, 6]])[0] == [4, 5])
  }

  @Test func maximumPooling() throws {
    let ceiling: [String: AttributeValue] = [
      "ImgDim": .ints([1, 5]), "PoolDim": .ints([1, 2]), "NumChannels": .int(2), "PE": .int(1),
      "CeilMode": .int(1), "dataType": .string("INT4"),
    ]
    let values = [1, -1, 2, -2, 3, -3, -4, 4, -5, -6]
    #expect(
      try run(node("StreamingMaxPool_hls", ceiling), ["in0": values])[0] == [2, -1, 3, 4, -5, -6])
    let floor = ceiling.merging(["CeilMode": .int(0)]) { $1 }
    #expect(try run(node("StreamingMaxPool_hls", floor), ["in0": values])[0] == [2, -1, 3, 4])
    let bipolar = ceiling.merging(["dataType": .string("BIPOLAR"), "CeilMode": .int(0)]) { $1 }
    #expect(
      try run(
        node("StreamingMaxPool_hls", bipolar), ["in0": [1, -1, -1, -1, -1, -1, -1, 1, 1, 1]])[0]
        == [1, -1, -1, 1])
  }

  @Test func averagePoolingShifts() throws {
    let design = node(
      "Pool_hls",
      [
        "Channels": .int(2), "PE": .int(1), "KernelSize": .ints([2, 2]),
        "OutImgDims": .ints([1, 1]),
        "Function": .string("QuantAvgPool"), "InputDataType": .string("INT4"),
        "OutputDataType": .string("INT4"), "AccumBits": .int(6), "Size": .int(2),
      ])
    // Channel by channel; −5 >> 2 is −2, and the shift rounds down.
    #expect(try run(design, ["in0": [-1, -2, -1, -1, 7, 7, 7, 6]])[0] == [-2, 6])
    let narrow = node(
      "Pool_hls",
      [
        "Channels": .int(1), "PE": .int(1), "KernelSize": .ints([2, 2]),
        "OutImgDims": .ints([1, 1]),
        "Function": .string("QuantAvgPool"), "InputDataType": .string("UINT4"),
        "OutputDataType": .string("UINT4"), "AccumBits": .int(5), "Size": .int(1),
      ])
    // 45 wraps to 13 in five bits.
    #expect(try run(narrow, ["in0": [15, 15, 15, 0]])[0] == [6])
  }

  @Test func streamsJoinAndSplit() throws {
    let concat = node(
      "StreamingConcat_hls",
      [
        "ElemsPerStream": .ints([2, 1]), "inputDataType": .string("INT4"),
        "numInputVectors": .ints([1, 2]),
      ], inputs: ["a", "b"])
    #expect(try run(concat, ["a": [1, 2, 3, 4], "b": [-5, -6]])[0] == [1, 2, -5, 3, 4, -6])
    let split = node(
      "StreamingSplit_hls",
      [
        "SIMD": .int(1), "ChannelsPerStream": .ints([1, 2]), "inputDataType": .string("BINARY"),
        "numInputVectors": .ints([2]),
      ], outputs: ["a", "b"])
    #expect(try run(split, ["in0": [1, 0, 1, 0, 1, 1]]) == [[1, 0], [0, 1, 1, 1]])
    let difference = node(
      "StreamingEltwise_hls",
      [
        "NumChannels": .int(2), "PE": .int(1), "inputDataType0": .string("UINT4"),
        "inputDataType1": .string("UINT4"), "eltwiseOp": .string("Sub"),
      ], inputs: ["a", "b"])
    #expect(try run(difference, ["a": [3, 15], "b": [9, 0]])[0] == [-6, 15])
    let broadcast = node(
      "ElementwiseMul_hls",
      [
        "lhs_dtype": .string("INT4"), "rhs_dtype": .string("INT4"), "out_dtype": .string("INT8"),
        "lhs_shape": .ints([2, 3]), "rhs_shape": .ints([2, 1]), "out_shape": .ints([2, 3]),
      ], inputs: ["a", "b"])
    #expect(
      try run(broadcast, ["a": [1, 2, 3, 4, 5, 6], "b": [-2, 7]])[0] == [-2, -4, -6, 28, 35, 42])
  }

  @Test func channelwiseOperations() throws {
    func result(_ function: String, _ output: String) throws -> [Int] {
      let design = node(
        "ChannelwiseOp_hls",
        [
          "Func": .string(function), "NumChannels": .int(2), "PE": .int(2),
          "inputDataType": .string("INT4"), "paramDataType": .string("INT4"),
          "outputDataType": .string(output), "numInputVectors": .ints([2]),
        ], initializers: ["parameters": "p"])
      return try run(design, ["in0": [3, -4, 5, 2]], ["p": try Tensor([3, -2], shape: [2])])[0]
    }
    #expect(try result("cmp_le", "BINARY") == [1, 0, 1, 1])
    #expect(try result("cmp_ge", "BINARY") == [1, 1, 0, 0])
    #expect(try result("add", "INT5") == [6, -6, 8, 0])
    #expect(try result("mul", "INT4") == [-7, -8, -1, -4])
  }

  @Test func lookupReadsRowZeroBeyondTheTable() throws {
    let design = node(
      "Lookup_hls",
      [
        "NumEmbeddings": .int(3), "EmbeddingDim": .int(2), "EmbeddingType": .string("INT4"),
        "InputType": .string("UINT4"), "InputShape": .ints([3]),
      ], initializers: ["parameters": "table"])
    let table = try Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    let plane = try Dataplane(design, parameters: ParameterStore(["table": table]))
    let result = try plane.run(["in0": try Tensor([2, 7, 1], shape: [1, 3])])
    #expect(result.streams["out0"]?.ints == [5, 6, 1, 2, 3, 4])
    #expect(
      result.findings
        == [NodeFinding(node: "dut", frame: 0, finding: .outOfBounds(count: 1, firstIndex: 1))])
  }

  @Test func shuffleTransposes() throws {
    let design = node(
      "OuterShuffle_hls",
      [
        "data_type": .string("UINT8"), "in_shape": .ints([2, 3, 2]), "out_shape": .ints([3, 2, 2]),
        "perm": .ints([1, 0, 2]), "SIMD": .int(2),
      ])
    #expect(
      try run(design, ["in0": Array(0..<12)])[0] == [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11])
  }

  @Test func checksumWeighsItems() throws {
    let design = node(
      "CheckSum_hls",
      [
        "words_per_frame": .int(2), "items_per_word": .int(2), "inputDataType": .string("UINT4"),
        "folded_shape": .ints([2, 2]),
      ])
    let plane = try Dataplane(design, parameters: nil)
    let result = try plane.run(["in0": try Tensor([1, 2, 3, 4], shape: [1, 4])])
    #expect(result.streams["out0"]?.ints == [1, 2, 3, 4])
    // 1·1 + 2·2 + 3·3 + 4·1
    #expect(result.findings.first?.finding == .register(name: "checksum", value: 18))
  }

  /// Bytes in memory become stream words, padded bits and all.
  @Test func memoryBytesAreUnpacked() throws {
    let design = Design(
      name: "t",
      nodes: [
        Node(
          name: "dma", opType: "IODMA_hls",
          attributes: [
            "NumChannels": .int(2), "dataType": .string("UINT8"), "streamWidth": .int(16),
            "intfWidth": .int(8), "direction": .string("in"), "numInputVectors": .ints([2]),
          ], inputs: ["memory"], outputs: ["s"]),
        Node(
          name: "fifo", opType: "StreamingFIFO_rtl", attributes: ["depth": .int(2)],
          inputs: ["s"], outputs: ["t"]),
        Node(
          name: "copy", opType: "DuplicateStreams_hls",
          attributes: [
            "NumChannels": .int(6), "PE": .int(3), "NumOutputStreams": .int(2),
            "inputDataType": .string("INT3"),
          ], inputs: ["t"], outputs: ["a", "b"]),
      ], graphInputs: ["memory"], graphOutputs: ["a", "b"])
    let expected = [-4, 3, 1, -1, 0, 2]
    #expect(try run(design, ["memory": [92, 0, 0b1000_0111, 0]]) == [expected, expected])
    #expect(try run(design, ["memory": expected]) == [expected, expected])
  }

  /// As many bytes are not as many bits: 9 of them are no element of 16.
  @Test func wordsOfAnotherWidthAreRefused() throws {
    let copy = node(
      "DuplicateStreams_hls",
      [
        "NumChannels": .int(2), "PE": .int(1), "NumOutputStreams": .int(2),
        "inputDataType": .string("INT9"),
      ], outputs: ["a", "b"])
    let fifo = Node(
      name: "fifo", opType: "StreamingFIFO_rtl",
      attributes: [
        "depth": .int(2), "dataType": .string("INT16"), "folded_shape": .ints([1, 2, 1]),
      ], inputs: ["a"], outputs: ["c"])
    let design = Design(
      name: "t", nodes: copy.nodes + [fifo], graphInputs: ["in0"], graphOutputs: ["c", "b"])
    let error = try #require(throws: InputError.self) { try run(design, ["in0": [1, 2]]) }
    #expect("\(error)".contains("1 x INT9 (9 bits)") && "\(error)".contains("1 x INT16 (16 bits)"))
  }

  @Test func weightsFromAStream() throws {
    let attributes: [String: AttributeValue] = [
      "MW": .int(4), "MH": .int(4), "PE": .int(2), "SIMD": .int(2), "noActivation": .int(1),
      "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
      "outputDataType": .string("INT12"), "mem_mode": .string("external"),
    ]
    let w = (0..<16).map { $0 % 7 - 3 }
    let known = node(
      "MVAU_hls", attributes, inputs: ["in0", "w"], initializers: ["weights": "w"])
    let x = [1, -2, 3, -8]
    let expected = (0..<4).map { r in (0..<4).reduce(0) { $0 + x[$1] * w[$1 * 4 + r] } }
    let matrix = try Tensor(w, shape: [4, 4])
    #expect(try run(known, ["in0": x], ["w": matrix])[0] == expected)
    // Word nf·SF + sf, element pe·SIMD + s.
    let stream = (0..<16).map { i -> Int in
      let (word, e) = (i / 4, i % 4)
      return w[(word % 2 * 2 + e % 2) * 4 + word / 2 * 2 + e / 2]
    }
    let streamed = node("MVAU_hls", attributes, inputs: ["in0", "w"])
    #expect(try run(streamed, ["in0": x, "w": stream])[0] == expected)
  }

  @Test func accumulatorsWrapAndSaySo() throws {
    let design = node(
      "MVAU_rtl",
      [
        "MW": .int(2), "MH": .int(1), "PE": .int(1), "SIMD": .int(1), "noActivation": .int(1),
        "inputDataType": .string("UINT4"), "weightDataType": .string("INT4"),
        "outputDataType": .string("INT6"), "numInputVectors": .ints([3]),
      ], initializers: ["weights": "w"])
    let plane = try Dataplane(
      design, parameters: ParameterStore(["w": try Tensor([3, 2], shape: [2, 1])]))
    let result = try plane.run(["in0": try Tensor([1, 1, 10, 5, 9, 1], shape: [1, 3, 2])])
    #expect(result.streams["out0"]?.ints == [5, -24, 29])
    let wrap = WrapReport(count: 1, firstIndex: 1, firstValue: "40", neededBits: 7)
    #expect(
      result.findings
        == [NodeFinding(node: "dut", frame: 0, finding: .wrap(register: "result", wrap))])
  }

  @Test func wideOperands() throws {
    let design = node(
      "MVAU_hls",
      [
        "MW": .int(2), "MH": .int(1), "PE": .int(1), "SIMD": .int(1), "noActivation": .int(0),
        "inputDataType": .string("INT60"), "weightDataType": .string("INT60"),
        "accDataType": .string("INT130"), "outputDataType": .string("UINT2"),
      ], initializers: ["weights": "w", "thresholds": "t"])
    let big = 1 << 58
    let result = try run(
      design, ["in0": [big, big]],
      [
        "w": try Tensor([big, 1 - big], shape: [2, 1]),
        "t": try Tensor([big - 1, big, big + 1], shape: [1, 3]),
      ])
    #expect(result[0] == [2])
  }
}
