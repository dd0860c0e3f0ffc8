import DataflowAnalysis
import Testing

/// How much work the engine does, counted: what falls back to single words, or to whole frames, shows here.
struct EngineWorkTests {
  private func plan(_ name: String) throws -> Plan {
    try Plan(Design(contentsOf: TestFiles.repository("configs/\(name).json")))
  }

  /// Words move in batches about as large as channels allow.
  @Test(arguments: [("cnv-w1a1", 5.5), ("fsrcnn", 2.82), ("mobilenet-small", 4.0)])
  func processesMoveManyWordsAtATime(name: String, words: Double) throws {
    let simulation = try Simulation(plan(name))
    simulation.run(frames: 3, isLast: false)
    let each = Double(simulation.handshakes) / Double(simulation.activations)
    #expect(each > words, "\(each)")
  }
}
