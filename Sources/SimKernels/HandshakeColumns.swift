import CKernels

/// Two columns of numbers that grow handshake by handshake: second differences of cycles and first differences of
/// waits, in zigzag and little-endian base 128.
///
/// Words that go on as the two before them have a byte 0 in each column. Most words do, so many of these at once are
/// only counted until the columns are laid out: columns of many streams grow side by side, and the less memory they
/// touch, the faster they do.
public struct HandshakeColumns {
  /// Bytes the longest number takes.
  @inlinable public static var longest: Int { 10 }
  /// Bytes that are written behind the columns when they are laid out, for nothing.
  @inlinable public static var slack: Int { 32 }

  /// Where the columns begin and end in memory of theirs.
  fileprivate var ends: ck_columns
  /// Bytes there is room for in each.
  private var capacity = 1024
  /// The zeros left out; the first are none.
  private var zeros: UnsafeMutablePointer<ck_zeros>
  private var zerosCapacity = 16

  /// Columns of nothing. The owner frees them with `deallocate`.
  public init() {
    let steps = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    let waits = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    zeros = .allocate(capacity: zerosCapacity)
    ends = ck_columns(
      last: 0, step: 0, wait: 0, steps: steps, waits: waits, first_step: steps, first_wait: waits,
      zeros: zeros)
    removeAll()
  }

  /// Gives the memory back.
  public func deallocate() {
    ends.first_step.deallocate()
    ends.first_wait.deallocate()
    zeros.deallocate()
  }

  /// The cycle of the last handshake.
  public var last: Int { ends.last }

  /// Begins anew with a handshake, of which only the wait has a number.
  public mutating func begin(cycle: Int, wait: Int) {
    removeAll()
    Self.put(wait, at: &ends.waits)
    (ends.last, ends.step, ends.wait) = (cycle, 0, wait)
  }

  private mutating func removeAll() {
    (ends.steps, ends.waits, ends.zeros) = (ends.first_step, ends.first_wait, zeros)
    zeros.initialize(to: ck_zeros(steps: 0, waits: 0, count: 0))
  }

  /// Appends a handshake.
  public mutating func append(cycle: Int, wait: Int) {
    reserve(1)
    let step = cycle &- ends.last
    Self.put(step &- ends.step, at: &ends.steps)
    Self.put(wait &- ends.wait, at: &ends.waits)
    (ends.last, ends.step, ends.wait) = (cycle, step, wait)
  }

  /// Appends `count` handshakes `step` cycles apart, the first in cycle `cycle`, each after the same wait.
  public mutating func append(cycle: Int, step: Int, wait: Int, count: Int) {
    // The others are left out, or few.
    reserve(min(count, CK_LEAST_ZEROS + 2))
    ck_append_run(cycle, step, wait, count, &ends)
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
  /// Bytes of each column as they are laid out.
  public var counts: (steps: Int, waits: Int) {
    let runs = UnsafeBufferPointer(start: zeros, count: ends.zeros - zeros + 1)
    let left = runs.reduce(0) { $0 + $1.count }
    return (ends.steps - ends.first_step + left, ends.waits - ends.first_wait + left)
  }

  /// Writes both columns one behind the other, as many bytes as `counts` says and up to `slack` more.
  public func lay(at bytes: UnsafeMutablePointer<UInt8>) {
    withUnsafePointer(to: ends) { ck_lay_columns($0, zeros, bytes) }
  }
}

// Their memory.
extension HandshakeColumns {
  /// Makes room for `count` more handshakes.
  @inline(__always) private mutating func reserve(_ count: Int) {
    let used = max(ends.steps - ends.first_step, ends.waits - ends.first_wait)
    let needed = used &+ count &* Self.longest &+ CK_SLACK
    if needed > capacity { grow(to: max(needed, 2 * capacity)) }
    let runs = (ends.zeros - zeros) + 2 + count / CK_LEAST_ZEROS
    if runs >= zerosCapacity { growZeros(to: 2 * max(runs, zerosCapacity)) }
  }

  @inline(never) private mutating func grow(to room: Int) {
    capacity = room
    Self.grow(&ends.first_step, &ends.steps, to: room)
    Self.grow(&ends.first_wait, &ends.waits, to: room)
  }

  @inline(never) private mutating func growZeros(to room: Int) {
    zerosCapacity = room
    let larger = UnsafeMutablePointer<ck_zeros>.allocate(capacity: room)
    let last = ends.zeros - zeros
    larger.initialize(from: zeros, count: last + 1)
    zeros.deallocate()
    (zeros, ends.zeros) = (larger, larger + last)
  }

  private static func grow(
    _ first: inout UnsafeMutablePointer<UInt8>!, _ next: inout UnsafeMutablePointer<UInt8>!,
    to room: Int
  ) {
    let count = next - first
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
    larger.initialize(from: first, count: count)
    first.deallocate()
    (first, next) = (larger, larger + count)
  }
}

extension HandshakeKernel {
  /// Appends the handshakes at a place, of which the one before was in cycle `last`.
  public func append(
    _ place: Place, after last: Int, count: Int, to columns: inout HandshakeColumns
  ) {
    guard isPortable else {
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
