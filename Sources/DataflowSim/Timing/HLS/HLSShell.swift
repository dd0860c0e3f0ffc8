/// The shell of every HLS block: a register slice of two words on each stream.
///
/// A slice is a FIFO of depth 2 with latency 1; an input slice accepts nothing in cycle 0. Because the
/// slices go on accepting between frames, a block may hold words of the next frame.
/// Source: docs/reference/hls-rules.md#shell.
enum HLSShell {
  static let inputSlice = Stage(latency: 1, capacity: 2, firstReady: 1)
  static let outputSlice = Stage(latency: 1, capacity: 2)

  /// Those of Vivado HLS are ready at once.
  static func inputSlice(_ tool: HLSSchedule.Tool) -> Stage {
    tool == .vitis ? inputSlice : Stage(latency: 1, capacity: 2)
  }
}

/// A block made by Vitis HLS.
protocol HLSBlock: TimedBlock {
  /// What decides its schedule.
  var hlsWork: HLSWork { get }
  /// At most how many loops its frame is written down as, where that grows with its sizes.
  var listedLoops: Int { get }
}

extension HLSBlock {
  var listedLoops: Int { 0 }
  private static var mostListedLoops: Int { 1 << 22 }
  var schedule: HLSSchedule { node.hls.schedule(of: hlsWork) }

  /// Throws `InputError` where the node states a structure its loops cannot have.
  func requireFittingStructure() throws {
    guard !isRTL else { return }
    guard listedLoops <= Self.mostListedLoops else {
      throw InputError(
        "\(listedLoops) loops per frame are more than simrun writes down",
        hint: "at most 2^22; a frame of fewer rows")
    }
    guard let structure = node.hls.structure else { return }
    let fitting = hlsWork.structures
    guard !fitting.contains(structure) else { return try requirePossibleStages(structure) }
    throw InputError(
      "\"\(structure.rawValue)\" does not fit \(opType) with \(hlsWork.iterations) iterations",
      at: "attribute 'hls_structure'",
      hint: "allowed here: " + fitting.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
  }
}

extension HLSBlock {
  /// Throws `InputError` for fewer stages than a structure can have. What was read from a build is not
  /// refused; it is a prediction then.
  fileprivate func requirePossibleStages(_ structure: HLSSchedule.Structure) throws {
    guard structure.usesStages, let stages = node.hls.stages, node.hls.source == nil,
      stages < structure.leastStages
    else { return }
    let meaning = structure == .states ? "cycles per frame" : "pipeline stages"
    throw InputError(
      "\(stages) \(meaning) of \"\(structure.rawValue)\" cannot be", at: "attribute 'hls_stages'",
      hint: "at least \(structure.leastStages); 0: predicted")
  }
}

extension HLSWork {
  /// The structures such a block may have.
  var structures: [HLSSchedule.Structure] {
    switch kind {
    case .maxPool, .globalPool: [.nested]
    case .otherRatioConverter: [.twoProcesses]
    case .labelSelect: iterations == 1 ? [.states] : [.call]
    case .matrixVector where iterations == 1: [.states, .call, .continuous]
    case .other where iterations == 1: [.continuous, .call, .nested, .states]
    case .other: [.continuous, .call, .nested]
    default: [.call, .continuous]
    }
  }
}

extension HLSSchedule {
  /// The timing of a block that is one loop: `loops` is its iterations over a frame, whatever the
  /// structure. The ports are those the iterations touch.
  ///
  /// - Parameter result: streams that get a word when the loop of a call is over (LabelSelect).
  /// - Parameter weightsFrom: first cycle in which an iteration has its weights.
  func timing(_ loops: [Loop], result: UInt32 = 0, weightsFrom: Cycle = 0) -> BlockTiming {
    let frame = result == 0 ? loops : loops + [.run(1, writes: result)]
    if tool == .vivado, structure == .call { return vivadoTiming(loops) }
    switch structure {
    case .call, .nested, .twoProcesses:
      let last: [HLSStep] = result == 0 ? [] : [.write(result)]
      return timing(
        frame, [.wait(2), .loop(loops, stages: stages)] + last + [.drain],
        freeze: .untilRoom, writeStage: stages - 1, first: max(0, weightsFrom - 2))
    case .continuous:
      // With two stages a word is written in its iteration's issue cycle, and no iteration only leaves.
      let exit: [Loop] = stages == 2 ? [] : [.run(1)]
      return timing(
        frame, [.iterations(frame + exit)], freeze: .untilLeft, writeStage: stages - 2,
        // Nothing is written in cycle 0.
        first: max(weightsFrom, stages == 2 ? 1 : 0))
    case .states: return singleIteration(frame, first: max(0, weightsFrom - 2))
    }
  }

  /// One call per frame: three states, the loop, a state and the drain.
  private func vivadoTiming(_ loops: [Loop]) -> BlockTiming {
    let stages = stages
    let program: [HLSStep] = [
      .wait(3), .loop(loops, stages: max(stages - 1, 1)), .wait(1), .drain,
    ]
    return timing(loops, cycles: HLSStep.cycles(program, interval: 1)) {
      VivadoHLSPipeline($0, program, stages: stages)
    }
  }

  /// One iteration spread over states: read, work, write.
  private func singleIteration(_ frame: [Loop], first: Cycle) -> BlockTiming {
    let (reads, writes) = Loop.ports(frame)
    // A matrix-vector block has two states before the read and one behind the write.
    return timing(
      frame,
      [
        .wait(2), .read(reads), .wait(stages - 6), .write(writes), .wait(1), .drain,
      ], freeze: .untilRoom, writeStage: 0, first: first)
  }

  /// The timing of a block with a program of its own; `frame` lists the same reads and writes as a loop.
  func timing(
    _ frame: [Loop], _ program: [HLSStep], freeze: HLSPipeline.Freeze, writeStage: Int,
    first: Cycle = 0
  ) -> BlockTiming {
    let interval = interval
    return timing(frame, cycles: HLSStep.cycles(program, interval: interval)) {
      HLSPipeline(
        $0, program, freeze: freeze, writeStage: writeStage, interval: interval, first: first)
    }
  }

  /// The timing of any process inside the shell.
  func timing(
    _ frame: [Loop], cycles: Int, _ process: @escaping @Sendable (Ports) -> any Process
  ) -> BlockTiming {
    let (reads, writes) = Loop.ports(frame)
    let inputs = UInt32.bitWidth - reads.leadingZeroBitCount
    let outputs = UInt32.bitWidth - writes.leadingZeroBitCount
    return BlockTiming(
      inputStages: Array(repeating: [HLSShell.inputSlice(tool)], count: inputs),
      outputStages: Array(repeating: [HLSShell.outputSlice], count: outputs),
      exactness: isExact ? .exact : .approximate(summary), busyCycles: cycles,
      // At most as many iterations as stages are on their way, and no more than there are.
      heldWords: structure.usesStages ? min(stages, Loop.iterations(frame)) : 0,
      least: LeastStorage(
        outputStages: Array(repeating: [LeastHLS.outputStage], count: outputs),
        body: .process { LeastHLS($0, frame) }),
      schedule: self, body: .process(process))
  }
}

extension Loop {
  /// The ports that iterations read and write.
  static func ports(_ loops: [Loop]) -> (reads: UInt32, writes: UInt32) {
    loops.reduce((0, 0)) { sum, loop in
      switch loop {
      case .run(let count, _, let reads, let writes):
        count > 0 ? (sum.0 | reads, sum.1 | writes) : sum
      case .repeated(let count, let body):
        count > 0 ? (sum.0 | ports(body).reads, sum.1 | ports(body).writes) : sum
      }
    }
  }
}
