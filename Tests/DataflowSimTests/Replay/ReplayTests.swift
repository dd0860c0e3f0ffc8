import DataflowAnalysis
import Foundation
import Testing

/// Recorded runs and captured boards, replayed.
@Suite struct ReplayTests {
  private func golden(_ name: String) throws -> GoldenCase {
    try #require(try GoldenCase.load("composite").first { $0.name == name })
  }

  @Test func aTraceReplaysToTheSameHandshakes() throws {
    let trace = try TraceFile(
      contentsOf: TestFiles.repository("traces/residual-deadlock.simtrace.zst"))
    let same = try ReplayReport(trace)
    #expect(same.firstDifference == nil)
    #expect(same.handshakes > 0)
    var deeper = trace.design
    for n in deeper.nodes.indices where deeper.nodes[n].opType == "StreamingFIFO_rtl" {
      deeper.nodes[n].attributes["depth"] = .int(64)
    }
    for name in deeper.streams.keys { deeper.streams[name]?.depth = 64 }
    let changed = try ReplayReport(trace, on: deeper)
    #expect(changed.firstDifference != nil)
  }

  /// What a logic analyser would have captured of a run.
  private func capture(_ golden: GoldenCase, _ run: GoldenRun, streams: [String]) throws -> String {
    let result = try Simulation(
      try Plan(golden.design), scenario: run.scenario, observing: Observation(times: true)
    ).run()
    let end = (result.lastHandshakeCycle ?? 0) + 20
    var text = "$timescale 1ns $end\n$scope module top $end\n$var wire 1 ! clk $end\n"
    for (i, stream) in streams.enumerated() {
      text += "$var wire 1 v\(i) \(stream)_v $end\n$var wire 1 r\(i) \(stream)_r [0:0] $end\n"
    }
    text += "$upscope $end\n$enddefinitions $end\n"
    let moved = streams.map { Set(result.streams[$0] ?? []) }
    for cycle in 0..<end {
      text += "#\(cycle * 10)\n0!\n"
      for (i, stream) in streams.enumerated() {
        // Between handshakes the board's source is idle, and its sink not ready.
        let isMoved = moved[i].contains(cycle)
        let isSink = golden.design.graphOutputs.contains(stream)
        let isReady =
          isSink ? run.scenario.sinks[stream]?.pattern[cycle] ?? true : isMoved
        text += "\(isMoved ? 1 : 0)v\(i)\nb\(isReady ? 1 : 0) r\(i)\n"
      }
      text += "#\(cycle * 10 + 5)\n1!\n"
    }
    return text
  }

  private func map(_ streams: [String]) throws -> VCDMap {
    let pairs = streams.map { #""\#($0)": {"valid": "top.\#($0)_v", "ready": "\#($0)_r"}"# }
    let text = #"{"clock": "top.clk", "streams": {"# + pairs.joined(separator: ", ") + "}}"
    return try VCDMap(json: Data(text.utf8), file: "map.json")
  }

  @Test func aCapturedBoardReplaysAndADifferenceIsFound() throws {
    let golden = try golden("res1_D20")
    let streams = golden.design.graphInputs + golden.design.graphOutputs + ["fork.a"]
    let text = try capture(golden, golden.runs.last!.run, streams: streams)
    let capture = try VCDReader.read(Data(text.utf8), file: "b.vcd", map: try map(streams))
    let report = try ReplayReport(capture, on: golden.design)
    #expect(report.firstDifference == nil, "\(report.firstDifference?.sentence ?? "")")
    #expect(report.handshakes > 500)
    var shallower = golden.design
    let bypass = try #require(shallower.nodes.firstIndex { $0.name == "bypass" })
    shallower.nodes[bypass].attributes["depth"] = .int(18)
    let other = try ReplayReport(capture, on: shallower)
    #expect(other.firstDifference != nil)
  }

  /// A word that the board lost, and one that it made up: what comes behind is the same, and said to be.
  @Test(arguments: [1, -1]) func lostAndSurplusWordsAreTold(words: Int) throws {
    let golden = try golden("res1_D20")
    let streams = golden.design.graphInputs + golden.design.graphOutputs
    let output = golden.design.graphOutputs[0]
    // Words that come evenly would look the same if they were late.
    let uneven = try golden.runs.first { run in
      let result = try Simulation(
        Plan(golden.design), scenario: run.run.scenario, observing: Observation(times: true)
      ).run()
      let words = result.streams[output] ?? []
      return words.count > 60 && Set(zip(words.dropFirst(), words).map { $0 - $1 }).count > 4
    }
    let run = words > 0 ? try #require(uneven).run : golden.runs[0].run
    let text = try capture(golden, run, streams: streams)
    var capture = try VCDReader.read(Data(text.utf8), file: "b.vcd", map: try map(streams))
    var levels = try #require(capture.streams[output])
    let moved = levels.handshakes
    let cycle =
      words > 0
      ? moved[5] : try #require((moved[5]..<moved[40]).first { !levels.valid[$0] })
    levels.valid[cycle] = words < 0
    levels.ready[cycle] = true
    capture.streams[output] = levels
    let report = try ReplayReport(capture, on: golden.design)
    let difference = try #require(report.firstDifference)
    #expect(difference.stream == output && difference.missingWords == words)
    #expect(difference.sentence.contains(words > 0 ? "1 word was lost" : "1 word came here"))
  }

  /// What is late by the same number of cycles everywhere has lost nothing.
  @Test func aDelayIsNoLostWord() throws {
    let golden = try golden("res1_D20")
    let streams = golden.design.graphInputs + golden.design.graphOutputs
    let text = try capture(golden, golden.runs[0].run, streams: streams)
    let capture = try VCDReader.read(Data(text.utf8), file: "b.vcd", map: try map(streams))
    var longer = golden.design
    let last = try #require(longer.nodes.firstIndex { $0.outputs == golden.design.graphOutputs })
    var more = longer.nodes[last]
    more.name = "more"
    longer.nodes[last].outputs = ["inner"]
    more.inputs = ["inner"]
    longer.nodes.append(more)
    let difference = try #require(try ReplayReport(capture, on: longer).firstDifference)
    #expect(difference.missingWords == nil, "\(difference.sentence)")
  }

  @Test func wrongCapturesAreNamed() throws {
    let golden = try golden("res1_D20")
    let streams = golden.design.graphInputs
    let text = try capture(golden, golden.runs[0].run, streams: streams)
    func problem(_ text: String) throws -> String {
      let map = try map(streams)
      return inputError { _ = try VCDReader.read(Data(text.utf8), file: "b.vcd", map: map) }
    }
    #expect(
      try problem(text.replacingOccurrences(of: "_v $end", with: "_w $end")).contains(
        "has no signal"))
    #expect(try problem(text.replacingOccurrences(of: "#20\n", with: "#2x\n")).contains("line"))
    #expect(
      try problem(text.replacingOccurrences(of: "wire 1 v0", with: "wire 2 v0")).contains("2 bits"))
    #expect(try problem("$timescale 1ns $end\n").contains("$enddefinitions"))
    #expect(try problem(text + "\n1??\n").contains("never declared"))
  }

  @Test(.timeLimit(.minutes(3))) func damagedCapturesAndMapsNeverCrash() throws {
    let golden = try golden("res1_D20")
    let streams = golden.design.graphInputs
    let text = String(try capture(golden, golden.runs[0].run, streams: streams).prefix(3000))
    let map = try map(streams)
    fuzz(Data(text.utf8), count: 1500) {
      _ = try VCDReader.read($0, file: "b.vcd", map: map)
    }
    let json = #"{"clock": "c", "first_cycle": 3, "streams": {"a": {"valid": "v", "ready": "r"}}}"#
    fuzz(Data(json.utf8), count: 1500) { _ = try VCDMap(json: $0, file: "map.json") }
  }
}
