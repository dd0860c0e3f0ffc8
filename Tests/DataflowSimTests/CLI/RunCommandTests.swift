import DataflowAnalysis
import DesignFiles
import Foundation
import Testing

@Suite struct RunCommandTests {
  private let deadlock = TestFiles.repository("configs/examples/residual-deadlock.json")
  private let conv = TestFiles.repository("configs/examples/conv-shallow-fifos.json")

  private func run(_ arguments: String..., check: (CommandLineTool.Outcome, String) throws -> Void)
    throws
  {
    try TestFiles.withTemporaryDirectory { folder in
      try check(try CommandLineTool.run(["run"] + arguments, in: folder), folder)
    }
  }

  @Test func aCompleteRunEndsWithZero() throws {
    try run(conv, "--frames", "2", "--json") { outcome, _ in
      #expect(outcome.status == 0 && outcome.errors.isEmpty)
      let report = try RunReport(json: Data(outcome.output.utf8))
      #expect(report.outcome == .complete && report.frames == 2)
      #expect(report.frameEndCycles.count == 2)
      #expect(report.frameEndCycles.last == report.lastHandshakeCycle)
      #expect(report.exactness.approximate.isEmpty)
      #expect(report.fifos.count == 5 && report.hazards.isEmpty)
    }
  }

  @Test func aDeadlockEndsWithTwoAndNamesTheFIFOs() throws {
    try run(deadlock) { outcome, _ in
      #expect(outcome.status == 2)
      #expect(outcome.output.hasPrefix("Deadlock. residual-deadlock: 0 of 1 frame, then"))
      #expect(outcome.output.contains("full FIFOs: bypass (5), f_in (2)\n"))
      #expect(outcome.output.contains("empty FIFOs: c0_fm, c0_fp, c0_fs, f_a0, f_a1, f_out\n"))
    }
  }

  @Test func maxCyclesEndsWithZeroAndSaysSo() throws {
    try run(conv, "--max-cycles", "1000") { outcome, _ in
      #expect(outcome.status == 0)
      #expect(outcome.output.hasPrefix("Stopped at 1000 cycles."))
    }
    try run(conv, "--max-cycles", "1000000000000", "--json") { outcome, _ in
      let report = try RunReport(json: Data(outcome.output.utf8))
      #expect(report.outcome == .complete)
    }
  }

  @Test func theTraceTellsTheSameAsTheReport() throws {
    try run(conv, "--frames", "2", "--trace", "t.simtrace.zst", "--json") { outcome, folder in
      let report = try RunReport(json: Data(outcome.output.utf8))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.filter { !$0.hasPrefix(".") } == ["t.simtrace.zst"])
      let trace = try TraceFile(contentsOf: folder + "/t.simtrace.zst")
      #expect(trace.report == report && trace.scenario.frames == 2)
    }
  }

  @Test func aScenarioIsReadAndItsFramesReplaced() throws {
    try TestFiles.withTemporaryDirectory { folder in
      var scenario = Scenario(frames: 5)
      scenario.sinks["f_out.o"] = Scenario.Sink(pattern: try Pattern("0001"))
      try scenario.json().write(to: URL(fileURLWithPath: folder + "/s.json"))
      let outcome = try CommandLineTool.run(
        ["run", conv, "--scenario", "s.json", "--frames", "1", "--json"], in: folder)
      let report = try RunReport(json: Data(outcome.output.utf8))
      #expect(report.frames == 1 && report.frameEndCycles.allSatisfy { $0 % 4 == 3 })
      scenario.sinks["f_out"] = Scenario.Sink()
      try scenario.json().write(to: URL(fileURLWithPath: folder + "/s.json"))
      let wrong = try CommandLineTool.run(["run", conv, "--scenario", "s.json"], in: folder)
      #expect(wrong.status == 65 && wrong.output.isEmpty)
      #expect(wrong.errors.contains("error: s.json: ") && wrong.errors.contains("'f_out.o'"))
    }
  }

  @Test func wrongUseEndsWith64AndWrongFilesWith65() throws {
    try run(conv, "--frames", "0") { outcome, _ in #expect(outcome.status == 64) }
    try run(conv, "--max-cycles", "-4") { outcome, _ in #expect(outcome.status == 64) }
    try run(conv, "--frames", "9223372036854775807") { outcome, _ in
      #expect(outcome.status == 65 && outcome.errors.contains("more than can be counted"))
    }
    try run("missing.json") { outcome, _ in
      #expect(outcome.status == 65 && outcome.errors.contains("missing.json: no such file"))
    }
    try run(conv, "--trace", "no/such/folder.zst") { outcome, _ in
      #expect(outcome.status == 65 && outcome.errors.contains("cannot be written"))
    }
  }

  /// What a run writes is what a comparison reads, depthwise windows too.
  @Test func activationsAreAGoldenFile() throws {
    let design = TestFiles.repository("configs/mobilenet-small.json")
    try TestFiles.withTemporaryDirectory { folder in
      func simrun(_ arguments: String...) throws -> CommandLineTool.Result {
        try CommandLineTool.run(arguments, in: folder)
      }
      let loaded = try DesignFile.load(design)
      let plane = try Comparison(loaded.design, parameters: loaded.parameters).plane
      let layout = try plane.layout(of: plane.inputs[0])
      let values = (0..<layout.count).map { ($0 * 37 + $0 / 5) % 16 }
      try TensorFile.write(
        [("x", try Tensor(values, shape: [1] + layout.shape))], to: folder + "/x.npy")
      let ran = try simrun("run", design, "--input", "x.npy", "--activations", "a.npz")
      #expect(ran.status == 0, "\(ran.errors)")
      let same = try simrun("compare", design, "--input", "x.npy", "--golden", "a.npz")
      #expect(
        same.status == 0 && same.output.contains("All compared tensors agree"), "\(same.output)")
      let timed = try simrun(
        "run", design, "--input", "x.npy", "--max-cycles", "100000000", "--activations", "t.npz",
        "--without-hazard", "mvu-dsp48-frozen-zero")
      #expect(timed.status == 0, "\(timed.errors)")
      let (frames, cycles) = (
        try NPZ(contentsOf: folder + "/a.npz"), try NPZ(contentsOf: folder + "/t.npz")
      )
      #expect(frames.names == cycles.names)
      for name in frames.names {
        #expect(try frames.tensor(name).asDoubles() == cycles.tensor(name).asDoubles(), "\(name)")
      }
    }
  }

  /// Behind padding the border of a frame that never comes is under way when a run ends: it is no activation.
  @Test func activationsOfARunByCyclesAreWholeFrames() throws {
    let design = TestFiles.repository("configs/fsrcnn.json")
    try TestFiles.withTemporaryDirectory { folder in
      func simrun(_ arguments: String...) throws -> CommandLineTool.Result {
        try CommandLineTool.run(arguments, in: folder)
      }
      let values = (0..<512).map { ($0 * 37 + $0 / 5) % 256 }
      try TensorFile.write(
        [("x", try Tensor(values, shape: [2, 16, 16, 1]))], to: folder + "/x.npy")
      let ran = try simrun(
        "run", design, "--input", "x.npy", "--max-cycles", "100000000", "--activations", "a.npz")
      #expect(ran.status == 0)
      #expect(
        ran.errors.contains(
          "end in words of a frame that never came whole; --activations has the whole frames ("),
        "\(ran.errors)")
      let written = try NPZ(contentsOf: folder + "/a.npz")
      for name in written.names { #expect(try written.tensor(name).shape[0] == 2, "\(name)") }
      let same = try simrun("compare", design, "--input", "x.npy", "--golden", "a.npz")
      #expect(
        same.status == 0 && same.output.contains("All compared tensors agree"),
        "\(same.output) \(same.errors)")
      // Cut before the first frame has come everywhere: what is whole is still a golden file.
      let cut = try simrun(
        "run", design, "--input", "x.npy", "--max-cycles", "30000", "--activations", "c.npz")
      #expect(cut.errors.contains("carried no whole frame; --activations leaves "), "\(cut.errors)")
      let some = try NPZ(contentsOf: folder + "/c.npz").names
      #expect(!some.isEmpty && some.count < written.names.count)
      let agrees = try simrun("compare", design, "--input", "x.npy", "--golden", "c.npz")
      #expect(agrees.status == 0, "\(agrees.output) \(agrees.errors)")
    }
  }
}
