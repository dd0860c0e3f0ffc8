/// What a node does over the cycles of a trace.
///
/// - busy: a word moved into or out of the node, or it works on words it has;
/// - blocked: no word moved, and an output word waits for room downstream;
/// - starved: no word moved, no output waits, and an input has no word.
///
/// That a node works on words it has without any moving is known where a vector of inputs entitles it
/// to a number of results (matrix-vector blocks); elsewhere an empty input counts as starvation.
package struct NodeWalk {
  package enum Activity: Equatable, Sendable {
    case busy
    /// By the output stream of this number among `streams`.
    case blocked(Int)
    /// Of the input stream of this number.
    case starved(Int)
    /// The trace does not tell.
    case unknown
  }

  /// The node's recorded streams, inputs first.
  let streams: [String]
  let inputs: Int
  private let players: [StreamPlayer]
  private var moved: [Int]
  private let vector: VectorWords?
  private var now: Cycle

  init(_ trace: TraceFile, _ node: Node, from: Cycle = 0) throws {
    streams = (node.inputs + node.outputs).filter(trace.records)
    inputs = node.inputs.count(where: trace.records)
    players = try streams.map { try StreamPlayer(trace, $0, from: from) }
    moved = players.map(\.before)
    vector = (try? trace.design.block(of: node))?.vectorWords
    now = from
  }

  var damage: InputError? { players.lazy.compactMap(\.damage).first }

  /// Calls `body` with begin, end (not included) and activity of every stretch up to `end`, in order;
  /// neighbouring stretches differ.
  mutating func run(until end: Cycle, _ body: (Cycle, Cycle, Activity) -> Void) {
    var since = now
    var present: Activity?
    steps(until: end) { cycle, activity in
      guard activity != present else { return }
      if let present { body(since, cycle, present) }
      present = activity
      since = cycle
    }
    if let present, since < end { body(since, end, present) }
  }

  /// Calls `body` with the cycles, in order, from which on the activity may be another, and the activity. May
  /// be called again with a later end.
  @inline(__always) mutating func steps(until end: Cycle, _ body: (Cycle, Activity) -> Void) {
    while now < end {
      let (activity, next) = step(now, end)
      body(now, activity)
      now = next
    }
  }

  /// What the node does in cycle `now`, and the cycle up to which it goes on with that.
  @inline(__always) private mutating func step(_ now: Cycle, _ end: Cycle) -> (Activity, Cycle) {
    var next = end
    var isMoving = false
    var waiting = -1
    var empty = -1
    for s in 0..<players.count {
      let player = players[s]
      if player.cycle < now { player.advance() }
      if player.unknownFrom <= now { return (.unknown, end) }
      if player.offered > now {
        if player.offered < next { next = player.offered }
        if player.unknownFrom < next { next = player.unknownFrom }
        if s < inputs, empty < 0 { empty = s }
      } else if player.cycle > now {
        if player.cycle < next { next = player.cycle }
        if s >= inputs, waiting < 0 { waiting = s }
      } else {
        isMoving = true
        moved[s] += 1
      }
    }
    if isMoving { return (.busy, now + 1) }
    if waiting >= 0 { return (.blocked(waiting), next) }
    if empty < 0 || hasWorkInHand { return (.busy, next) }
    return (.starved(empty), next)
  }

  private var hasWorkInHand: Bool {
    guard let vector, inputs > 0, inputs < moved.count, vector.inputs > 0 else { return false }
    return moved[0] / vector.inputs * vector.outputs > moved[inputs]
  }
}

/// The words in a FIFO over the cycles of a trace: a word counts from the cycle after it was written to
/// the cycle in which it is read.
struct FIFOWalk {
  private let writes: StreamPlayer
  private let reads: StreamPlayer
  private var level: Int
  private var now: Cycle
  private var hasBegun = false
  private var isLost = false

  init(_ trace: TraceFile, _ node: Node, from: Cycle = 0) throws {
    writes = try StreamPlayer(trace, node.inputs[0], from: from)
    reads = try StreamPlayer(trace, node.outputs[0], from: from)
    level = writes.before - reads.before
    now = from
  }

  var damage: InputError? { writes.damage ?? reads.damage }

  /// Calls `body` with the cycles before `end`, in order, from which on the FIFO holds another number of
  /// words, and that number; nil from the cycle on in which the trace does not tell. May be called again with
  /// a later end.
  mutating func steps(until end: Cycle, _ body: (Cycle, Int?) -> Void) {
    if !hasBegun {
      hasBegun = true
      if level >= 0, min(writes.unknownFrom, reads.unknownFrom) > now { body(now, level) }
    }
    while !isLost {
      let lost = level < 0 ? now : min(writes.unknownFrom, reads.unknownFrom)
      let cycle = min(writes.cycle, reads.cycle)
      if lost < end, lost <= cycle {
        isLost = true
        return body(max(lost, now), nil)
      }
      guard cycle < .max, cycle + 1 < end else { return }
      let before = level
      if writes.cycle == cycle {
        level += 1
        writes.advance()
      }
      if reads.cycle == cycle {
        level -= 1
        reads.advance()
      }
      now = cycle + 1
      // Less than nothing: the trace contradicts itself.
      if level != before, level >= 0 { body(now, level) }
    }
  }

  /// Calls `body` with begin, end (not included) and level of every stretch up to `end` that the trace tells.
  mutating func run(until end: Cycle, _ body: (Cycle, Cycle, Int) -> Void) {
    var since = now
    var present: Int?
    steps(until: end) { cycle, level in
      if let present, since < cycle { body(since, cycle, present) }
      (since, present) = (cycle, level)
    }
    if let present, since < end { body(since, end, present) }
  }
}

extension TraceFile {
  /// Whether `node` is a FIFO of which both ends are recorded.
  func isRecordedFIFO(_ node: Node) -> Bool {
    node.isFIFO && node.inputs.count == 1 && node.outputs.count == 1 && records(node.inputs[0])
      && records(node.outputs[0])
  }

  /// Where tracks end: after the last handshake, and where words got stuck a twentieth later, so that the
  /// state in which they are stuck is there to be seen.
  package var end: Cycle {
    guard let report else { return (chunks.joined().map(\.lastCycle).max() ?? -1) + 1 }
    let last = report.lastHandshakeCycle ?? -1
    return switch report.outcome {
    case .complete: last + 1
    case .maxCycles: report.maxCycles ?? last + 1
    case .deadlock, .starved: last + 2 + last / 20
    }
  }
}
