/// The channel between one writing and one reading process: a stage, or a plain wire.
///
/// One slot per word holds first the word's write time, then its read time, all the memory a recurrence over
/// the channel needs. Where the stages that are one here are followed, read times have slots of their own
/// (`KeptTimes`). A wire is the stage `(latency 0, capacity 1, credit 1)` whose handshake is the *read*: the
/// writer only offers, and learns the cycle when the reader takes the word.
public struct Channel {
  var slots: UnsafeMutablePointer<Cycle>
  /// When each word was read, slot by slot, where write times are kept beside; else `slots`.
  var taken: UnsafeMutablePointer<Cycle>
  /// Since when each word was offered, slot by slot, where somebody wants to know; else `slots`, so that a
  /// writer need not ask.
  var offers: UnsafeMutablePointer<Cycle>
  var mask: Int
  var capacity: Int
  let latency: Int
  let credit: Int
  package let isWire: Bool
  /// Stands in the slots of the words before the first: room from the cycle in which any is accepted.
  let filler: Cycle
  /// Released with the slots, as a channel is plain data.
  let lateStart: Unmanaged<LateStart>?
  /// See `Stage.upstreamCapacity`.
  let upstreamCapacity: Int
  /// So many words, or so much room, is worth running a process for at once.
  private let batch: Int
  /// More at a time saves nothing.
  private static let largestBatch = 4096

  /// Words admitted and words read so far.
  package internal(set) var written = 0
  package internal(set) var read = 0
  /// Earliest admission of word `written`, while there is no room for it; `never` if none waits.
  package private(set) var pending = Cycle.never
  package internal(set) var lastWrite = Cycle.never
  var lastRead = Cycle.never
  /// The longest that a word was offered while there was no room for it.
  private(set) var waited = 0

  /// What has to happen besides when a word is admitted, and when one is read; mostly nothing (0).
  var onWrite: UInt8 = 0
  var onRead: UInt8 = 0
  /// So many words must have been read before somebody wants to hear of it.
  var tellFrom = 0
  static let observed: UInt8 = 1
  /// Somebody follows every handshake, so they must come one by one.
  static let oneByOne: UInt8 = 16
  /// What stays for the whole run.
  static let watched = observed | oneByOne
  static let waits: UInt8 = 2
  static let holdsWord: UInt8 = 4
  static let orders: UInt8 = 8
  /// The first words come out as if they had come in later than they do.
  static let startsLate: UInt8 = 32

  /// The reader's standing order: words still to take, and when at the earliest.
  var ordered = 0
  var orderPace = 1
  var orderLast = Cycle.never
  /// When the reader takes the first word of the run that is planned; `never` while there is none.
  var planned = Cycle.never

  var reader: Int32 = -1
  var writer: Int32 = -1
  let queue: UnsafeMutablePointer<WorkQueue>

  /// Who follows the handshakes; kept alive by the network.
  var watching: Unmanaged<ChannelWatcher>?
  var watcher: ChannelWatcher? { watching?.takeUnretainedValue() }

  /// What the log keeps, while it follows the words: where runs that pass are noted.
  var followed: UnsafeMutablePointer<LogBlock>?

  init(_ stage: Stage?, queue: UnsafeMutablePointer<WorkQueue>, watcher: ChannelWatcher? = nil) {
    capacity = stage?.capacity ?? 1
    latency = stage?.latency ?? 0
    credit = stage?.credit ?? 1
    isWire = stage == nil
    let first = stage?.firstReady ?? 0
    filler = first > 0 ? first - credit : .never
    lateStart = stage.flatMap(LateStart.init).map(Unmanaged.passRetained)
    upstreamCapacity = stage?.upstreamCapacity ?? 0
    batch = min(max(7 * capacity / 8, 1), Self.largestBatch)
    // The proof of a steady state looks back over the reads of the longest period.
    let kept = watcher?.log?.words(capacity: capacity) ?? 0
    let (count, time) = (
      Self.slots(for: max(capacity + (watcher?.history?.words ?? 0), kept)), filler
    )
    mask = count - 1
    func times() -> UnsafeMutablePointer<Cycle> {
      let times = UnsafeMutablePointer<Cycle>.allocate(capacity: count)
      times.initialize(repeating: time, count: count)
      return times
    }
    slots = times()
    taken = kept > 0 ? times() : slots
    offers = watcher?.needsOffers == true && !isWire ? times() : slots
    self.queue = queue
    if let watcher { watch(watcher) }
    startLate()
  }

  private mutating func startLate() {
    guard let lateStart else { return }
    onWrite |= Self.startsLate
    lateStart._withUnsafeGuaranteedRef {
      $0.reserve(taken, mask: mask, capacity: capacity, credit: credit)
    }
  }

  func deallocate() {
    lateStart?.release()
    releaseSlots()
  }

  /// From now on `watcher` follows the handshakes. What it asks for is looked up here.
  mutating func watch(_ watcher: ChannelWatcher) {
    watching = Unmanaged.passUnretained(watcher)
    var bits = watcher.needsEveryHandshake ? Self.watched : Self.observed
    if !watcher.needsHandshakes { bits = 0 }
    onWrite = onWrite & ~Self.watched | (watcher.needsWrites ? bits : 0)
    onRead = onRead & ~Self.watched | bits
    tellFrom = 0
    followed = watcher.log.flatMap { $0.needsHandshakes ? $0.block : nil }
  }
}

extension Channel {
  /// Set by a process that stopped for lack of a word (reader) or of room (writer).
  package var readerWaits: Bool {
    get { onWrite & (Self.waits | Self.orders) != 0 }
    set { onWrite = newValue ? onWrite | Self.waits : onWrite & ~Self.waits }
  }
  package var writerWaits: Bool {
    get { onRead & Self.waits != 0 }
    set { onRead = newValue ? onRead | Self.waits : onRead & ~Self.waits }
  }
}

// The writer's side.
extension Channel {
  /// True when the last offered word has been taken: admitted by the stage, or read off the wire.
  @inline(__always) var isTaken: Bool {
    isWire ? read == written : onRead & Self.holdsWord == 0
  }

  /// The cycle of the last handshake on the writer's side. Valid while `isTaken`.
  @inline(__always) var takenAt: Cycle { isWire ? lastRead : lastWrite }

  /// Offers the next word from cycle `t` on. Needs `isTaken` and `t > takenAt`.
  @inline(__always) mutating func offer(at t: Cycle) {
    if written - read < capacity {
      admit(from: t)
    } else {
      pending = t
      onRead |= Self.holdsWord
    }
  }

  /// The first cycle with room for the next word, for writers that need it on several channels at once;
  /// nil while there is none. Only for stages.
  @inline(__always) var room: Cycle? {
    guard written - read < capacity else { return nil }
    return max(lastWrite + 1, taken[(written - capacity) & mask] + credit)
  }

  /// When the last word written has left the register slice of two words in front, which holds nothing
  /// else then; nil while it is not known. The stage may be the slice merged with what follows it.
  @inline(__always) var sliceEmptied: Cycle? {
    let freed = written + 1 - capacity
    guard freed < read else { return nil }
    return max(lastWrite + 1, taken[freed & mask] + credit - 1)
  }

  /// The last word waited for so long in a slice in front before it could leave.
  @inline(__always) mutating func noteWait(_ cycles: Int) { waited = max(waited, cycles) }

  /// Admits the next word in cycle `t ≥ room`, for a writer ready since `ready`.
  @inline(__always) mutating func admit(at t: Cycle, readySince ready: Cycle) {
    var run = writes
    run.admit(at: t, readySince: ready, run.room)
    finish(run, at: t)
  }

  /// Admits the next word, offered from cycle `earliest` on; word `written - capacity` has left.
  @inline(__always) private mutating func admit(from earliest: Cycle) {
    var run = writes
    let t = run.admit(from: earliest)
    finish(run, at: t)
  }

  /// Whether each write is followed by somebody, so that writes must come one by one.
  @inline(__always) var isWriteWatched: Bool { onWrite & Self.oneByOne != 0 }

  /// Counts the words before `end` as written, the last at `t`, offered since `offered`.
  @inline(__always)
  mutating func finishWrites(upTo end: Int, at t: Cycle, waited: Int, offered: Cycle) {
    guard end > written else { return }
    self.waited = max(self.waited, waited)
    let first = written
    written = end
    lastWrite = t
    if onWrite != 0 { afterWrite(from: first, offered: offered) }
  }

  @inline(never) private mutating func afterWrite(from first: Int, offered: Cycle) {
    if onWrite & Self.observed != 0 {
      watching?._withUnsafeGuaranteedRef {
        $0.wrote(first..<written, slots, mask: mask, offered: offered)
      }
    }
    if onWrite & Self.startsLate != 0, let lateStart,
      !lateStart._withUnsafeGuaranteedRef({ $0.holdBack(first..<written, slots, mask: mask) })
    {
      onWrite &= ~Self.startsLate
    }
    if onWrite & Self.orders != 0 {
      fillOrder()
      if onWrite & Self.orders != 0 { return }
      queue.pointee.push(reader)
    } else if readerWaits {
      // A reader who is to run later stays marked, so that more words bring that forward.
      guard available >= batch else { return queue.pointee.pushLater(reader) }
      readerWaits = false
      queue.pointee.push(reader)
    }
  }
}

// The reader's side.
extension Channel {
  /// Words written and not yet read.
  @inline(__always) package var available: Int { written - read }

  /// First cycle in which the oldest unread word is valid. Needs `available > 0`.
  @inline(__always) package var offered: Cycle { max(slots[read & mask] + latency, lastRead + 1) }

  /// When word `index` leaves the stage at the earliest, without regard to the words before it.
  /// Needs `read <= index < written`. For readers that look at a word several times.
  @inline(__always) func arrival(_ index: Int) -> Cycle { slots[index & mask] + latency }

  /// Takes the oldest unread word in cycle `t`.
  @inline(__always) mutating func read(at t: Cycle) {
    var run = reads
    run.take(at: t, run.arrival)
    finish(run, at: t)
  }

  /// Whether each read is followed by somebody, so that reads must come one by one.
  @inline(__always) var isReadWatched: Bool { onRead & Self.oneByOne != 0 }

  /// Counts the words before `end` as read, the last at `t`, valid since `arrived`.
  @inline(__always) mutating func finishReads(upTo end: Int, at t: Cycle, arrived: Cycle) {
    guard end > read else { return }
    let (first, last) = (read, lastRead)
    read = end
    lastRead = t
    tellOfReads(from: first, isWaitedFor: arrived > last + 1)
    if onRead & ~Self.watched != 0 { useRoom() }
  }

  /// There is room again: lets the word that waits for it in, and wakes the writer, who may wait
  /// without offering where it needs room in several channels at once.
  @inline(never) mutating func useRoom() {
    if onRead & Self.holdsWord != 0 {
      onRead &= ~Self.holdsWord
      let earliest = pending
      pending = .never
      admit(from: earliest)
    }
    if writerWaits {
      guard capacity - available >= batch else { return queue.pointee.pushLater(writer) }
      writerWaits = false
      queue.pointee.push(writer)
    }
  }

  /// Takes `n` words in consecutive cycles from `t` on.
  @inline(__always) mutating func read(_ n: Int, from t: Cycle) {
    var done = 0
    while done < n {
      let end = done + min(n - done, readable)
      var run = reads
      for i in done..<end { run.take(at: t + i, run.arrival) }
      done = end
      finish(run, at: t + done - 1)
    }
  }
}

// Reading ahead of time.
extension Channel {
  /// Leaves the order to take the next `n` words, each as soon as it is valid and `pace` cycles after
  /// the one before, the first `pace` cycles after `last`.
  ///
  /// For readers whose next steps depend on nothing but these words. They are taken as they are
  /// written, so that neither side runs once per word; the reader runs again when the order is filled.
  @inline(__always) mutating func order(_ n: Int, after last: Cycle, pace: Int = 1) {
    ordered = n
    orderPace = pace
    orderLast = last
    onWrite |= Self.orders
    fillOrder()
  }

  /// Words of the order that are still to come.
  var wordsOrdered: Int { ordered }

  /// Whether all words ordered have been taken, the last at `lastRead`.
  @inline(__always) var isOrderFilled: Bool { onWrite & Self.orders == 0 }

  /// Nobody is going to take the words ordered.
  mutating func cancelOrder() {
    ordered = 0
    onWrite &= Self.watched | Self.startsLate
  }

  private mutating func fillOrder() {
    while ordered > 0, available > 0 {
      let n = min(ordered, readable)
      var (run, t) = (reads, orderLast)
      for _ in 0..<n {
        let arrival = run.arrival
        t = max(arrival, t &+ orderPace)
        run.take(at: t, arrival)
      }
      // Before others are told: a word let in by these reads may be taken at once.
      ordered -= n
      orderLast = t
      finish(run, at: t)
    }
    if ordered == 0 { onWrite &= ~Self.orders }
  }
}

extension Channel {
  /// Empties the channel, as a reset does: nothing has happened yet.
  mutating func reset() {
    slots.update(repeating: filler, count: mask + 1)
    if taken != slots { taken.update(repeating: filler, count: mask + 1) }
    (written, read, waited, ordered, tellFrom) = (0, 0, 0, 0, 0)
    (pending, lastWrite, lastRead) = (.never, .never, .never)
    onWrite &= Self.watched
    onRead &= Self.watched
    startLate()
  }

  /// Takes back the word that is offered and not taken, if there is one: its writer was reset.
  mutating func withdraw() {
    writerWaits = false
    if isWire, written > read {
      written = read
      if taken == slots { slots[0] = lastRead }
      lastWrite = lastRead
    } else {
      pending = .never
      onRead &= ~Self.holdsWord
    }
  }
}
