/// Where in a run a capture lies that did not begin with it.
public struct CapturePlace: Codable, Sendable, Equatable {
  /// The run's cycle that is cycle 0 of the capture.
  public var cycle: Cycle
  /// Words of each captured stream that moved before.
  public var words: [String: Int]
  /// The captured stream that says best what part of which frame it was: a graph input, if one was captured; and the
  /// whole frames that had moved there.
  public var stream: String
  public var frames: Int
  /// In how many later places of the run the capture fits as well, as far as was looked: frames that follow each other
  /// are alike.
  public var others: Int
  /// Whether the sources and sinks stall from there on as they did on the board. Otherwise nothing stalls them.
  public var hasStalls = false
}

/// A capture beside a run in which nothing outside the design is in the way.
///
/// An analyser is triggered in the middle of a run, so where its cycle 0 lies has to be found: where the handshakes of
/// all captured streams follow each other in the same order at the same distances. That is a search for a text in a
/// text (Knuth, Morris and Pratt), whose time does not depend on how often nearly the same comes again.
struct CaptureSearch {
  /// A place, and how many handshakes are the same there, from the first on.
  struct Place {
    var cycle: Cycle
    var alike: Int
    var isWhole: Bool
  }

  private let names: [String]
  private let capture: VCDCapture
  private let pattern: CapturedMoves
  private let run: CapturedMoves
  private let runMoves: [[Cycle]]
  /// From this cycle on the run is no longer that of a source that never ends.
  private let known: Cycle

  /// Fewer handshakes fit anywhere.
  static let fewest = 16
  /// Handshakes of the captured streams that are looked at, at most.
  private static let mostHandshakes = 1 << 22
  /// Frames until the run counts as settled, at most, and frames that are run in any case: FIFOs may fill while frames
  /// already come evenly. Of a large design no more of these than have so many words.
  private static let mostUneven = 24
  private static let fewestFrames = 64
  private static let enoughWords = 1 << 27
  /// Places that are tried with the board's stalls.
  private static let mostPlaces = 4

  /// Runs `plan` until its frames come evenly, or until it stops, and twice as long again as was captured. nil: there is too
  /// little in the capture to find it.
  init?(_ capture: VCDCapture, _ plan: Plan) throws {
    names = capture.streams.keys.sorted()
    self.capture = capture
    pattern = CapturedMoves(names.map { capture.streams[$0]!.handshakes })
    guard pattern.count >= Self.fewest else { return nil }
    let inputs = plan.design.graphInputs
    let recorder = StreamRecorder(names + inputs, of: plan)
    let isEndless = try Self.run(plan, recorder, as: capture.cycles)
    let moves = recorder.moves
    let sent = moves.dropFirst(names.count).map { $0.last ?? 0 }
    known = isEndless ? sent.min() ?? 0 : .max
    runMoves = Array(moves.prefix(names.count))
    run = CapturedMoves(runMoves)
  }

  /// Lets frames run until those behind each other take the same time, and then twice as long as was captured. False
  /// where they stop.
  private static func run(_ plan: Plan, _ recorder: StreamRecorder, as cycles: Int) throws -> Bool {
    let simulation = try Simulation(
      plan, scenario: Scenario(frames: 1 << 20), observing: Observation(listener: recorder))
    let words = max(plan.wordsPerFrame.values.reduce(0, +), 1)
    let frames = min(fewestFrames, enoughWords / words)
    var ends: [Cycle] = []
    var enough = Cycle.max
    while recorder.count < mostHandshakes, ends.count < frames || ends.last ?? 0 < enough {
      simulation.run(frames: ends.count + 1, isLast: false)
      guard simulation.outcome(frames: ends.count + 1) == .complete,
        let end = simulation.completed(ends.count + 1)
      else {
        // The source goes on until nothing moves.
        simulation.run(frames: ends.count + mostUneven, isLast: false)
        // The last handshakes are told when the result is asked for.
        _ = simulation.result(frames: ends.count + mostUneven)
        return false
      }
      ends.append(end)
      WorkProgress.tell("frames beside the capture", ends.count, of: max(frames, ends.count))
      let last = zip(ends.dropFirst(), ends).map { $0 - $1 }.suffix(3)
      if enough == .max, last.count == 3 && Set(last).count == 1 || ends.count == mostUneven {
        // Twice, as the last frames are still inside.
        enough = end + 2 * (cycles + (end - (ends.dropLast().last ?? 0)))
      }
    }
    _ = simulation.result(frames: ends.count)
    return true
  }

  /// The first place where the whole capture fits, and in how many later ones; the best of those where a part does.
  func places() -> (whole: Place?, others: Int, parts: [Place]) {
    var found: (whole: Place?, others: Int, parts: [Place]) = (nil, 0, [])
    search { place in
      if place.isWhole {
        if found.whole == nil { found.whole = place } else { found.others += 1 }
      } else if found.parts.count < Self.mostPlaces || place.alike > found.parts.last!.alike {
        found.parts.append(place)
        found.parts.sort { ($1.alike, $0.cycle) < ($0.alike, $1.cycle) }
        found.parts = Array(found.parts.prefix(Self.mostPlaces))
      }
    }
    return found
  }

  private func search(_ found: (Place) -> Void) {
    let steps = (1..<pattern.count).map { pattern.step($0) }
    let shorter = Self.shorter(steps)
    var alike = 0
    func tell(end: Int) {
      if let place = place(at: end - 1 - alike, alike: alike + 1) { found(place) }
    }
    for k in 1..<max(run.count, 1) {
      let step = run.step(k)
      while alike > 0, alike == steps.count || steps[alike] != step {
        tell(end: k)
        alike = shorter[alike - 1]
      }
      if steps[alike] == step { alike += 1 }
    }
    while alike > 0 {
      tell(end: run.count)
      alike = shorter[alike - 1]
    }
  }

  /// Of each beginning of some steps the longest shorter one that it ends with.
  private static func shorter(_ steps: [CapturedMoves.Step]) -> [Int] {
    var lengths = [0]
    for step in steps.dropFirst() {
      var length = lengths.last!
      while length > 0, steps[length] != step { length = lengths[length - 1] }
      lengths.append(steps[length] == step ? length + 1 : 0)
    }
    return lengths
  }

  /// The place where handshake `first` of the run is the first of the capture, if it may be.
  private func place(at first: Int, alike: Int) -> Place? {
    let start = run.cycles[first] - pattern.cycles[0]
    let (end, next) = (start + capture.cycles, first + alike)
    guard run.streams[first] == pattern.streams[0], start >= 0, end <= known,
      first == 0 || run.cycles[first - 1] < start
    else { return nil }
    let isWhole = alike == pattern.count && (next == run.count || run.cycles[next] >= end)
    return Place(cycle: start, alike: alike, isWhole: isWhole)
  }
}

extension CaptureSearch {
  /// Words of each captured stream that have moved before a cycle.
  func words(before cycle: Cycle) -> [String: Int] {
    Dictionary(
      uniqueKeysWithValues: zip(names, runMoves).map { ($0, Self.count($1, before: cycle)) })
  }

  /// When the last word before a cycle moved at a captured stream; nil: none has.
  func lastMove(of stream: String, before cycle: Cycle) -> Cycle? {
    guard let n = names.firstIndex(of: stream) else { return nil }
    let count = Self.count(runMoves[n], before: cycle)
    return count > 0 ? runMoves[n][count - 1] : nil
  }

  private static func count(_ moves: [Cycle], before cycle: Cycle) -> Int {
    var (low, high) = (0, moves.count)
    while low < high {
      let middle = (low + high) / 2
      if moves[middle] < cycle { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
