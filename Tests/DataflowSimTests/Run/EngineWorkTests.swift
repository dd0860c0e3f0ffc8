import DataflowAnalysis
import Testing

/// How much work the engine does, counted: what falls back to single words, or to whole frames, shows here.
struct EngineWorkTests {
  private func plan(_ name: String) throws -> Plan {
    try Plan(Design(contentsOf: TestFiles.repository("configs/\(name).json")))
  }

  /// Words move in batches about as large as channels allow.
  @Test(arguments: [("cnv-w1a1", 6.0), ("fsrcnn", 6.0), ("mobilenet-small", 4.5)])
  func processesMoveManyWordsAtATime(name: String, words: Double) throws {
    let simulation = try Simulation(plan(name))
    simulation.run(frames: 3, isLast: false)
    let each = Double(simulation.handshakes) / Double(simulation.activations)
    #expect(each > words, "\(each)")
  }

  /// Most words pass channels without anybody being run for them: in whole runs, or since they were ordered. What
  /// falls back to single words shows here.
  @Test(arguments: [
    ("cnv-w1a1", 80_000), ("fsrcnn", 535_000), ("mobilenet-small", 285_000), ("lenet", 115_000),
  ])
  func runsPassInOneStep(name: String, words: Int) throws {
    let simulation = try Simulation(plan(name))
    simulation.run(frames: 3, isLast: false)
    let network = simulation.network
    let (passed, taken) = (network.passed, network.takenAtOnce)
    #expect(passed.words + taken > words, "\(passed), \(taken) as ordered")
    #expect(passed.words > 20 * passed.runs, "\(passed)")
  }

  /// Words that pass in runs leave every process and every channel as single words leave them.
  @Test(arguments: ["cnv-w1a1", "fsrcnn", "resnet-small", "lenet"])
  func runsLeaveTheStateThatSingleWordsLeave(name: String) throws {
    #expect(try runsPassed(plan(name), Scenario(), frames: 3) > 0)
  }

  /// Nor does any channel differ, sixteen times in a frame, in random designs. A process may keep what no longer
  /// matters, depending on who ran first.
  @Test func runsPassAsSingleWordsInRandomDesigns() throws {
    var passed = 0
    for seed in 1...UInt64(400 * searchFactor) {
      var style = RandomStyle()
      style.stages = 3...10
      style.hasPatterns = seed % 4 == 0
      let random = DesignGrower.make(seed: 70_000 + seed, style: style)
      var scenario = random.scenario
      scenario.maxCycles = nil
      let plan = try Plan(random.design)
      let (runs, single) = try (
        Simulation(plan, scenario: scenario, pace: nil, partsPerFrame: 16),
        Simulation(plan, scenario: scenario, pace: nil, partsPerFrame: 16)
      )
      single.network.movesNoRuns()
      for part in 1...48 {
        runs.run(parts: part)
        single.run(parts: part)
        let isSame = zip(runs.ends, single.ends).allSatisfy {
          channel($0.first) == channel($1.first) && channel($0.last) == channel($1.last)
        }
        #expect(isSame, "seed \(70_000 + seed), part \(part)")
        if !isSame { return }
      }
      #expect(runs.sinks.map(\.frameEnds) == single.sinks.map(\.frameEnds))
      passed += runs.network.passed.runs
    }
    #expect(passed > 100, "\(passed)")
  }

  private func channel(_ link: Link) -> [Int] {
    [link.pointee.written, link.pointee.read, link.pointee.lastWrite, link.pointee.pending]
  }

  /// Runs that passed while nothing differed from single words after any frame.
  private func runsPassed(
    _ plan: Plan, _ scenario: Scenario, frames: Int
  ) throws -> Int {
    let (runs, single) = try (
      Simulation(plan, scenario: scenario), Simulation(plan, scenario: scenario)
    )
    single.network.movesNoRuns()
    for frame in 1...frames {
      runs.run(frames: frame, isLast: false)
      single.run(frames: frame, isLast: false)
      #expect(
        NetworkState(runs.network).equals(NetworkState(single.network)), "frame \(frame)")
    }
    #expect(single.network.passed.runs == 0 && single.network.takenAtOnce == 0)
    return runs.network.passed.runs
  }
}
