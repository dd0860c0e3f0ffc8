import DataflowAnalysis
import Foundation
import Testing

/// Every document says what it is, and is what its schema says. `CommandLineTool` validates whatever
/// the other tests print with `--json`.
@Suite struct DocumentSchemaTests {
  static let folder = "configs/schemas"

  /// What is wrong with `text`, if it is the JSON of a command; empty when nothing is.
  static func problems(_ text: String) -> [String] {
    guard let value = try? JSONValue(parsing: Data(text.utf8), file: "output"),
      case .object(let document) = value
    else { return ["is no JSON object"] }
    guard case .string(let kind)? = document["kind"] else { return ["has no kind"] }
    guard let schema = try? JSONSchema("\(folder)/\(kind).schema.json") else {
      return ["\(kind) has no schema in \(folder)"]
    }
    return schema.problems(value)
  }

  private static func kinds() throws -> [String] {
    try CommandLineTool.run("schema").output.split(separator: "\n").compactMap {
      $0.split(separator: " ").first.map(String.init)
    }.filter { !["design", "scenario"].contains($0) }
  }

  /// `SIMRUN_RECORD=1` brings them up to date.
  @Test func committedSchemasAreCurrent() throws {
    let kinds = try Self.kinds()
    #expect(kinds.count > 15)
    for kind in kinds {
      let path = TestFiles.repository("\(Self.folder)/\(kind).schema.json")
      let current = try CommandLineTool.run("schema", kind)
      #expect(current.status == 0, "\(current.errors)")
      if ProcessInfo.processInfo.environment["SIMRUN_RECORD"] != nil {
        try Data(current.output.utf8).write(to: URL(fileURLWithPath: path))
      }
      let committed = (try? TestFiles.data(path)).map { String(decoding: $0, as: UTF8.self) }
      #expect(committed == current.output, "\(kind)")
    }
    let files = try FileManager.default.contentsOfDirectory(
      atPath: TestFiles.repository(Self.folder))
    #expect(Set(files) == Set(kinds.map { "\($0).schema.json" }))
  }

  @Test func theSchemasOfInputsArePrintedToo() throws {
    #expect(try CommandLineTool.run("schema", "design").output == DesignSchema.text)
    #expect(try CommandLineTool.run("schema", "scenario").output == ScenarioSchema.text)
    let wrong = try CommandLineTool.run("schema", "hangs")
    #expect(wrong.status == 65 && wrong.errors.contains("did you mean 'hang'?"))
  }

  /// A document of every kind; each is validated as it is printed.
  @Test func everyCommandPrintsItsKind() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let (tfc, residual) = ("configs/tfc-w1a1.json", "configs/ci/residual-fixed.json")
      let trace = "traces/residual-deadlock.simtrace.zst"
      let space = "\(folder)/space.json"
      try Data(
        #"{"format": "simrun-space", "version": 1, "nodes": {"MVAU_hls_0": {"PE": [8, 16]}}}"#.utf8
      ).write(to: URL(fileURLWithPath: space))
      let swept = try CommandLineTool.run(
        "sweep", tfc, "--space", space, "-o", "\(folder)/s.sqlite")
      #expect(swept.status == 0, "\(swept.errors)")
      let input = "\(folder)/x.npy"
      try TensorFile.write(
        [("x", try Tensor([Int](repeating: 0, count: 784), shape: [1, 784]))], to: input)
      let commands: [(kind: String, arguments: [String])] = [
        ("throughput", [tfc, "--fps"]), ("run", ["run", residual]), ("hang", ["hang", residual]),
        ("hang", ["hang", "configs/ci/residual-hang.json"]),
        ("stress", ["hang", residual, "--stress", "2"]), ("hazards", ["hazards", residual]),
        ("fifo", ["fifo", residual]), ("fold", ["fold", tfc, "--target-fps", "1000"]),
        ("check", ["check", residual]), ("replay", ["replay", trace]), ("trace", ["trace", trace]),
        ("sweep", ["sweep", "report", "\(folder)/s.sqlite"]), ("blocks", ["blocks"]),
        ("block-attributes", ["blocks", "MVAU_rtl"]),
        ("frames", ["run", tfc, "--input", input]),
        ("repeat", ["run", tfc, "--input", input, "--repeat", "2"]),
        ("compare", ["compare", tfc, "--input", input, "--golden", "\(folder)/y.npz"]),
        ("compare-dump", ["compare", tfc, "--input", input, "--dump", "\(folder)/y.npz"]),
        (
          "calibration",
          ["calibrate", TestFiles.resource("calibration/placed.json"), "--date", "2026-11-26"]
        ),
        (
          "block",
          [
            "blocks", "LabelSelect_hls", "--attributes",
            #"{"Labels": 10, "PE": 1, "K": 1, "inputDataType": "INT8"}"#,
          ]
        ),
      ]
      let outputs = try CommandLineTool.run(
        "run", tfc, "--input", input, "--outputs", "\(folder)/y.npz")
      #expect(outputs.status == 0, "\(outputs.errors)")
      let all = try commands + Self.modelCommands(folder)
      for (kind, arguments) in all {
        let result = try CommandLineTool.run(arguments + ["--json"])
        #expect(result.json["kind"] as? String == kind, "\(arguments): \(result.errors)")
        #expect(result.json["schemaVersion"] is Int && result.json["simrunVersion"] is String)
      }
      let seen = Set(all.map(\.kind)).union(["space"])
      #expect(try seen == Set(Self.kinds()))
    }
  }

  /// What takes a model as it was trained.
  private static func modelCommands(_ folder: String) throws -> [(
    kind: String, arguments: [String]
  )] {
    let (model, design) = (OriginalFixture.path("dw-conv1d", "model.onnx"), "\(folder)/d.json")
    let (input, targets) = ("\(folder)/m.npy", "\(folder)/t.npy")
    let recorded = try NPZ(contentsOf: OriginalFixture.path("dw-conv1d", "io.npz"))
    for (name, file) in [("input", input), ("output_qonnx", targets)] {
      let tensor = try recorded.tensor(name)
      // Recorded frame by frame, each with its batch of one.
      let shape = tensor.shape.prefix(1) + tensor.shape.dropFirst(2)
      try TensorFile.write(
        [(name, Tensor(tensor.asDoubles(), shape: Array(shape)))], to: file)
    }
    let imported = try CommandLineTool.run("import", model, "-o", design)
    #expect(imported.status == 0, "\(imported.errors)")
    return [
      ("reference", ["run", model, "--input", input]),
      ("accuracy", ["accuracy", model, "--input", input, "--targets", targets]),
      ("compare-model", ["compare", design, "--model", model, "--input", input]),
    ]
  }

  /// The validator finds what is wrong.
  @Test func whatIsWrongIsFound() throws {
    let text = try CommandLineTool.run("blocks", "--json").output
    #expect(Self.problems(text).isEmpty)
    for (from, to) in [
      (#""schemaVersion": 2"#, #""schemaVersion": 1"#), (#""summary":"#, #""summery":"#),
      (#""opType": ""#, #""opType": 3, "x": ""#), (#""kind": "blocks""#, #""kind": "block""#),
    ] {
      let wrong = text.replacingOccurrences(of: from, with: to)
      #expect(wrong != text && !Self.problems(wrong).isEmpty, "\(to)")
    }
  }

  @Test func spacesFitTheirSchema() throws {
    let schema = try JSONSchema("\(Self.folder)/space.schema.json")
    let path = TestFiles.repository("configs/spaces/cnv.json")
    let space = try JSONValue(parsing: try TestFiles.data(path), file: path)
    #expect(schema.problems(space) == [])
    #expect(!schema.problems(.object(["format": .string("nonsense")])).isEmpty)
  }
}
