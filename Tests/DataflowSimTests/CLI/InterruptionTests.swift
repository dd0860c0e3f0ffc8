import DataflowAnalysis
import Foundation
import Testing

/// Ctrl-C ends long work with what is known, where it was asked for, and with how to go on.
@Suite struct InterruptionTests {
  private struct Outcome {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Starts simrun, interrupts it once its progress says `sign`, and waits for its end.
  private func interrupted(at sign: String, _ arguments: [String]) throws -> Outcome {
    try TestFiles.withTemporaryDirectory { folder in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: CommandLineTool.path)
      process.arguments = arguments + ["--progress"]
      process.currentDirectoryURL = URL(fileURLWithPath: TestFiles.repository(""))
      process.standardInput = FileHandle.nullDevice
      let files = try ["out", "err"].map { name in
        _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: nil)
        return try FileHandle(forWritingTo: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      (process.standardOutput, process.standardError) = (files[0], files[1])
      try process.run()
      func text(_ name: String) throws -> String {
        String(decoding: try TestFiles.data("\(folder)/\(name)"), as: UTF8.self)
      }
      while process.isRunning, try !text("err").contains(sign) {
        Thread.sleep(forTimeInterval: 0.01)
      }
      #expect(process.isRunning, "\(arguments) ended before \(sign)")
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
      return Outcome(
        status: process.terminationStatus, output: try text("out"), errors: try text("err"))
    }
  }

  @Test func stallPatternsGoOnWhereTheyEnded() throws {
    let cnv = ["hang", "configs/cnv-w1a1.json", "--stress", "200"]
    let outcome = try interrupted(at: " 20/200", cnv)
    #expect(outcome.status == 130)
    #expect(outcome.output.hasPrefix("No harm from "))
    #expect(outcome.errors.contains("interrupted: "))
    let next = try #require(outcome.errors.firstMatch(of: /--stress (\d+) --skip (\d+) --seed 1/))
    #expect(Int(next.1)! + Int(next.2)! == 200 && Int(next.2)! > 0)
    let document = try interrupted(at: " 20/200", cnv + ["--json"])
    #expect(DocumentSchemaTests.problems(document.output).isEmpty)
    #expect(document.output.contains("\"interrupted\": true"))
  }

  /// Skipped patterns are those that were tried: the others are found as before.
  @Test func skippedPatternsAreLeftOut() throws {
    let design = "configs/examples/dsp48-lost-product.json"
    let all = try CommandLineTool.run("hang", design, "--stress", "40", "--json")
    let finding = try #require(all.json["finding"] as? [String: Any])
    let pattern = try #require(finding["pattern"] as? Int)
    let later = try CommandLineTool.run(
      "hang", design, "--stress", "40", "--skip", "\(pattern + 1)", "--json")
    let next = later.json["finding"] as? [String: Any]
    #expect(next.map { ($0["pattern"] as? Int ?? 0) > pattern } ?? true)
    #expect(later.json["skipped"] as? Int == pattern + 1)
    #expect(try CommandLineTool.run("hang", design, "--skip", "3").status == 64)
  }

  /// A design that was not looked at to its end is no passed check in any format.
  @Test func unfinishedChecksFail() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let outcome = try interrupted(
        at: "(2 of 3)",
        [
          "check", "configs/tfc-w1a1.json", "configs/resnet50-w1a2.json", "configs/lenet.json",
          "--junit", "\(folder)/j.xml", "--summary", "\(folder)/s.md",
        ])
      #expect(outcome.status == 130)
      #expect(outcome.output.contains("tfc-w1a1.json: live passed"))
      #expect(!outcome.output.contains("tfc-w1a1.json: finished"))
      #expect(outcome.output.contains("lenet.json: finished failed: interrupted before it"))
      #expect(
        outcome.errors.contains("next: simrun check configs/resnet50-w1a2.json configs/lenet.json"))
      let junit = String(decoding: try TestFiles.data("\(folder)/j.xml"), as: UTF8.self)
      #expect(junit.contains("resnet50-w1a2.json") && junit.contains("interrupted before"))
    }
  }

  /// The tensors compared until then are table, page and document; what is missing is said.
  @Test func comparedTensorsAreShown() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let frames = 6000
      try NPY.encode(Tensor([Int64](repeating: 1, count: frames * 784), shape: [frames, 784]))
        .write(to: URL(fileURLWithPath: folder + "/x.npy"))
      let made = try CommandLineTool.run(
        "run", "configs/tfc-w1a1.json", "--input", "\(folder)/x.npy", "--activations",
        "\(folder)/all.npz")
      #expect(made.status == 0, "\(made.errors)")
      let command = [
        "compare", "configs/tfc-w1a1.json", "--input", "\(folder)/x.npy", "--golden",
        "\(folder)/all.npz", "--html", "\(folder)/page.html",
      ]
      let outcome = try interrupted(at: "tensors compared 2/", command)
      #expect(outcome.status == 130)
      #expect(outcome.output.contains("global_in") && !outcome.output.contains("global_out"))
      #expect(!outcome.output.contains("All compared tensors agree"), "\(outcome.output)")
      #expect(outcome.errors.contains("those behind were not compared"))
      #expect(outcome.errors.contains("the same command starts anew"))
      let page = String(decoding: try TestFiles.data(folder + "/page.html"), as: UTF8.self)
      #expect(page.contains("simrun-comparison-page") && page.hasSuffix("</html>\n"))
      let document = try interrupted(at: "tensors compared 2/", command + ["--json"])
      #expect(DocumentSchemaTests.problems(document.output).isEmpty)
      #expect(document.output.contains("\"interrupted\": true"))
    }
  }

  /// Accuracy of the frames until then, which says how many they are.
  @Test func measuredFramesAreShown() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let model = "configs/models/traffic-signs.onnx"
      let some = try TensorFile.read(TestFiles.repository("configs/models/traffic-signs-input.npy"))
      let frame = try #require(some.values.first)
      let count = 60_000
      let shape = [count] + frame.shape.dropFirst()
      let data = [Float](repeating: 0.5, count: shape.reduce(1, *))
      try NPY.encode(Tensor(data, shape: shape))
        .write(to: URL(fileURLWithPath: folder + "/x.npy"))
      try NPY.encode(Tensor([Int64](repeating: 1, count: count), shape: [count]))
        .write(to: URL(fileURLWithPath: folder + "/y.npy"))
      let command = [
        "accuracy", model, "--input", "\(folder)/x.npy", "--labels", "\(folder)/y.npy",
      ]
      let outcome = try interrupted(at: "frames as trained ", command)
      #expect(outcome.status == 130)
      let row = try #require(outcome.output.firstMatch(of: /(\d+) of (\d+) right/))
      #expect(Int(row.2)! > 0 && Int(row.2)! < count)
      #expect(outcome.errors.contains("shown are the frames measured until then"))
      #expect(outcome.errors.contains("the same command starts anew"))
      let document = try interrupted(at: "frames as trained ", command + ["--json"])
      #expect(DocumentSchemaTests.problems(document.output).isEmpty)
      #expect(document.output.contains("\"interrupted\": true"))
    }
  }

  @Test func whatStopsADesignIsKnownBeforeWhatFreesIt() throws {
    let outcome = try interrupted(
      at: "looking for what frees it", ["hang", "configs/resnet-small.json"])
    #expect(outcome.status == 130 && outcome.output.contains("Wait cycle:"))
    #expect(outcome.errors.contains("fifo configs/resnet-small.json --quick"))
  }
}
