/// What is observed at one channel: the streams at its places and the FIFOs among its stages.
///
/// How many words have passed a place, and what is waiting there, follows from the channel itself. The times
/// at its ends are looked at every hundred words or so, and only where somebody asks for handshakes, where a
/// limit may cut them off, or for the sake of a FIFO that has not been full yet.
final class ChannelLog {
  private let stages: [Stage]
  /// What is looked at again and again.
  let block: UnsafeMutablePointer<LogBlock>
  private var channel: Link?

  // Before the last reset.
  private var counted: [Int]
  private var lastBefore = Cycle.never

  /// So many reads at most are left to be worked out before words pass as a run. With what a small FIFO holds the
  /// times of twice as many stay within 256 slots, so that those of hundreds of channels stay near the processor.
  static let readsAtOnce = 112
  /// So many words pass as a run.
  static let longestPassage = 4096

  /// - Parameters:
  ///   - stages: those the channel stands for; none for a wire.
  ///   - streams: by place, in front of the first stage to behind the last.
  ///   - fifos: names of the FIFOs among the stages, by stage.
  init(
    _ stages: [Stage], streams: [StreamLog?], fifos: [(stage: Int, name: String)], limit: Cycle,
    isFull: Bool
  ) {
    self.stages = stages
    let places = (0...stages.count).map { place in
      ChannelPlace(
        stages, behind: place, stream: place < streams.count ? streams[place] : nil)
    }
    block = LogBlock.make(
      places: places,
      fifos: fifos.map {
        Occupancy(
          name: $0.name, depth: stages[$0.stage].capacity, stage: $0.stage,
          from: places[$0.stage].formula, to: places[$0.stage + 1].formula)
      }, limit: limit, isFull: isFull)
    counted = Array(repeating: 0, count: places.count)
  }

  deinit { LogBlock.free(block) }

  private var places: UnsafeMutableBufferPointer<ChannelPlace> { block.pointee.places }
  private var fifos: UnsafeMutableBufferPointer<Occupancy> { block.pointee.fifos }
  /// Whether somebody wants to know of every handshake.
  var isFull: Bool { block.pointee.isFull }

  /// Whether it has to be told of handshakes at all.
  var needsHandshakes: Bool { isFull || !fifos.isEmpty && !block.pointee.isDone }

  func follow(_ channel: Link) {
    self.channel = channel
    block.pointee.times.initialize(to: channel.pointee.keptTimes)
  }

  /// Whether the times of words that have been read are needed, from here on.
  var needsTimes: Bool {
    needsHandshakes || stages.dropFirst().contains { $0.firstReady > 0 }
  }

  /// Whether the channel keeps the times of words that have been read.
  private var keepsTimes: Bool { channel?.pointee.keepsTimes ?? false }

  /// Words whose times the channel has to keep; 0: none that have been read.
  ///
  /// When everything known by r reads has been worked out, no write before r − capacity matters any more,
  /// and no read (`Occupancy`). That happens after `readsAtOnce` reads at the latest, to which as many may
  /// be added at once as the channel holds, or as pass as a run; and it may hold as many again. Of a longer run
  /// it is worked out at once.
  func words(capacity: Int) -> Int { needsTimes ? 3 * capacity + 2 * Self.readsAtOnce : 0 }
}

// What the channel itself tells.
extension ChannelLog {
  /// Works out what is known of the places by now.
  private func settle() {
    if keepsTimes, look() { block.pointee.settle() }
  }

  /// Notes the times at the ends of the channel as they are now; whether there is any.
  @discardableResult private func look() -> Bool {
    guard let channel else { return false }
    block.pointee.times.pointee = channel.pointee.keptTimes
    block.pointee.times.pointee.runs = block.pointee.even.all
    return true
  }

  /// The handshakes at a place, by the times that are noted.
  private func times(at place: Int) -> ChannelPlace.Times { block.pointee.times(at: place) }

  /// What is cycle 0 for the channel.
  private var origin: Cycle { block.pointee.origin }

  /// Words that have passed a place since the last reset.
  private func passed(_ place: Int) -> Int {
    if isFull { return places[place].next }
    guard let channel = channel?.pointee else { return 0 }
    return stages.isEmpty
      ? channel.read : places[place].passed(written: channel.written, read: channel.read)
  }

  /// The last handshake at a place; at least one word has passed.
  private func lastTime(_ index: Int) -> Cycle {
    let place = places[index]
    guard !isFull, let channel = channel?.pointee else { return place.last }
    let word = place.passed(written: channel.written, read: channel.read) - 1
    guard !keepsTimes else {
      look()
      return times(at: index)[word]
    }
    let formula = place.formula
    if formula.capacity == 0 { return channel.lastRead }
    let written = word == channel.written - 1 ? channel.lastWrite : channel.slot(word)
    if index == 0 { return written }
    let freed = word - formula.capacity
    let left = freed == channel.read - 1 ? channel.lastRead : channel.slot(freed)
    return max(written + formula.latency, freed < 0 ? .never : left + formula.credit)
  }

  /// The last handshake at a stream here.
  private var lastHere: Cycle {
    places.indices.filter { places[$0].stream != nil && passed($0) > 0 }
      .map { lastTime($0) + origin }.max() ?? .never
  }

  /// The cycle of the last handshake of all at a stream.
  var last: Cycle? {
    let last = max(lastBefore, lastHere)
    return last == .never ? nil : last
  }

  /// Whether a handshake came that the limit cuts off.
  var sawLimit: Bool { places.contains(where: \.isCut) }

  var counts: [(log: StreamLog, words: Int)] {
    if isFull { settle() }
    return places.indices.compactMap { place in
      places[place].stream.map { ($0, counted[place] + passed(place)) }
    }
  }

  /// Words in each FIFO: its depth, the most at once, and those at the end, since the last reset.
  var levels: [(name: String, depth: Int, most: Int, last: Int)] {
    settle()
    guard look() else { return [] }
    return fifos.map { fifo in
      (
        fifo.name, fifo.depth, fifo.final(times(at: fifo.stage), times(at: fifo.stage + 1)),
        passed(fifo.stage) - passed(fifo.stage + 1)
      )
    }
  }

  /// At the end of a run: notes the words that are offered and never taken.
  func noteUnfinished() {
    if isFull { settle() }
    guard let channel, look() else { return }
    for place in places.indices where places[place].stream != nil && !places[place].isCut {
      let word = passed(place)
      let offered: Cycle
      if place > 0 {
        guard word < passed(place - 1) else { continue }
        let last = word > 0 ? lastTime(place) : .never
        offered = max(times(at: place).arrival(word), last + 1)
      } else if stages.isEmpty {
        guard channel.pointee.available > 0 else { continue }
        offered = channel.pointee.offered
      } else {
        guard channel.pointee.pending != .never else { continue }
        offered = channel.pointee.pending
      }
      if offered + origin < block.pointee.limit {
        places[place].stream?.leaveUnfinished(offered + origin)
      }
    }
  }

  /// Before the channel is emptied by a reset; from then on cycles are counted from `origin`.
  func restart(at origin: Cycle) {
    settle()
    lastBefore = max(lastBefore, lastHere)
    for place in places.indices { counted[place] += passed(place) }
    for place in places.indices { (places[place].next, places[place].last) = (0, .never) }
    for i in fifos.indices { fifos[i].restart() }
    block.pointee.even.removeAll()
    block.pointee.settled = 0
    block.pointee.origin = origin
  }
}
