import CKernels

/// What is made of the handshakes of a run that is followed, many at a time.
public struct HandshakeKernel: Sendable {
  let level: Int32
  let isPortable: Bool

  /// - Parameter level: forces narrower instructions than the processor has, for tests.
  public init(level: KernelLevel = .best) {
    self.level = min(level, .best).rawValue
    isPortable = min(level, .best) == .portable
  }

  /// The handshakes between the two ends of a channel: word i is there `latency` cycles after
  /// `writes[i]`, and there is room for it `credit` cycles after `reads[i]`. It waits from when it is
  /// there and the word before has gone.
  ///
  /// - Parameters:
  ///   - last: the cycle of the handshake before the first.
  ///   - cycles: receives `count` handshakes.
  ///   - waits: receives how many cycles each word was offered before.
  public func list(
    writes: UnsafePointer<Int>, latency: Int, reads: UnsafePointer<Int>, credit: Int,
    after last: Int, count: Int, cycles: UnsafeMutablePointer<Int>, waits: UnsafeMutablePointer<Int>
  ) {
    guard isPortable else {
      ck_handshakes(level, writes, reads, latency, credit, last, count, cycles, waits)
      return
    }
    var last = last
    for i in 0..<count {
      let arrival = writes[i] &+ latency
      let cycle = max(arrival, reads[i] &+ credit)
      cycles[i] = cycle
      waits[i] = cycle &- max(arrival, last &+ 1)
      last = cycle
    }
  }

  /// A place between the two ends of a channel: a word is there `latency` cycles after its write, and there is
  /// room for it `credit` cycles after the read that is noted with it.
  ///
  /// Where only one of the two matters, writes and reads are the same: with the same latency and credit no word waits
  /// for room; with a latency longer ago than any two words are apart, all have been there for long.
  public struct Place {
    /// Cycles in which words came in at the front.
    public var writes: UnsafePointer<Int>
    /// Cycles in which words left at the rear, each that for whose word it makes room.
    public var reads: UnsafePointer<Int>
    /// Cycles from a write to the place.
    public var latency: Int
    /// Cycles from a read to room at the place.
    public var credit: Int

    /// A place that goes by these times, both in cycles.
    public init(
      writes: UnsafePointer<Int>, latency: Int, reads: UnsafePointer<Int>, credit: Int
    ) {
      (self.writes, self.latency, self.reads, self.credit) = (writes, latency, reads, credit)
    }

    /// The cycle of handshake `i`.
    @inline(__always) public subscript(_ i: Int) -> Int {
      max(writes[i] &+ latency, reads[i] &+ credit)
    }

    /// How many cycles handshake `i` was offered before, where the one before it was in cycle `last`.
    @inline(__always) public func wait(_ i: Int, after last: Int) -> Int {
      self[i] &- max(writes[i] &+ latency, last &+ 1)
    }

    /// The place from handshake `i` on.
    @inline(__always) public func dropFirst(_ i: Int) -> Place {
      Place(writes: writes + i, latency: latency, reads: reads + i, credit: credit)
    }

    var place: ck_place {
      ck_place(writes: writes, reads: reads, latency: latency, credit: credit)
    }
  }

  /// The first of `count` handshakes at a place that comes later than its counterpart at another; `count`: none.
  public func firstLater(_ place: Place, than other: Place, count: Int) -> Int {
    guard isPortable else { return ck_first_later(level, place.place, other.place, count) }
    for i in 0..<count where place[i] > other[i] { return i }
    return count
  }
}
