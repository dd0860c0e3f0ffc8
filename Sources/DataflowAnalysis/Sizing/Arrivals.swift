/// When the words of paced frames leave a design.
///
/// With just enough room in the FIFOs they mostly leave when they do with all the room there is. With too
/// little they are late, by more and more: either within the first rows of a frame, or as soon as the next
/// frame follows the first. Either is seen sooner than a state that repeats, but it is a guess: words may
/// be late by as much for ever, or only after several frames.
struct Arrivals: Sendable {
  /// By sink: when each part of the frames was complete.
  fileprivate var ends: [[Cycle]]

  /// Looks at the sinks about this often per frame.
  fileprivate static let partsPerFrame = 16

  /// The parts of a frame and a little more than one of the next.
  fileprivate static func wanted(_ sink: SinkRecord) -> Int {
    sink.wordsPerFrame > 0 ? (sink.wordsPerFrame - 1) / sink.wordsPerPart + 2 : 0
  }
}

extension FIFOBench {
  /// When words leave with a source that delivers a frame every `pace`; nil: the design stops.
  func arrivals(_ pace: FramePeriod, _ depths: [Int]) throws -> Arrivals? {
    try aFrameAndABit(pace, depths).map { Arrivals(ends: $0.sinks.map(\.partEnds)) }
  }

  /// The words each FIFO holds at most within a frame and a bit, when none is ever full, in the order of
  /// `fifos`; nil: the design stops.
  func held(_ pace: FramePeriod) throws -> [Int]? {
    // Most FIFOs need a small part of a frame, and what is not there need not be kept.
    var room = fifos.map { max(min($0.words, 64), $0.words / 8, 2) }
    let most = fifos.map { max($0.words, 2) }
    while true {
      if let simulation = try aFrameAndABit(pace, room, observing: .levels) {
        let seen = simulation.result(frames: 1).fifos
        let held = fifos.map { seen[$0.name]?.max ?? 0 }
        let full = fifos.indices.filter { held[$0] >= room[$0] && room[$0] < most[$0] }
        if full.isEmpty { return held }
        for i in full { room[i] = most[i] }
      } else if room == most {
        return nil
      } else {
        room = most
      }
    }
  }

  /// nil: the design stops.
  private func aFrameAndABit(
    _ pace: FramePeriod, _ depths: [Int], observing: Observation = Observation()
  ) throws -> Simulation? {
    let simulation = try Simulation(
      plan(depths), observing: observing, pace: pace, partsPerFrame: Arrivals.partsPerFrame)
    let isComplete = simulation.runInParts {
      simulation.sinks.allSatisfy { $0.partEnds.count >= Arrivals.wanted($0) }
    }
    return isComplete ? simulation : nil
  }

  /// Whether words leave as soon as they do in `reference`.
  func keepsUp(_ pace: FramePeriod, _ depths: [Int], with reference: Arrivals) throws -> Verdict {
    let simulation = try Simulation(
      plan(depths), pace: pace, partsPerFrame: Arrivals.partsPerFrame)
    let parts = Arrivals.partsPerFrame
    var late: Double?
    let isComplete = simulation.runInParts {
      var isComplete = true
      for (sink, ends) in zip(simulation.sinks, reference.ends) {
        let wanted = min(Arrivals.wanted(sink), ends.count)
        let delays = zip(sink.partEnds.prefix(wanted), ends).map { $0 - $1 }
        isComplete = isComplete && delays.count == wanted
        guard let first = delays.firstIndex(where: { $0 > 0 }) else { continue }
        // Two parts more tell how fast the delay grows; from one frame to the next it is what it is.
        guard first + 2 < wanted else {
          late = Double(delays[first])
          return true
        }
        guard first + 2 < delays.count else { continue }
        let growth = Double(delays[first + 2] - delays[first]) / 2
        late = growth > 0 ? growth * Double(parts) : Double(delays[first])
        return true
      }
      return isComplete
    }
    if let late {
      return Verdict(
        suffices: false, cyclesPerFrame: pace.cyclesPerFrame + late, isGuess: true)
    }
    return isComplete
      ? Verdict(suffices: true, cyclesPerFrame: pace.cyclesPerFrame, isGuess: true)
      : Verdict(suffices: false, isGuess: true)
  }
}

extension Simulation {
  /// Runs part by part until `isEnough`; false: the design stops before that.
  fileprivate func runInParts(until isEnough: () -> Bool) -> Bool {
    // Outputs of a frame may need words of the next ones.
    for part in 1...4 * partsPerFrame {
      run(parts: part)
      if isEnough() { return true }
    }
    return false
  }
}
