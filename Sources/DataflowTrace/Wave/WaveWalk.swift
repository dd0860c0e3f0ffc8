/// Goes through the changes of all signals of a trace in the order of time.
///
/// Every signal is followed by itself through a window of cycles; the changes of a window are then sorted by
/// cycle, all signals at once, so the work per change does not depend on how many signals there are.
///
/// A value that changes in cycle c holds from the rising edge that ends cycle c − 1 to the one that ends c: a
/// handshake is valid and ready both 1 in a cycle. Ready is low exactly while a word waits; into a FIFO it is
/// low exactly while the FIFO is full.
struct WaveWalk {
  /// The value of what the trace does not tell.
  static let unknown = -1

  private let layout: WaveLayout
  private let cycles: Range<Cycle>
  private var streams: [StreamWave] = []
  private var fifos: [FIFOWave] = []
  private var states: [StateWave] = []

  /// Cycles sorted at a time.
  private static let window = 1 << 13

  init(_ trace: TraceFile, _ layout: WaveLayout, _ selection: TraceSelection) throws {
    self.layout = layout
    let from = selection.cycles.lowerBound
    // One cycle more than the last handshake: what it leaves behind is there to be seen.
    cycles = from..<max(from, min(trace.end + 1, selection.cycles.upperBound + 1))
    for (n, stream) in layout.streams.enumerated() {
      streams.append(
        StreamWave(
          player: try StreamPlayer(trace, stream, from: from), valid: layout.valid(n),
          ready: layout.isEntered[n] ? nil : layout.ready(n), data: layout.data(n), now: from))
    }
    for (n, fifo) in layout.fifos.enumerated() {
      fifos.append(
        FIFOWave(
          walk: try FIFOWalk(trace, trace.design.nodes[fifo.node], from: from), depth: fifo.depth,
          occupancy: layout.occupancy(n), ready: layout.ready(fifo.input)))
    }
    for (n, node) in layout.stateNodes.enumerated() {
      states.append(
        StateWave(
          walk: try NodeWalk(trace, trace.design.nodes[node], from: from), state: layout.state(n)))
    }
  }

  var damage: InputError? {
    streams.lazy.compactMap(\.player.damage).first ?? states.lazy.compactMap(\.walk.damage).first
  }

  /// Calls `body` with each cycle in which something changes, in order, and the changes of that cycle. In the
  /// first cycle every variable gets its value.
  mutating func run(_ body: (Cycle, ArraySlice<Change>) -> Void) {
    var start = cycles.lowerBound
    while start < cycles.upperBound {
      let end = min(start + Self.window, cycles.upperBound)
      var changes: [Change] = []
      for n in streams.indices { streams[n].run(until: end, into: &changes) }
      for n in fifos.indices { fifos[n].run(until: end, into: &changes) }
      for n in states.indices { states[n].run(until: end, into: &changes) }
      let sorted = Self.sorted(changes, from: start, count: end - start)
      var at = 0
      while at < sorted.count {
        let cycle = sorted[at].cycle
        var next = at + 1
        while next < sorted.count, sorted[next].cycle == cycle { next += 1 }
        body(cycle, sorted[at..<next])
        at = next
      }
      start = end
    }
  }

  /// The cycle after the last.
  var end: Cycle { cycles.upperBound }

  struct Change {
    var cycle: Cycle
    var variable: Int
    var value: Int
  }

  /// Counting sort: as many places as cycles.
  private static func sorted(_ changes: [Change], from: Cycle, count: Int) -> [Change] {
    guard !changes.isEmpty else { return [] }
    var places = [Int](repeating: 0, count: count + 1)
    for change in changes { places[change.cycle - from + 1] += 1 }
    for n in 1...count { places[n] += places[n - 1] }
    return [Change](unsafeUninitializedCapacity: changes.count) { buffer, filled in
      for change in changes {
        buffer.initializeElement(at: places[change.cycle - from], to: change)
        places[change.cycle - from] += 1
      }
      filled = changes.count
    }
  }
}

/// Valid and ready of one stream, and which word is on it.
private struct StreamWave {
  let player: StreamPlayer
  let valid: Int
  /// nil where a FIFO tells it.
  let ready: Int?
  /// nil where the trace does not say what words were. The value of a change is the word's index.
  let data: Int?
  var now: Cycle
  private var last = (valid: -2, ready: -2)
  private var word: Int
  private var shown: Int?

  init(player: StreamPlayer, valid: Int, ready: Int?, data: Int?, now: Cycle) {
    (self.player, self.valid, self.ready, self.now) = (player, valid, ready, now)
    self.data = data
    word = player.before
  }

  mutating func run(until end: Cycle, into changes: inout [WaveWalk.Change]) {
    while now < end {
      if player.cycle < now {
        player.advance()
        word += 1
      }
      var next = end
      let level: (valid: Int, ready: Int)
      if player.unknownFrom <= now {
        level = (WaveWalk.unknown, WaveWalk.unknown)
      } else if player.offered > now {
        level = (0, 1)
        next = min(next, player.offered, player.unknownFrom)
      } else if player.cycle > now {
        level = (1, 0)
        next = min(next, player.cycle)
      } else {
        level = (1, 1)
        next = now + 1
      }
      if level.valid != last.valid {
        changes.append(.init(cycle: now, variable: valid, value: level.valid))
      }
      if let data, level.valid == 1 || shown == nil, shown != word {
        // Before the first word there is none.
        let value = level.valid == 1 ? word : WaveWalk.unknown
        changes.append(.init(cycle: now, variable: data, value: value))
        shown = value
      }
      if let ready, level.ready != last.ready {
        changes.append(.init(cycle: now, variable: ready, value: level.ready))
      }
      last = level
      now = next
    }
  }
}

/// What a FIFO holds, and whether it takes a word.
private struct FIFOWave {
  var walk: FIFOWalk
  let depth: Int
  let occupancy: Int
  let ready: Int
  private var last = (level: -2, room: -2)

  init(walk: FIFOWalk, depth: Int, occupancy: Int, ready: Int) {
    (self.walk, self.depth, self.occupancy, self.ready) = (walk, depth, occupancy, ready)
  }

  mutating func run(until end: Cycle, into changes: inout [WaveWalk.Change]) {
    walk.steps(until: end) { cycle, level in
      let room = level.map { $0 < depth ? 1 : 0 } ?? WaveWalk.unknown
      let value = level ?? WaveWalk.unknown
      if value != last.level {
        changes.append(.init(cycle: cycle, variable: occupancy, value: value))
      }
      if room != last.room { changes.append(.init(cycle: cycle, variable: ready, value: room)) }
      last = (value, room)
    }
  }
}

/// What a node does.
private struct StateWave {
  var walk: NodeWalk
  let state: Int
  private var last = -2

  init(walk: NodeWalk, state: Int) { (self.walk, self.state) = (walk, state) }

  mutating func run(until end: Cycle, into changes: inout [WaveWalk.Change]) {
    walk.steps(until: end) { cycle, activity in
      let value =
        switch activity {
        case .starved: 0
        case .busy: 1
        case .blocked: 2
        case .unknown: WaveWalk.unknown
        }
      if value != last { changes.append(.init(cycle: cycle, variable: state, value: value)) }
      last = value
    }
  }
}
