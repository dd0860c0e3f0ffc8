import DataflowAnalysis
import Foundation
import Testing

/// A steady state is a proof: what it says of all frames to come is what frames simulated one word at a time
/// do, three times as many of them as it took to find it.
@Suite struct SteadyStateLawTests {
  /// What is special about the designs.
  enum Family: CaseIterable {
    /// HLS pipelines, converters, windows, paddings, cores, branches, sources and sinks that always move.
    case plain
    /// Words come and go in patterns.
    case patterned
    /// FIFOs that hold some part of a frame, or several frames.
    case deep
    /// FIFOs made by Vivado, deep ones among them, which accept nothing at first.
    case late
    /// Two outputs, of which one may lag behind.
    case parting
    /// Blocks made by Vivado HLS, whose pipelines stop where a word is missing.
    case oldTool
    /// Blocks of FINN's development branch.
    case development
    /// A source that sends frames at a pace near the design's own.
    case paced
  }

  @Test(arguments: Family.allCases) func whatIsProvenGoesOn(_ family: Family) throws {
    let first = ProcessInfo.processInfo.environment["SIMRUN_SEED"].flatMap { UInt64($0) } ?? 1
    var proven = 0
    for seed in first..<first + UInt64(50 * searchFactor) {
      let (steady, difference) = try examined(family, seed)
      #expect(difference == nil, "\(difference ?? "")")
      if difference != nil { return }
      proven += steady?.isProven == true ? 1 : 0
    }
    #expect(proven > 10 * searchFactor, "\(proven)")
  }

  /// Of these something else was once taken to be proven: words leave the slice in front of a deep FIFO sooner in some
  /// later frame; a pace of two thirds of a cycle; locks of the branch's cores that sooner words make longer.
  @Test(arguments: [
    (Family.deep, 866), (.late, 866), (.paced, 6), (.paced, 71), (.development, 565),
    (.development, 167),
  ])
  func whatWasWrongOnceIsRight(_ family: Family, _ seed: Int) throws {
    for framesUnpaced in [5, 12, Int.max] {
      let (steady, difference) = try examined(
        family, UInt64(seed), framesUnpaced: framesUnpaced)
      #expect(steady != nil && difference == nil, "\(difference ?? "")")
    }
  }

  /// The steady state of a design, and where its frames do not come as that says.
  private func examined(_ family: Family, _ seed: UInt64, framesUnpaced: Int? = nil) throws
    -> (SteadyState?, difference: String?)
  {
    let random = try design(family, seed)
    let plan = try Plan(random.design)
    let pace = family == .paced ? try pace(plan, seed) : nil
    let simulation = try Simulation(plan, scenario: random.scenario, pace: pace)
    var budget = SteadyStateBudget()
    budget.frames = 40
    budget.framesUnpaced = framesUnpaced ?? (seed % 3 == 0 ? 5 : budget.framesUnpaced)
    budget.findsPeriodAlone = seed % 5 < 2
    budget.handshakesToRecord = seed % 2 == 0 ? 0 : budget.handshakesToRecord
    guard let steady = simulation.steadyState(budget) else { return (nil, nil) }
    guard steady.isProven else { return (steady, nil) }
    let text = try difference(steady, plan, random.scenario, pace)
    return (
      steady,
      text.map { "\($0), \(steady), pace \(String(describing: pace))\n\(random.summary)" }
    )
  }

  /// The first frame that does not come as `steady` says.
  private func difference(
    _ steady: SteadyState, _ plan: Plan, _ scenario: Scenario, _ pace: FramePeriod?
  ) throws -> String? {
    let single = try Simulation(plan, scenario: scenario, pace: pace)
    single.network.movesNoRuns()
    let frames = 3 * steady.simulatedFrames + 2 * steady.frames + 20
    // An output may need words of the next frames.
    single.run(frames: frames + 8, isLast: false)
    let ends = (1...frames).map(single.completed)
    let from = max(steady.simulatedFrames - steady.frames, 1)
    for frame in from...(frames - steady.frames) {
      guard let begin = ends[frame - 1], let end = ends[frame - 1 + steady.frames] else {
        return "frame \(frame + steady.frames) never ends"
      }
      if end - begin != steady.cycles {
        return "frames \(frame + 1) to \(frame + steady.frames) take \(end - begin) cycles"
      }
    }
    return nil
  }

  /// A pace at which the design is held up now and then, or hardly ever, or always.
  private func pace(_ plan: Plan, _ seed: UInt64) throws -> FramePeriod {
    var generator = SeededGenerator(seed: seed)
    let alone = try Simulation(plan).steadyState()
    let own = alone.map { max($0.cycles / $0.frames, 1) } ?? 100
    let frames = Int.random(in: 1...3, using: &generator)
    let cycles = own * frames + Int.random(in: -3...8, using: &generator)
    return FramePeriod(cycles: max(cycles, 1), frames: frames)
  }
}

// The designs.
extension SteadyStateLawTests {
  private func design(_ family: Family, _ seed: UInt64) throws -> RandomCase {
    guard family != .development else {
      var grower = DevelopmentGrower(seed: 7000 + seed)
      return withoutEnd(grower.grow(), patterns: seed % 3 == 0)
    }
    var style = RandomStyle(hasWeightStreams: false)
    style.stages = 1...7
    style.hasPatterns = family == .patterned
    var random = withoutEnd(
      DesignGrower.make(seed: 90_000 + seed, style: style), patterns: style.hasPatterns)
    switch family {
    case .deep, .late, .paced: try deepen(&random, seed)
    case .parting:
      try part(&random, seed)
      try deepen(&random, seed)
    case .oldTool:
      random.design.finnGeneration = .v0_6
    default: break
    }
    return family == .late ? random.withLateFIFOs(seed: seed) : random
  }

  /// The same without an end of the run, and without patterns unless they are wanted.
  private func withoutEnd(_ random: RandomCase, patterns: Bool) -> RandomCase {
    var random = random
    random.scenario.maxCycles = nil
    for key in random.scenario.sources.keys { random.scenario.sources[key]!.words = nil }
    if !patterns { (random.scenario.sources, random.scenario.sinks) = ([:], [:]) }
    return random
  }

  /// Makes every other FIFO as deep as a third of a frame to four frames.
  private func deepen(_ random: inout RandomCase, _ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let words = try Plan(random.design).wordsPerFrame
    for i in random.design.nodes.indices where random.design.nodes[i].isFIFO {
      let frame = words[random.design.nodes[i].inputs[0]] ?? 1
      let depth = frame * Int.random(in: 1...12, using: &generator) / 3
      guard Bool.random(using: &generator) else { continue }
      let off = Int.random(in: 0...3, using: &generator)
      random.design.nodes[i].attributes["depth"] = .int(max(depth + off, 2))
    }
  }

  /// Puts a fork at the end: one of its streams leaves at once, the other through a FIFO and a block that
  /// may be slower.
  private func part(_ random: inout RandomCase, _ seed: UInt64) throws {
    let plan = try Plan(random.design)
    let last = random.design.graphOutputs[0]
    guard let node = random.design.nodes.firstIndex(where: { $0.outputs.contains(last) }),
      let port = plan.outputPorts[node].first, let shape = port.foldedShape,
      let type = port.dataType
    else { return }
    let words: [String: AttributeValue] = [
      "folded_shape": .ints(shape), "dataType": .string(type.name),
    ]
    func add(
      _ name: String, _ op: String, _ more: [String: AttributeValue], _ inputs: [String],
      _ outputs: [String]
    ) {
      random.design.nodes.append(
        Node(
          name: name, opType: op, attributes: words.merging(more) { $1 }, inputs: inputs,
          outputs: outputs))
    }
    add("part", "Fork", [:], [last], ["part.0", "part.1"])
    add("held", "StreamingFIFO_rtl", ["depth": .int(4)], ["part.1"], ["held.0"])
    random.design.graphOutputs = ["part.0", "held.0"]
    random.scenario.sinks = [:]
    guard seed % 2 == 0 else { return }
    random.scenario.sinks["held.0"] = Scenario.Sink(pattern: Pattern(bits: [true, false]))
  }
}
