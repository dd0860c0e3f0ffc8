import DataflowAnalysis
import Foundation
import Testing

/// `simrun replay`, as a person or a build server runs it.
@Suite struct ReplayCommandTests: CommandTests {
  @Test func aRecordedRunIsARegressionTest() throws {
    try inFolder { folder, simrun in
      let design = Self.config("residual-hang.json")
      #expect(try simrun("run", design, "--trace", "hang.simtrace.zst").status == 2)
      let same = try simrun("replay", "hang.simtrace.zst")
      #expect(same.status == 0 && same.output.hasPrefix("The same:"))
      let changed = try simrun(
        "replay", "hang.simtrace.zst", "--design", Self.config("residual-fixed.json"))
      #expect(changed.status == 1 && changed.output.hasPrefix("First difference: word "))
      let whole = try TestFiles.data(folder + "/hang.simtrace.zst")
      try whole.prefix(whole.count - 9).write(to: URL(fileURLWithPath: folder + "/cut.zst"))
      let cut = try simrun("replay", "cut.zst")
      #expect(cut.status == 65 && cut.errors.contains("cut.zst"), "\(cut.errors)")
      #expect(try simrun("replay").status == 64)
      #expect(try simrun("replay", "--vcd", "b.vcd").status == 64)
    }
  }

  @Test func aCaptureOfTheBoardIsReplayed() throws {
    let golden = try #require(try GoldenCase.load("composite").first { $0.name == "res1_D18" })
    try inFolder { folder, simrun in
      var design = golden.design
      design.clockMHz = 100  // A cycle is a time unit of the dump.
      try design.json().write(to: URL(fileURLWithPath: folder + "/d.json"))
      // The exported waves of a run stand for the capture.
      #expect(try simrun("run", "d.json", "--trace", "t.simtrace.zst").status == 2)
      try write(try simrun("trace", "t.simtrace.zst", "--vcd").output, "b.vcd", in: folder)
      let capture = try text("b.vcd", in: folder)
      let names = [golden.design.graphInputs[0], golden.design.graphOutputs[0]]
      try #require(capture.contains("$var"))
      let streams = names.map {
        #""\#($0)": {"valid": "\#(Self.signal($0, "valid", capture))","#
          + #" "ready": "\#(Self.signal($0, "ready", capture))"}"#
      }
      try write(#"{"streams": {\#(streams.joined(separator: ", "))}}"#, "map.json", in: folder)
      let arguments = ["replay", "--vcd", "b.vcd", "--map", "map.json", "--design", "d.json"]
      let same = try CommandLineTool.run(arguments + ["-o", "stalls.json", "--json"], in: folder)
      #expect(same.status == 0, "\(same.errors)\(same.output)")
      #expect(same.json["firstDifference"] is NSNull)
      #expect(try simrun("hang", "d.json", "--scenario", "stalls.json").status == 2)

      try write(
        #"{"streams": {"\#(names[0])": {"valid": "nowhere", "ready": "x"}}}"#, "map.json",
        in: folder)
      let unknown = try CommandLineTool.run(arguments, in: folder)
      #expect(unknown.status == 65 && unknown.errors.contains("has no signal 'nowhere'"))
      try write(#"{"streams": {"\#(names[0])": {"valid": 3}}}"#, "map.json", in: folder)
      let wrong = try CommandLineTool.run(arguments, in: folder)
      #expect(wrong.status == 65 && wrong.errors.contains("map.json"))
      #expect(wrong.errors.contains("streams.\(names[0])") || wrong.errors.contains("valid"))
      try write("$timescale 1ns $end\n$enddefinitions $end\n#4\n#3\n", "b.vcd", in: folder)
      try write(
        #"{"streams": {"\#(names[0])": {"valid": "v", "ready": "r"}}}"#, "map.json", in: folder)
      let empty = try CommandLineTool.run(arguments, in: folder)
      #expect(empty.status == 65 && empty.errors.contains("b.vcd"))
    }
  }

  /// The name of a signal of `stream` in an exported dump.
  private static func signal(_ stream: String, _ kind: String, _ dump: String) -> String {
    var scopes: [Substring] = []
    for line in dump.split(separator: "\n") {
      let words = line.split(separator: " ")
      if line.hasPrefix("$scope") { scopes.append(words[2]) }
      if line.hasPrefix("$upscope") { scopes.removeLast() }
      guard line.hasPrefix("$var") else { continue }
      let path = (scopes + [words[4]]).joined(separator: ".")
      if path.contains(stream.replacingOccurrences(of: ".", with: "_")), path.hasSuffix(kind) {
        return path
      }
    }
    return ""
  }

  /// Changes belong to a design that is named.
  @Test func replayChangesNoDesignOfATrace() throws {
    try inFolder { _, simrun in
      #expect(
        try simrun("run", Self.config("residual-fixed.json"), "--trace", "t.simtrace.zst").status
          == 0)
      let told = try simrun("replay", "t.simtrace.zst", "--depth", "FIFO_skip=64")
      #expect(told.status == 64 && told.errors.contains("--depth changes the design of --design"))
    }
  }

  // MARK: nothing to compare

  private static let trace = TestFiles.repository("traces/residual-deadlock.simtrace.zst")

  @Test func aReplayWithNothingToCompareIsNoPass() throws {
    try inFolder { folder, simrun in
      let other = try simrun(
        "replay", Self.trace, "--design", TestFiles.repository("configs/tfc-w1a1.json"))
      #expect(other.status == 65 && other.output.isEmpty)
      #expect(
        other.errors.contains("nothing to compare: 'tfc-w1a1' has none of the 16 recorded streams"),
        "\(other.errors)")
      let map = try text("board-map.json", in: TestFiles.repository("configs/ci"))
      func replay(_ old: String, _ new: String) throws -> CommandLineTool.Outcome {
        try write(map.replacingOccurrences(of: old, with: new), "map.json", in: folder)
        return try simrun(
          "replay", "--vcd", Self.config("board.vcd"), "--map", "map.json", "--design",
          Self.config("residual-hang.json"))
      }
      let late = try replay("\"first_cycle\": 3", "\"first_cycle\": 900000")
      #expect(late.status == 65)
      #expect(
        late.errors.contains("\"first_cycle\" 900000 lies behind the end of the capture")
          && late.errors.contains("allowed: 0 to 66"), "\(late.errors)")
      let silent = try replay("\"first_cycle\": 3", "\"first_cycle\": 66")
      #expect(silent.status == 65)
      #expect(
        silent.errors.contains("valid and ready are never high together in the capture's 1 cycles"),
        "\(silent.errors)")
    }
  }

  /// What was recorded on a stream that is gone was not repeated.
  @Test func aMissingStreamIsADifference() throws {
    let trace = try TraceFile(contentsOf: Self.trace)
    let inner = try #require(
      trace.streamNames.first {
        !(trace.design.graphInputs + trace.design.graphOutputs).contains($0)
      })
    var renamed = trace.design
    for n in renamed.nodes.indices {
      renamed.nodes[n].inputs = renamed.nodes[n].inputs.map { $0 == inner ? "renamed" : $0 }
      renamed.nodes[n].outputs = renamed.nodes[n].outputs.map { $0 == inner ? "renamed" : $0 }
    }
    renamed.streams["renamed"] = renamed.streams.removeValue(forKey: inner)
    let report = try ReplayReport(trace, on: renamed)
    #expect(report.firstDifference == nil && report.handshakes > 0)
    #expect(report.unknownStreams == [inner] && report.unknownHandshakes > 0 && !report.isSame)
  }
}
