import DataflowAnalysis
import Foundation
import Testing

/// Captures as tools export them, with signals found by their names.
@Suite struct CaptureTests {
  private func golden() throws -> GoldenCase {
    try #require(try GoldenCase.load("composite").first { $0.name == "res1_D20" })
  }

  /// What was seen at the border: a row per cycle, after some cycles of reset.
  private func levels(_ golden: GoldenCase, resetCycles: Int) throws -> [[Bool]] {
    let run = golden.runs.last!.run
    let result = try Simulation(
      try Plan(golden.design), scenario: run.scenario, observing: Observation(times: true)
    ).run()
    let end = (result.lastHandshakeCycle ?? 0) + 20
    let (input, output) = (golden.design.graphInputs[0], golden.design.graphOutputs[0])
    let (ins, outs) = (Set(result.streams[input]!), Set(result.streams[output]!))
    let reset = Array(
      repeating: [false, false, false, false, false], count: resetCycles)
    return reset
      + (0..<end).map { cycle in
        let isReady = run.scenario.sinks[output]?.pattern[cycle] ?? true
        return [true, ins.contains(cycle), ins.contains(cycle), outs.contains(cycle), isReady]
      }
  }

  private static let names = [
    "aresetn", "s_axis_0_tvalid", "s_axis_0_tready", "m_axis_0_tvalid", "m_axis_0_tready",
  ]

  private func table(_ rows: [[Bool]]) -> String {
    let head = Self.names.map { "design_1_i/\($0)[0:0]" }.joined(separator: ",")
    var text = "Sample in Buffer,Sample in Window,TRIGGER,\(head)\r\n"
    text += "Radix - UNSIGNED,UNSIGNED,UNSIGNED" + String(repeating: ",HEX", count: 5) + "\r\n"
    for (n, row) in rows.enumerated() {
      text += "\(n),\(n),0," + row.map { $0 ? "1" : "0" }.joined(separator: ",") + "\r\n"
    }
    return text
  }

  private func dump(_ rows: [[Bool]]) -> String {
    var text = "$timescale 1ns $end\n$scope module top $end\n$var wire 1 c aclk $end\n"
    for (n, name) in Self.names.enumerated() { text += "$var wire 1 s\(n) \(name) $end\n" }
    text += "$upscope $end\n$enddefinitions $end\n"
    for (n, row) in rows.enumerated() {
      text += "#\(n * 10)\n0c\n"
      for (i, level) in row.enumerated() { text += "\(level ? 1 : 0)s\(i)\n" }
      text += "#\(n * 10 + 5)\n1c\n"
    }
    return text
  }

  private func read(_ text: String, _ design: Design, map: VCDMap? = nil) throws -> (
    capture: VCDCapture, map: VCDMap
  ) {
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/capture"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      return try CaptureFile.read(path, map: map, design: design)
    }
  }

  /// An ILA's table and a dump without any map replay to the same handshakes, cycle 0 from the reset.
  @Test(arguments: [true, false]) func aBoardReplaysWithoutAMap(isTable: Bool) throws {
    let golden = try golden()
    let rows = try levels(golden, resetCycles: 7)
    let (capture, map) = try read(isTable ? table(rows) : dump(rows), golden.design)
    #expect(Set(map.streams.keys) == Set(golden.design.graphInputs + golden.design.graphOutputs))
    #expect(map.reset?.hasSuffix("aresetn") == true)
    #expect(capture.cycles == rows.count - 7)
    let report = try ReplayReport(capture, on: golden.design)
    #expect(report.isSame && report.handshakes > 100, "\(report.firstDifference?.sentence ?? "")")
  }

  /// Ports of nodes are known by scope and by prefix.
  @Test func portsOfNodesAreRecognised() throws {
    let design = try TraceFixture.example("conv-shallow-fifos")
    let node = try #require(design.nodes.first { !$0.isFIFO })
    let names = [
      "clk", "top.\(node.name).in0_V_tvalid", "top.\(node.name).in0_V_tready",
      "top.\(node.name)_out_V_TVALID", "top.\(node.name)_out_V_TREADY", "top.other_tvalid",
      "top.other_tready", "top.lonely_tvalid",
    ]
    let found = try CaptureSignals(names, design: design, needsClock: true, file: "c")
    #expect(found.map.streams[node.inputs[0]]?.valid == names[1])
    #expect(found.map.streams[node.outputs[0]]?.ready == names[4])
    #expect(found.map.clock == "clk" && found.map.reset == nil)
    #expect(found.unknownPairs == ["top.other"])
    #expect(
      inputError {
        _ = try CaptureSignals(
          ["a_tvalid", "a_tready"], design: design, needsClock: false, file: "c")
      }.contains("its pairs are a"))
    #expect(
      inputError {
        _ = try CaptureSignals(
          Array(names.dropFirst()), design: design, needsClock: true, file: "c")
      }.contains("no clock"))
  }

  @Test func wrongTablesAreNamed() throws {
    let golden = try golden()
    let rows = Array(try levels(golden, resetCycles: 2).prefix(30))
    let text = table(rows)
    func problem(_ text: String) -> String {
      inputError { _ = try read(text, golden.design) }
    }
    #expect(!problem("").isEmpty)
    #expect(problem("a,b\n").contains("no table") || problem("a,b\n").contains("no sample"))
    #expect(
      problem(text.replacingOccurrences(of: "\r\n5,5,0,1,", with: "\r\n5,5,0,1,q")).contains(
        "line 8"))
    #expect(
      problem(text.replacingOccurrences(of: "\r\n9,9,0,1,", with: "\r\n9,9,0\r\n")).contains(
        "values"))
    #expect(
      problem(text.replacingOccurrences(of: ",0,1,", with: ",0,0,")).contains("never released"))
    #expect(problem(String(repeating: "x", count: 5000)).contains("no table"))
  }

  @Test(.timeLimit(.minutes(3))) func damagedTablesNeverCrash() throws {
    let golden = try golden()
    let text = table(Array(try levels(golden, resetCycles: 2).prefix(40)))
    fuzz(Data(text.utf8), count: 1000) { data in
      let table = try ILACapture(data, file: "c.csv")
      let found = try CaptureSignals(
        table.names, design: golden.design, needsClock: false, file: "c")
      _ = try table.levels(found.map)
    }
  }

  private static let trace = TestFiles.resource("captures/conv-shallow-fifos.fst")

  private func readFST(_ data: Data, map: VCDMap? = nil) throws -> (
    capture: VCDCapture, map: VCDMap
  ) {
    let design = try TraceFixture.example("conv-shallow-fifos")
    return try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/capture.fst"
      try data.write(to: URL(fileURLWithPath: path))
      return try CaptureFile.read(path, map: map, design: design)
    }
  }

  /// What Verilator traced of a testbench replays as it is: clock, reset and handshakes are found.
  @Test func anFSTReplays() throws {
    let design = try TraceFixture.example("conv-shallow-fifos")
    let (capture, map) = try CaptureFile.read(Self.trace, map: nil, design: design)
    #expect(map.clock == "TOP.top.aclk" && map.reset == "TOP.top.aresetn")
    let report = try ReplayReport(capture, on: design)
    #expect(report.isSame && report.handshakes == 512)
    let stated = try VCDMap(
      json: Data(
        #"{"clock": "aclk", "reset": "aresetn", "streams": {"src.o": {"valid": "s_axis_0_tvalid", "ready": "s_axis_0_tready"}}}"#
          .utf8), file: "map.json")
    let few = try CaptureFile.read(Self.trace, map: stated, design: design).capture
    #expect(few.streams["src.o"] == capture.streams["src.o"] && few.streams.count == 1)
  }

  /// An FST of many blocks says what the dump of the same trace says, and so does one of a single block.
  @Test func wavesAgreeInEveryForm() throws {
    let design = try TraceFixture.example("conv-shallow-fifos")
    let (data, result) = try TraceFixture.record(design, Scenario(frames: 2))
    let trace = try TraceFile(data, path: "t")
    let scopes = Dictionary(
      design.nodes.flatMap { node in node.inputs.map { ($0, node.name) } },
      uniquingKeysWith: { a, _ in a })
    let plain = { (name: String) in String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" }) }
    let pairs = scopes.map { stream, node in
      let path = "\(plain(design.name)).\(plain(node)).\(plain(stream))"
      return #""\#(stream)": {"valid": "\#(path)_valid", "ready": "\#(path)_ready"}"#
    }
    // A clock of 100 MHz: a cycle is a unit of time.
    let map = try VCDMap(
      json: Data(#"{"period": 1, "streams": {\#(pairs.joined(separator: ", "))}}"#.utf8), file: "m")
    try TestFiles.withTemporaryDirectory { folder in
      let selection = try TraceSelection(trace)
      let dump = try TextOutput(to: folder + "/t.vcd")
      #expect(try TraceExport.vcd.write(trace, selection, to: dump) == nil)
      try dump.finish()
      let known = try CaptureFile.read(folder + "/t.vcd", map: map, design: design).capture
      #expect(known.streams.count == scopes.count)
      for stream in known.streams.keys where result.streams[stream] == nil {
        Issue.record("\(stream) is not in the run")
      }
      var sizes: Set<Int> = []
      for size in [200, 20_000, FSTExport.blockSize] {
        let path = "\(folder)/\(size).fst"
        #expect(try FSTExport(trace, selection).write(to: path, blockSize: size) == nil)
        let read = try CaptureFile.read(path, map: map, design: design).capture
        for (stream, levels) in known.streams {
          #expect(read.streams[stream] == levels, "\(stream)")
        }
        sizes.insert(try TestFiles.data(path).count)
      }
      #expect(sizes.count == 3, "no block was ended")
    }
  }

  /// A simulator that was stopped leaves a file that breaks off; a shorter capture is not made of it.
  @Test func anFSTThatBreaksOffIsRefused() throws {
    let whole = try TestFiles.data(Self.trace)
    for size in stride(from: 9, to: whole.count, by: whole.count / 24) {
      #expect(inputError { _ = try readFST(whole.prefix(size)) }.contains("not closed"), "\(size)")
    }
    #expect(inputError { _ = try readFST(whole + Data([1, 0])) }.contains("not closed"))
    var wrong = whole
    // The declarations end early, or a section says it is longer than memory.
    for at in [340, whole.count / 2, whole.count - 40] { wrong[at] ^= 0xFF }
    #expect(!inputError { _ = try readFST(wrong) }.isEmpty)
    #expect(
      inputError {
        let map = try VCDMap(
          json: Data(
            #"{"clock": "aclc", "streams": {"src.o": {"valid": "s_axis_0_tvalid", "ready": "s_axis_0_tready"}}}"#
              .utf8), file: "map.json")
        _ = try readFST(whole, map: map)
      }.contains("did you mean 'aclk'"))
  }

  @Test(.timeLimit(.minutes(3))) func damagedFSTsNeverCrash() throws {
    let whole = try TestFiles.data(Self.trace)
    fuzz(whole, count: 60) { _ = try readFST($0) }
  }
}
