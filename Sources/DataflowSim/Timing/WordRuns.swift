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
/// At most `Channel.writable` words may be admitted.
struct WriteRun {
  private let slots: UnsafeMutablePointer<Cycle>
  private let taken: UnsafeMutablePointer<Cycle>
  /// The slots themselves where nobody asks since when a word was offered; then it is overwritten at once.
  private let offers: UnsafeMutablePointer<Cycle>
  private let mask: Int
  private let capacity: Int
  private let credit: Int
  fileprivate var index: Int
  /// The longest that a word waited for room.
  fileprivate var waited = 0
  // Of the last word admitted.
  private var ready = Cycle.never
  private var roomAt = Cycle.never

  @inline(__always)
  fileprivate init(
    _ slots: UnsafeMutablePointer<Cycle>, taken: UnsafeMutablePointer<Cycle>,
    offers: UnsafeMutablePointer<Cycle>, mask: Int, capacity: Int, credit: Int, index: Int
  ) {
    self.slots = slots
    self.taken = taken
    self.offers = offers
    self.mask = mask
    self.capacity = capacity
    self.credit = credit
    self.index = index
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
    (self.ready, roomAt) = (ready, room)
    // Where `t` is later than there was room, another channel held it up, not this one.
    offers[index & mask] = room == t ? ready : t
    slots[index & mask] = t
    index &+= 1
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

  /// How many words a `WriteRun` may admit: as many as there is room for, but one at a time where
  /// somebody watches. None on a wire.
  @inline(__always) var writable: Int {
    guard !isWire else { return 0 }
    return isWriteWatched ? min(capacity - available, 1) : capacity - available
  }

  @inline(__always) var writes: WriteRun {
    WriteRun(
      slots, taken: taken, offers: offers, mask: mask, capacity: capacity, credit: credit,
      index: written)
  }

  /// Ends a run whose last word was admitted at `t`.
  @inline(__always) mutating func finish(_ run: WriteRun, at t: Cycle) {
    finishWrites(upTo: run.index, at: t, waited: run.waited, offered: run.offered(takenAt: t))
  }
}
