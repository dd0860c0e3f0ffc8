import DataflowAnalysis
import DesignFiles
import Foundation
import Testing

/// A FINN graph finds the files HLS has left behind, and a design made of it needs them no more.
@Suite struct HLSBuildImportTests {
  private let fixture = HLSBuildFixture(tool: "2023.2")

  /// 784 × 64 with SIMD 112 and PE 32: 14 iterations.
  private func model(folder: String, simd: Int = 112) throws -> Data {
    var model = TestModel()
    model.add(
      "MVAU_hls", ["in"], ["out"], name: "MVAU_hls_0",
      [
        intAttribute("MW", 784), intAttribute("MH", 64), intAttribute("SIMD", simd),
        intAttribute("PE", 32), stringAttribute("inputDataType", "BIPOLAR"),
        stringAttribute("weightDataType", "BIPOLAR"), stringAttribute("outputDataType", "UINT8"),
        intAttribute("noActivation", 1), stringAttribute("code_gen_dir_ipgen", folder),
      ])
    model.metadata["clk_ns"] = "10"
    return try model.data()
  }

  private func writeBuild(_ writer: HLSBuildWriter) throws {
    try writer.report(fixture, .init(name: writer.node, latency: 20, interval: 21))
    try writer.report(
      fixture,
      .init(
        name: "Matrix_Vector_Activate_Stream_Batch", latency: 17, interval: 17,
        loops: [.init(trips: "14", latency: 15, depth: 3)]))
  }

  private func inFolder(_ simd: Int = 112, _ body: (String, String) throws -> Void) throws {
    try TestFiles.withTemporaryDirectory { root in
      let writer = HLSBuildWriter(root: root + "/build", node: "MVAU_hls_0")
      try writeBuild(writer)
      let stored = "/tmp/finn_dev_someone/" + URL(fileURLWithPath: writer.code).lastPathComponent
      let path = root + "/model.onnx"
      try model(folder: stored, simd: simd).write(to: URL(fileURLWithPath: path))
      try body(root, path)
    }
  }

  private func load(_ path: String, _ place: HLSBuildPlace?) throws -> LoadedDesign {
    var options = ImportOptions()
    options.hlsBuild = place
    return try DesignFile.load(path, options: options)
  }

  private func basis(_ design: Design) throws -> TimingBasis {
    try Throughput(design).nodes[0].timing.basis
  }

  @Test func readsBelowTheFolderThatIsNamed() throws {
    try inFolder { root, path in
      let loaded = try load(path, .below(root + "/build"))
      let attributes = loaded.design.nodes[0].attributes
      #expect(attributes["hls_structure"] == .string("call"))
      #expect(attributes["hls_stages"] == .int(3))
      guard case .string(let file)? = attributes["hls_read_from"] else {
        Issue.record("no file")
        return
      }
      #expect(
        file.hasPrefix("code_gen_ipgen_MVAU_hls_0_4f_k1x2a/project_MVAU_hls_0/sol1/syn/report/"))
      #expect(attributes["code_gen_dir_ipgen"] == nil)
      #expect(loaded.hlsReadings["MVAU_hls_0"]?.area?.lut == 2745)
      #expect(loaded.notes.contains("1 HLS schedule read from the build's files"))
      #expect(try basis(loaded.design) == .read)
      // The design file alone is as exact.
      let written = root + "/design.json"
      _ = try loaded.write(to: written, withParameters: false)
      let again = try load(written, nil)
      #expect(try basis(again.design) == .read)
      #expect(try Throughput(again.design).cyclesPerFrame == 20)
    }
  }

  @Test func readsBesideTheModel() throws {
    try inFolder { root, path in
      let beside = root + "/build/model.onnx"
      try FileManager.default.moveItem(atPath: path, toPath: beside)
      #expect(try basis(load(beside, nil).design) == .read)
    }
  }

  /// A file of a stranger names a path of this machine: only `stored` follows it.
  @Test func storedPathsAreFollowedOnlyWhenAsked() throws {
    try TestFiles.withTemporaryDirectory { root in
      let writer = HLSBuildWriter(root: root + "/elsewhere", node: "MVAU_hls_0")
      try writeBuild(writer)
      try FileManager.default.createDirectory(
        atPath: root + "/models", withIntermediateDirectories: true)
      let path = root + "/models/model.onnx"
      try model(folder: writer.code).write(to: URL(fileURLWithPath: path))
      #expect(try basis(load(path, nil).design) == .predicted)
      #expect(try basis(load(path, .stored).design) == .read)
    }
  }

  @Test func aDesignFileFindsTheFolderByTheNodesName() throws {
    try inFolder { root, path in
      let bare = try load(path, nil)
      #expect(try basis(bare.design) == .predicted)
      let written = root + "/design.json"
      _ = try bare.write(to: written, withParameters: false)
      #expect(try basis(load(written, .below(root + "/build")).design) == .read)
    }
  }

  @Test func anotherFoldingIsPredictedAndSaid() throws {
    try inFolder(56) { root, path in
      let loaded = try load(path, .below(root + "/build"))
      #expect(try basis(loaded.design) == .predicted)
      let note = try #require(loaded.notes.first { $0.contains("MVAU_hls_0:") })
      #expect(note.contains("TripCount is 14, but the node's attributes make 28 iterations"))
      #expect(note.contains("its schedule is predicted"))
      #expect(note.contains("_csynth.xml"))
    }
  }

  /// Vivado HLS makes other hardware of the same stages, and the generation says what is simulated.
  @Test func aReportOfAnotherGenerationsCompilerIsPredictedAndSaid() throws {
    try inFolder { root, path in
      func load(_ generation: FINNGeneration) throws -> LoadedDesign {
        var options = ImportOptions()
        options.hlsBuild = .below(root + "/build")
        options.finnGeneration = generation
        return try DesignFile.load(path, options: options)
      }
      #expect(try basis(load(.v0_7).design) == .read)
      let loaded = try load(.v0_6)
      #expect(try basis(loaded.design) == .predicted)
      let note = try #require(loaded.notes.first { $0.contains("MVAU_hls_0:") })
      #expect(
        note.contains(
          "is of Vitis HLS 2023.2, but blocks of FINN 0.6 are simulated as those of Vivado HLS"),
        "\(note)")
      #expect(note.contains("--finn-generation 0.10"))
    }
  }

  @Test func aMissingFolderIsSaid() throws {
    try inFolder { root, path in
      let error = try #require(throws: InputError.self) {
        try load(path, .below(root + "/nowhere"))
      }
      #expect(error.description.contains("no such folder"))
      let empty = root + "/empty"
      try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
      let loaded = try load(path, .below(empty))
      #expect(loaded.notes.contains("no build of 1 HLS nodes was found (MVAU_hls_0)"))
    }
  }

  /// A schedule is that of one folding.
  @Test func anotherFoldingDropsTheSchedule() throws {
    try inFolder { root, path in
      var design = try load(path, .below(root + "/build")).design
      _ = try design.apply(
        FoldingConfig(json: Data(#"{"MVAU_hls_0": {"PE": 32}}"#.utf8), file: "same"))
      #expect(try basis(design) == .read)
      _ = try design.apply(
        FoldingConfig(json: Data(#"{"MVAU_hls_0": {"PE": 16}}"#.utf8), file: "other"))
      #expect(try basis(design) == .predicted)
    }
  }
}
