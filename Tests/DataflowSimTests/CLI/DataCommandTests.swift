import DataflowAnalysis
import Foundation
import Testing

/// `simrun run` with data, `simrun hazards` and `simrun export`, as a person runs them.
@Suite struct DataCommandTests {
  private static let tfc = TestFiles.repository("configs/tfc-w1a1.json")

  /// Runs `body` in a folder that holds `x.npy` (two frames for tfc), `one.npy`, and a measured
  /// design with spoilt words: `d.json`, `d.npz`, `d-in.npz`, `s.json`.
  private func inFolder(
    _ body: (String, GoldenCase, (String...) throws -> CommandLineTool.Outcome) throws -> Void
  ) throws {
    try TestFiles.withTemporaryDirectory { folder in
      let pixels = (0..<2 * 784).map { UInt8(truncatingIfNeeded: $0 &* 37 / 5) }
      try TensorFile.write([("x", try Tensor(pixels, shape: [2, 784]))], to: folder + "/x.npy")
      let one = try Tensor(Array(pixels.prefix(784)), shape: [1, 784])
      try TensorFile.write([("x", one)], to: folder + "/one.npy")
      let golden = try #require(
        try GoldenCase.load("composite").first { golden in
          golden.name.hasPrefix("rnd_r") && golden.runs.contains { $0.run.outputs != nil }
        })
      var design = golden.design
      design.parametersFile = "d.npz"
      try design.json().write(to: URL(fileURLWithPath: folder + "/d.json"))
      let tensors = try golden.tensors().sorted { $0.key < $1.key }
      let inputs = tensors.filter { design.graphInputs.contains($0.key) }
      try TensorFile.write(
        tensors.map { ($0.key, $0.value) }, to: folder + "/d.npz")
      try TensorFile.write(inputs.map { ($0.key, $0.value) }, to: folder + "/d-in.npz")
      try spoilt(golden).run.scenario.json().write(to: URL(fileURLWithPath: folder + "/s.json"))
      try body(folder, golden) { try CommandLineTool.run($0, in: folder) }
    }
  }

  private func spoilt(_ golden: GoldenCase) -> (name: String, run: GoldenRun) {
    golden.runs.first { $0.run.outputs != nil }!
  }

  private func json(_ outcome: CommandLineTool.Outcome) throws -> [String: JSONValue] {
    try JSONValue(parsing: Data(outcome.output.utf8), file: "stdout").object
  }

  @Test func wholeFramesAreComputedAndWritten() throws {
    try inFolder { folder, _, simrun in
      let outcome = try simrun(
        "run", Self.tfc, "--input", "x.npy", "--outputs", "o.npz", "--activations", "a.npz",
        "--json", "--progress")
      #expect(outcome.status == 0 && outcome.errors.contains("frames 2/2"))
      let report = try FrameReport(
        json: Data(outcome.output.utf8))
      #expect(report.frames == 2)
      let output = try #require(report.bits.outputs.first)
      let written = try TensorFile.read(folder + "/o.npz")
      #expect(written[output.name]?.shape == output.shape && output.shape[0] == 2)
      let activations = try TensorFile.read(folder + "/a.npz")
      #expect(activations.count > 5 && activations[output.name] == written[output.name])
      // Time changes no value of a sound design.
      let timed = try simrun(
        "run", Self.tfc, "--input", "x.npy", "--max-cycles", "100000000", "--outputs", "t.npz")
      #expect(timed.status == 0 && timed.output.contains("Complete."))
      #expect(try TensorFile.read(folder + "/t.npz") == written)
    }
  }

  @Test func dataRidesOnPatternsAndHazardsStrike() throws {
    try inFolder { folder, golden, simrun in
      let run = spoilt(golden).run
      let output = golden.design.graphOutputs[0]
      let outcome = try simrun(
        "run", "d.json", "--scenario", "s.json", "--input", "d-in.npz", "--outputs", "o.npz",
        "--json")
      #expect(outcome.errors == "")
      let report = try RunReport(json: Data(outcome.output.utf8))
      let bits = try #require(report.bits)
      #expect(!report.hazards.isEmpty && (bits.differingWords[output] ?? 0) > 0)
      let measured = try #require(run.outputs)
      let written = try #require(try TensorFile.read(folder + "/o.npz")[output])
      #expect(try written.asIntegers(name: "o").prefix(measured.count) == measured[...])
      let off = try simrun(
        "run", "d.json", "--scenario", "s.json", "--input", "d-in.npz", "--json",
        "--without-hazard", "mvu-dsp48-frozen-zero", "--without-hazard", "mvu-startup-words")
      let without = try RunReport(json: Data(off.output.utf8))
      #expect(without.hazards.isEmpty && without.bits?.differingWords.isEmpty == true)
      #expect(without.bits?.hazardsOff == ["mvu-dsp48-frozen-zero", "mvu-startup-words"])
    }
  }

  @Test func aScenarioCanNameItsData() throws {
    try inFolder { folder, golden, simrun in
      var scenario = spoilt(golden).run.scenario
      for name in golden.design.graphInputs {
        let tensor = try #require(try golden.tensors()[name])
        try TensorFile.write([("any", tensor)], to: folder + "/\(name).npy")
        scenario.sources[name, default: .init()].data = "\(name).npy"
      }
      try scenario.json().write(to: URL(fileURLWithPath: folder + "/named.json"))
      let a = try simrun("run", "d.json", "--scenario", "named.json", "--json")
      let b = try simrun("run", "d.json", "--scenario", "s.json", "--input", "d-in.npz", "--json")
      #expect(a.status == b.status && a.errors == "")
      #expect(
        try RunReport(json: Data(a.output.utf8)) == RunReport(json: Data(b.output.utf8)))
    }
  }

  @Test func repeatedFramesAreCompared() throws {
    try inFolder { _, golden, simrun in
      let sound = try simrun("run", Self.tfc, "--input", "one.npy", "--repeat", "3")
      #expect(sound.status == 0 && sound.output.contains("ideal: all 3 frames are equal"))
      let spoilt = try simrun(
        "run", "d.json", "--scenario", "s.json", "--input", "d-in.npz", "--repeat", "4", "--json")
      #expect(spoilt.status == 1)
      let runs = try json(spoilt)["runs"]!.array.map(\.object)
      #expect(runs.contains { $0["difference"] != .null })
      #expect(
        try simrun("run", Self.tfc, "--input", "one.npy", "--repeat", "0").status == 64)
    }
  }

  @Test func hazardsAreListed() throws {
    try inFolder { _, _, simrun in
      let example = TestFiles.repository("configs/examples/dsp48-lost-product.json")
      let text = try simrun("hazards", example)
      #expect(text.status == 0 && text.output.contains("mvu-dsp48-frozen-zero: "))
      #expect(text.output.contains("Confirmed: "))
      let document = try json(try simrun("hazards", example, "--json"))
      #expect(document["schemaVersion"]?.int == 2)
      #expect(try simrun("hazards", example, "--runs", "0").status == 64)
    }
  }

  @Test func memoriesAreExported() throws {
    try inFolder { folder, _, simrun in
      let outcome = try simrun("export", "d.json", "--memory", "m")
      #expect(outcome.status == 0 && outcome.output.hasSuffix("files in m\n"))
      let folders = try FileManager.default.contentsOfDirectory(atPath: folder + "/m")
      // No layer of the design is written at run time.
      #expect(!folders.contains("runtime_weights") && folders.contains("mvu0"))
      let bare = TestFiles.repository("configs/examples/dsp48-lost-product.json")
      let missing = try simrun("export", bare, "--memory", "n")
      #expect(missing.status == 65 && missing.errors.contains("node '"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/n"))
    }
  }

  @Test func badDataIsNamed() throws {
    try inFolder { folder, golden, simrun in
      func write<T: TensorElement>(_ values: [T], _ shape: [Int], _ name: String = "x") throws {
        try TensorFile.write([(name, try Tensor(values, shape: shape))], to: folder + "/bad.npz")
      }
      func expect(_ parts: String..., input: String = "bad.npz") throws {
        let outcome = try simrun("run", Self.tfc, "--input", input, "--outputs", "o.npz")
        #expect(outcome.status == 65 && outcome.output == "")
        for part in ["error: ", input] + parts {
          #expect(outcome.errors.contains(part), "\(part) in \(outcome.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder + "/o.npz"))
      }
      var values = [Double](repeating: 0, count: 784)
      try write(values, [784])
      try expect("has shape [784]", "needed: (frames, ")
      values[5] = .nan
      try write(values, [1, 784])
      try expect("index [0, 5]", "nan")
      values[5] = 0.5
      try write(values, [1, 784])
      try expect("index [0, 5]", "0.5")
      values[5] = -3
      try write(values, [1, 784])
      try expect("index [0, 5]", "-3")
      try Data("PK\u{3}\u{4} not a zip".utf8).write(to: URL(fileURLWithPath: folder + "/bad.npz"))
      try expect("is not a readable .npz archive")
      let whole = try TestFiles.data(folder + "/d.npz")
      try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: folder + "/bad.npz"))
      try expect()
      try expect("no such file", input: "gone.npz")
      let two = [
        ("a", try Tensor([1], shape: [1])), ("b", try Tensor([1], shape: [1])),
      ]
      try TensorFile.write(two, to: folder + "/bad.npz")
      try expect("there is no array for the graph input", "a [1], b [1]")
    }
  }

  @Test func badUseIsNamed() throws {
    try inFolder { _, _, simrun in
      #expect(try simrun("run", Self.tfc, "--outputs", "o.npz").status == 64)
      #expect(try simrun("run", Self.tfc, "--input", "x.npy", "--frames", "3").status == 64)
      let hazard = try simrun(
        "run", Self.tfc, "--input", "x.npy", "--without-hazard", "mvu-startup-word")
      #expect(hazard.status == 65 && hazard.errors.contains("did you mean 'mvu-startup-words'?"))
      let folder = try simrun("run", Self.tfc, "--input", "x.npy", "--outputs", "no/o.npz")
      #expect(folder.status == 65 && folder.errors.contains("no/o.npz"))
    }
  }

  /// All files of an export are written, or none.
  @Test func anExportThatFailsLeavesNothing() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let told = try CommandLineTool.run(
        [
          "export", TestFiles.repository("configs/cnv-w1a1.json"), "--finn", "e.onnx", "--memory",
          "m",
        ], in: folder)
      #expect(told.status == 65, "\(told.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }
}

extension FrameReport {
  fileprivate init(json: Data) throws {
    self = try JSONDecoder().decode(FrameReport.self, from: json)
  }
}
