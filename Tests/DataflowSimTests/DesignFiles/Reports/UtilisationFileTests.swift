import DataflowAnalysis
import DesignFiles
import Foundation
import Testing

/// FINN's reports of resources, and files that only look like them.
struct UtilisationFileTests {
  private static let placed = """
    {"(top)": {"LUT": 9, "SRL": 1, "FF": 9, "BRAM_36K": 1, "BRAM_18K": 0, "DSP48": 0},
     "StreamingDataflowPartition_1_LabelSelect_hls_0":
       {"LUT": 52, "SRL": 2, "FF": 46, "BRAM_36K": 1, "BRAM_18K": 1, "DSP48": 3}}
    """

  @Test func instancesAreFoundBehindTheirPartition() throws {
    let file = try UtilisationFile(json: Data(Self.placed.utf8), file: "post_synth_resources.json")
    let use = try #require(file.placed(of: "LabelSelect_hls_0"))
    #expect(use == PlacedUse(lut: 52, srl: 2, ff: 46, bram18: 3, dsp: 3))
    #expect(file.placed(of: "hls_0") == nil)
    #expect(file.placed["(top)"] == nil)
  }

  @Test(arguments: [
    String(placed.prefix(120)), "{}", "[]", #"{"(top)": {"LUT": 1, "FF": 1}}"#,
    #"{"Slice LUTs": {"Used": 5}}"#, #"{"MVAU_hls_0": 5}"#,
    #"{"MVAU_hls_0": {"LUT": -1, "FF": 2}}"#,
    #"{"MVAU_hls_0": {"LUT": "many", "FF": 2}}"#, #"{"MVAU_hls_0": {"LUT": 1.5, "FF": 2}}"#,
    "| Instance | Module | Total LUTs |", "<?xml version=\"1.0\"?><RptDoc/>",
    #"{"MVAU_hls_0": {"LUT": 99999999999999999999, "FF": 2}}"#,
  ]) func whatIsNoUtilisationIsRefused(text: String) throws {
    let error = #expect(throws: InputError.self) {
      try UtilisationFile(json: Data(text.utf8), file: "post_synth_resources.json")
    }
    #expect(error?.file == "post_synth_resources.json")
  }

  @Test func textsOfHLSAreCounts() throws {
    let text =
      #"{"A": {"LUT": "868", "FF": "12", "BRAM_18K": "1", "DSP48E": "2", "URAM": "0"}, "#
      + #""B": {"LUT": 0, "FF": 0, "BRAM_18K": 0, "DSP48E": 0, "URAM": 0}}"#
    let areas = try HLSAreaFile(json: Data(text.utf8), file: "hls.json").areas
    #expect(areas == ["A": ReportedArea(lut: 868, ff: 12, bram18: 1, uram: 0, dsp: 2)])
  }

  /// With a folding of its own a build's graph before any folding is read; what was placed is of the graph as built.
  @Test func whatWasPlacedCountsWithAFoldingToo() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let build = "\(folder)/build"
      try FileManager.default.copyItem(
        atPath: TestFiles.repository("configs/examples/finn-output"), toPath: build)
      let nodes = try DesignFile.load(build).design.nodes.filter { $0.opType.hasPrefix("MVAU") }
      let rows = nodes.map {
        #""\#($0.name)": {"LUT": 4321, "SRL": 0, "FF": 1234, "BRAM_36K": 1, "BRAM_18K": 0}"#
      }
      try Data("{\(rows.joined(separator: ", "))}".utf8).write(
        to: URL(fileURLWithPath: "\(build)/report/post_synth_resources.json"))
      for more in [[], ["--folding", "\(build)/final_hw_config.json"]] {
        let said = try CommandLineTool.run(["fps", build, "--all", "--json"] + more)
        let measured = (said.json["nodes"] as? [[String: Any]] ?? []).filter {
          ($0["resources"] as? [String: Int])?["LUT"] == 4321
        }
        #expect(measured.count == nodes.count && !nodes.isEmpty, "\(more) \(said.errors)")
      }
    }
  }

  /// A build's output directory: what was placed counts, and calibrate fits it.
  @Test func aBuildsOwnReportsAreUsed() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let manager = FileManager.default
      try manager.createDirectory(atPath: "\(folder)/report", withIntermediateDirectories: true)
      try manager.createDirectory(
        atPath: "\(folder)/intermediate_models", withIntermediateDirectories: true)
      let model = "\(folder)/intermediate_models/step_set_fifo_depths.onnx"
      try manager.copyItem(atPath: TestFiles.resource("cnv-w1a1-fifo.onnx"), toPath: model)
      let design = try DesignFile.load(folder).design
      let node = try #require(design.nodes.first { $0.opType.hasPrefix("MVAU") })
      let report = "\(folder)/report/post_synth_resources.json"
      try Data(
        #"{"\#(node.name)": {"LUT": 4321, "SRL": 0, "FF": 1234, "BRAM_36K": 1, "BRAM_18K": 0}}"#
          .utf8
      ).write(to: URL(fileURLWithPath: report))
      let said = try CommandLineTool.run("fps", folder, "--all", "--json")
      let nodes = said.json["nodes"] as? [[String: Any]] ?? []
      let mine = nodes.first { $0["name"] as? String == node.name }
      #expect((mine?["resources"] as? [String: Int])?["LUT"] == 4321, "\(said.errors)")
      let basis = (mine?["calibrated"] as? [String: Any])?["basis"] as? String
      #expect(basis == "measured")
      let kept = try CommandLineTool.run(
        "import", folder, "-o", "\(folder)/kept.json", "--no-parameters")
      #expect(kept.errors.contains("no place for what was placed"), "\(kept.errors)")
      let output = "\(folder)/model.json"
      let fitted = try CommandLineTool.run("calibrate", folder, "-o", output, "--json")
      #expect(fitted.status == 0, "\(fitted.errors)")
      #expect(fitted.json["nodes"] as? Int == 1)
      let used = try CommandLineTool.run("fps", model, "--cost-model", output, "--json")
      #expect(used.status == 0, "\(used.errors)")

      try Data("{\"MVAU".utf8).write(to: URL(fileURLWithPath: report))
      let broken = try CommandLineTool.run("calibrate", folder)
      #expect(broken.status == 65)
      #expect(broken.errors.contains("post_synth_resources.json"))
      // Elsewhere it is a note: the design is whole.
      let noted = try CommandLineTool.run("fps", folder)
      #expect(noted.status == 0)
      #expect(noted.errors.contains("not used: "))
    }
  }

  @Test(arguments: [
    ["calibrate", "configs"], ["calibrate", "configs/simrun-design.schema.json"],
    ["calibrate", "nowhere"],
    ["fps", "configs/lenet.json", "--cost-model", "configs/simrun-design.schema.json"],
    ["fps", "configs/lenet.json", "--cost-model", "nowhere.json"],
  ]) func whatIsNoCalibrationEndsWith65(arguments: [String]) throws {
    let run = try CommandLineTool.run(arguments)
    #expect(run.status == 65, "\(run.errors)")
    #expect(run.errors.hasPrefix("error: ") || run.errors.contains("\nerror: "), "\(run.errors)")
  }

  /// `--cost finn` decides as before there was another estimate.
  @Test func finnsEstimateDecidesWhereAskedTo() throws {
    let old = try CommandLineTool.run("fps", "configs/lenet.json", "--cost", "finn", "--json")
    let cost = old.json["cost"] as? [String: Any] ?? [:]
    #expect(cost["calibrated"] is NSNull)
    #expect((cost["resources"] as? [String: Any])?["FF"] is NSNull)
    let both = try CommandLineTool.run(
      "fps", "configs/lenet.json", "--cost", "finn", "--cost-model",
      TestFiles.resource("calibration/cost-model.json"))
    #expect(both.status == 64)
  }
}
