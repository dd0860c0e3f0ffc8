/// The levels of a stream's valid and ready over time, change by change.
///
/// A word is valid from the cycle in which it is offered to the cycle of its handshake; ready is known
/// while a word is valid: low while it waits, high in the handshake's cycle.
struct StreamLevels {
  enum Level: String {
    case low = "0"
    case high = "1"
    case unknown = "x"
  }

  struct Change {
    var cycle: Cycle
    var valid: Level
    /// Unknown while no word is valid: the trace does not record it.
    var ready: Level
    var isHandshake = false
  }

  private var cursor: HandshakeCursor
  private let unfinished: Cycle?
  private let endsKnown: Bool
  private var upcoming: Handshake?
  private var phase = Phase.gap
  /// The cycle after the last handshake.
  private var free: Cycle
  private(set) var damage: InputError?
  /// Handshakes before the first cycle looked at.
  let before: Int

  private enum Phase {
    case gap, offer, take, end, done
  }

  init(_ trace: TraceFile, _ stream: String, from: Cycle) throws {
    cursor = try trace.handshakes(of: stream, from: from)
    unfinished = trace.report?.unfinished[stream]
    endsKnown = trace.isWhole
    free = from
    var count = cursor.position
    do {
      upcoming = try cursor.next()
      count = cursor.position - (upcoming == nil ? 0 : 1)
    } catch let error as InputError {
      damage = error
    }
    before = count
    if upcoming == nil { phase = .end }
  }

  mutating func next() -> Change? {
    while true {
      switch phase {
      case .gap:
        phase = .offer
        if upcoming!.offered > free { return Change(cycle: free, valid: .low, ready: .unknown) }
      case .offer:
        phase = .take
        let start = max(upcoming!.offered, free)
        if start < upcoming!.cycle { return Change(cycle: start, valid: .high, ready: .low) }
      case .take:
        let cycle = upcoming!.cycle
        free = cycle + 1
        fetch()
        return Change(cycle: cycle, valid: .high, ready: .high, isHandshake: true)
      case .end: return end()
      case .done: return nil
      }
    }
  }

  private mutating func fetch() {
    do {
      upcoming = try cursor.next()
    } catch {
      damage = error as? InputError
      upcoming = nil
    }
    phase = upcoming == nil ? .end : .gap
  }

  private mutating func end() -> Change {
    phase = .done
    guard endsKnown, damage == nil else {
      return Change(cycle: free, valid: .unknown, ready: .unknown)
    }
    guard let unfinished else { return Change(cycle: free, valid: .low, ready: .unknown) }
    guard unfinished <= free else {
      // The last word comes in two steps: nothing valid until it is offered.
      phase = .end
      defer { free = unfinished }
      return Change(cycle: free, valid: .low, ready: .unknown)
    }
    return Change(cycle: free, valid: .high, ready: .low)
  }
}

/// The changes of several streams in the order of time.
struct MergedLevels {
  private(set) var streams: [StreamLevels]
  private var heads: [StreamLevels.Change?]
  /// A binary heap of stream numbers by their next change.
  private var heap: [Int] = []

  init(_ streams: [StreamLevels]) {
    self.streams = streams
    heads = []
    for n in streams.indices { heads.append(self.streams[n].next()) }
    heap = heads.indices.filter { heads[$0] != nil }
    for n in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(n) }
  }

  /// The cycle of the next change.
  var cycle: Cycle? { heap.first.flatMap { heads[$0]?.cycle } }

  var damage: InputError? { streams.lazy.compactMap(\.damage).first }

  mutating func next() -> (stream: Int, StreamLevels.Change)? {
    guard let stream = heap.first, let change = heads[stream] else { return nil }
    heads[stream] = streams[stream].next()
    if heads[stream] == nil {
      let last = heap.removeLast()
      if !heap.isEmpty { heap[0] = last }
    }
    sink(0)
    return (stream, change)
  }

  private func isBefore(_ a: Int, _ b: Int) -> Bool {
    (heads[a]!.cycle, a) < (heads[b]!.cycle, b)
  }

  private mutating func sink(_ start: Int) {
    var parent = start
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && isBefore(heap[child], heap[least]) {
        least = child
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
