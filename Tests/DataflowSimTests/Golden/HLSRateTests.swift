import DataflowAnalysis
import Testing

/// Whole networks of HLS blocks against what FINN's own RTL simulation reported of them.
@Suite struct HLSRateTests {
  @Test func latencyAndIntervalAreThoseOfTheRTLSimulation() throws {
    var intervals = 0
    for golden in try GoldenCase.load("hls_rates") {
      let measured = golden.document.object["measured"]!.object
      let plan = try Plan(golden.design)
      let run = try Simulation(plan, observing: Observation(times: true)).run()
      let first = try #require(run.streams[golden.design.graphInputs[0]]?.first)
      let end = try #require(run.frameEnds[golden.design.graphOutputs[0]]?.first)
      #expect(end - first == measured["first_frame_end"]!.int, "\(golden.name)")
      guard let interval = measured["interval"]?.int else { continue }
      let steady = try #require(try Simulation(plan).steadyState())
      #expect(steady.isProven && steady.cyclesPerFrame == Double(interval), "\(golden.name)")
      intervals += 1
    }
    #expect(intervals > 0)
  }

  /// What a block needs per frame when nothing stalls it, as measured.
  @Test func cyclesAloneAreMeasured() throws {
    var blocks = 0
    for golden in try GoldenCase.load("hls") {
      guard let period = golden.document.object["hls"]?.object["frame_period_free"]?.int else {
        continue
      }
      let block = try Plan(golden.design).blocks[0]
      let timed = try #require(block as? any TimedBlock)
      #expect(timed.timing().busyCycles == period, "\(golden.name)")
      #expect(timed.timing().exactness == .exact, "\(golden.name)")
      blocks += 1
    }
    #expect(blocks > 20)
  }
}
