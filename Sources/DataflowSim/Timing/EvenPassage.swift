/// Even runs through channels. A run is first planned, which changes nothing, then passed, as far as all who
/// take part agree.
///
/// On the pointer, not on the channel, since the reader looks at its end of the channel meanwhile.
extension UnsafeMutablePointer<Channel> {
  /// How many words of a run the channel admits in the cycles in which they are offered.
  ///
  /// Either there is room for them, or the reader takes them evenly too, so that what they leave is again
  /// known.
  ///
  /// - Parameter leaving: no word may stay in the slice in front for longer than it has to
  ///   (`Channel.sliceEmptied`), so that a writer who waits for that goes on at once.
  func plan(_ run: EvenRun, leaving: Bool) -> Int {
    guard run.count > 0, pointee.admitsRuns, run.first > pointee.lastWrite else { return 0 }
    let ahead = leaving ? 2 : 0
    pointee.planned = .never
    if pointee.available > 0, run.count > pointee.capacity { urgeReader() }
    if pointee.mayPass {
      let passing = planToPass(run, ahead)
      if passing >= min(run.count, EvenRun.leastWorth) { return passing }
      pointee.planned = .never
    }
    let room = pointee.capacity - pointee.available - ahead
    return pointee.admissible(run, ahead, upTo: min(run.count, room))
  }

  /// Lets the reader take what there is.
  func urgeReader() {
    guard pointee.queue.pointee.mayAsk else { return }
    pointee.queue.pointee.urged += 1
    ask { $0.run() }
  }

  /// Has the reader do something, unless it is at work.
  @inline(__always) private func ask<T>(_ body: (ProcessRunner) -> T) -> T? {
    let (queue, reader) = (pointee.queue, pointee.reader)
    guard let runner = queue.pointee.ask(reader) else { return nil }
    defer { queue.pointee.rests(reader) }
    return runner._withUnsafeGuaranteedRef(body)
  }

  /// How many words the reader takes evenly, each leaving in time for the words behind it. The channel is
  /// empty.
  private func planToPass(_ run: EvenRun, _ ahead: Int) -> Int {
    guard pointee.queue.pointee.mayAsk else { return 0 }
    let ownRoom = pointee.capacity - ahead
    let most = run.prefix(pointee.longestPassage)
    let first = min(most.count, ownRoom)
    let known = pointee.admissible(most, ahead, upTo: first)
    let run = known < first ? most.prefix(known) : most
    let arrivals = EvenRun(
      first: run.first &+ pointee.latency, stride: run.stride, count: run.count)
    guard let taken = ask({ $0.follows(arrivals, on: self) }), taken.count > 0 else { return 0 }
    pointee.planned = taken.first
    // Word k finds room when word k − capacity has left.
    let held = taken.first &+ pointee.credit &- run.first
    return held <= ownRoom * run.stride + ahead ? taken.count : min(taken.count, ownRoom)
  }

  /// Admits a run that has been planned, as it is or shortened.
  func pass(_ run: EvenRun) {
    guard run.count > 0 else { return }
    guard pointee.planned != .never else { return pointee.hold(run) }
    let taken = EvenRun(first: pointee.planned, stride: run.stride, count: run.count)
    pointee.letPass(run, taken)
    ask { $0.take(taken, from: self) }
  }
}

// The writer's side.
extension Channel {
  /// Whether nobody has to see its words one by one, and none waits.
  fileprivate var admitsRuns: Bool {
    !isWire && onRead & Self.holdsWord == 0 && onWrite & Self.oneByOne == 0
  }

  /// Whether words may be read as they are written. Who follows them finds their times in the channel.
  fileprivate var mayPass: Bool {
    available == 0 && onRead & Self.oneByOne == 0
      && onWrite & (Self.watched | Self.startsLate) == 0
  }

  /// Words before `limit` that find room when they are offered, all that make room being known. Mutating, as
  /// what follows, so that the channel is not copied for the call.
  fileprivate mutating func admissible(_ run: EvenRun, _ ahead: Int, upTo limit: Int) -> Int {
    guard limit > 0 else { return 0 }
    let base = written &- capacity
    if read >= capacity {
      let latest = taken[(base &+ limit &- 1 &+ ahead) & mask] &+ credit
      if latest <= run.first { return limit }
    }
    for k in 0..<limit {
      let t = run[k]
      guard taken[(base &+ k) & mask] &+ credit <= t,
        taken[(base &+ k &+ ahead) & mask] &+ credit <= t &+ ahead
      else { return k }
    }
    return limit
  }

  /// Words that are read evenly as well. All that later words ask for is when the last of them were; who
  /// follows them knows the run, and that each was offered when it was written.
  fileprivate mutating func letPass(_ run: EvenRun, _ reads: EvenRun) {
    let first = written
    written += run.count
    read = written
    lastWrite = run.last
    lastRead = reads.last
    if let followed {
      followed.pointee.even.note(run, from: first, delay: reads.first &- run.first)
      // What is told of a long run needs the slots of the words before, which the last of its words take.
      if run.count > ChannelLog.readsAtOnce { tellOfReads(from: first, isWaitedFor: false) }
    }
    // Who has been told may ask for times no longer.
    let known = max(0, run.count &- capacity &- (keepsTimes ? 1 : 0))
    list(reads.dropFirst(known), first &+ known, in: taken)
    if keepsTimes { list(run.dropFirst(known), first &+ known, in: slots) }
    tellOfReads(from: first, isWaitedFor: false)
    queue.pointee.notePassed(run.count)
  }

  /// Puts the times of a run into slots, the first into that of word `first`.
  @inline(__always) private func list(
    _ run: EvenRun, _ first: Int, in slots: UnsafeMutablePointer<Cycle>
  ) {
    var cycle = run.first
    for word in first..<first &+ run.count {
      slots[word & mask] = cycle
      cycle &+= run.stride
    }
  }

  /// Puts the times of a run at which words come in, and since which they are offered, into slots, the first into that of
  /// word `first`: row by row, several words at once.
  @inline(__always) private func listRows(_ run: EvenRun, _ first: Int) {
    typealias Words = SIMD4<Cycle>
    let ahead = Words(0, 1, 2, 3) &* run.stride
    let notesOffers = offers != slots
    var (slot, cycle, left) = (first & mask, run.first, run.count)
    while left > 0 {
      var count = min(left, mask &+ 1 &- slot)
      left &-= count
      while count >= Words.scalarCount {
        let cycles = ahead &+ cycle
        UnsafeMutableRawPointer(slots + slot).storeBytes(of: cycles, as: Words.self)
        if notesOffers {
          UnsafeMutableRawPointer(offers + slot).storeBytes(of: cycles, as: Words.self)
        }
        (slot, cycle, count) = (slot &+ 4, cycle &+ 4 &* run.stride, count &- 4)
      }
      while count > 0 {
        slots[slot] = cycle
        offers[slot] = cycle
        (slot, cycle, count) = (slot &+ 1, cycle &+ run.stride, count &- 1)
      }
      slot = 0
    }
  }

  /// How many words may pass at once.
  fileprivate var longestPassage: Int { keepsTimes ? ChannelLog.longestPassage : .max }

  /// So many words move as fast one by one: those there is room for, and some that are taken at once.
  @inline(__always) var roomBesideRuns: Int {
    max(capacity - available, min(writable, Self.takenAsFast))
  }
  private static var takenAsFast: Int { 20 }

  /// Admits a run for all of which there is room when it comes.
  fileprivate mutating func hold(_ run: EvenRun) {
    guard takenAtOnce > 0 else {
      listRows(run, written)
      return finishWrites(upTo: written &+ run.count, at: run.last, waited: 0, offered: run.last)
    }
    var writes = writes
    for k in 0..<run.count { writes.admit(at: run[k], readySince: run[k], writes.room) }
    finish(writes, at: run.last)
  }
}

// The reader's side.
extension Channel {
  /// How many of the next words are there when a reader that takes them in the cycles of a run needs them.
  mutating func covers(_ run: EvenRun) -> Int {
    guard onRead & Self.oneByOne == 0 else { return 0 }
    let n = min(run.count, available)
    guard n > 0, run.first > lastRead else { return 0 }
    if arrival(read &+ n &- 1) <= run.first { return n }
    for k in 0..<n where arrival(read &+ k) > run[k] { return k }
    return n
  }

  /// Takes words in the cycles of a run; all of them are there.
  mutating func take(_ run: EvenRun) {
    guard run.count > 0 else { return }
    let arrived = arrival(read &+ run.count &- 1)
    list(run, read, in: taken)
    finishReads(upTo: read &+ run.count, at: run.last, arrived: arrived)
  }

  /// The first words there are as a reader takes them that is ready for one at `ready` and `pace` cycles
  /// after each; as many as are at even distances.
  mutating func evenly(from ready: Cycle, pace: Int, most: Int) -> EvenRun {
    let n = onRead & Self.oneByOne == 0 ? min(most, available) : 0
    guard n > 1 else { return EvenRun(first: 0, stride: 1, count: 0) }
    var t = max(ready, arrival(read))
    var run = EvenRun(
      first: t, stride: max(pace, arrival(read &+ 1) &- t), count: n)
    if run.stride == pace, arrival(read &+ n &- 1) <= t { return run }
    for k in 1..<n {
      t = max(t &+ pace, arrival(read &+ k))
      guard t == run[k] else {
        run.count = k
        break
      }
    }
    return run
  }

  /// The words of a run as far as they are ordered.
  mutating func followsOrder(_ run: EvenRun) -> EvenRun {
    guard onWrite & Self.orders != 0 else { return run.prefix(0) }
    return run.prefix(ordered).taken(from: orderLast &+ orderPace, pace: orderPace)
  }

  /// When the next word that is ordered may be taken at the earliest.
  var orderFrom: Cycle { orderLast &+ orderPace }

  /// Counts the words of a run as taken, which were ordered.
  mutating func takeOrdered(_ run: EvenRun) {
    ordered -= run.count
    orderLast = run.last
    guard ordered == 0 else { return }
    onWrite &= ~Self.orders
    wakeReader()
  }

  /// The reader has moved on to an order of `n` words after one taken at `last`; without any it waits for
  /// a word.
  mutating func reorder(_ n: Int, after last: Cycle, pace: Int = 1) {
    (ordered, orderPace, orderLast) = (n, pace, last)
    onWrite = n > 0 ? onWrite | Self.orders : onWrite & ~Self.orders | Self.waits
  }

  /// The reader has something to do besides waiting for words.
  func wakeReader() { queue.pointee.push(reader) }
  /// The same, where that can wait until there is more.
  func wakeReaderLater() { queue.pointee.pushLater(reader) }
}
