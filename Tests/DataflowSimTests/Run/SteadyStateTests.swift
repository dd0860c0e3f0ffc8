import DataflowAnalysis
import DesignFiles
import Testing

/// The throughput statement against long runs.
@Suite struct SteadyStateTests {
  /// Frame ends of the first sink over `frames` frames.
  private func frameEnds(_ plan: Plan, _ frames: Int, _ scenario: Scenario = Scenario()) throws
    -> [Int]
  {
    let simulation = try Simulation(plan, scenario: scenario)
    simulation.run(frames: frames + 2)
    let result = simulation.result(frames: frames)
    return result.frameEnds[plan.design.graphOutputs[0]] ?? []
  }

  /// Checks that the frames behind a proven steady state keep its period.
  private func expectPeriod(
    _ plan: Plan, _ steady: SteadyState, _ scenario: Scenario = Scenario(), more: Int = 50,
    _ what: String
  ) throws {
    let from = steady.simulatedFrames - steady.frames
    let ends = try frameEnds(plan, steady.simulatedFrames + more, scenario)
    for frame in max(from, 1)..<(steady.simulatedFrames + more - steady.frames) {
      let interval = ends[frame - 1 + steady.frames] - ends[frame - 1]
      if interval != steady.cycles {
        Issue.record(
          "\(what): frames \(frame) to \(frame + steady.frames) took \(interval), not \(steady)")
        return
      }
    }
  }

  /// Random designs: what is said to repeat does repeat for the next 50 frames.
  @Test(arguments: [false, true]) func provenPeriodsHold(hasPatterns: Bool) throws {
    var proven = 0
    var style = RandomStyle(hasWeightStreams: false)
    style.hasPatterns = hasPatterns
    for seed in 1...UInt64(60 * searchFactor) {
      let random = DesignGrower.make(seed: 50_000 + seed, style: style)
      var scenario = random.scenario
      scenario.maxCycles = nil
      for key in scenario.sources.keys { scenario.sources[key]!.words = nil }
      let plan = try Plan(random.design)
      let simulation = try Simulation(plan, scenario: scenario)
      var budget = SteadyStateBudget()
      budget.frames = 64
      guard let steady = simulation.steadyState(budget), steady.isProven else { continue }
      proven += 1
      try expectPeriod(plan, steady, scenario, random.summary)
    }
    #expect(proven >= (hasPatterns ? 10 : 40) * searchFactor)
  }

  /// Replaying what has settled changes nothing but the work.
  @Test(arguments: 0..<2) func replayedPartsChangeNothing(part: Int) throws {
    var shorter = 0
    for i in 0..<UInt64(100 * searchFactor) {
      let random = DesignGrower.make(
        seed: 80_000 + 2 * i + UInt64(part), style: RandomStyle(hasWeightStreams: false))
      shorter += try expectSameWithReplays(Plan(random.design), "seed \(i)") ? 1 : 0
    }
    // Frames are long beside FIFOs here, and most of a design settles before the rest.
    for name in ["lenet", "cnv-w1a1", "resnet-small", "mobilenet-small", "fsrcnn", "conv1d-audio"] {
      let plan = try Plan(Design(contentsOf: TestFiles.repository("configs/\(name).json")))
      for depth in [2, 20 + 11 * part, 3000] {
        let deeper = plan.replacingFIFODepths { _, _ in depth }
        shorter += try expectSameWithReplays(deeper, "\(name) \(depth)") ? 1 : 0
      }
    }
    #expect(shorter >= 5)
  }

  /// Whether something was replayed.
  private func expectSameWithReplays(_ plan: Plan, _ what: String) throws -> Bool {
    var budget = SteadyStateBudget()
    budget.frames = 48
    budget.handshakesToRecord = 0
    let replayed = try Simulation(plan)
    let simulated = try Simulation(plan)
    let a = replayed.steadyState(budget)
    let b = simulated.steadyState(budget, replays: false)
    #expect(a?.isProven == b?.isProven || a?.isProven == true, "\(what)")
    if let a, let b, a.isProven, b.isProven {
      #expect(a.cycles * b.frames == b.cycles * a.frames, "\(what): \(a), not \(b)")
    }
    #expect((a == nil) == (b == nil), "\(what)")
    return replayed.activations < simulated.activations
  }

  /// What is replayed does not hide that the rest stops: the Fork gives both branches a frame of 100 words,
  /// the Join takes 90 of each, and the bypass is full after some frames. Behind a deep FIFO, a slow block
  /// has long been steady then.
  @Test func aReplayEndsWhenTheRestStops() throws {
    func shaped(_ name: String, _ op: String, _ inputs: [String], _ outputs: [String]) -> Node {
      Node(name: name, opType: op, attributes: [:], inputs: inputs, outputs: outputs)
    }
    let crop = Node(
      name: "crop", opType: "Crop_hls",
      attributes: [
        "DataType": .string("INT4"), "ImgDim": .ints([10, 10]), "NumChannels": .int(1),
        "CropNorth": .int(0), "CropSouth": .int(1), "CropWest": .int(0), "CropEast": .int(0),
        "numInputVectors": .ints([1]),
      ], inputs: ["fork.0"], outputs: ["crop"])
    let slow = Node(
      name: "slow", opType: "ChannelwiseOp_hls",
      attributes: [
        "Func": .string("add"), "NumChannels": .int(2), "PE": .int(2),
        "inputDataType": .string("INT4"), "paramDataType": .string("INT4"),
        "outputDataType": .string("INT8"), "numInputVectors": .ints([1, 9, 10]),
        "initiation_interval": .int(4),
      ], inputs: ["deep"], outputs: ["out"])
    let design = Design(
      name: "leak",
      nodes: [
        shaped("fork", "Fork", ["in"], ["fork.0", "fork.1"]), crop,
        fifo("bypass", 195, "fork.1", words: 100),
        shaped("join", "Join", ["crop", "bypass"], ["join"]),
        fifo("deep", 2000, "join", words: 90), slow,
      ], graphInputs: ["in"], graphOutputs: ["out"])
    let plan = try Plan(design)
    let simulation = try Simulation(plan)
    #expect(simulation.steadyState() == nil)
    #expect(try Simulation(plan).steadyState(replays: false) == nil)
    // It stops only once the rest has been replayed for a while.
    let frames = try frameEnds(plan, 60).count
    #expect((10...30).contains(frames), "\(frames) frames")
  }

  private func fifo(_ name: String, _ depth: Int, _ from: String, words: Int) -> Node {
    Node(
      name: name, opType: "StreamingFIFO_rtl",
      attributes: [
        "depth": .int(depth), "folded_shape": .ints([words, 1]), "dataType": .string("INT4"),
      ], inputs: [from], outputs: [name])
  }

  /// One matrix-vector unit of 8 × 1 slots per word, fed by a FIFO that takes many frames to fill: the
  /// sink's interval is constant from the start, but the source's is not.
  @Test func aFIFOThatStillFillsIsNotSteady() throws {
    let unit = Node(
      name: "mvu", opType: "MVAU_rtl",
      attributes: [
        "MW": .int(4), "MH": .int(8), "PE": .int(1), "SIMD": .int(1),
        "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
        "outputDataType": .string("INT16"), "noActivation": .int(1),
        "compute_core": .string("mvu_8sx8u_dsp48"), "numInputVectors": .ints([1]),
      ], inputs: ["deep"], outputs: ["mvu"])
    let design = Design(
      name: "filling", nodes: [fifo("deep", 101, "in", words: 4), unit], graphInputs: ["in"],
      graphOutputs: ["mvu"])
    let plan = try Plan(design)
    let ends = try frameEnds(plan, 6)
    #expect(zip(ends.dropFirst(), ends).allSatisfy { $0 - $1 == 32 })
    var budget = SteadyStateBudget()
    budget.framesUnpaced = .max
    let repeated = try #require(try Simulation(plan).steadyState(budget))
    // The FIFO holds 25 frames; before it is full the source is still ahead of the sink.
    #expect(repeated.simulatedFrames > 20)
    // The unit is no faster alone, and keeps up with a frame every 32 cycles: that is proof enough.
    let slowest = try #require(try Simulation(plan).steadyState())
    #expect(slowest.simulatedFrames == 12)
    for steady in [repeated, slowest] {
      #expect(steady.isProven && steady.cycles == 32 * steady.frames)
      try expectPeriod(plan, steady, more: 300, "filling FIFO")
    }
  }

  /// CNV with sized FIFOs falls behind its source by a few cycles per frame, so its state repeats after
  /// thousands of frames only; what lies behind the slowest layer tells that it will be no faster.
  @Test func aBacklogThatGrowsSlowlyIsNoObstacle() throws {
    let design = try DesignFile.load(TestFiles.repository("configs/cnv-w1a1.json")).design
    let depths = [9: 48, 10: 88, 24: 240, 26: 248].map { ("StreamingFIFO_rtl_\($0)", $1) }
    let sized = Dictionary(uniqueKeysWithValues: depths)
    let plan = try Plan(design).replacingFIFODepths { name, depth in sized[name] ?? depth }
    let steady = try #require(try Simulation(plan).steadyState())
    #expect(steady.isProven && steady.cycles == 32848 * steady.frames)
    #expect(steady.simulatedFrames == 12)
    try expectPeriod(plan, steady, more: 600, "CNV")
    var budget = SteadyStateBudget()
    budget.framesUnpaced = .max
    #expect(try Simulation(plan).steadyState(budget)?.isProven == false)
  }

  /// A branch that is slower than its deep bypass: the bypass fills over many frames and only then holds
  /// the other branch up or not.
  @Test(arguments: [3, 10, 20, 21, 33, 50, 120])
  func bypassDeeperThanAFrame(depth: Int) throws {
    let fork = Node(
      name: "fork", opType: "Fork",
      attributes: ["folded_shape": .ints([20, 1]), "dataType": .string("INT4")], inputs: ["in"],
      outputs: ["fork.0", "fork.1"])
    let pool = Node(
      name: "pool", opType: "GlobalAccPool_hls",
      attributes: [
        "NumChannels": .int(5), "PE": .int(1), "inputDataType": .string("INT4"),
        "numInputVectors": .ints([1, 2, 2]), "latency": .int(3),
      ], inputs: ["fork.0"], outputs: ["pool"])
    let spread = Node(
      name: "spread", opType: "MVAU_rtl",
      attributes: [
        "MW": .int(5), "MH": .int(20), "PE": .int(1), "SIMD": .int(1),
        "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
        "outputDataType": .string("INT16"), "noActivation": .int(1),
        "compute_core": .string("mvu_8sx8u_dsp48"), "numInputVectors": .ints([1]),
      ], inputs: ["pool"], outputs: ["spread"])
    let join = Node(
      name: "join", opType: "Join",
      attributes: ["folded_shape": .ints([20, 1]), "dataType": .string("INT4")],
      inputs: ["spread", "bypass"], outputs: ["out"])
    let design = Design(
      name: "bypass",
      nodes: [fork, pool, spread, fifo("bypass", depth, "fork.1", words: 20), join],
      graphInputs: ["in"], graphOutputs: ["out"])
    let plan = try Plan(design)
    guard let steady = try Simulation(plan).steadyState() else {
      // The bypass must hold a frame but the Fork's word until the sums are out.
      #expect(depth < 20)
      return
    }
    #expect(steady.isProven)
    try expectPeriod(plan, steady, more: 200, "bypass of \(depth)")
  }
}
