import DataflowAnalysis
import Testing

/// What holds for every design, whatever its blocks.
@Suite struct EngineLawTests {
  private let seeds = 1...UInt64(80 * searchFactor)

  private func observed(_ random: RandomCase) throws -> RunResult {
    try Simulation(
      try Plan(random.design), scenario: random.scenario, observing: Observation(times: true)
    ).run()
  }

  private func same(_ a: RunResult, _ b: RunResult) -> Bool {
    a.streams == b.streams && a.fifos == b.fifos && a.outcome == b.outcome
      && a.frameEnds == b.frameEnds && a.lastHandshakeCycle == b.lastHandshakeCycle
      && a.handshakeCounts == b.handshakeCounts && a.firstOutputs == b.firstOutputs
  }

  @Test func twoRunsAreTheSame() throws {
    for seed in seeds {
      let random = DesignGrower.make(seed: 10_000 + seed)
      #expect(same(try observed(random), try observed(random)), "\(random.summary)")
    }
  }

  /// The occupancies of FIFOs inside merged stages are those seen when every stream is followed.
  @Test func mergedStagesHoldTheSame() throws {
    var held = 0
    for seed in 1...UInt64(300 * searchFactor) {
      let random = DesignGrower.make(seed: 30_000 + seed).withLateFIFOs(seed: seed)
      let levels = try Simulation(
        try Plan(random.design), scenario: random.scenario, observing: .levels
      ).run()
      #expect(levels.fifos == (try observed(random)).fifos, "\(random.summary)")
      held += levels.fifos.values.reduce(0) { $0 + $1.max }
    }
    #expect(held > 1000)
  }

  /// Counts, last cycles and words that wait follow from the channels as they do from every handshake, and
  /// levels are those that the handshakes on both sides of a FIFO make.
  @Test func countsFollowFromChannels() throws {
    var (stopped, held) = (0, 0)
    for seed in 1...UInt64(300 * searchFactor) {
      let grown = DesignGrower.make(seed: 40_000 + seed)
      let random = seed % 2 == 0 ? grown : grown.withLateFIFOs(seed: seed)
      let all = try observed(random)
      let counted = try Simulation(
        try Plan(random.design), scenario: random.scenario, observing: Observation(streams: true)
      ).run()
      var timed = all
      timed.streams = counted.streams
      #expect(same(counted, timed) && counted.unfinished == all.unfinished, "\(random.summary)")
      stopped += all.unfinished.count
      for node in random.design.nodes where node.isFIFO {
        guard let fifo = counted.fifos[node.name], random.scenario.maxCycles == nil,
          let writes = all.streams[node.inputs[0]], let reads = all.streams[node.outputs[0]]
        else { continue }
        var (most, left) = (0, 0)
        for (word, cycle) in writes.enumerated() {
          while left < reads.count, reads[left] <= cycle { left += 1 }
          most = max(most, word + 1 - left)
        }
        #expect(fifo.max == most && fifo.final == writes.count - reads.count, "\(random.summary)")
        held += most
      }
    }
    #expect(stopped > 50 && held > 1000)
  }

  @Test func orderOfNodesChangesNothing() throws {
    for seed in seeds {
      let random = DesignGrower.make(seed: 10_000 + seed)
      var shuffled = random
      var generator = SeededGenerator(seed: seed)
      shuffled.design.nodes.shuffle(using: &generator)
      #expect(same(try observed(random), try observed(shuffled)), "\(random.summary)")
    }
  }

  /// Frames released one by one move their words in the same cycles as all at once.
  @Test func framesOneByOneAreTheSameAsAllAtOnce() throws {
    for seed in seeds {
      let random = DesignGrower.make(seed: 20_000 + seed)
      for isObserved in [false, true] {
        let plan = try Plan(random.design)
        let simulation = try Simulation(
          plan, scenario: random.scenario, observing: Observation(times: isObserved))
        for frames in 1...random.scenario.frames { simulation.run(frames: frames) }
        let stepwise = simulation.result(frames: random.scenario.frames)
        let atOnce = try Simulation(
          plan, scenario: random.scenario, observing: Observation(times: isObserved)
        ).run()
        #expect(same(stepwise, atOnce), "\(random.summary)")
      }
    }
  }

  /// Where no pipeline stands still with its bubbles, as compute cores and most HLS blocks do, more room never
  /// makes any word later.
  @Test func aDeeperFIFODelaysNothing() throws {
    var style = RandomStyle(hasCores: false)
    style.stages = 2...8
    func standsStill(_ node: Node) -> Bool {
      ["call", "continuous"].contains { node.attributes["hls_structure"] == .string($0) }
    }
    var tried = 0
    // Few designs have no such block.
    for seed in 1...UInt64(3000 * searchFactor) {
      var random = DesignGrower.make(seed: 30_000 + seed, style: style)
      random.scenario.maxCycles = nil
      let fifos = random.design.nodes.indices.filter {
        random.design.nodes[$0].opType == "StreamingFIFO_rtl"
      }
      guard !fifos.isEmpty, !random.design.nodes.contains(where: standsStill) else { continue }
      tried += 1
      var deeper = random
      var generator = SeededGenerator(seed: seed)
      let node = fifos.randomElement(using: &generator)!
      let depth = random.design.nodes[node].int("depth") + Int.random(in: 1...9, using: &generator)
      deeper.design.nodes[node].attributes["depth"] = .int(depth)
      let (before, after) = (try observed(random), try observed(deeper))
      for (stream, times) in before.streams {
        let now = after.streams[stream] ?? []
        let isLater = now.count < times.count || zip(now, times).contains { $0 > $1 }
        #expect(!isLater, "stream \(stream), \(deeper.design.nodes[node].name)\n\(random.summary)")
      }
    }
    #expect(tried > 40 * searchFactor, "\(tried)")
  }

  /// A completed run has moved a whole number of frames over every stream (padding alone runs ahead).
  @Test func everyStreamCarriesWholeFrames() throws {
    var complete = 0
    for seed in seeds {
      var random = DesignGrower.make(seed: 40_000 + seed)
      random.scenario.maxCycles = nil
      for key in random.scenario.sources.keys { random.scenario.sources[key]!.words = nil }
      let plan = try Plan(random.design)
      let result = try observed(random)
      guard result.outcome == .complete else { continue }
      complete += 1
      for (stream, count) in result.handshakeCounts {
        let frames = random.scenario.frames
        let words = (plan.wordsPerFrame[stream] ?? 0) * frames
        let isAhead =
          count >= words && random.design.nodes.contains { $0.opType.contains("adding") }
          || random.startsWithSpuriousWords
        #expect(count == words || isAhead, "stream \(stream): \(count)\n\(random.summary)")
      }
    }
    #expect(complete > 40 * searchFactor)
  }
}

extension RandomCase {
  /// Cores with a result per word may emit words before their weights are there
  /// (docs/reference/hazards.md#mvu-weight-stall-last), and FMPadding_hls, like every loop nest,
  /// runs on into the next frame.
  fileprivate var startsWithSpuriousWords: Bool {
    design.nodes.contains {
      $0.opType == "MVAU_rtl" || $0.opType == "VVAU_rtl" || $0.opType.hasPrefix("Upsample")
        || $0.opType.hasPrefix("FMPadding_Pixel")
    }
  }
}
