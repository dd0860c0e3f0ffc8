import DataflowAnalysis
import Testing

/// Every handshake of every measured design, in exactly the measured cycle.
@Suite struct GoldenTimingTests {
  @Test(arguments: GoldenCase.kinds + GoldenCase.developmentKinds)
  func everyHandshakeHappensInTheMeasuredCycle(kind: String) throws {
    for golden in try GoldenCase.load(kind) {
      let plan = try Plan(golden.design)
      for (name, run) in golden.runs {
        let result = try Simulation(
          plan, scenario: run.scenario, observing: Observation(times: true)
        ).run()
        if let difference = firstDifference(run, result) {
          Issue.record("\(golden.name)/\(name): \(difference)")
        }
      }
    }
  }

  /// The comparison itself: a single handshake one cycle off is found and named.
  @Test func aHandshakeOneCycleOffIsReported() throws {
    let golden = try #require(try GoldenCase.load("fifo").first)
    var run = golden.runs[0].run
    let result = try Simulation(
      try Plan(golden.design), scenario: run.scenario, observing: Observation(times: true)
    ).run()
    #expect(firstDifference(run, result) == nil)
    run.handshakes["out0"]![17] += 1
    let expected = run.handshakes["out0"]![17]
    #expect(
      firstDifference(run, result)
        == "stream out0, word 17: expected \(expected), got \(expected - 1)")
  }

  /// The earliest handshake that is missing, surplus or in another cycle; then the summary.
  private func firstDifference(_ run: GoldenRun, _ result: RunResult) -> String? {
    var first: (cycle: Int, text: String)?
    for (stream, expected) in run.handshakes.sorted(by: { $0.key < $1.key }) {
      let got = (result.streams[stream] ?? []).filter { $0 < run.until ?? .max }
      guard got != expected else { continue }
      let k = zip(got, expected).prefix { $0 == $1 }.count
      let want = k < expected.count ? expected[k] : nil
      let have = k < got.count ? got[k] : nil
      let cycle = min(want ?? .max, have ?? .max)
      if first == nil || cycle < first!.cycle {
        first = (
          cycle,
          "stream \(stream), word \(k): expected \(want.map(String.init) ?? "no handshake"), "
            + "got \(have.map(String.init) ?? "no handshake")"
        )
      }
    }
    return first?.text ?? summaryDifference(run, result)
  }

  private func summaryDifference(_ run: GoldenRun, _ result: RunResult) -> String? {
    if let outcome = run.fields["outcome"]?.string, outcome != result.outcome.rawValue {
      return "outcome \(result.outcome.rawValue), measured \(outcome)"
    }
    if let last = run.fields["last_handshake_cycle"]?.int, last != result.lastHandshakeCycle {
      return "last handshake \(result.lastHandshakeCycle ?? -1), measured \(last)"
    }
    for (name, fifo) in run.fields["fifos"]?.object ?? [:] {
      let (most, final) = (fifo.object["max"]!.int, fifo.object["final"]!.int)
      guard let got = result.fifos[name], got.max == most, got.final == final else {
        return "FIFO \(name): \(String(describing: result.fifos[name])), measured \(most), \(final)"
      }
    }
    for (stream, count) in run.fields["handshake_counts"]?.object ?? [:]
    where result.handshakeCounts[stream] != count.int {
      return
        "stream \(stream): \(result.handshakeCounts[stream] ?? -1) words, measured \(count.int)"
    }
    if let ends = run.fields["frame_end_cycles"]?.array.map(\.int) {
      let got = result.frameEnds.values.first ?? []
      if got.prefix(ends.count) != ends[...] { return "frame ends \(got), measured \(ends)" }
    }
    return nil
  }
}
