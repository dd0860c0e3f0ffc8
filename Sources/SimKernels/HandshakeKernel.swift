import CKernels

/// What is made of the handshakes of a run that is followed, many at a time.
public struct HandshakeKernel: Sendable {
  private let level: Int32
  private let isPortable: Bool

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

    @inline(__always) fileprivate subscript(_ i: Int) -> Int {
      max(writes[i] &+ latency, reads[i] &+ credit)
    }

    fileprivate var place: ck_place {
      ck_place(writes: writes, reads: reads, latency: latency, credit: credit)
    }
  }

  /// The first of `count` handshakes at a place that comes later than its counterpart at another; `count`: none.
  public func firstLater(_ place: Place, than other: Place, count: Int) -> Int {
    guard isPortable else { return ck_first_later(level, place.place, other.place, count) }
    for i in 0..<count where place[i] > other[i] { return i }
    return count
  }

  /// Appends handshakes to columns that have room for them (`HandshakeColumns.longest`).
  public func append(
    cycles: UnsafePointer<Int>, waits: UnsafePointer<Int>, count: Int,
    to columns: inout HandshakeColumns
  ) {
    guard isPortable else {
      var ends = ck_columns(
        last: columns.last, step: columns.step, wait: columns.wait, steps: columns.steps,
        waits: columns.waits)
      ck_append_handshakes(level, cycles, waits, count, &ends)
      (columns.last, columns.step, columns.wait) = (ends.last, ends.step, ends.wait)
      (columns.steps, columns.waits) = (ends.steps, ends.waits)
      return
    }
    for i in 0..<count { columns.append(cycle: cycles[i], wait: waits[i]) }
  }
}

/// Where two columns of numbers end: second differences of cycles and first differences of waits, in
/// zigzag and little-endian base 128.
public struct HandshakeColumns {
  /// Bytes the longest number takes, and bytes that may be written behind the last one.
  public static let (longest, slack) = (10, 8)

  /// The cycle of the last handshake, its distance to the one before, and its wait.
  public var last = 0
  public var step = 0
  public var wait = 0
  /// Where the next numbers go.
  public var steps: UnsafeMutablePointer<UInt8>
  public var waits: UnsafeMutablePointer<UInt8>

  /// Columns to be filled from `steps` and `waits` on, one byte code after the other.
  public init(steps: UnsafeMutablePointer<UInt8>, waits: UnsafeMutablePointer<UInt8>) {
    (self.steps, self.waits) = (steps, waits)
  }

  /// Appends one handshake.
  @inlinable public mutating func append(cycle: Int, wait: Int) {
    let next = cycle &- last
    Self.put(next &- step, at: &steps)
    Self.put(wait &- self.wait, at: &waits)
    (last, step, self.wait) = (cycle, next, wait)
  }

  /// Begins with a handshake, of which only the wait has a number.
  @inlinable public mutating func begin(cycle: Int, wait: Int) {
    Self.put(wait, at: &waits)
    (last, step, self.wait) = (cycle, 0, wait)
  }

  @inlinable static func put(_ value: Int, at next: inout UnsafeMutablePointer<UInt8>) {
    var rest = UInt(bitPattern: (value << 1) ^ (value >> (Int.bitWidth - 1)))
    while rest >= 0x80 {
      next.pointee = UInt8(truncatingIfNeeded: rest) | 0x80
      next += 1
      rest >>= 7
    }
    next.pointee = UInt8(truncatingIfNeeded: rest)
    next += 1
  }
}
