/// One word moving over a stream.
public struct Handshake: Sendable, Equatable {
  /// First cycle in which the word was valid.
  public var offered: Cycle
  /// The cycle in which valid and ready were both high.
  public var cycle: Cycle

  public init(offered: Cycle, cycle: Cycle) {
    self.offered = offered
    self.cycle = cycle
  }
}

/// Receives the handshakes of all streams while a run goes on.
public protocol HandshakeListener: AnyObject {
  /// The next handshakes of one stream, in order. The streams come out of step with each other.
  ///
  /// `stream` counts the groups of `Plan.observedStreams`.
  func took(_ batch: UnsafeBufferPointer<Handshake>, stream: Int)
}

/// Receives the handshake cycles of one stream, in order.
///
/// Cycles at or beyond `limit` are dropped: a run cut off at `max_cycles` has not seen them, although
/// the engine, which does not run in time order, may already know them.
public final class StreamLog {
  public let names: [String]
  private let limit: Cycle
  private let keepsTimes: Bool
  /// The handshake cycles, when they are kept in memory.
  public private(set) var times: [Cycle] = []
  public private(set) var count = 0
  public private(set) var last: Cycle?
  /// When the word was offered that the run leaves untaken.
  public private(set) var unfinished: Cycle?

  private let index: Int
  private let listener: (any HandshakeListener)?
  /// Handshakes collected for the listener; a batch per call keeps the call out of the inner loops.
  private let batch: UnsafeMutablePointer<Handshake>
  private var filled = 0
  private static let batchSize = 512

  /// - Parameter index: the number under which `listener` knows the stream.
  public init(
    names: [String], limit: Cycle, keepsTimes: Bool, index: Int = 0,
    listener: (any HandshakeListener)? = nil
  ) {
    self.names = names
    self.limit = limit
    self.keepsTimes = keepsTimes
    self.index = index
    self.listener = listener
    batch = .allocate(capacity: listener == nil ? 0 : Self.batchSize)
  }

  deinit { batch.deallocate() }

  func append(_ t: Cycle, offered: Cycle) {
    guard t < limit else {
      leaveUnfinished(offered)
      return
    }
    count += 1
    last = t
    if keepsTimes { times.append(t) }
    guard listener != nil else { return }
    batch[filled] = Handshake(offered: offered, cycle: t)
    filled += 1
    if filled == Self.batchSize { flush() }
  }

  func leaveUnfinished(_ offered: Cycle) {
    if unfinished == nil, offered < limit { unfinished = offered }
  }

  /// Hands the listener what it has not seen yet.
  func flush() {
    guard filled > 0 else { return }
    listener?.took(UnsafeBufferPointer(start: batch, count: filled), stream: index)
    filled = 0
  }
}

/// Follows the registered occupancy of one FIFO from its write and read cycles, which arrive out of
/// step: a write is counted only once it is known which reads came before it.
public final class OccupancyMonitor {
  public let name: String
  public let depth: Int
  private let limit: Cycle
  private var writes: [Cycle] = []
  private var reads: [Cycle] = []
  private var nextWrite = 0
  private var nextRead = 0
  private var level = 0
  /// Highest number of words held at once.
  public private(set) var maximum = 0
  private let changed: ((Cycle, Int) -> Void)?

  init(name: String, depth: Int, limit: Cycle, changed: ((Cycle, Int) -> Void)? = nil) {
    self.name = name
    self.depth = depth
    self.limit = limit
    self.changed = changed
  }

  func wrote(_ t: Cycle) {
    guard t < limit else { return }
    writes.append(t)
    advance()
  }

  func read(_ t: Cycle) {
    guard t < limit else { return }
    reads.append(t)
    advance()
  }

  /// Words left inside, all known events counted.
  public var final: Int { writes.count - nextWrite + level - (reads.count - nextRead) }

  /// Counts what is still waiting for its partner; call when the run is over.
  func finish() {
    while nextWrite < writes.count || nextRead < reads.count {
      let w = nextWrite < writes.count ? writes[nextWrite] : .max
      let r = nextRead < reads.count ? reads[nextRead] : .max
      step(w, r)
    }
  }

  private func advance() {
    while nextWrite < writes.count, nextRead < reads.count {
      step(writes[nextWrite], reads[nextRead])
    }
    // Both queues are short (at most the depth), so dropping the counted part is cheap and rare.
    if nextWrite > 4096 {
      writes.removeFirst(nextWrite)
      nextWrite = 0
    }
    if nextRead > 4096 {
      reads.removeFirst(nextRead)
      nextRead = 0
    }
  }

  private func step(_ w: Cycle, _ r: Cycle) {
    let t = min(w, r)
    let before = level
    if w == t {
      level += 1
      nextWrite += 1
    }
    if r == t {
      level -= 1
      nextRead += 1
    }
    if level > maximum { maximum = level }
    // The count is registered: the change shows in the following cycle.
    if level != before { changed?(t + 1, level) }
  }
}
