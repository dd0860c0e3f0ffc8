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
  private let consumer: ((Cycle) -> Void)?

  public init(
    names: [String], limit: Cycle, keepsTimes: Bool, consumer: ((Cycle) -> Void)? = nil
  ) {
    self.names = names
    self.limit = limit
    self.keepsTimes = keepsTimes
    self.consumer = consumer
  }

  func append(_ t: Cycle) {
    guard t < limit else { return }
    count += 1
    last = t
    if keepsTimes { times.append(t) }
    consumer?(t)
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
