/// One word moving over a stream.
public struct Handshake: Sendable, Equatable {
  /// First cycle in which the word was valid.
  public var offered: Cycle
  /// The cycle in which valid and ready were both high.
  public var cycle: Cycle

  /// A word offered from one cycle on, taken in another.
  public init(offered: Cycle, cycle: Cycle) {
    self.offered = offered
    self.cycle = cycle
  }
}

/// Handshakes that follow each other at equal distances, each after the same wait.
public struct HandshakeRun: Sendable, Equatable {
  /// Of the first of them.
  public var cycle: Cycle
  /// Cycles from one to the next.
  public var step: Int
  /// Cycles that each word was valid before it moved.
  public var wait: Int
  /// How many.
  public var count: Int

  /// `count` handshakes, the first in cycle `cycle`.
  @inlinable public init(cycle: Cycle, step: Int, wait: Int, count: Int) {
    self.cycle = cycle
    self.step = step
    self.wait = wait
    self.count = count
  }

  /// The first cycle in which the first word was valid.
  @inlinable public var offered: Cycle { cycle - wait }

  /// Handshake `k` of the run.
  public subscript(_ k: Int) -> Handshake {
    Handshake(offered: offered + k * step, cycle: cycle + k * step)
  }
}

/// Receives the handshakes of all streams while a run goes on.
public protocol HandshakeListener: AnyObject {
  /// The next handshakes of one stream, in order. The streams come out of step with each other.
  ///
  /// `stream` counts the groups of `Plan.observedStreams`.
  func took(_ batch: UnsafeBufferPointer<Handshake>, stream: Int)
  /// The next handshakes of one stream, where they are even.
  func took(_ run: HandshakeRun, stream: Int)
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
  }

  func took(_ batch: UnsafeBufferPointer<Handshake>) {
    if keepsTimes { times.append(contentsOf: batch.lazy.map(\.cycle)) }
    listener?.took(batch, stream: index)
  }

  func took(_ run: HandshakeRun) {
    if keepsTimes { times.append(contentsOf: (0..<run.count).lazy.map { run[$0].cycle }) }
    listener?.took(run, stream: index)
  }

  func leaveUnfinished(_ offered: Cycle) {
    if unfinished == nil { unfinished = offered }
  }
}
