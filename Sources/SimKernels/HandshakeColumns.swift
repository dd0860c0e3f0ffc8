import CKernels

/// Columns of numbers that grow handshake by handshake: second differences of cycles and first differences of waits,
/// in zigzag, and the stretches left out of them; all in little-endian base 128.
///
/// Words that go on as the two before them would have a 0 in both columns. Most words do, so where many do one after
/// another they are left out, and a third column tells such stretches: how many words with numbers come since the
/// stretch before, and how many words the stretch has. The less memory the columns of many streams touch, the
/// faster these grow side by side.
public struct HandshakeColumns {
  /// Bytes the longest number takes. A word takes two of these at most, whether it has numbers or is left out.
  @inlinable public static var longest: Int { 10 }

  /// Where the columns end in memory of theirs.
  fileprivate var ends: ck_columns
  private var memory: Memory
  /// Up to so many handshakes, not counting the one they began with, may be appended by whoever has them lent; see
  /// `appendIfFew`.
  public var lent = 0

  /// Columns of nothing. The owner frees them with `deallocate`.
  public init() {
    memory = Memory(capacity: 1024)
    ends = memory.empty
  }

  /// Gives the memory back.
  public func deallocate() { memory.deallocate() }

  /// How many handshakes have been appended to the one they began with.
  public var count: Int { ends.count }

  /// The cycle of the last handshake.
  public var last: Int { ends.last }

  /// Begins anew with a handshake, of which only the wait has a number.
  public mutating func begin(cycle: Int, wait: Int) {
    ends = memory.empty
    Self.put(wait, at: &ends.waits)
    (ends.last, ends.wait) = (cycle, wait)
  }

  /// Appends a handshake.
  public mutating func append(cycle: Int, wait: Int) {
    append(cycle: cycle, step: ends.step, wait: wait, count: 1)
  }

  /// Appends `count` handshakes `step` cycles apart, the first in cycle `cycle`, each but the first after the same
  /// wait.
  public mutating func append(
    cycle: Int, step: Int, wait: Int, firstWait: Int? = nil, count: Int
  ) {
    // No others have numbers.
    reserve(2)
    ck_append_run(cycle, step, firstWait ?? wait, wait, count, &ends)
  }

  /// Appends a handshake and behind it others as even.
  public mutating func append(
    cycle: Int, wait: Int, thenCycle first: Int, step: Int, wait others: Int, firstWait: Int,
    count: Int
  ) {
    reserve(3)
    ck_append_word_and_run(cycle, wait, first, step, firstWait, others, count, &ends)
  }

  /// The same, if it stays within what is lent; whether it does.
  public mutating func appendIfFew(
    cycle: Int, step: Int, wait: Int, firstWait: Int, count: Int
  ) -> Bool {
    guard ends.count &+ count <= lent else { return false }
    append(cycle: cycle, step: step, wait: wait, firstWait: firstWait, count: count)
    return true
  }

  /// A handshake and others behind it, if they stay within what is lent; whether they do.
  public mutating func appendIfFew(
    cycle: Int, wait: Int, thenCycle first: Int, step: Int, wait others: Int, firstWait: Int,
    count: Int
  ) -> Bool {
    guard ends.count &+ count < lent else { return false }
    append(
      cycle: cycle, wait: wait, thenCycle: first, step: step, wait: others, firstWait: firstWait,
      count: count)
    return true
  }

  /// Appends what `body` appends, no more than `count` handshakes.
  @inline(__always) fileprivate mutating func append(
    _ count: Int, _ body: (UnsafeMutablePointer<ck_columns>) -> Void
  ) {
    reserve(count)
    body(&ends)
  }

  private static func put(_ value: Int, at next: inout UnsafeMutablePointer<UInt8>!) {
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

// What stands in them.
extension HandshakeColumns {
  /// The bytes of one of the columns, until something is appended or begun.
  public typealias Column = UnsafeBufferPointer<UInt8>

  /// Ends the columns, to which nothing is appended any more, and shows them.
  public mutating func close() -> (stretches: Column, steps: Column, waits: Column) {
    ck_close_columns(&ends)
    let used = memory.used(ends)
    return (
      Column(start: memory.stretches, count: used.stretches),
      Column(start: memory.steps, count: used.steps),
      Column(start: memory.waits, count: used.waits)
    )
  }

  /// Makes room for `count` more handshakes.
  @inline(__always) private mutating func reserve(_ count: Int) {
    let used = memory.used(ends)
    let needed =
      max(used.steps, used.waits, used.stretches) &+ count &* Self.longest &+ CK_SLACK
    if needed > memory.capacity { grow(to: max(needed, 2 * memory.capacity)) }
  }

  @inline(never) private mutating func grow(to capacity: Int) {
    let (used, before) = (memory.used(ends), memory)
    memory = Memory(capacity: capacity)
    ends.steps = memory.steps + used.steps
    ends.waits = memory.waits + used.waits
    ends.stretches = memory.stretches + used.stretches
    memory.steps.update(from: before.steps, count: used.steps)
    memory.waits.update(from: before.waits, count: used.waits)
    memory.stretches.update(from: before.stretches, count: used.stretches)
    before.deallocate()
  }

  /// Where the columns begin.
  private struct Memory {
    /// Bytes there is room for in each.
    let capacity: Int
    let steps: UnsafeMutablePointer<UInt8>
    let waits: UnsafeMutablePointer<UInt8>
    let stretches: UnsafeMutablePointer<UInt8>

    init(capacity: Int) {
      self.capacity = capacity
      steps = .allocate(capacity: capacity)
      waits = .allocate(capacity: capacity)
      stretches = .allocate(capacity: capacity)
    }

    func deallocate() {
      for first in [steps, waits, stretches] { first.deallocate() }
    }

    var empty: ck_columns {
      ck_columns(
        last: 0, step: 0, wait: 0, steps: steps, waits: waits, stretches: stretches, count: 0,
        end: 0, even: 0)
    }

    /// Bytes of each up to `ends`.
    @inline(__always) func used(
      _ ends: ck_columns
    ) -> (steps: Int, waits: Int, stretches: Int) {
      (ends.steps - steps, ends.waits - waits, ends.stretches - stretches)
    }
  }
}

extension HandshakeKernel {
  /// Appends the handshakes at a place, of which the one before was in cycle `last`.
  public func append(
    _ place: Place, after last: Int, count: Int, to columns: inout HandshakeColumns
  ) {
    guard isPortable else {
      if last == columns.last, let (cycles, offset, waits) = place.oneEnd {
        return columns.append(count) { ck_append_cycles(level, cycles, offset, waits, count, $0) }
      }
      return withUnsafePointer(to: place.place) { place in
        columns.append(count) { ck_append_place(level, place, last, count, $0) }
      }
    }
    var last = last
    for i in 0..<count {
      columns.append(cycle: place[i], wait: place.wait(i, after: last))
      last = place[i]
    }
  }

  /// The same, if they stay within what is lent; whether they do.
  public func appendIfFew(
    _ place: Place, after last: Int, count: Int, to columns: inout HandshakeColumns
  ) -> Bool {
    guard columns.count &+ count <= columns.lent else { return false }
    append(place, after: last, count: count, to: &columns)
    return true
  }

  /// Appends handshakes that are listed.
  public func append(
    cycles: UnsafePointer<Int>, waits: UnsafePointer<Int>, count: Int,
    to columns: inout HandshakeColumns
  ) {
    guard isPortable else {
      return columns.append(count) { ck_append_handshakes(level, cycles, waits, count, $0) }
    }
    for i in 0..<count { columns.append(cycle: cycles[i], wait: waits[i]) }
  }
}
