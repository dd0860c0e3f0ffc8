import DataflowAnalysis
import Foundation

/// Traces of measured designs, made in memory of the test.
enum TraceFixture {
  /// Runs `design` with a trace; returns the trace's bytes and what the run observed in memory.
  static func record(
    _ design: Design, _ scenario: Scenario, handshakesPerChunk: Int = 16384
  ) throws -> (data: Data, result: RunResult) {
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/run.simtrace.zst"
      let plan = try Plan(design)
      let writer = try TraceWriter(
        to: path, plan: plan, scenario: scenario, handshakesPerChunk: handshakesPerChunk)
      let result = try Simulation(
        plan, scenario: scenario,
        observing: Observation(times: true, hazards: true, listener: writer)
      ).run()
      try writer.finish(RunReport(plan, scenario, result))
      return (try TestFiles.data(path), result)
    }
  }

  /// A design of `configs/examples`.
  static func example(_ name: String) throws -> Design {
    try Design(contentsOf: TestFiles.repository("configs/examples/\(name).json"))
  }

  /// Two frames under back-pressure.
  static func scenario(of design: Design) throws -> Scenario {
    var scenario = Scenario(frames: 2)
    for sink in design.graphOutputs {
      scenario.sinks[sink] = Scenario.Sink(pattern: try Pattern("1101001"))
    }
    return scenario
  }

  /// A few hundred handshakes over sixteen streams, ending in a deadlock.
  static func deadlock() throws -> (data: Data, result: RunResult) {
    try record(try example("residual-deadlock"), Scenario(frames: 2))
  }

  /// All handshake cycles of `stream` that can be read.
  static func cycles(_ trace: TraceFile, _ stream: String, from: Cycle = 0) throws -> [Cycle] {
    var cursor = try trace.handshakes(of: stream, from: from)
    var cycles: [Cycle] = []
    while let handshake = try cursor.next() { cycles.append(handshake.cycle) }
    return cycles
  }

  /// An export as text, with what it says is wrong.
  static func export(
    _ format: TraceExport, _ trace: TraceFile, stream: String? = nil,
    cycles: ClosedRange<Cycle>? = nil
  ) throws -> (text: String, damage: InputError?) {
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/export"
      let output = try TextOutput(to: path)
      let selection = try TraceSelection(trace, stream: stream, cycles: cycles)
      let damage = try format.write(trace, selection, to: output)
      try output.finish()
      return (String(decoding: try TestFiles.data(path), as: UTF8.self), damage)
    }
  }
}
