/// What is observed at one channel: the streams at its places and the FIFOs among its stages.
///
/// How many words have passed a place, and what is waiting there, follows from the channel itself. The times
/// at its ends are looked at every few hundred words, and only where somebody asks for handshakes, where a
/// limit may cut them off, or for the sake of a FIFO that has not been full yet.
final class ChannelLog {
  private let stages: [Stage]
  private var places: [ChannelPlace]
  /// By place.
  private let streams: [StreamLog?]
  private var fifos: [Occupancy]
  private let limit: Cycle
  /// Whether somebody wants to know of every handshake.
  let isFull: Bool
  private var channel: Link?

  /// Reads up to which everything has been worked out.
  private var settled = 0
  /// Nothing that is still to come matters.
  private var isDone = false
  /// Words that moved evenly, as far as they have not been worked out.
  private var even: [EvenWords] = []

  // Before the last reset.
  private var counted: [Int]
  private var lastBefore = Cycle.never
  /// What is cycle 0 for the channel.
  private var origin = 0

  /// So many reads at most are left to be worked out, and so many words pass as a run.
  static let readsAtOnce = 512

  /// - Parameters:
  ///   - stages: those the channel stands for; none for a wire.
  ///   - streams: by place, in front of the first stage to behind the last.
  ///   - fifos: names of the FIFOs among the stages, by stage.
  init(
    _ stages: [Stage], streams: [StreamLog?], fifos: [(stage: Int, name: String)], limit: Cycle,
    isFull: Bool
  ) {
    self.stages = stages
    self.streams = streams
    self.limit = limit
    self.isFull = isFull
    places = (stages.isEmpty ? 0...0 : 0...stages.count).map { ChannelPlace(stages, behind: $0) }
    self.fifos = fifos.map {
      Occupancy(name: $0.name, depth: stages[$0.stage].capacity, stage: $0.stage)
    }
    counted = Array(repeating: 0, count: places.count)
  }

  /// Whether it has to be told of handshakes at all.
  var needsHandshakes: Bool { isFull || !fifos.isEmpty && !isDone }

  func follow(_ channel: Link) { self.channel = channel }

  /// Whether the channel keeps the times of words that have been read.
  private var keepsTimes: Bool {
    isFull || !fifos.isEmpty || stages.dropFirst().contains { $0.firstReady > 0 }
  }

  /// Words whose times the channel has to keep; 0: none that have been read.
  ///
  /// When everything known by r reads has been worked out, no write before r − capacity matters any more,
  /// and no read (`Occupancy`). That happens after `readsAtOnce` reads at the latest, to which as many may
  /// be added at once as the channel holds; and it may hold as many again.
  func words(capacity: Int) -> Int { keepsTimes ? 3 * capacity + 2 * Self.readsAtOnce : 0 }

  /// Words passed the channel evenly, the first of them number `word`, each `delay` cycles from end to end.
  func passed(_ run: EvenRun, from word: Int, delay: Int) {
    if !isDone { even.note(run, from: word, delay: delay) }
  }

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
    settled = now.read
    if isFull { for i in places.indices { handOn(i, now) } }
    for i in fifos.indices where !fifos[i].isSaturated {
      let stage = fifos[i].stage
      fifos[i].update(places[stage].times(now), places[stage + 1].times(now), even)
    }
    even.forget(before: now.read)
  }

  private func settle() {
    if let now, keepsTimes { settle(now) }
  }

  /// Hands on the handshakes at a place that have become known.
  private func handOn(_ index: Int, _ now: KeptTimes) {
    let (times, stream) = (places[index].times(now), streams[index])
    guard stream != nil || limit != .max else {
      places[index].next = times.end
      return
    }
    var place = places[index]
    withUnsafeTemporaryAllocation(of: Handshake.self, capacity: Self.readsAtOnce) { batch in
      while place.next < times.end, !place.isCut {
        if let run = evenRun(index, place, times, now) {
          stream?.took(run)
          (place.next, place.last) = (place.next + run.count, run[run.count - 1].cycle - origin)
          continue
        }
        let filled = fill(batch, index, &place, times, now)
        stream?.took(UnsafeBufferPointer(rebasing: batch[..<filled]))
      }
    }
    places[index] = place
  }

  /// The next handshakes at `place`, where they are even. From so many words on as there is room for behind it,
  /// and one for the word before, all that has a part in them has the same stride.
  private func evenRun(
    _ index: Int, _ place: ChannelPlace, _ times: ChannelPlace.Times, _ now: KeptTimes
  ) -> HandshakeRun? {
    let word = place.next
    guard word >= times.early,
      let run = even.first(where: { $0.words.upperBound > word }),
      word > run.words.lowerBound + place.capacity
    else { return nil }
    let count = min(run.words.upperBound, times.end) - word
    let t = times.bulk(word)
    guard count > 2, t + count * run.stride + origin < limit else { return nil }
    let isBehind = index > 0 || stages.isEmpty
    let offered =
      isBehind ? max(times.arrival(word), place.last + 1) : now.offers[word & now.mask]
    return HandshakeRun(cycle: t + origin, step: run.stride, wait: t - offered, count: count)
  }

  /// The next word from which on handshakes at `place` are even, for long enough; `.max`: none.
  private func evenFrom(_ word: Int, _ place: ChannelPlace) -> Int {
    for run in even {
      let start = run.words.lowerBound + place.capacity + 1
      if start > word, run.words.upperBound > start + 2 { return start }
    }
    return .max
  }

  /// The next handshakes at `place`, up to those that are even; how many.
  ///
  /// A word is offered behind stages as soon as it has come through them alone and the word before has
  /// gone: what holds it up in between, the words before, are held up by no less.
  private func fill(
    _ batch: UnsafeMutableBufferPointer<Handshake>, _ index: Int, _ place: inout ChannelPlace,
    _ times: ChannelPlace.Times, _ now: KeptTimes
  ) -> Int {
    // The word on a wire is written when it is offered.
    let isBehind = index > 0 || stages.isEmpty
    let offers = isBehind ? nil : now.offers
    let (mask, origin, limit) = (now.mask, origin, limit)
    var (last, filled) = (place.last, 0)
    var word = place.next
    // Where even handshakes begin, they are not listed one by one.
    let end = min(times.end, evenFrom(word, place))
    while word < end, filled < batch.count {
      let n = min(end - word, batch.count - filled)
      if word >= times.early, times.bulk(word + n - 1) &+ origin < limit {
        let out = UnsafeMutableBufferPointer(rebasing: batch[filled..<filled + n])
        last = times.list(from: word, offers: offers, after: last, origin: origin, in: out)
        word += n
        filled += n
        continue
      }
      let t = times[word]
      let offered = offers.map { $0[word & mask] } ?? max(times.arrival(word), last &+ 1)
      guard t &+ origin < limit else {
        place.isCut = true
        if offered + origin < limit { streams[index]?.leaveUnfinished(offered + origin) }
        break
      }
      batch[filled] = Handshake(offered: offered &+ origin, cycle: t &+ origin)
      filled &+= 1
      word &+= 1
      last = t
    }
    (place.next, place.last) = (word, last)
    return filled
  }
}

// What the channel itself tells.
extension ChannelLog {
  private var now: KeptTimes? { channel?.pointee.keptTimes }

  /// Words that have passed a place since the last reset.
  private func passed(_ place: Int) -> Int {
    if isFull { return places[place].next }
    guard let now else { return 0 }
    return stages.isEmpty ? now.read : places[place].passed(written: now.written, read: now.read)
  }

  /// The last handshake at a place; at least one word has passed.
  private func lastTime(_ index: Int) -> Cycle {
    let place = places[index]
    guard !isFull, let channel = channel?.pointee else { return place.last }
    let word = place.passed(written: channel.written, read: channel.read) - 1
    guard !keepsTimes else { return place.times(channel.keptTimes)[word] }
    if place.capacity == 0 { return channel.lastRead }
    let written = word == channel.written - 1 ? channel.lastWrite : channel.slot(word)
    if index == 0 { return written }
    let freed = word - place.capacity
    let left = freed == channel.read - 1 ? channel.lastRead : channel.slot(freed)
    return max(written + place.latency, freed < 0 ? .never : left + place.credit)
  }

  /// The last handshake at a stream here.
  private var lastHere: Cycle {
    streams.indices.filter { streams[$0] != nil && passed($0) > 0 }
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
    return streams.indices.compactMap { place in
      streams[place].map { ($0, counted[place] + passed(place)) }
    }
  }

  /// Words in each FIFO: its depth, the most at once, and those at the end, since the last reset.
  var levels: [(name: String, depth: Int, most: Int, last: Int)] {
    guard let now else { return [] }
    settle()
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
    guard let channel, !streams.isEmpty else { return }
    if isFull { settle() }
    for place in places.indices where streams[place] != nil && !places[place].isCut {
      let word = passed(place)
      let offered: Cycle
      if place > 0 {
        guard word < passed(place - 1) else { continue }
        let last = word > 0 ? lastTime(place) : .never
        offered = max(places[place].times(channel.pointee.keptTimes).arrival(word), last + 1)
      } else if stages.isEmpty {
        guard channel.pointee.available > 0 else { continue }
        offered = channel.pointee.offered
      } else {
        guard channel.pointee.pending != .never else { continue }
        offered = channel.pointee.pending
      }
      if offered + origin < limit { streams[place]?.leaveUnfinished(offered + origin) }
    }
  }

  /// Before the channel is emptied by a reset; from then on cycles are counted from `origin`.
  func restart(at origin: Cycle) {
    settle()
    lastBefore = max(lastBefore, lastHere)
    for place in places.indices { counted[place] += passed(place) }
    for place in places.indices { (places[place].next, places[place].last) = (0, .never) }
    for i in fifos.indices { fifos[i].restart() }
    even = []
    settled = 0
    self.origin = origin
  }
}
