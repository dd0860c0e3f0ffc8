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

    /// A place where words come as soon as they can be there: nothing waits for room.
    @inline(__always) public static func arrivals(
      _ writes: UnsafePointer<Int>, latency: Int
    ) -> Place { Place(writes: writes, latency: latency, reads: writes, credit: latency) }

    /// A place where words come as soon as there is room: all have been there for long.
    @inline(__always) public static func rooms(_ reads: UnsafePointer<Int>, credit: Int) -> Place {
      Place(writes: reads, latency: credit &- longAgo, reads: reads, credit: credit)
    }

    /// More cycles than any two words are apart.
    private static let longAgo = 1 << 60

    /// Of a place that goes by one end alone: its times, how much later handshakes come, and 1 where each waits from
    /// the cycle behind the one before on, 0 where none does. nil: both ends matter.
    var oneEnd: (cycles: UnsafePointer<Int>, offset: Int, waits: Int32)? {
      guard writes == reads else { return nil }
      if latency == credit { return (reads, credit, 0) }
      return latency == credit &- Self.longAgo ? (reads, credit, 1) : nil
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
