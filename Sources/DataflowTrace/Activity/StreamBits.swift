/// When words move on a stream and when they wait, a bit per cycle of a block: what several streams do at once
/// is then told 64 cycles at a time.
///
/// Blocks follow each other. Several who look at the same stream share its bits, as long as they go through the
/// same blocks.
final class StreamBits {
  /// Cycles of a block at most.
  static let most = 1 << 12
  static let words = most / 64

  /// The cycles told.
  private(set) var block: Range<Cycle>
  /// Words that moved before the block.
  private(set) var before = 0
  /// Bits from this cycle on mean nothing: the file breaks off.
  var knownUntil: Cycle { runs.unknownFrom }
  var damage: InputError? { runs.damage }
  /// Bit n: a word moves in the n-th cycle of the block.
  let moves: UnsafeMutablePointer<UInt64>
  /// A word is valid and does not move.
  let waits: UnsafeMutablePointer<UInt64>
  private var runs: StreamRuns

  /// Throws `InputError` for a stream the trace does not have.
  init(_ trace: TraceFile, _ stream: String, from: Cycle) throws {
    runs = try StreamRuns(trace, stream, from: from)
    block = from..<from
    before = runs.position
    moves = .allocate(capacity: 2 * Self.words)
    moves.initialize(repeating: 0, count: 2 * Self.words)
    waits = moves + Self.words
  }

  deinit { moves.deallocate() }

  /// Goes on to `next`, which begins where the block before ended; nothing where it is that already.
  func load(_ next: Range<Cycle>) {
    guard next != block else { return }
    block = next
    before = runs.position
    moves.update(repeating: 0, count: 2 * Self.words)
    let (start, end) = (next.lowerBound, next.upperBound)
    while let run = runs.run {
      guard run.offered < end else { return }
      let here = run.cycle >= end ? 0 : min(run.count, (end - 1 - run.cycle) / run.step + 1)
      mark(run, here, start)
      if here < run.count {
        let offered = run.offered + here * run.step
        if offered < end { Self.set(waits, max(offered, start) - start, end - start) }
        return runs.drop(here)
      }
      runs.drop(here)
    }
    if runs.unfinishedFrom < end {
      Self.set(waits, max(runs.unfinishedFrom, start) - start, end - start)
    }
  }

  /// The first `count` handshakes of `run`, one of a chunk: all have waited as long.
  @inline(__always) private func mark(_ run: HandshakeRun, _ count: Int, _ start: Cycle) {
    guard count > 0 else { return }
    var cycle = run.cycle - start
    if run.step == 1, count > 1 { return Self.set(moves, cycle, cycle + count) }
    for _ in 0..<count {
      moves[cycle >> 6] |= 1 << UInt64(cycle & 63)
      if run.wait > 0 { Self.set(waits, max(cycle - run.wait, 0), cycle) }
      cycle += run.step
    }
  }

  /// Sets the bits from `from` to before `to`.
  private static func set(_ bits: UnsafeMutablePointer<UInt64>, _ from: Int, _ to: Int) {
    guard from < to else { return }
    let (first, last) = (from >> 6, (to - 1) >> 6)
    let (head, tail) =
      (~0 << UInt64(from & 63), ~0 >> UInt64(63 - (to - 1) & 63)) as (UInt64, UInt64)
    if first == last {
      bits[first] |= head & tail
      return
    }
    bits[first] |= head
    for n in first + 1..<last { bits[n] = ~0 }
    bits[last] |= tail
  }
}

extension UInt64 {
  /// The `count` lowest bits; all of them from 64 on.
  static func ones(_ count: Int) -> UInt64 { count >= 64 ? ~0 : (1 << UInt64(count)) - 1 }

  /// How many bits from `bit` on are set without a gap.
  func run(from bit: Int) -> Int { (~(self >> UInt64(bit))).trailingZeroBitCount }
}
