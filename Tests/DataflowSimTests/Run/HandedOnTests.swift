import DataflowAnalysis
import Testing

/// What a run hands on of its handshakes while it goes on.
struct HandedOnTests {
  /// Every handshake that was handed on, by stream.
  private final class Recorder: HandshakeListener {
    private(set) var streams: [Int: [Handshake]] = [:]
    /// Words that came as runs.
    private(set) var wordsInRuns = 0

    func took(_ batch: HandshakeBatch, stream: Int) {
      streams[stream, default: []] += zip(batch.cycles, batch.waits).map {
        Handshake(offered: $0 - $1, cycle: $0)
      }
    }

    func took(_ run: HandshakeRun, stream: Int) {
      wordsInRuns += run.count
      streams[stream, default: []] += (0..<run.count).map { run[$0] }
    }
  }

  /// What is the same whether words pass in runs or one by one; how many came as runs.
  private func compare(_ plan: Plan, _ scenario: Scenario, _ name: String) throws -> Int {
    let (runs, single) = (Recorder(), Recorder())
    let simulations = try [runs, single].map {
      try Simulation(
        plan, scenario: scenario, observing: Observation(times: true, listener: $0))
    }
    simulations[1].network.movesNoRuns()
    let levels = try Simulation(plan, scenario: scenario, observing: .levels)
    let results = simulations.map { $0.run() }
    #expect(single.wordsInRuns == 0)
    let differing = single.streams.filter { runs.streams[$0.key] != $0.value }.keys
    #expect(differing.isEmpty && runs.streams.count == single.streams.count, "\(name) \(differing)")
    #expect(results[0].streams == results[1].streams, "\(name)")
    #expect(results[0].fifos == results[1].fifos, "\(name)")
    // Nobody asks for handshakes there, so less is kept.
    let most = levels.run().fifos.mapValues(\.max)
    #expect(most == results[1].fifos.mapValues(\.max), "\(name)")
    return runs.wordsInRuns
  }

  /// Runs are handed on as the words they stand for, and leave the same in every FIFO.
  @Test(arguments: ["cnv-w1a1", "fsrcnn", "mobilenet-small", "resnet-small", "lenet"])
  func runsAreHandedOnAsTheirWords(name: String) throws {
    let plan = try Plan(Design(contentsOf: TestFiles.repository("configs/\(name).json")))
    #expect(try compare(plan, Scenario(frames: 2), name) > 1000)
    var scenario = Scenario(frames: 2)
    for sink in plan.design.graphOutputs {
      scenario.sinks[sink] = Scenario.Sink(pattern: try Pattern("1101001"))
    }
    scenario.maxCycles = 20_000
    _ = try compare(plan, scenario, name)
  }

  /// The same in random designs, FIFOs that start late and limits among them.
  @Test func runsAreHandedOnAsTheirWordsInRandomDesigns() throws {
    var inRuns = 0
    for seed in 1...UInt64(300 * searchFactor) {
      var style = RandomStyle()
      style.stages = 3...10
      style.hasPatterns = seed % 4 == 0
      let random = DesignGrower.make(seed: 90_000 + seed, style: style)
      inRuns += try compare(Plan(random.design), random.scenario, "seed \(90_000 + seed)")
    }
    #expect(inRuns > 1000, "\(inRuns)")
  }
}
