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
  private let bits: [StreamBits]
  // Theirs, without counting references.
  private let moves: [UnsafeMutablePointer<UInt64>]
  private let waits: [UnsafeMutablePointer<UInt64>]
  private let activity: ActivityBits
  private let vector: VectorWords?
  private var now: Cycle

  /// - Parameter bits: those of a stream that others look at too; nil: its own.
  init(
    _ trace: TraceFile, _ node: Node, from: Cycle = 0, bits shared: [String: StreamBits] = [:]
  ) throws {
    streams = (node.inputs + node.outputs).filter(trace.records)
    inputs = node.inputs.count(where: trace.records)
    bits = try streams.map { try shared[$0] ?? StreamBits(trace, $0, from: from) }
    moves = bits.map(\.moves)
    waits = bits.map(\.waits)
    activity = ActivityBits(streams: streams.count)
    vector = (try? trace.design.block(of: node))?.vectorWords
    now = from
  }

  var damage: InputError? { bits.lazy.compactMap(\.damage).first }

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
      let start = now
      let known = look(until: end)
      var place = 0
      while place < known {
        let (what, length) = stretch(at: place)
        body(start + place, what)
        place += length
      }
      if start + known < now {
        body(start + known, .unknown)
        now = end
      }
    }
  }

  /// What the node does from `place` of the block on, and for how many cycles of the same word of bits.
  @inline(__always) private func stretch(at place: Int) -> (Activity, Int) {
    let (word, bit) = (place >> 6, place & 63)
    let busy = activity.busy[word].run(from: bit)
    if busy > 0 { return (.busy, min(busy, 64 - bit)) }
    for s in streams.indices {
      let waiting = activity[s][word].run(from: bit)
      if waiting > 0 { return (s < inputs ? .starved(s) : .blocked(s), min(waiting, 64 - bit)) }
    }
    return (.unknown, 1)
  }

  /// Looks at the next block of cycles; returns how many of them the trace tells. From `end` on nothing is known
  /// where that is less than the block.
  private mutating func look(until end: Cycle) -> Int {
    let block = now..<min(now + StreamBits.most, end)
    for stream in bits { stream.load(block) }
    let known = max(0, min(block.upperBound, bits.map(\.knownUntil).min() ?? .max) - now)
    now = block.upperBound
    var taken = bits.first?.before ?? 0
    var given = inputs < bits.count ? bits[inputs].before : 0
    let hasVector = (vector?.inputs ?? 0) > 0 && inputs > 0 && inputs < bits.count
    for word in 0..<(known + 63) / 64 {
      var moving: UInt64 = 0
      for s in moves.indices { moving |= moves[s][word] }
      var idle = ~moving
      for s in inputs..<streams.count {
        let blocked = idle & waits[s][word]
        activity[s][word] = blocked
        idle &= ~blocked
      }
      let unblocked = idle
      for s in 0..<inputs {
        let starved = idle & ~waits[s][word]
        activity[s][word] = starved
        idle &= ~starved
      }
      activity.busy[word] = moving | idle
      guard hasVector, let vector else { continue }
      let (ins, outs) = (moves[0][word], moves[inputs][word])
      let working = Self.cycles(unblocked & ~idle) { bit in
        let (taken, given) = (
          taken + (ins & .ones(bit)).nonzeroBitCount, given + (outs & .ones(bit)).nonzeroBitCount
        )
        return taken / vector.inputs * vector.outputs > given
      }
      if working != 0 { activity.work(word, working, inputs) }
      taken += ins.nonzeroBitCount
      given += outs.nonzeroBitCount
    }
    return known
  }

  /// Those of `bits` for whose run without a gap `condition` holds of the first bit.
  private static func cycles(_ bits: UInt64, where condition: (Int) -> Bool) -> UInt64 {
    var (rest, result) = (bits, 0 as UInt64)
    while rest != 0 {
      let bit = rest.trailingZeroBitCount
      let run = UInt64.ones(rest.run(from: bit)) << UInt64(bit)
      if condition(bit) { result |= run }
      rest &= ~run
    }
    return result
  }
}

extension NodeWalk {
  /// Sums of cycles over columns.
  struct Sums {
    /// By column.
    var busy: [Int]
    var blocked: [Int]
    /// By stream: cycles in which the node waits for it.
    var waits: [Int]
  }

  /// Counts the cycles of `scale`, from its beginning, where the walk stands.
  mutating func sums(_ scale: Scale) -> Sums {
    var sums = Sums(
      busy: Array(repeating: 0, count: scale.columns),
      blocked: Array(repeating: 0, count: scale.columns),
      waits: Array(repeating: 0, count: streams.count))
    var columns = Columns(scale)
    while now < scale.cycles.upperBound {
      let start = now
      let known = look(until: scale.cycles.upperBound)
      for place in stride(from: 0, to: known, by: 64) {
        let (word, all) = (place >> 6, UInt64.ones(known - place))
        var blocked: UInt64 = 0
        for s in streams.indices {
          let waiting = activity[s][word] & all
          sums.waits[s] += waiting.nonzeroBitCount
          if s >= inputs { blocked |= waiting }
        }
        let busy = activity.busy[word] & all
        let first = start + place
        columns.forEach(first, min(first + 64, start + known)) { column, from, cycles in
          let mask = UInt64.ones(cycles) << UInt64(from - first)
          sums.busy[column] += (busy & mask).nonzeroBitCount
          sums.blocked[column] += (blocked & mask).nonzeroBitCount
        }
      }
      if start + known < now { break }
    }
    return sums
  }
}

/// What a node does in the cycles of a block, a bit per cycle.
private final class ActivityBits {
  private let storage: UnsafeMutablePointer<UInt64>

  init(streams: Int) {
    let count = (1 + streams) * StreamBits.words
    storage = .allocate(capacity: count)
    storage.initialize(repeating: 0, count: count)
  }

  deinit { storage.deallocate() }

  var busy: UnsafeMutablePointer<UInt64> { storage }
  /// Waits for this stream and no other.
  subscript(stream: Int) -> UnsafeMutablePointer<UInt64> {
    storage + (1 + stream) * StreamBits.words
  }

  /// In `cycles`, taken for starvation, the node works on words it has.
  func work(_ word: Int, _ cycles: UInt64, _ inputs: Int) {
    busy[word] |= cycles
    for s in 0..<inputs { self[s][word] &= ~cycles }
  }
}
