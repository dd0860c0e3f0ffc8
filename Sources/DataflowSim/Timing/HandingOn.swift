import SimKernels

/// From the ends of a channel to a place in between: which handshakes have become known there.
struct HandingOn {
  let times: ChannelPlace.Times
  /// What is cycle 0 for the channel.
  let origin: Cycle
  let limit: Cycle

  private var now: KeptTimes { @inline(__always) _read { yield times.kept } }

  /// Hands on all that is known at a place: even words as runs, others listed.
  func callAsFunction(_ place: inout ChannelPlace) {
    // Few runs are left that have not been handed on.
    var at = 0
    // Words before this one stand in their slots, as far as they have not been handed on.
    var word = place.next
    while word < times.end, !place.isCut {
      while at < now.runs.count, now.runs[at].words.upperBound <= word { at &+= 1 }
      let isLast = at == now.runs.count
      let begin = isLast ? times.end : min(now.runs[at].words.lowerBound, times.end)
      word = word < begin ? begin : pass(now.runs[at], from: word, &place)
    }
    list(upTo: word, &place)
  }

  /// Hands on words of a run as runs, as far as they are even here too, or puts them into their slots.
  ///
  /// At the front words move when they come in. Elsewhere a word depends on when it came in and on when another
  /// left, as many before it as there is room for from here on. Where that is one of the run too, or left so
  /// early that it does not matter, words move here as evenly as they came in.
  ///
  /// - Parameter word: of the run; those before it are handed on or stand in their slots.
  /// - Returns: the word up to which that holds now.
  private func pass(_ run: EvenWords, from word: Int, _ place: inout ChannelPlace) -> Int {
    let known = min(run.words.upperBound, times.end)
    guard word >= times.early else {
      // Before their slots are taken.
      list(upTo: word, &place)
      let listed = min(known, word + ChannelLog.readsAtOnce)
      now.list(max(run.words.lowerBound, word - times.capacity)..<listed, of: run)
      list(upTo: listed, &place)
      return listed
    }
    let end = endBeforeLimit(word..<known)
    guard end > word else {
      list(upTo: word, &place)
      cut(at: word, of: run, &place)
      return word
    }
    let came = run.write(word)
    if place.isFront { return handOn(run, word..<end, at: came, came, &place) }
    let arrival = came &+ times.latency
    let freed = word &- times.capacity
    if freed >= run.words.lowerBound {
      let time = max(arrival, run.read(freed) &+ times.credit)
      return handOn(run, word..<end, at: time, arrival, &place)
    }
    // The words that go by one that left before the run.
    let stop = min(end, run.words.lowerBound + times.capacity)
    let count = unhindered(run, word..<stop, from: arrival)
    guard count > 0 else {
      now.list(word..<stop, of: run)
      return stop
    }
    let (first, stopsAt) = (run.words.lowerBound, run.words.lowerBound &+ times.capacity)
    let goesOn =
      word &+ count == stop && stop < end
      && run.read(first) &+ times.credit <= run.write(stopsAt) &+ times.latency
    return handOn(run, word..<(goesOn ? end : word &+ count), at: arrival, arrival, &place)
  }

  /// The first of some words that is here at the limit or later; their end where none is.
  private func endBeforeLimit(_ words: Range<Int>) -> Int {
    guard limit != .max, times[words.upperBound - 1] + origin >= limit else {
      return words.upperBound
    }
    var (low, high) = (words.lowerBound, words.upperBound - 1)
    while low < high {
      let middle = (low &+ high) / 2
      if times[middle] + origin < limit { low = middle &+ 1 } else { high = middle }
    }
    return low
  }

  /// The next word, one of a run, and all behind it come at the limit or later.
  private func cut(at word: Int, of run: EvenWords, _ place: inout ChannelPlace) {
    guard !place.isCut else { return }
    let ready = place.isFront ? run.write(word) : times.arrival(word)
    cut(offered: max(ready, place.last &+ 1), &place)
  }

  /// The next word comes too late; it is offered from `offered` on.
  private func cut(offered: Cycle, _ place: inout ChannelPlace) {
    place.isCut = true
    if offered + origin < limit { place.stream?.leaveUnfinished(offered + origin) }
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

  /// Hands on words at the distances of a run, the first at `time`, there since `arrival`, and all before them.
  private func handOn(
    _ run: EvenWords, _ words: Range<Int>, at time: Cycle, _ arrival: Cycle,
    _ place: inout ChannelPlace
  ) -> Int {
    // One word in front goes with the run. As that comes before the limit, so does the word.
    var word: Handshake?
    if place.next < words.lowerBound {
      if place.next == words.lowerBound &- 1, place.next >= times.early {
        word = wordBefore(run, &place)
      } else {
        list(upTo: words.lowerBound, &place)
        guard !place.isCut else { return words.lowerBound }
      }
    }
    let last = place.last
    (place.next, place.last) = (words.upperBound, time &+ (words.count &- 1) &* run.stride)
    guard place.isAsked else { return words.upperBound }
    let told = HandshakeRun(
      cycle: time &+ origin, step: run.stride, wait: min(time &- arrival, run.stride &- 1),
      firstWait: place.isFront ? 0 : time &- max(arrival, last &+ 1), count: words.count)
    if let word { place.tell(word, before: told) } else { place.tell(told) }
    return words.upperBound
  }

  /// The next word, one in front of words of a run, and not among the first. It counts as handed on.
  private func wordBefore(_ run: EvenWords, _ place: inout ChannelPlace) -> Handshake {
    let word = place.next
    let time = place.isFront ? now.writes[word & now.mask] : times.time(word, orIn: run)
    let ready =
      place.isFront ? now.offers[word & now.mask] : times.arrival(listed: word, orIn: run)
    let offered = max(ready, place.last &+ 1)
    (place.next, place.last) = (word &+ 1, time)
    return Handshake(offered: offered &+ origin, cycle: time &+ origin)
  }

  /// Hands on words whose times stand in their slots.
  private func list(upTo end: Int, _ place: inout ChannelPlace) {
    while place.next < end, !place.isCut {
      let count = min(end &- place.next, Self.mostListed)
      guard place.next >= times.early,
        limit == .max || times.bulk(place.next &+ count &- 1) &+ origin < limit
      else {
        listOne(&place)
        continue
      }
      tell(count, &place)
    }
  }

  /// So many words at most are looked at together for a limit.
  private static let mostListed = 512

  /// Tells of words whose handshakes are nothing but the formula.
  private func tell(_ count: Int, _ place: inout ChannelPlace) {
    // At the front a word comes when it was offered, and there is room when it is written.
    let (from, known) =
      place.isFront ? now.front(of: place.next) : slots(count, from: place.next, after: place.last)
    // As far as neither goes round.
    let n = min(count, known)
    let here = HandshakeKernel.Place(
      writes: from.writes, latency: from.latency &+ origin, reads: from.reads,
      credit: from.credit &+ origin)
    place.tell(PlacedHandshakes(here, after: place.last &+ origin, count: n))
    (place.next, place.last) = (place.next &+ n, from[n &- 1])
  }

  /// Where the times of the next words here stand. In deep FIFOs one end of the two is of long ago and mostly does not
  /// matter: where there was room for the last word before the first could be here, each comes when it can; where the
  /// last could be here right behind the word before the first, each comes when there is room.
  private func slots(_ count: Int, from word: Int, after last: Cycle) -> (
    place: HandshakeKernel.Place, count: Int
  ) {
    let end = word &+ count &- 1
    if times.room(end) <= times.came(word) { return times.arrivals(of: word) }
    if times.came(end) <= last &+ 1 { return times.rooms(of: word) }
    return times.slots(of: word)
  }

  /// One word, which may be among the first or beyond the limit.
  private func listOne(_ place: inout ChannelPlace) {
    let (word, time) = (place.next, times[place.next])
    let ready = place.isFront ? now.offers[word & now.mask] : times.arrival(word)
    let offered = max(ready, place.last &+ 1)
    guard time &+ origin < limit else { return cut(offered: offered, &place) }
    (place.next, place.last) = (word &+ 1, time)
    withUnsafePointer(to: time &+ origin) { cycle in
      withUnsafePointer(to: time &- offered) { wait in
        place.tell(
          HandshakeBatch(
            cycles: UnsafeBufferPointer(start: cycle, count: 1),
            waits: UnsafeBufferPointer(start: wait, count: 1)))
      }
    }
  }
}
