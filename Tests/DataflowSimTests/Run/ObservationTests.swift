import DataflowSim
import Testing

struct ObservationTests {
  /// What is asked for after the making counts as much as what is asked for in it.
  @Test func timesImplyStreams() throws {
    var later = Observation()
    later.times = true
    #expect(later.streams && Observation(times: true).streams && !Observation().streams)
    later.times = false
    #expect(!later.streams)
    let plan = try Plan(ResetTests.window(stride: 1, of: 4))
    var observing = Observation()
    observing.times = true
    let result = try Simulation(plan, observing: observing).run()
    #expect(result.streams["out0"]?.count ?? 0 >= 16 * 9)
  }
}
