/// The reader's side of a channel while several words are taken in a row.
///
/// What the loop touches lies in local variables; `Channel.finish(_:at:)` writes it back and tells
/// those who wait. At most `Channel.readable` words may be taken.
struct ReadRun {
  private let slots: UnsafeMutablePointer<Cycle>
  /// The slots themselves where nobody asks when a word was written that has been read.
  private let taken: UnsafeMutablePointer<Cycle>
  private let mask: Int
  private let latency: Int
  fileprivate var index: Int
  /// When the last word taken was valid.
  fileprivate var lastArrival = Cycle.never

  @inline(__always)
  fileprivate init(
    _ slots: UnsafeMutablePointer<Cycle>, taken: UnsafeMutablePointer<Cycle>, mask: Int,
    latency: Int, index: Int
  ) {
    self.slots = slots
    self.taken = taken
    self.mask = mask
    self.latency = latency
    self.index = index
  }

  /// First cycle in which the next word is valid, but for the rule of one word per cycle.
  @inline(__always) var arrival: Cycle { slots[index & mask] &+ latency }

  /// Takes a word that was valid since `arrived`.
  @inline(__always) mutating func take(at t: Cycle, _ arrived: Cycle) {
    lastArrival = arrived
    taken[index & mask] = t
    index &+= 1
  }
}

/// The writer's side of a stage while several words are admitted in a row.
///
/// At most `Channel.writable` words may be admitted. Those that the reader has ordered are taken as they are
/// admitted, so that the writer need not stop when the stage is full.
struct WriteRun {
  private let slots: UnsafeMutablePointer<Cycle>
  private let taken: UnsafeMutablePointer<Cycle>
  /// The slots themselves where nobody asks since when a word was offered; then it is overwritten at once.
  private let offers: UnsafeMutablePointer<Cycle>
  private let mask: Int
  private let capacity: Int
  private let credit: Int
  private let latency: Int
  private let pace: Int
  /// Whether the times of words that have been read are kept.
  private let keepsTimes: Bool
  /// Whether anybody asks since when words were offered.
  private let notesOffers: Bool
  private let start: Int
  fileprivate var index: Int
  /// Words before this one are taken as they are admitted, the last one at `lastTaken`.
  private let orderEnd: Int
  fileprivate var lastTaken: Cycle
  /// The longest that a word waited for room.
  fileprivate var waited = 0
  // Of the last word admitted.
  private var ready = Cycle.never
  private var roomAt = Cycle.never

  @inline(__always)
  fileprivate init(_ channel: Channel) {
    slots = channel.slots
    taken = channel.taken
    offers = channel.offers
    mask = channel.mask
    capacity = channel.capacity
    credit = channel.credit
    latency = channel.latency
    pace = channel.orderPace
    keepsTimes = channel.keepsTimes
    notesOffers = channel.offers != slots || channel.onWrite & Channel.watched != 0
    start = channel.written
    index = start
    orderEnd = start &+ channel.takenAtOnce
    lastTaken = channel.orderLast
  }

  /// The first cycle with room for the next word, but for the rule of one word per cycle.
  @inline(__always) var room: Cycle { taken[(index &- capacity) & mask] &+ credit }

  /// When the last word admitted, at `t`, has left the slice in front; see `Channel.sliceEmptied`.
  /// Known for all words but the last two there is room for.
  @inline(__always) mutating func sliceEmptied(after t: Cycle) -> Cycle {
    let left = max(t &+ 1, taken[(index &+ 1 &- capacity) & mask] &+ credit &- 1)
    waited = max(waited, left &- t &- 1)
    return left
  }

  /// Admits a word, ready since cycle `ready`, at `t ≥ room`.
  @inline(__always) mutating func admit(at t: Cycle, readySince ready: Cycle, _ room: Cycle) {
    waited = max(waited, room &- ready)
    let slot = index & mask
    if notesOffers {
      (self.ready, roomAt) = (ready, room)
      // Where `t` is later than there was room, another channel held it up, not this one.
      offers[slot] = room == t ? ready : t
    }
    slots[slot] = t
    if index < orderEnd {
      lastTaken = max(t &+ latency, lastTaken &+ pace)
      taken[slot] = lastTaken
    }
    index &+= 1
  }

  /// Words that have been taken as they were admitted.
  @inline(__always) fileprivate var taking: Int { min(index, orderEnd) &- start }

  /// Admits those of `n` words that are taken as they are admitted, each offered a cycle after the one before.
  /// The last word of this run was admitted at `t`. Says how many; 0 where they would not go one a cycle.
  ///
  /// Once as many words as there is room for have been taken one a cycle, and there is room for the next word
  /// in the next cycle, that goes on: what each word waits for comes a cycle after what the word before waited
  /// for.
  @inline(__always) mutating func admitSteadily(_ n: Int, after t: Cycle) -> Int {
    let count = min(n, orderEnd &- index)
    guard count > 0, pace == 1, index >= capacity else { return 0 }
    let oldest = taken[(index &- capacity) & mask]
    guard oldest &+ capacity &- 1 == lastTaken, oldest &+ credit <= t &+ 1 else { return 0 }
    for k in (keepsTimes ? 0 : max(0, count &- capacity))..<count {
      let slot = (index &+ k) & mask
      offers[slot] = t &+ 1 &+ k
      slots[slot] = t &+ 1 &+ k
      taken[slot] = lastTaken &+ 1 &+ k
    }
    (ready, roomAt) = (t &+ count, .never)
    index &+= count
    lastTaken &+= count
    return count
  }

  /// Admits a word as soon as there is room from cycle `ready` on, and says when.
  @inline(__always) mutating func admit(from ready: Cycle) -> Cycle {
    let room = room
    let t = max(ready, room)
    admit(at: t, readySince: ready, room)
    return t
  }
}

extension WriteRun {
  /// Since when the last word, taken at `t`, had been offered.
  @inline(__always) fileprivate func offered(takenAt t: Cycle) -> Cycle { roomAt == t ? ready : t }
}

extension Channel {
  /// How many words a `ReadRun` may take: all there are, but one at a time where somebody watches.
  @inline(__always) var readable: Int { isReadWatched ? min(available, 1) : available }

  @inline(__always) var reads: ReadRun {
    ReadRun(slots, taken: taken, mask: mask, latency: latency, index: read)
  }

  /// Ends a run whose last word was taken at `t`.
  @inline(__always) mutating func finish(_ run: ReadRun, at t: Cycle) {
    finishReads(upTo: run.index, at: t, arrived: run.lastArrival)
  }

  /// How many words a `WriteRun` may admit: as many as there is room for, besides those that are taken at
  /// once, but one at a time where somebody watches. None on a wire.
  @inline(__always) var writable: Int {
    guard !isWire else { return 0 }
    if isWriteWatched { return min(capacity - available, 1) }
    let taken = takenAtOnce
    // What is ordered comes first.
    return taken > 0 && taken < ordered ? taken : capacity - available + taken
  }

  /// How many words the reader takes as they are written: those it has ordered, where nobody has to see them
  /// one by one. Then it has taken all there were.
  @inline(__always) var takenAtOnce: Int {
    guard onWrite & Self.orders != 0, onWrite & (Self.watched | Self.startsLate) == 0,
      onRead & Self.oneByOne == 0, queue.pointee.takesAtOnce
    else { return 0 }
    return keepsTimes ? min(ordered, ChannelLog.readsAtOnce) : ordered
  }

  @inline(__always) var writes: WriteRun { WriteRun(self) }

  /// Ends a run whose last word was admitted at `t`.
  @inline(__always) mutating func finish(_ run: WriteRun, at t: Cycle) {
    guard run.taking == 0 else { return finishTaken(run, at: t) }
    finishWrites(upTo: run.index, at: t, waited: run.waited, offered: run.offered(takenAt: t))
  }

  /// Ends a run the first words of which have been taken, as ordered.
  @inline(__always) private mutating func finishTaken(_ run: WriteRun, at t: Cycle) {
    countTaken(
      run.taking, upTo: run.index, at: t, waited: run.waited, lastTaken: run.lastTaken)
  }

  /// Counts the words before `end` as written, the last at `t`, and the first `taking` of them as taken.
  @inline(never) private mutating func countTaken(
    _ taking: Int, upTo end: Int, at t: Cycle, waited: Int, lastTaken: Cycle
  ) {
    let first = read
    noteWait(waited)
    (written, lastWrite) = (end, t)
    (read, lastRead) = (first &+ taking, lastTaken)
    (ordered, orderLast) = (ordered &- taking, lastTaken)
    tellOfReads(from: first, isWaitedFor: false)
    queue.pointee.noteTaken(taking)
    guard ordered == 0 else { return }
    onWrite &= ~Self.orders
    wakeReader()
  }
}
