import DataflowAnalysis
import Foundation
import DesignFiles
import ONNXFormat
import SwiftProtobuf
import Testing

private typealias Model = TestModel
private let int = intAttribute
private let ints = intsAttribute
private let string = stringAttribute
private let neutral = neutralDomain

@Suite struct ImportTests {
  @Test func separatesStreamsFromConstants() throws {
    var model = Model()
    model.add(
      "MVAU_hls", ["in", "w", "t"], ["mid"], name: "m",
      [int("PE", 4), string("backend", "fpgadataflow")])
    model.add(
      "ChannelwiseOp_hls", ["mid", "missing"], ["out"], [string("code_gen_dir_ipgen", "/x")])
    model.addInitializer("w", [1, -1], shape: [1, 2])
    let loaded = try model.load(ImportOptions(part: "xc7z020clg400-1", clockMHz: 200))
    let nodes = loaded.design.nodes
    #expect(nodes[0].inputs == ["in"] && nodes[0].attributes == ["PE": .int(4)])
    #expect(nodes[0].initializers == ["weights": "w", "thresholds": "t"])
    #expect(nodes[1].initializers == ["parameters": "missing"] && nodes[1].attributes == [:])
    #expect(loaded.design.part == "xc7z020clg400-1" && loaded.design.clockMHz == 200)
    #expect(try loaded.parameters?.tensor("w").asIntegers(name: "w") == [1, -1])
    #expect(loaded.parameters?.contains("t") == false)
  }

  @Test func takesTheClockOfTheModel() throws {
    var model = Model()
    model.add("LabelSelect_hls", ["in"], ["out"])
    model.metadata["clk_ns"] = "4"
    #expect(try model.load().design.clockMHz == 250)
    model.metadata["clk_ns"] = "fast"
    #expect(inputError { _ = try model.load() }.contains("clk_ns"))
  }

  @Test func keepsEveryKindOfAttribute() throws {
    var model = Model()
    let kinds: [ONNXAttributeProto] = [
      .with {
        $0.name = "f"; $0.f = 0.1; $0.type = .float
      },
      .with {
        $0.name = "fs"; $0.floats = [1, 0.5]; $0.type = .floats
      },
      .with {
        $0.name = "is"; $0.ints = [1, -2]; $0.type = .ints
      },
      .with {
        $0.name = "ss"; $0.strings = [Data("a".utf8)]; $0.type = .strings
      },
      .with {
        $0.name = "untyped"; $0.i = 3
      },
      .with {
        $0.name = "t"; $0.type = .tensor
      },
    ]
    model.add("Custom_hls", ["in"], ["out"], kinds)
    #expect(
      try model.load().design.nodes[0].attributes == [
        "f": .float(0.1), "fs": .floats([1, 0.5]), "is": .ints([1, -2]), "ss": .strings(["a"]),
        "untyped": .int(3),
      ])
    model.add(
      "X", [], [],
      [
        .with {
          $0.name = "f"; $0.f = .nan; $0.type = .float
        }
      ])
    #expect(inputError { _ = try model.load() }.contains("attribute 'f'"))
  }

  @Test func dropsWhatTheBlockDoesNotUse() throws {
    var model = Model()
    model.add("LabelSelect_hls", ["in"], ["out"], name: "l", [int("K", 1), int("my_note", 7)])
    let loaded = try model.load(ImportOptions(clockMHz: 100))
    #expect(loaded.design.nodes[0].attributes == ["K": .int(1)])
    #expect(loaded.notes == ["l: LabelSelect_hls does not use my_note"])
  }

  @Test func mapsOldNames() throws {
    var model = Model()
    model.add(
      "StreamingFCLayer_Batch", ["in", "w"], ["a"], domain: neutral, [string("mem_mode", "const")])
    model.add("ConvolutionInputGenerator1D", ["a"], ["b"], domain: neutral)
    model.add("StreamingDataWidthConverter_Batch", ["b"], ["out"], domain: neutral)
    let nodes = try model.load().design.nodes
    #expect(
      nodes.map(\.opType) == [
        "MVAU_hls", "ConvolutionInputGenerator_hls", "StreamingDataWidthConverter_hls",
      ])
    #expect(nodes[0].attributes["mem_mode"] == .string("internal_embedded"))
    #expect(nodes[1].attributes["is1D"] == .int(1))
  }

  /// FINN names nodes by op type before it reads a folding file (`GiveUniqueNodeNames`), so a file of names fits a
  /// graph from before that step.
  @Test func nodesWithoutNamesGetFINNs() throws {
    var model = Model()
    let rtl = "finn.custom_op.fpgadataflow.rtl"
    model.add("FMPadding_rtl", ["in"], ["a"], domain: rtl, name: "")
    model.add("MVAU_hls", ["a", "w"], ["b"], name: "")
    model.add("LabelSelect_hls", ["b"], ["c"], name: "last")
    model.add("MVAU_hls", ["c", "w"], ["d"], name: "")
    model.add("MVAU_rtl", ["d", "w"], ["e"], domain: rtl, name: "")
    model.add("Thresholding", ["e", "t"], ["out"], domain: neutral, name: "")
    model.addInitializer("w", [1, 2], shape: [1, 2])
    #expect(
      try model.load().design.nodes.map(\.name) == [
        "FMPadding_rtl_0", "MVAU_hls_0", "last", "MVAU_hls_1", "MVAU_rtl_0", "Thresholding_rtl_0",
      ])
    // Releases before 0.10 count by their own names.
    var old = Model()
    old.add("StreamingFCLayer_Batch", ["in", "w"], ["a"], domain: neutral, name: "")
    old.add("StreamingFCLayer_Batch", ["a", "w"], ["out"], domain: neutral, name: "")
    #expect(
      try old.load().design.nodes.map(\.name)
        == ["StreamingFCLayer_Batch_0", "StreamingFCLayer_Batch_1"])
  }

  /// What a file of an old release does not say means what it meant there.
  @Test func whatOldFilesLeaveOutHasItsOldMeaning() throws {
    func model() -> Model {
      var model = Model(outputs: ["out", "other"])
      model.add("StreamingFCLayer_Batch", ["in", "w"], ["a"], domain: neutral)
      model.add("Thresholding_Batch", ["a", "t"], ["b"], domain: neutral)
      model.add("DuplicateStreams_Batch", ["b"], ["out", "other"], domain: neutral)
      return model
    }
    let nodes = try model().load(ImportOptions(finnGeneration: .v0_6)).design.nodes
    #expect(nodes[0].attributes["mem_mode"] == .string("internal_embedded"))
    #expect(nodes[1].attributes["mem_mode"] == .string("internal_embedded"))
    #expect(nodes[2].attributes["NumOutputStreams"] == .int(2))
    var today = Model()
    today.add("MVAU_hls", ["in", "w"], ["out"])
    let options = ImportOptions(finnGeneration: .default)
    #expect(try today.load(options).design.nodes[0].attributes["mem_mode"] == nil)
  }

  /// FINN gives a CheckSum node its checksum as a second output: a register, whether or not the graph lists it.
  @Test(arguments: [["out"], ["out", "sum"]]) func aChecksumIsNoStream(outputs: [String]) throws {
    var model = Model(outputs: outputs)
    model.add(
      "CheckSum_hls", ["in"], ["out", "sum"],
      [
        int("words_per_frame", 4), int("items_per_word", 2), string("inputDataType", "UINT4"),
        ints("folded_shape", [1, 4, 2]),
      ])
    let design = try model.load().design
    #expect(design.graphOutputs == ["out"])
    #expect(design.nodes[0].outputs == ["out"])
    _ = try Plan(design)
  }

  /// Until FINN 0.7 a window along one dimension was whole wherever it could be; there was no attribute for it.
  @Test func earlyWindowsAlongOneDimensionAreWhole() throws {
    func isWhole(_ attributes: [ONNXAttributeProto], _ generation: FINNGeneration) throws -> Bool {
      var model = Model()
      model.add(
        "ConvolutionInputGenerator1D", ["in"], ["out"], domain: neutral,
        [int("IFMChannels", 4)] + attributes)
      let options = ImportOptions(finnGeneration: generation)
      return try model.load(options).design.nodes[0].attributes["parallel_window"] == .int(1)
    }
    #expect(try isWhole([int("SIMD", 4)], .v0_7))
    #expect(try !isWhole([int("SIMD", 4)], .v0_8))
    #expect(try !isWhole([int("SIMD", 2)], .v0_7))
    #expect(try !isWhole([int("SIMD", 4), int("depthwise", 1)], .v0_7))
    #expect(try !isWhole([int("SIMD", 4), string("ram_style", "block")], .v0_7))
  }

  /// docs/reference/finn-dialect.md#which-implementation.
  @Test func specialisesNeutralNodes() throws {
    func opType(
      _ op: String, _ attributes: [ONNXAttributeProto], part: String = "xczu7ev-ffvc1156-2-e"
    ) throws -> String {
      var model = Model()
      model.add(
        op, ["in", "w"].prefix(op == "MVAU" || op == "VVAU" ? 2 : 1).map { $0 }, ["out"],
        domain: neutral, attributes)
      model.addInitializer("w", [-8, 7], shape: [1, 2])
      return try model.load(ImportOptions(part: part)).design.nodes[0].opType
    }
    let mvau = [
      string("inputDataType", "UINT4"), string("weightDataType", "INT4"), int("noActivation", 1),
    ]
    #expect(try opType("MVAU", mvau) == "MVAU_rtl")
    #expect(try opType("MVAU", mvau, part: "xc7z020clg400-1") == "MVAU_hls")
    #expect(try opType("MVAU", mvau + [string("preferred_impl_style", "hls")]) == "MVAU_hls")
    #expect(
      try opType("MVAU", [string("inputDataType", "UINT4"), string("weightDataType", "INT4")])
        == "MVAU_hls")
    let narrow = [
      string("inputDataType", "UINT2"), string("weightDataType", "INT2"), int("noActivation", 1),
    ]
    #expect(try opType("MVAU", narrow) == "MVAU_hls")
    #expect(try opType("MVAU", narrow + [string("preferred_impl_style", "rtl")]) == "MVAU_rtl")
    #expect(try opType("VVAU", mvau) == "VVAU_hls")
    #expect(try opType("VVAU", mvau, part: "xcvc1902-vsva2197-2MP-e-S") == "VVAU_rtl")
    let dwc = "StreamingDataWidthConverter"
    #expect(try opType(dwc, [int("inWidth", 8), int("outWidth", 24)]) == dwc + "_rtl")
    #expect(try opType(dwc, [int("inWidth", 32), int("outWidth", 36)]) == dwc + "_hls")
    #expect(try opType("StreamingFIFO", []) == "StreamingFIFO_rtl")
    #expect(try opType("LabelSelect", []) == "LabelSelect_hls")
    #expect(try opType("Reshape", []) == "Reshape_rtl")
    #expect(
      try opType("Thresholding", [string("preferred_impl_style", "hls")]) == "Thresholding_hls")
  }

  @Test func externalWeightsEnterThroughAPort() throws {
    var model = Model()
    model.add("MVAU_hls", ["in", "w"], ["out"], name: "m", [string("mem_mode", "external")])
    let design = try model.load().design
    #expect(
      design.graphInputs == ["in", "m_weights"] && design.nodes[0].inputs == design.graphInputs)
    var fed = Model(inputs: ["in", "mem"])
    fed.add("IODMA_hls", ["mem"], ["ws"])
    fed.add("MVAU_hls", ["in", "ws"], ["out"], name: "m", [string("mem_mode", "external")])
    #expect(try fed.load().design.nodes[1].inputs == ["in", "ws"])
  }

  @Test func softwareOpsAreNamed() {
    var model = Model()
    model.add("MatMul", ["in", "w"], ["out"], domain: "", name: "MatMul_3")
    let text = inputError { _ = try model.load() }
    #expect(text.contains("node 'MatMul_3'") && text.contains("create_dataflow_partition"))
  }

  @Test func fanOutNeedsDuplicateStreams() {
    var model = Model()
    model.add("Thresholding_rtl", ["in"], ["a"])
    model.add("Thresholding_rtl", ["a"], ["b"])
    model.add("AddStreams_hls", ["a", "b"], ["out"])
    #expect(inputError { _ = try model.load() }.contains("DuplicateStreams"))
  }

  @Test func impossibleTensorsAreRefused() {
    var model = Model()
    model.add("LabelSelect_hls", ["in"], ["out"])
    model.graph.input[0].type = .with {
      $0.tensorType.shape.dim = [100_000, 100_000].map { n in .with { $0.dimValue = n } }
    }
    #expect(inputError { _ = try model.load() }.contains("tensor 'in'"))
    var typed = Model()
    typed.add("LabelSelect_hls", ["in"], ["out"])
    typed.graph.quantizationAnnotation = [
      .with {
        $0.tensorName = "in"
        $0.quantParameterTensorNames = [
          .with {
            $0.key = "finn_datatype"; $0.value = "UNIT8"
          }
        ]
      }
    ]
    #expect(inputError { _ = try typed.load() }.contains("did you mean 'UINT8'?"))
  }

  @Test func constantsOfWrongSizeAreRefusedWhenUsed() throws {
    var model = Model()
    model.add("MVAU_hls", ["in", "w"], ["out"])
    model.addInitializer("w", [1, 2, 3], shape: [1 << 40, 1 << 40])
    let loaded = try model.load()
    let parameters = try #require(loaded.parameters)
    #expect(inputError { _ = try parameters.tensor("w") }.contains("initializer 'w'"))
  }

  @Test func parentGraphsLeadToTheirChild() throws {
    try TestFiles.withTemporaryDirectory { folder in
      var parent = Model()
      parent.add(
        "StreamingDataflowPartition", ["in"], ["out"], domain: neutral,
        [string("model", "/gone/child.onnx")])
      let path = folder + "/parent.onnx"
      try parent.data().write(to: URL(fileURLWithPath: path))
      #expect(inputError { _ = try DesignFile.load(path) }.contains("child.onnx"))
      var child = Model()
      child.add("LabelSelect_hls", ["in"], ["out"])
      try child.data().write(to: URL(fileURLWithPath: folder + "/child.onnx"))
      #expect(try DesignFile.load(path).design.name == "child")
      try parent.data().write(to: URL(fileURLWithPath: folder + "/child.onnx"))
      #expect(inputError { _ = try DesignFile.load(path) }.contains("nested"))
    }
  }

  @Test func parametersComeFromOtherFiles() throws {
    try TestFiles.withTemporaryDirectory { folder in
      var model = Model()
      model.add("MVAU_hls", ["in", "w1"], ["a"], name: "m", [int("MW", 3), int("MH", 3)])
      model.add("Thresholding_rtl", ["a", "t1"], ["out"], name: "t")
      try model.data().write(to: URL(fileURLWithPath: folder + "/a.onnx"))
      var named = Model()
      named.add("MVAU_hls", ["in", "w2"], ["a"], name: "m")
      named.add("Thresholding_rtl", ["a", "t2"], ["out"], name: "t")
      named.addInitializer("t2", [5, 6], shape: [1, 2])
      try named.data().write(to: URL(fileURLWithPath: folder + "/b.onnx"))
      let bits = try Tensor([0b1010_0000, 0b1000_0000] as [UInt8])
      try TensorFile.write([("w2__bipolar_bits", bits)], to: folder + "/w.npz")
      let options = ImportOptions(parameterFiles: [folder + "/b.onnx", folder + "/w.npz"])
      let loaded = try DesignFile.load(folder + "/a.onnx", options: options)
      #expect(try loaded.parameters?.tensor("t1").asIntegers(name: "t") == [5, 6])
      let weights = try #require(try loaded.parameters?.tensor("w1"))
      #expect(weights.shape == [3, 3])
      #expect(try weights.asIntegers(name: "w") == [1, -1, 1, -1, -1, -1, -1, -1, 1])
    }
  }

  @Test func exportedFilesReadBackEqual() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let loaded = try DesignFile.load(TestFiles.resource("cnv-w1a1-fifo.onnx"))
      let arrays = try loaded.write(to: folder + "/d.json", withParameters: true)
      #expect(arrays.written.count == 11 && arrays.missing.count == 7)
      let again = try DesignFile.load(folder + "/d.json")
      #expect(
        again.design.nodes == loaded.design.nodes && again.design.streams == loaded.design.streams)
      for name in arrays.written {
        let stored = try #require(try again.parameters?.tensor(name))
        #expect(try stored == loaded.parameters?.tensor(name).narrowed())
      }
      #expect(
        inputError { _ = try loaded.write(to: folder + "/no/d.json", withParameters: true) } != "")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["d.json", "d.npz"])
    }
  }

  @Test func aFailedExportLeavesNothing() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let loaded = try DesignFile.load(TestFiles.resource("cnv-w1a1-fifo.onnx"))
      let taken = folder + "/d.json"
      try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
      let text = inputError { _ = try loaded.write(to: taken, withParameters: true) }
      #expect(text.contains("it is a directory"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["d.json"])
    }
  }

  @Test func filesThatAreNoModelAreNamed() throws {
    let real = try TestFiles.data(TestFiles.resource("cnv-w1a1-fifo.onnx"))
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/m.onnx"
      for data in [real.prefix(30_000), Data("hello world".utf8), Data([8, 6]), Data()] {
        try data.write(to: URL(fileURLWithPath: path))
        #expect(inputError { _ = try DesignFile.load(path) }.contains("m.onnx"))
      }
      let empty = folder + "/empty"
      try FileManager.default.createDirectory(
        atPath: empty, withIntermediateDirectories: false)
      #expect(inputError { _ = try DesignFile.load(empty) }.contains("directory"))
      // What stands in a model's place in repositories that nobody fetched whole.
      let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
      for (text, hint) in [
        (pointer, "git lfs pull"), ("<?xml version=\"1.0\"?><profile/>", "--hls-build"),
      ] {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: InputError.self) { _ = try DesignFile.load(path) }
        #expect(error?.hint?.contains(hint) == true, "\(error?.hint ?? "")")
      }
    }
  }

  @Test(.timeLimit(.minutes(4))) func damagedModelsNeverCrash() throws {
    let data = try TestFiles.data(TestFiles.resource("cnv-w1a1-fifo.onnx"))
    try TestFiles.withTemporaryDirectory { folder in
      fuzz(data, count: 2000) { damaged in
        let url = URL(fileURLWithPath: folder + "/m.onnx")
        try damaged.write(to: url)
        let loaded = try DesignFile.load(url.path)
        for name in loaded.parameters?.names ?? [] { _ = try? loaded.parameters?.tensor(name) }
        _ = try loaded.design.json()
      }
    }
  }
}
