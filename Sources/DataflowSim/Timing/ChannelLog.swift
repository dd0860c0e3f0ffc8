/// What is observed at one channel: the streams at its places and the FIFOs among its stages.
///
/// How many words have passed a place, and what is waiting there, follows from the channel itself. The times
/// at its ends are looked at every hundred words or so, and only where somebody asks for handshakes, where a
/// limit may cut them off, or for the sake of a FIFO that has not been full yet.
final class ChannelLog {
  private let stages: [Stage]
  /// In front of the first stage to behind the last.
  private let places: UnsafeMutableBufferPointer<ChannelPlace>
  private let fifos: UnsafeMutableBufferPointer<Occupancy>
  private let limit: Cycle
  /// Whether somebody wants to know of every handshake.
  let isFull: Bool
  private var channel: Link?

  /// Reads up to which everything has been worked out.
  private var settled = 0
  /// Nothing that is still to come matters.
  private var isDone = false
  /// Words that moved evenly, as far as they have not been worked out. The channel notes them.
  let even: UnsafeMutablePointer<LatestRuns>

  // Before the last reset.
  private var counted: [Int]
  private var lastBefore = Cycle.never
  /// What is cycle 0 for the channel.
  private var origin = 0

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
    self.limit = limit
    self.isFull = isFull
    places = .allocate(capacity: stages.count + 1)
    for place in 0...stages.count {
      (places.baseAddress! + place).initialize(
        to: ChannelPlace(
          stages, behind: place, stream: place < streams.count ? streams[place] : nil))
    }
    self.fifos = .allocate(capacity: fifos.count)
    _ = self.fifos.initialize(
      fromContentsOf: fifos.map {
        Occupancy(name: $0.name, depth: stages[$0.stage].capacity, stage: $0.stage)
      })
    even = .allocate(capacity: 1)
    even.initialize(to: LatestRuns())
    counted = Array(repeating: 0, count: places.count)
  }

  deinit {
    for place in places { place.release() }
    places.deallocate()
    fifos.deinitialize().deallocate()
    even.pointee.deallocate()
    even.deallocate()
  }

  /// Whether it has to be told of handshakes at all.
  var needsHandshakes: Bool { isFull || !fifos.isEmpty && !isDone }

  func follow(_ channel: Link) { self.channel = channel }

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

  /// Words have been taken. How many must have been when it is told again; nil: no need.
  func took(_ times: KeptTimes) -> Int? {
    guard !isDone else { return nil }
    if times.read - settled >= Self.readsAtOnce {
      settle(times)
      isDone = !isFull && fifos.allSatisfy(\.isSaturated)
    }
    return isDone ? nil : settled + Self.readsAtOnce
  }
}

// From the ends to the places.
extension ChannelLog {
  /// Works out what is known of the places by now.
  private func settle(_ now: KeptTimes) {
    var now = now
    now.runs = even.pointee.all
    settled = now.read
    if isFull { for i in places.indices { handOn(i, now) } }
    for i in fifos.indices where !fifos[i].isSaturated {
      let stage = fifos[i].stage
      fifos[i].update(places[stage].times(now), places[stage + 1].times(now))
    }
    even.pointee.forget(before: now.read)
  }

  private func settle() {
    if keepsTimes, let times = channel?.pointee.keptTimes { settle(times) }
  }

  /// Hands on the handshakes at a place that have become known.
  private func handOn(_ index: Int, _ now: KeptTimes) {
    guard places[index].isAsked || limit != .max else {
      places[index].next = places[index].end(now)
      return
    }
    let handOn = HandingOn(
      times: places[index].times(now), origin: origin, limit: limit)
    handOn(&places[index])
  }
}

// What the channel itself tells.
extension ChannelLog {
  private var now: KeptTimes? {
    guard var now = channel?.pointee.keptTimes else { return nil }
    now.runs = even.pointee.all
    return now
  }

  /// Words that have passed a place since the last reset.
  private func passed(_ place: Int) -> Int {
    if isFull { return places[place].next }
    guard let now else { return 0 }
    return stages.isEmpty ? now.read : places[place].passed(written: now.written, read: now.read)
  }

  /// The last handshake at a place; at least one word has passed.
  private func lastTime(_ index: Int) -> Cycle {
    let place = places[index]
    guard !isFull, let now, let channel = channel?.pointee else { return place.last }
    let word = place.passed(written: channel.written, read: channel.read) - 1
    guard !keepsTimes else { return place.times(now)[word] }
    if place.capacity == 0 { return channel.lastRead }
    let written = word == channel.written - 1 ? channel.lastWrite : channel.slot(word)
    if index == 0 { return written }
    let freed = word - place.capacity
    let left = freed == channel.read - 1 ? channel.lastRead : channel.slot(freed)
    return max(written + place.latency, freed < 0 ? .never : left + place.credit)
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
    guard let now else { return [] }
    return fifos.map { fifo in
      (
        fifo.name, fifo.depth,
        fifo.final(places[fifo.stage].times(now), places[fifo.stage + 1].times(now)),
        passed(fifo.stage) - passed(fifo.stage + 1)
      )
    }
  }

  /// At the end of a run: notes the words that are offered and never taken.
  func noteUnfinished() {
    if isFull { settle() }
    guard let channel, let now else { return }
    for place in places.indices where places[place].stream != nil && !places[place].isCut {
      let word = passed(place)
      let offered: Cycle
      if place > 0 {
        guard word < passed(place - 1) else { continue }
        let last = word > 0 ? lastTime(place) : .never
        offered = max(places[place].times(now).arrival(word), last + 1)
      } else if stages.isEmpty {
        guard channel.pointee.available > 0 else { continue }
        offered = channel.pointee.offered
      } else {
        guard channel.pointee.pending != .never else { continue }
        offered = channel.pointee.pending
      }
      if offered + origin < limit { places[place].stream?.leaveUnfinished(offered + origin) }
    }
  }

  /// Before the channel is emptied by a reset; from then on cycles are counted from `origin`.
  func restart(at origin: Cycle) {
    settle()
    lastBefore = max(lastBefore, lastHere)
    for place in places.indices { counted[place] += passed(place) }
    for place in places.indices { (places[place].next, places[place].last) = (0, .never) }
    for i in fifos.indices { fifos[i].restart() }
    even.pointee.removeAll()
    settled = 0
    self.origin = origin
  }
}
