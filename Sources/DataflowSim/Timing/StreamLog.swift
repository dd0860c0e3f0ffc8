import SimKernels

/// One word moving over a stream.
public struct Handshake: Sendable, Equatable {
  /// First cycle in which the word was valid.
  public var offered: Cycle
  /// The cycle in which valid and ready were both high.
  public var cycle: Cycle

  /// A word offered from one cycle on, taken in another.
  @inlinable public init(offered: Cycle, cycle: Cycle) {
    self.offered = offered
    self.cycle = cycle
  }
}

/// Handshakes that follow each other at equal distances, each after the same wait but for the first.
public struct HandshakeRun: Sendable, Equatable {
  /// Of the first of them.
  public var cycle: Cycle
  /// Cycles from one to the next.
  public var step: Int
  /// Cycles that each word was valid before it moved, but for the first.
  public var wait: Int
  /// Cycles that the first word was valid before it moved. It alone may follow another in another distance.
  public var firstWait: Int
  /// How many.
  public var count: Int

  /// `count` handshakes, the first in cycle `cycle`; nil: it has waited as long as the others.
  @inlinable public init(
    cycle: Cycle, step: Int, wait: Int, firstWait: Int? = nil, count: Int
  ) {
    self.cycle = cycle
    self.step = step
    self.wait = wait
    self.firstWait = firstWait ?? wait
    self.count = count
  }

  /// One handshake.
  @inlinable public init(_ word: Handshake) {
    self.init(cycle: word.cycle, step: 1, wait: word.cycle - word.offered, count: 1)
  }

  /// The first cycle in which the first word was valid.
  @inlinable public var offered: Cycle { cycle - firstWait }

  /// The first `count` of them.
  @inlinable public func prefix(_ count: Int) -> HandshakeRun {
    HandshakeRun(cycle: cycle, step: step, wait: wait, firstWait: firstWait, count: count)
  }

  /// All but the first `count`.
  @inlinable public func dropFirst(_ count: Int) -> HandshakeRun {
    guard count > 0 else { return self }
    return HandshakeRun(
      cycle: cycle + count * step, step: step, wait: wait, count: self.count - count)
  }

  /// Handshake `k` of the run.
  @inlinable public subscript(_ k: Int) -> Handshake {
    let cycle = cycle + k * step
    return Handshake(offered: cycle - (k == 0 ? firstWait : wait), cycle: cycle)
  }
}

/// Handshakes of one stream in order. Only valid during the call that gives them.
public struct HandshakeBatch {
  /// When each word moved.
  public let cycles: UnsafeBufferPointer<Cycle>
  /// Cycles that each word was valid before it moved.
  public let waits: UnsafeBufferPointer<Int>

  /// As many waits as cycles.
  public init(cycles: UnsafeBufferPointer<Cycle>, waits: UnsafeBufferPointer<Int>) {
    precondition(cycles.count == waits.count)
    (self.cycles, self.waits) = (cycles, waits)
  }

  /// How many.
  public var count: Int { cycles.count }

  /// Some of them.
  public subscript(_ part: Range<Int>) -> HandshakeBatch {
    HandshakeBatch(
      cycles: UnsafeBufferPointer(rebasing: cycles[part]),
      waits: UnsafeBufferPointer(rebasing: waits[part]))
  }
}

/// Handshakes of one stream in order, as they follow from the two ends of what it leads through. Only valid during
/// the call that gives them.
public struct PlacedHandshakes {
  /// Where they are.
  public let place: HandshakeKernel.Place
  /// The cycle of the handshake before the first.
  public let last: Cycle
  /// How many.
  public let count: Int

  /// `count` handshakes at a place.
  public init(_ place: HandshakeKernel.Place, after last: Cycle, count: Int) {
    (self.place, self.last, self.count) = (place, last, count)
  }

  /// The first `count` of them.
  public func prefix(_ count: Int) -> PlacedHandshakes {
    PlacedHandshakes(place, after: last, count: count)
  }

  /// All but the first `count`.
  public func dropFirst(_ count: Int) -> PlacedHandshakes {
    guard count > 0 else { return self }
    return PlacedHandshakes(
      place.dropFirst(count), after: place[count - 1], count: self.count - count)
  }

  /// What `body` makes of them one by one.
  public func listed<T>(_ body: (HandshakeBatch) throws -> T) rethrows -> T {
    try withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * max(count, 1)) { listed in
      // The memory of none, too, has an address.
      let cycles = listed.baseAddress!
      let waits = cycles + count
      HandshakeKernel().list(
        writes: place.writes, latency: place.latency, reads: place.reads, credit: place.credit,
        after: last, count: count, cycles: cycles, waits: waits)
      return try body(
        HandshakeBatch(
          cycles: UnsafeBufferPointer(start: cycles, count: count),
          waits: UnsafeBufferPointer(start: waits, count: count)))
    }
  }
}

/// Receives the handshakes of all streams while a run goes on.
public protocol HandshakeListener: AnyObject {
  /// The next handshakes of one stream, in order. The streams come out of step with each other.
  ///
  /// `stream` counts the groups of `Plan.observedStreams`.
  func took(_ batch: HandshakeBatch, stream: Int)
  /// The next handshakes of one stream, where they are even.
  func took(_ run: HandshakeRun, stream: Int)
  /// The next handshakes of one stream, which need not be listed first.
  func took(_ handshakes: PlacedHandshakes, stream: Int)
  /// Where the handshakes of one stream go, so that it need not be told of them as long as these are lent
  /// (`HandshakeColumns.lent`); they stay there as long as the listener lives. nil: it is told of all.
  func columns(of stream: Int) -> UnsafeMutablePointer<HandshakeColumns>?
}

extension HandshakeListener {
  /// It is told of all.
  public func columns(of stream: Int) -> UnsafeMutablePointer<HandshakeColumns>? { nil }

  /// As if they had been listed.
  public func took(_ handshakes: PlacedHandshakes, stream: Int) {
    handshakes.listed { took($0, stream: stream) }
  }
}

/// What a run keeps of the handshakes of one stream, or of several that move their words together.
///
/// Cycles at or beyond the limit are dropped: a run cut off at `max_cycles` has not seen them, although
/// the engine, which does not run in time order, may already know them.
final class StreamLog {
  let names: [String]
  private let index: Int
  private let keepsTimes: Bool
  private let listener: (any HandshakeListener)?
  /// Where handshakes go that are lent; whoever tells of handshakes tries these first.
  let columns: UnsafeMutablePointer<HandshakeColumns>?
  /// The handshake cycles, when they are kept in memory.
  private(set) var times: [Cycle] = []
  /// When the word was offered that the run leaves untaken.
  private(set) var unfinished: Cycle?

  /// `index` is the number under which the listener knows the stream.
  init(names: [String], index: Int, observing: Observation) {
    self.names = names
    self.index = index
    keepsTimes = observing.times
    listener = observing.listener
    columns = keepsTimes ? nil : listener?.columns(of: index)
  }

  func took(_ batch: HandshakeBatch) {
    if keepsTimes { times.append(contentsOf: batch.cycles) }
    listener?.took(batch, stream: index)
  }

  func took(_ run: HandshakeRun) {
    if keepsTimes { times.append(contentsOf: (0..<run.count).lazy.map { run[$0].cycle }) }
    listener?.took(run, stream: index)
  }

  func took(_ handshakes: PlacedHandshakes) {
    if keepsTimes { handshakes.listed { times.append(contentsOf: $0.cycles) } }
    listener?.took(handshakes, stream: index)
  }

  func leaveUnfinished(_ offered: Cycle) {
    if unfinished == nil { unfinished = offered }
  }
}
