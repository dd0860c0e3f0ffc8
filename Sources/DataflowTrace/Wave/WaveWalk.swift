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

  private let cycles: Range<Cycle>
  private var streams: [StreamWave] = []
  private var fifos: [FIFOWave] = []
  private var states: [StateWave] = []

  init(_ trace: TraceFile, _ layout: WaveLayout, _ selection: TraceSelection) throws {
    let from = selection.cycles.lowerBound
    // One cycle more than the last handshake: what it leaves behind is there to be seen.
    cycles = from..<max(from, min(trace.end + 1, selection.cycles.upperBound + 1))
    // Unpacked once for all who look at them.
    var bits: [String: StreamBits] = [:]
    for stream in layout.streams { bits[stream] = try StreamBits(trace, stream, from: from) }
    for (n, stream) in layout.streams.enumerated() {
      streams.append(
        StreamWave(
          bits: bits[stream]!, valid: layout.valid(n),
          ready: layout.isEntered[n] ? nil : layout.ready(n), data: layout.data(n)))
    }
    for (n, fifo) in layout.fifos.enumerated() {
      let walk = try FIFOWalk(trace, trace.design.nodes[fifo.node], from: from, bits: bits)
      fifos.append(
        FIFOWave(
          walk: walk, depth: fifo.depth, occupancy: layout.occupancy(n),
          ready: layout.ready(fifo.input)))
    }
    for (n, node) in layout.stateNodes.enumerated() {
      let walk = try NodeWalk(trace, trace.design.nodes[node], from: from, bits: bits)
      states.append(StateWave(walk: walk, state: layout.state(n)))
    }
  }

  var damage: InputError? {
    streams.lazy.compactMap(\.bits.damage).first ?? states.lazy.compactMap(\.walk.damage).first
  }

  /// Calls `body` with each cycle in which something changes, in order, and the changes of that cycle. In the
  /// first cycle every variable gets its value.
  mutating func run(_ body: (Cycle, ArraySlice<Change>) -> Void) {
    var start = cycles.lowerBound
    var found = Changes()
    while start < cycles.upperBound {
      WorkProgress.tell("signals over time", start - cycles.lowerBound, of: cycles.count)
      // All go through the same block of cycles.
      let block = start..<min(start + StreamBits.most, cycles.upperBound)
      found.begin(block)
      for n in streams.indices { streams[n].run(block, &found) }
      for n in fifos.indices { fifos[n].run(until: block.upperBound, into: &found) }
      for n in states.indices { states[n].run(until: block.upperBound, into: &found) }
      let sorted = found.sorted()
      var at = 0
      while at < sorted.count {
        let cycle = sorted[at].cycle
        var next = at + 1
        while next < sorted.count, sorted[next].cycle == cycle { next += 1 }
        body(start + Int(cycle), sorted[at..<next])
        at = next
      }
      start = block.upperBound
    }
  }

  /// The cycle after the last.
  var end: Cycle { cycles.upperBound }

  struct Change {
    /// In the block.
    fileprivate var cycle: Int32
    private var number: Int32
    var value: Int
    var variable: Int { Int(number) }

    fileprivate init(_ cycle: Int, _ variable: Int, _ value: Int) {
      (self.cycle, number, self.value) = (Int32(cycle), Int32(variable), value)
    }
  }
}

/// What changes in a block of cycles.
private struct Changes {
  private var block: Range<Cycle> = 0..<0
  private var list: [WaveWalk.Change] = []

  mutating func begin(_ block: Range<Cycle>) {
    self.block = block
    list.removeAll(keepingCapacity: true)
  }

  @inline(__always) mutating func add(_ cycle: Cycle, _ variable: Int, _ value: Int) {
    list.append(WaveWalk.Change(cycle - block.lowerBound, variable, value))
  }

  /// By cycle; those of one cycle as they came. A counting sort: as many places as cycles.
  func sorted() -> [WaveWalk.Change] {
    guard !list.isEmpty else { return [] }
    var places = [Int](repeating: 0, count: block.count + 1)
    for change in list { places[Int(change.cycle) + 1] += 1 }
    for n in 1...block.count { places[n] += places[n - 1] }
    return [WaveWalk.Change](unsafeUninitializedCapacity: list.count) { buffer, filled in
      for change in list {
        buffer.initializeElement(at: places[Int(change.cycle)], to: change)
        places[Int(change.cycle)] += 1
      }
      filled = list.count
    }
  }
}

/// Valid and ready of one stream, and which word is on it.
private struct StreamWave {
  let bits: StreamBits
  let valid: Int
  /// nil where a FIFO tells it.
  let ready: Int?
  /// nil where the trace does not say what words were. The value of a change is the word's index.
  let data: Int?
  /// Whether the file has broken off.
  private var isLost = false
  private var hasBegun = false
  // In the cycle before the block.
  private var before =
    (valid: 0, ready: 0, moves: 0) as (valid: UInt64, ready: UInt64, moves: UInt64)
  /// The word told last.
  private var shown: Int?

  init(bits: StreamBits, valid: Int, ready: Int?, data: Int?) {
    (self.bits, self.valid, self.ready, self.data) = (bits, valid, ready, data)
  }

  mutating func run(_ block: Range<Cycle>, _ changes: inout Changes) {
    bits.load(block)
    guard !isLost else { return }
    let start = block.lowerBound
    let known = max(0, min(block.upperBound, bits.knownUntil) - start)
    var words = bits.before
    for place in stride(from: 0, to: known, by: 64) {
      let (moves, waits) = (bits.moves[place >> 6], bits.waits[place >> 6])
      let (valids, readies) = (moves | waits, ~waits)
      let all = UInt64.ones(known - place)
      if !hasBegun {
        hasBegun = true
        before = (~valids & 1, ~readies & 1, 0)
        if let data, valids & 1 == 0 {
          // Before the first word there is none.
          changes.add(start, data, WaveWalk.unknown)
          shown = WaveWalk.unknown
        }
      }
      let (rises, freed) = (~(valids << 1 | before.valid), moves << 1 | before.moves)
      Self.forEach((valids ^ (valids << 1 | before.valid)) & all) { bit in
        changes.add(start + place + bit, valid, Int(valids >> UInt64(bit) & 1))
      }
      if let data {
        Self.forEach(valids & (rises | freed) & all) { bit in
          let word = words + (moves & .ones(bit)).nonzeroBitCount
          if word != shown { changes.add(start + place + bit, data, word) }
          shown = word
        }
      }
      if let ready {
        Self.forEach((readies ^ (readies << 1 | before.ready)) & all) { bit in
          changes.add(start + place + bit, ready, Int(readies >> UInt64(bit) & 1))
        }
      }
      words += moves.nonzeroBitCount
      before = (valids >> 63, readies >> 63, moves >> 63)
    }
    guard start + known < block.upperBound else { return }
    isLost = true
    changes.add(start + known, valid, WaveWalk.unknown)
    if let ready { changes.add(start + known, ready, WaveWalk.unknown) }
    if let data, shown == nil { changes.add(start + known, data, WaveWalk.unknown) }
  }

  @inline(__always) private static func forEach(_ bits: UInt64, _ body: (Int) -> Void) {
    var rest = bits
    while rest != 0 {
      body(rest.trailingZeroBitCount)
      rest &= rest - 1
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

  mutating func run(until end: Cycle, into changes: inout Changes) {
    walk.steps(until: end) { cycle, level in
      let room = level.map { $0 < depth ? 1 : 0 } ?? WaveWalk.unknown
      let value = level ?? WaveWalk.unknown
      if value != last.level { changes.add(cycle, occupancy, value) }
      if room != last.room { changes.add(cycle, ready, room) }
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

  mutating func run(until end: Cycle, into changes: inout Changes) {
    walk.steps(until: end) { cycle, activity in
      let value =
        switch activity {
        case .starved: 0
        case .busy: 1
        case .blocked: 2
        case .unknown: WaveWalk.unknown
        }
      if value != last { changes.add(cycle, state, value) }
      last = value
    }
  }
}
