import SimKernels

/// From the ends of a channel to a place in between: which handshakes have become known there.
struct HandingOn {
  let times: ChannelPlace.Times
  /// What is cycle 0 for the channel.
  let origin: Cycle
  let limit: Cycle
  let buffer: Unmanaged<HandshakeBuffer>

  private var now: KeptTimes { @inline(__always) get { times.kept } }

  /// Hands on all that is known at a place: even words as runs, others listed.
  func callAsFunction(_ place: inout ChannelPlace) {
    // Few runs are left that have not been handed on.
    var at = 0
    while place.next < times.end, !place.isCut {
      while at < now.runs.count, now.runs[at].words.upperBound <= place.next { at &+= 1 }
      let isLast = at == now.runs.count
      let begin = isLast ? times.end : min(now.runs[at].words.lowerBound, times.end)
      if place.next < begin {
        list(upTo: begin, &place)
      } else {
        pass(now.runs[at], &place)
      }
    }
  }

  /// Hands on words of a run as runs, as far as they are even here too.
  ///
  /// At the front words move when they come in. Elsewhere a word depends on when it came in and on when another
  /// left, as many before it as there is room for from here on. Where that is one of the run too, or left so
  /// early that it does not matter, words move here as evenly as they came in.
  private func pass(_ run: EvenWords, _ place: inout ChannelPlace) {
    let word = place.next
    let end = min(run.words.upperBound, times.end)
    guard word >= times.early, limit == .max || times[end - 1] + origin < limit else {
      let listed = min(end, word + ChannelLog.readsAtOnce)
      now.list(max(run.words.lowerBound, word - times.capacity)..<listed, of: run)
      return list(upTo: listed, &place)
    }
    let came = run.write(word)
    if place.isFront { return handOn(run, end - word, at: came, came, &place) }
    let arrival = came &+ times.latency
    let freed = word &- times.capacity
    if freed >= run.words.lowerBound {
      let time = max(arrival, run.read(freed) &+ times.credit)
      return handOn(run, end - word, at: time, arrival, &place)
    }
    // The words that go by one that left before the run.
    let stop = min(end, run.words.lowerBound + times.capacity)
    let count = unhindered(run, word..<stop, from: arrival)
    guard count > 0 else {
      now.list(word..<stop, of: run)
      return list(upTo: stop, &place)
    }
    let (first, stopsAt) = (run.words.lowerBound, run.words.lowerBound &+ times.capacity)
    let goesOn =
      word &+ count == stop && stop < end
      && run.read(first) &+ times.credit <= run.write(stopsAt) &+ times.latency
    handOn(run, goesOn ? end - word : count, at: arrival, arrival, &place)
  }

  /// How many of the first of some words, which come from `arrival` on in a run, have room when they come. Those
  /// that make room left one after the other.
  private func unhindered(_ run: EvenWords, _ words: Range<Int>, from arrival: Cycle) -> Int {
    var count = words.count
    while true {
      let latest = times.room(words.lowerBound &+ count &- 1)
      if latest <= arrival &+ count &- 1 { return count }
      guard count > Self.leastCount else { break }
      count /= 2
    }
    for i in 0..<count where times.room(words.lowerBound &+ i) > arrival &+ i &* run.stride {
      return 0
    }
    return count
  }

  /// Fewer words are not halved, but looked at.
  private static let leastCount = 32

  /// Hands on words at the distances of a run, the first at `time`, there since `arrival`.
  private func handOn(
    _ run: EvenWords, _ count: Int, at time: Cycle, _ arrival: Cycle, _ place: inout ChannelPlace
  ) {
    defer { (place.next, place.last) = (place.next &+ count, time &+ (count &- 1) &* run.stride) }
    guard place.isAsked else { return }
    var words = HandshakeRun(
      cycle: time &+ origin, step: run.stride, wait: min(time &- arrival, run.stride &- 1),
      count: count)
    // Only the first may follow another in another distance.
    let wait = place.isFront ? 0 : time &- max(arrival, place.last &+ 1)
    if wait != words.wait {
      place.tell(HandshakeRun(cycle: words.cycle, step: run.stride, wait: wait, count: 1))
      guard count > 1 else { return }
      words.cycle &+= run.stride
      words.count &-= 1
    }
    place.tell(words)
  }

  /// Lists handshakes whose times stand in their slots.
  private func list(upTo end: Int, _ place: inout ChannelPlace) {
    buffer._withUnsafeGuaranteedRef { list(upTo: end, &place, in: $0) }
  }

  private func list(upTo end: Int, _ place: inout ChannelPlace, in buffer: HandshakeBuffer) {
    while place.next < end, !place.isCut {
      let count = min(end - place.next, buffer.capacity)
      guard place.next >= times.early,
        limit == .max || times.bulk(place.next &+ count &- 1) &+ origin < limit
      else {
        listOne(&place, in: buffer)
        continue
      }
      if place.isFront {
        listFront(count, &place, in: buffer)
      } else {
        tell(count, &place)
      }
    }
  }

  /// Tells of words whose handshakes are nothing but the formula.
  private func tell(_ count: Int, _ place: inout ChannelPlace) {
    let (from, known) = times.slots(of: place.next)
    // As far as neither goes round.
    let n = min(count, known)
    let here = HandshakeKernel.Place(
      writes: from.writes, latency: from.latency &+ origin, reads: from.reads,
      credit: from.credit &+ origin)
    place.tell(PlacedHandshakes(here, after: place.last &+ origin, count: n))
    (place.next, place.last) = (place.next &+ n, from[n &- 1])
  }

  /// Lists words that come in.
  private func listFront(_ count: Int, _ place: inout ChannelPlace, in buffer: HandshakeBuffer) {
    var last = place.last &+ origin
    for i in 0..<count {
      let slot = (place.next &+ i) & now.mask
      let written = now.writes[slot]
      let t = written &+ origin
      buffer.cycles[i] = t
      // Its writer may have had a word before the one in front of it was taken.
      buffer.waits[i] = min(written &- now.offers[slot], t &- last &- 1)
      last = t
    }
    (place.next, place.last) = (place.next &+ count, last &- origin)
    place.tell(buffer.batch(count))
  }

  /// One word, which may be among the first or beyond the limit.
  private func listOne(_ place: inout ChannelPlace, in buffer: HandshakeBuffer) {
    let (word, time) = (place.next, times[place.next])
    let ready = place.isFront ? now.offers[word & now.mask] : times.arrival(word)
    let offered = max(ready, place.last &+ 1)
    guard time &+ origin < limit else {
      place.isCut = true
      if offered + origin < limit { place.stream?.leaveUnfinished(offered + origin) }
      return
    }
    (buffer.cycles[0], buffer.waits[0]) = (time &+ origin, time &- offered)
    (place.next, place.last) = (word &+ 1, time)
    place.tell(buffer.batch(1))
  }
}
