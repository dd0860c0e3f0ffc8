import DataflowAnalysis
import Foundation
import DesignFiles
import Testing

/// Every design in `configs/`, by name.
private let configs: [String] = {
  let folder = TestFiles.repository("configs")
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  return names.filter { $0.hasSuffix(".json") && !$0.hasSuffix(".schema.json") }.sorted()
}()

private let rateKeys: Set = [
  "fps", "cyclesPerFrame", "cyclesPerFrameExact", "steadyState", "simulatedFrames",
]

/// Every key of the document, whatever the outcome.
private func requireDocumentedKeys(_ result: CommandLineTool.Result) throws {
  let json = result.json
  #expect(
    Set(json.keys) == [
      "schemaVersion", "kind", "simrunVersion", "design", "clockMHz", "outcome", "throughput",
      "firstOutputCycle", "longestSilenceCycles", "latency", "bottleneck", "transfers",
      "finnEstimate", "hazards", "nodes", "cost", "exactness", "stuck", "range", "next",
    ])
  #expect(json["schemaVersion"] as? Int == 2 && json["kind"] as? String == "throughput")
  func keys(_ name: String) -> Set<String> { Set((json[name] as? [String: Any] ?? [:]).keys) }
  #expect(keys("throughput") == rateKeys)
  #expect(json["latency"] is NSNull || keys("latency") == ["firstFrameCycles", "microseconds"])
  #expect(
    keys("bottleneck") == [
      "node", "limit", "cyclesAlone", "portWidth", "fullFIFOs", "limitingFIFO",
    ])
  #expect(keys("finnEstimate") == ["cyclesPerFrame", "fps"])
  #expect(
    keys("cost") == [
      "resources", "high", "calibrated", "finnResources", "part", "device", "utilisation", "fits",
      "clockWarnings",
    ])
  #expect(
    keys("exactness") == [
      "exact", "predicted", "approximate", "finnGeneration", "generationNote",
    ])
}

/// A complete run has a rate and a latency, a stopped one names FIFOs.
private func requireSaneOutcome(_ result: CommandLineTool.Result) throws {
  try requireDocumentedKeys(result)
  let rate = try #require(result.json["throughput"] as? [String: Any])
  if result.status == 0 {
    #expect(result.json["outcome"] as? String == "complete")
    #expect((rate["fps"] as? Double ?? 0) > 0 && rate["steadyState"] as? Bool == true)
  } else {
    #expect(result.status == 2 && result.json["outcome"] as? String == "deadlock")
    #expect(rate["fps"] is NSNull)
  }
}

@Suite struct FrontDoorTests {
  @Test(arguments: configs) func everyExampleAnswers(file: String) throws {
    let result = try CommandLineTool.run("configs/\(file)", "--fps", "--json")
    try requireSaneOutcome(result)
    // A graph from before InsertDWC is told that converters were inserted; nothing else is said.
    let lines = result.errors.split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("note: ") && $0.contains("width converters") })
  }

  @Test(arguments: ["dataflow", "dataflow_fifo"]) func everyModelAnswers(graph: String) throws {
    guard let folder = TestFiles.shared("models") else { return }
    for model in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let path = "\(folder)/\(model)/\(graph).onnx"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      try requireSaneOutcome(try CommandLineTool.run(path, "--fps", "--json"))
    }
  }

  /// What FINN recorded for its own graphs, node by node.
  @Test(arguments: ["", "_fifo"]) func nodesCostWhatFINNSays(suffix: String) throws {
    guard let folder = TestFiles.shared("models") else { return }
    var compared = 0
    for model in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let path = "\(folder)/\(model)/dataflow\(suffix).onnx"
      let estimates = "\(folder)/\(model)/finn_estimates.json"
      guard FileManager.default.fileExists(atPath: path),
        let known = try JSONSerialization.jsonObject(with: TestFiles.data(estimates))
          as? [String: Any]
      else { continue }
      let cycles = known["exp_cycles_per_layer" + suffix] as? [String: Int] ?? [:]
      let cost = known["res_estimation" + suffix] as? [String: [String: Double]] ?? [:]
      let part = try partOfExample(model)
      let design = try DesignFile.load(path, options: ImportOptions(part: part)).design
      for node in design.nodes {
        let block = try BlockCatalogue.make(
          opType: node.opType, attributes: node.attributes, part: part, clockMHz: design.clockMHz)
        if let expected = cycles[node.name] {
          compared += 1
          #expect(block.expectedCycles == expected, "\(model) \(node.name)")
        }
        guard let expected = cost[node.name] else { continue }
        compared += 1
        let ours = block.resources(on: DSPFamily(part: part)).finn
        for (kind, value) in [
          ("LUT", ours.lut), ("BRAM_18K", ours.bram18), ("URAM", ours.uram), ("DSP", ours.dsp),
        ] {
          #expect(expected[kind].map { Int($0) == value } ?? true, "\(model) \(node.name) \(kind)")
        }
      }
    }
    #expect(compared > 100)
  }

  /// The part of the example made from a model; the estimates do not name it.
  private func partOfExample(_ model: String) throws -> String {
    let example = configs.map { $0.replacing(".json", with: "") }.first { model.hasPrefix($0) }
    guard let example else { return "xc7z020clg400-1" }
    return try Design(contentsOf: TestFiles.repository("configs/\(example).json")).part ?? ""
  }

  @Test func aDeadlockNamesItsFIFOs() throws {
    let text = try CommandLineTool.run("configs/resnet-small.json", "--fps")
    #expect(text.status == 2 && text.output.contains("deadlock"))
    #expect(text.output.contains("full FIFOs   StreamingFIFO_rtl_0"))
    #expect(text.output.contains("empty FIFOs  StreamingFIFO_rtl_5"))
  }

  /// The converters of a graph from before InsertDWC are those FINN inserts.
  @Test(arguments: ["cnv-w1a1", "lenet-readme", "mobilenetv1-w4a4", "resnet50-w1a2"])
  func widthConvertersAreFINNs(model: String) throws {
    guard let folder = TestFiles.shared("models/\(model)") else { return }
    func converters(_ design: Design) -> [String] {
      design.nodes.filter { $0.opType.hasPrefix("StreamingDataWidthConverter") }.map { node in
        "\(node.opType) \(node.attributes["inWidth"]!) \(node.attributes["outWidth"]!)"
      }.sorted()
    }
    let plain = try DesignFile.load(folder + "/dataflow.onnx").design
    let finn = try DesignFile.load(folder + "/dataflow_fifo.onnx").design
    #expect(converters(try plain.bridgingWidths().design) == converters(finn))
  }

  /// FIFOs of streams that added converters have carry names in every answer, which `--depth` takes.
  @Test func fifosOfAddedConvertersTakeDepths() throws {
    let fifos = [("A", "[1, 4, 1]", "in", "a"), ("B", "[1, 1, 4]", "a", "out")].map {
      #"{"name": "\#($0.0)", "op_type": "StreamingFIFO_rtl", "attributes": {"depth": 4, "#
        + #""folded_shape": \#($0.1), "normal_shape": [1, 4], "dataType": "INT4"}, "#
        + #""inputs": ["\#($0.2)"], "outputs": ["\#($0.3)"]}"#
    }
    try TestFiles.withTemporaryDirectory { folder in
      let design =
        #"{"format": "simrun-design", "version": 1, "name": "c", "graph_inputs": ["in"], "#
        + #""graph_outputs": ["out"], "nodes": [\#(fifos.joined(separator: ", "))]}"#
      try design.write(toFile: "\(folder)/c.json", atomically: true, encoding: .utf8)
      let told = try CommandLineTool.run(
        "fps", "\(folder)/c.json", "--depth", "a_converted_fifo=7", "--depth", "a_fifo=3", "--all")
      #expect(told.status == 0 && told.output.contains("a_converted_fifo"), "\(told.errors)")
      let checked = try CommandLineTool.run(
        "check", "\(folder)/c.json", "--depth", "a_converted_fifo=7")
      #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
      let wrong = try CommandLineTool.run("fps", "\(folder)/c.json", "--depth", "a_convertd=7")
      #expect(wrong.status == 65 && wrong.errors.contains("did you mean 'a_converted'?"))
    }
  }

  @Test func aMissedTargetIsThree() throws {
    let missed = try CommandLineTool.run("configs/tfc-w1a1.json", "--min-fps", "4e6", "--json")
    #expect(missed.status == 3)
    try requireDocumentedKeys(missed)
    #expect(try CommandLineTool.run("configs/tfc-w1a1.json", "--min-fps", "2.4e6").status == 0)
  }

  /// The limit is the input when no block needs longer than to take it in.
  @Test func theSourceMayBeTheLimit() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let design = """
        {"format": "simrun-design", "version": 1, "graph_inputs": ["in"], "graph_outputs": ["out"],
         "nodes": [{"name": "compare", "op_type": "Thresholding_rtl", "inputs": ["in"],
           "outputs": ["out"], "attributes": {"NumChannels": 64, "PE": 1, "numSteps": 15,
             "inputDataType": "INT8", "weightDataType": "INT8", "outputDataType": "UINT4"}}]}
        """
      try Data(design.utf8).write(to: URL(fileURLWithPath: folder + "/d.json"))
      let result = try CommandLineTool.run("d.json", "--json", in: folder)
      let limit = try #require(result.json["bottleneck"] as? [String: Any])
      #expect(limit["limit"] as? String == "source" && limit["node"] as? String == "in")
      let text = try CommandLineTool.run("d.json", in: folder)
      #expect(text.output.contains("source: the graph input in delivers a word in every cycle"))
    }
  }

  @Test func usageErrorsAreSixtyFour() throws {
    for arguments in ["", "configs/tfc-w1a1.json --fsp", "blocks --attribute", "import x.onnx"] {
      let result = try CommandLineTool.shell("./simrun \(arguments)")
      #expect(result.status == 64 && result.output == "", "\(arguments)")
      #expect(result.errors.contains("Usage:") || result.errors.contains("USAGE:"))
    }
  }

  @Test func helpIsThere() throws {
    for arguments in ["--help", "fps --help", "blocks --help", "import --help"] {
      let result = try CommandLineTool.shell("./simrun \(arguments)")
      #expect(result.status == 0 && result.output.contains("USAGE"), "\(arguments)")
    }
  }

  @Test func resultsAreNotLostUnnoticed() throws {
    for target in [">&-", ">/dev/full"] {
      let result = try CommandLineTool.shell("./simrun configs/tfc-w1a1.json --fps \(target)")
      #expect(result.status == 74 && result.errors.contains("cannot be written"), "\(target)")
    }
    let piped = try CommandLineTool.shell("./simrun configs/tfc-w1a1.json --all | head -n 1")
    #expect(piped.status == 0 && piped.errors == "")
    #expect(piped.output.hasPrefix("tfc-w1a1 at 200 MHz") && piped.output.count < 100)
  }

  @Test func plainTextWithoutColour() throws {
    let plain = try CommandLineTool.run("configs/tfc-w1a1.json")
    #expect(!plain.output.contains("\u{1B}"))
    #expect(plain.output.split(separator: "\n").allSatisfy { $0.last != " " })
  }

  @Test func whatIsMistypedIsNamed() throws {
    let tfc = TestFiles.repository("configs/tfc-w1a1.json")
    func refuse(_ text: String, _ arguments: String..., status: Int32 = 64) throws {
      let result = try CommandLineTool.run(arguments)
      #expect(result.status == status && result.errors.contains(text), "\(result)")
    }
    try refuse("did you mean 'hang'?", "hnag", tfc)
    try refuse("--clock-mhz must be 0.001 to 10000", tfc, "--clock-mhz", "-1")
    try refuse("--min-fps must be a number above 0", tfc, "--min-fps", "nan")
    try refuse("missed: 2500000.0 of 2500001.0 frames/s", tfc, "--min-fps", "2500001", status: 3)
    #expect(try CommandLineTool.run(["--version"]).output.hasSuffix(".0\n"))
  }
}
