import DataflowAnalysis
import Foundation
import Testing

/// Captures that an analyser took in the middle of a run.
@Suite struct CapturePlaceTests {
  /// Valid and ready of some streams, taken from a run of `design`: sinks are ready by the scenario, and sources hold
  /// a word out in every cycle, or from one on only those that move.
  private struct Board {
    let design: Design
    let scenario: Scenario
    var moves: [String: [Cycle]]
    var sourcesStallFrom = Cycle.max

    init(_ design: Design, _ scenario: Scenario) throws {
      (self.design, self.scenario) = (design, scenario)
      moves = try Simulation(
        try Plan(design), scenario: scenario, observing: Observation(times: true)
      ).run().streams
    }

    /// What an analyser shows of cycles; the names of the streams are the signals'.
    func capture(_ streams: [String], _ cycles: Range<Cycle>, firstCycle: String = "") throws
      -> VCDCapture
    {
      let moved = streams.map { Set(moves[$0] ?? []) }
      var text = streams.map { "\($0)_v,\($0)_r" }.joined(separator: ",") + "\n"
      for cycle in cycles {
        let row = zip(streams, moved).map { stream, moved in
          let moves = moved.contains(cycle)
          // What was held out when the stalls began is held until it moves.
          let isHeld = cycle < (moved.filter { $0 >= sourcesStallFrom }.min() ?? .max)
          let isValid = moves || design.graphInputs.contains(stream) && isHeld
          let isSink = design.graphOutputs.contains(stream)
          let isReady = isSink ? scenario.sinks[stream]?.pattern[cycle] ?? true : moves
          return "\(isValid ? 1 : 0),\(isReady ? 1 : 0)"
        }
        text += row.joined(separator: ",") + "\n"
      }
      let pairs = streams.map { #""\#($0)": {"valid": "\#($0)_v", "ready": "\#($0)_r"}"# }
      let map = try VCDMap(
        json: Data("{\(firstCycle)\"streams\": {\(pairs.joined(separator: ", "))}}".utf8), file: "m"
      )
      return try ILACapture(Data(text.utf8), file: "c.csv").levels(map)
    }
  }

  private func lenet() throws -> Design {
    try Design(contentsOf: TestFiles.repository("configs/lenet.json"))
  }

  /// Both borders and two streams inside.
  private func streams(_ design: Design) -> [String] {
    let inner = design.nodes.flatMap(\.outputs).filter { !design.graphOutputs.contains($0) }
    return design.graphInputs + design.graphOutputs
      + [inner[inner.count / 3], inner[2 * inner.count / 3]]
  }

  /// Wherever the analyser was triggered, the place that is named shows the same handshakes.
  @Test(arguments: [(7000, 400), (31_400, 1000), (75_203, 2500), (101_777, 700)])
  func thePlaceIsFound(start: Cycle, cycles: Int) throws {
    let board = try Board(try lenet(), Scenario(frames: 12))
    let names = streams(board.design)
    let capture = try board.capture(names, start..<start + cycles)
    let report = try ReplayReport(capture, on: board.design)
    let place = try #require(report.capturePlace)
    #expect(report.isSame && !place.hasStalls, "\(report.firstDifference?.sentence ?? "")")
    for name in names {
      let there = board.moves[name]!.filter { (0..<cycles).contains($0 - place.cycle) }
      #expect(there.map { $0 - place.cycle } == capture.streams[name]!.handshakes, "\(name)")
      #expect(place.words[name] == board.moves[name]!.count { $0 < place.cycle })
    }
    #expect(place.cycle <= start && (place.others > 0 || place.cycle == start))
    let perFrame = try #require(try Plan(board.design).wordsPerFrame[place.stream])
    #expect(place.stream == board.design.graphInputs[0])
    #expect(place.frames == place.words[place.stream]! / perFrame)
  }

  /// Where the board's source begins to stall within the capture, it is driven so from the place on; the scenario does
  /// the same.
  @Test func stallsOfTheBoardAreRepeated() throws {
    let design = try lenet()
    let (start, cycles, late) = (31_400, 3000, 1200)
    let free = try Board(design, Scenario(frames: 12))
    var scenario = Scenario(frames: 12)
    // Nothing stalls at first; then a word starts in every 64th cycle.
    scenario.sources[design.graphInputs[0]] = Scenario.Source(
      pattern: Pattern(
        bits: (0..<start + 100_000).map { $0 < start + late || ($0 - start - late) % 64 == 0 }))
    var board = try Board(design, scenario)
    board.sourcesStallFrom = start + late
    let names = streams(design)
    #expect(board.moves[names[0]] != free.moves[names[0]])
    let capture = try board.capture(names, start..<start + cycles)
    let replay = try CaptureReplay(capture, on: design)
    let place = try #require(replay.report.capturePlace)
    #expect(
      replay.report.isSame && place.hasStalls, "\(replay.report.firstDifference?.sentence ?? "")")
    var repeated = replay.scenario
    repeated.maxCycles = place.cycle + capture.cycles
    let again = try Board(design, repeated)
    for name in names {
      let there = again.moves[name]!.filter { $0 >= place.cycle }.map { $0 - place.cycle }
      #expect(there == capture.streams[name]!.handshakes, "\(name)")
    }
  }

  /// A word that did not move on the board is named by its cycle in the run and its place in the stream.
  @Test func aDifferenceInTheMiddleIsNamed() throws {
    var board = try Board(try lenet(), Scenario(frames: 12))
    let names = streams(board.design)
    let (start, cycles) = (31_400, 3000)
    let inner = try #require(
      names.dropFirst(2).first { name in
        board.moves[name]!.count { (start..<start + cycles).contains($0) } > 100
      })
    let lost = try #require(board.moves[inner]!.first { $0 > start + cycles / 2 })
    board.moves[inner]!.removeAll { $0 == lost }
    let report = try ReplayReport(
      board.capture(names, start..<start + cycles), on: board.design)
    let (place, difference) = (try #require(report.capturePlace), report.firstDifference)
    #expect(difference?.stream == inner && difference?.replayed == place.cycle + lost - start)
  }

  /// A capture that says where it begins is not looked for, nor one that would fit anywhere.
  @Test func aStatedBeginningIsTakenAtItsWord() throws {
    let board = try Board(try lenet(), Scenario(frames: 12))
    let names = streams(board.design)
    let stated = try board.capture(names, 31_400..<32_400, firstCycle: "\"first_cycle\": 0, ")
    #expect(stated.isStartKnown)
    let report = try ReplayReport(stated, on: board.design)
    #expect(report.capturePlace == nil && !report.isSame)
    let moved = try #require(board.moves[names[0]]!.first { $0 > 31_400 })
    let few = try board.capture(Array(names.prefix(1)), moved..<moved + 4)
    #expect(try ReplayReport(few, on: board.design).capturePlace == nil)
  }

  /// A board that stopped: what it did before is found, and that nothing comes behind it.
  @Test func theEndOfAHangIsFound() throws {
    let golden = try #require(try GoldenCase.load("composite").first { $0.name == "res1_D18" })
    var endless = Scenario()
    endless.sources[golden.design.graphInputs[0]] = Scenario.Source(endless: true)
    let board = try Board(golden.design, endless)
    let last = try #require(board.moves.values.compactMap(\.last).max())
    let names = board.moves.keys.sorted()
    let capture = try board.capture(names, last / 2..<last + 200)
    let report = try ReplayReport(capture, on: golden.design)
    #expect(report.isSame, "\(report.firstDifference?.sentence ?? "")")
    #expect(report.capturePlace?.cycle == last / 2 && report.outcome == .maxCycles)
  }
}
