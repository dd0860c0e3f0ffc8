import DataflowAnalysis
import DesignFiles
import Foundation
import ONNXFormat
import Testing

private let rtl = neutralDomain + ".rtl"

extension TestModel {
  /// A thresholding of four channels.
  mutating func addThresholding(_ name: String, _ input: String, _ output: String) {
    add(
      "Thresholding_rtl", [input, "\(name)_t"], [output], domain: rtl, name: name,
      [
        stringAttribute("backend", "fpgadataflow"), intAttribute("NumChannels", 4),
        intAttribute("PE", 1), intAttribute("numSteps", 1),
        stringAttribute("inputDataType", "UINT1"),
        stringAttribute("weightDataType", "UINT9"), stringAttribute("outputDataType", "UINT1"),
        intsAttribute("numInputVectors", [1]),
      ])
  }

  mutating func addSoftware(_ opType: String, _ name: String, _ inputs: [String], _ output: String)
  {
    add(opType, inputs, [output], domain: "", name: name)
  }

  func write(_ path: String) throws { try data().write(to: URL(fileURLWithPath: path)) }
}

/// Graphs that hold more than hardware.
@Suite struct MixedGraphTests {
  @Test func softwareAtTheEndsIsLeftOutAndNamed() throws {
    var model = TestModel(inputs: ["x"], outputs: ["y"])
    model.addSoftware("Transpose", "Transpose_0", ["x"], "xt")
    model.addThresholding("t", "xt", "a")
    model.addSoftware("Mul", "Mul_0", ["a", "scale"], "y")
    model.addInitializer("scale", [2], shape: [1])
    let loaded = try model.load()
    #expect(loaded.design.nodes.map(\.name) == ["t"])
    #expect(loaded.design.graphInputs == ["xt"] && loaded.design.graphOutputs == ["a"])
    let note = try #require(loaded.notes.first)
    #expect(note.contains("in front Transpose_0 (Transpose); behind Mul_0 (Mul)"))
  }

  @Test func softwareBetweenHardwareIsNamedWithItsNeighbours() {
    var model = TestModel(inputs: ["x"], outputs: ["y"])
    model.addThresholding("first", "x", "a")
    model.addSoftware("Mul", "Mul_1", ["a", "scale"], "b")
    model.addInitializer("scale", [2], shape: [1])
    model.addThresholding("second", "b", "y")
    let text = inputError { _ = try model.load() }
    #expect(text.contains("node 'Mul_1'") && text.contains("'first' and 'second'"))
    #expect(text.contains("streamlining has not absorbed it"))
  }

  /// What only makes a constant lies between nothing.
  @Test func computedConstantsAreConstants() throws {
    var model = TestModel(inputs: ["x"], outputs: ["y"])
    model.addInitializer("raw", [2], shape: [1])
    model.addSoftware("Cast", "Cast_0", ["raw"], "t_t")
    model.addThresholding("t", "x", "y")
    let loaded = try model.load()
    #expect(loaded.design.nodes[0].initializers == ["thresholds": "t_t"])
    #expect(!loaded.notes.contains { $0.contains("left out") })
  }

  /// A model without hardware is an original model; what is wrong with it is said of its own nodes.
  @Test func aModelWithoutHardwareIsAnOriginalModel() {
    var model = TestModel(inputs: ["x"], outputs: ["y"])
    model.add("Quant", ["x"], ["y"], domain: "qonnx.custom_op.general", name: "Quant_0")
    let text = inputError { _ = try model.load() }
    #expect(text.contains("node 'Quant_0' (Quant): has 1 inputs"), "\(text)")
  }
}

/// Parents and their partitions.
@Suite struct ParentGraphTests {
  private func dma(_ direction: String) -> TestModel {
    var model = TestModel(inputs: ["in0"], outputs: ["out0"])
    model.add(
      "IODMA_hls", ["in0"], ["out0"], name: "IODMA_hls_0",
      [
        stringAttribute("backend", "fpgadataflow"), stringAttribute("direction", direction),
        intAttribute("NumChannels", 4), stringAttribute("dataType", "UINT8"),
        intAttribute("streamWidth", 8), intAttribute("intfWidth", 32),
        intsAttribute("numInputVectors", [1]),
      ])
    return model
  }

  private func partition(_ model: inout TestModel, _ index: Int, _ path: String, _ to: String) {
    model.add(
      "StreamingDataflowPartition", ["s\(index)"], [to], domain: neutralDomain,
      name: "StreamingDataflowPartition_\(index)", [stringAttribute("model", path)])
  }

  @Test(arguments: [
    "partition_0.onnx", "kernels/partition_0.onnx", "build/kernels/partition_0.onnx",
  ])
  func theChildIsFoundByTheEndOfItsPath(beside: String) throws {
    try TestFiles.withTemporaryDirectory { folder in
      var parent = TestModel(inputs: ["s0"], outputs: ["y"])
      partition(&parent, 0, "/home/somebody/build/kernels/partition_0.onnx", "y")
      try parent.write(folder + "/parent.onnx")
      var child = TestModel(inputs: ["in"], outputs: ["out"])
      child.addThresholding("t", "in", "out")
      let place = folder + "/" + beside
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: place).deletingLastPathComponent(),
        withIntermediateDirectories: true)
      try child.write(place)
      let loaded = try DesignFile.load(folder + "/parent.onnx")
      #expect(loaded.design.nodes.map(\.name) == ["t"])
      #expect(loaded.notes[0].contains("is a parent graph"))
    }
  }

  /// The design on the board: memory, accelerator, memory. Both DMAs have the same name in their files.
  @Test func partitionsAreJoinedAlongTheParentsEdges() throws {
    try TestFiles.withTemporaryDirectory { folder in
      var parent = TestModel(inputs: ["s0"], outputs: ["y"])
      parent.metadata["clk_ns"] = "5"
      partition(&parent, 0, "in.onnx", "s1")
      partition(&parent, 1, "/gone/accelerator.onnx", "s2")
      partition(&parent, 2, "out.onnx", "y")
      try parent.write(folder + "/board.onnx")
      try dma("in").write(folder + "/in.onnx")
      var accelerator = TestModel(inputs: ["in0"], outputs: ["out0"])
      accelerator.addThresholding("t", "in0", "mid")
      accelerator.addThresholding("u", "mid", "out0")
      accelerator.addInitializer("t_t", [3], shape: [1, 1])
      try accelerator.write(folder + "/accelerator.onnx")
      try dma("out").write(folder + "/out.onnx")
      let loaded = try DesignFile.load(folder + "/board.onnx")
      let design = loaded.design
      #expect(
        design.nodes.map(\.name) == [
          "IODMA_hls_0", "t", "u", "StreamingDataflowPartition_2_IODMA_hls_0",
        ])
      #expect(design.graphInputs == ["s0"] && design.graphOutputs == ["y"])
      #expect(design.nodes.map(\.inputs) == [["s0"], ["s1"], ["mid"], ["s2"]])
      #expect(design.clockMHz == 200 && design.name == "board")
      #expect(try loaded.parameters?.tensor("t_t").asIntegers(name: "t") == [3])
      #expect(try Throughput(design).outcome == .complete)
    }
  }

  @Test func aMissingChildIsLookedForAndSaid() throws {
    try TestFiles.withTemporaryDirectory { folder in
      var parent = TestModel(inputs: ["s0"], outputs: ["y"])
      partition(&parent, 0, "/home/somebody/kernels/partition_0.onnx", "y")
      try parent.write(folder + "/parent.onnx")
      let text = inputError { _ = try DesignFile.load(folder + "/parent.onnx") }
      #expect(text.contains("/home/somebody/kernels/partition_0.onnx"))
      #expect(text.contains(folder + "/kernels/partition_0.onnx"))
    }
  }
}

/// FINN's output directory as a way in.
@Suite struct FINNOutputTests {
  private func chain() -> TestModel {
    var model = TestModel(inputs: ["in"], outputs: ["out"])
    model.addThresholding("Thresholding_rtl_0", "in", "mid")
    model.addThresholding("Thresholding_rtl_1", "mid", "out")
    return model
  }

  private func folder(_ body: (String) throws -> Void) throws {
    try TestFiles.withTemporaryDirectory { folder in
      for name in ["intermediate_models", "report"] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(name)", withIntermediateDirectories: false)
      }
      var software = TestModel(inputs: ["in"], outputs: ["out"])
      software.addSoftware("MatMul", "MatMul_0", ["in"], "out")
      try software.write(folder + "/intermediate_models/step_streamline.onnx")
      try chain().write(folder + "/intermediate_models/step_hw_ipgen.onnx")
      try body(folder)
    }
  }

  @Test func theLatestStepThatOpensIsReadWithItsFinalFolding() throws {
    try folder { folder in
      let config = """
        {"Defaults": {}, "StreamingFIFO_rtl_0": {"depth": 4}, "StreamingFIFO_rtl_1": {"depth": 32},
         "StreamingFIFO_rtl_2": {"depth": 2}, "Thresholding_rtl_0": {"PE": 2}}
        """
      try Data(config.utf8).write(to: URL(fileURLWithPath: folder + "/final_hw_config.json"))
      let report = #"{"max_cycles": 4, "estimated_throughput_fps": 50000000.0}"#
      try Data(report.utf8).write(
        to: URL(fileURLWithPath: folder + "/report/estimate_network_performance.json"))
      for path in [folder, folder + "/", folder + "/intermediate_models"] {
        let loaded = try DesignFile.load(path)
        let fifos = loaded.design.nodes.filter(\.isFIFO)
        #expect(fifos.map { $0.attributes["depth"] } == [.int(4), .int(32), .int(2), .int(2)])
        #expect(loaded.design.nodes.contains { $0.isWidthConverter })
        #expect(loaded.design.clockMHz == 200)
        #expect(loaded.notes[0].contains("step_hw_ipgen.onnx is read; also there (1)"))
        #expect(loaded.notes.contains { $0.hasSuffix("final_hw_config.json is applied") })
      }
      var options = ImportOptions()
      options.hasFolding = true
      #expect(try DesignFile.load(folder, options: options).design.nodes.count == 2)
    }
  }

  /// Models under names that no step of FINN has go by what is in them.
  @Test func underOtherNamesTheModelWithFIFOsIsRead() throws {
    try TestFiles.withTemporaryDirectory { folder in
      for (name, resource) in [
        ("a_last.onnx", "cnv-w1a1-fifo.onnx"), ("z_raw.onnx", "qonnx/clconv-0.onnx"),
      ] {
        try FileManager.default.copyItem(
          atPath: TestFiles.resource(resource), toPath: "\(folder)/\(name)")
      }
      try chain().write(folder + "/b_before.onnx")
      // Nobody writes into it, so who reads it waits.
      #expect(mkfifo(folder + "/pipe.onnx", 0o600) == 0)
      let loaded = try DesignFile.load(folder)
      let others = "b_before.onnx, z_raw.onnx, pipe.onnx"
      #expect(loaded.notes.first == "\(folder)/a_last.onnx is read; also there (3): \(others)")
      #expect(loaded.design.nodes.contains { $0.isFIFO })
    }
  }

  @Test func aDirectoryWithoutHardwareIsRefused() throws {
    try TestFiles.withTemporaryDirectory { folder in
      #expect(inputError { _ = try DesignFile.load(folder) }.contains("directory without models"))
      var software = TestModel(inputs: ["in"], outputs: ["out"])
      software.addSoftware("MatMul", "MatMul_0", ["in"], "out")
      try software.write(folder + "/step_tidy_up.onnx")
      #expect(inputError { _ = try DesignFile.load(folder) }.contains("step_tidy_up.onnx"))
    }
  }
}
