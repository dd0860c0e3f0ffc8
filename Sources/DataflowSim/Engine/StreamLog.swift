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
  /// Behind a pointer because every handshake passes here: that spares the exclusivity checks which
  /// class properties carry.
  private let record: UnsafeMutablePointer<Record>

  /// - Parameter index: the number under which `listener` knows the stream.
  public init(
    names: [String], limit: Cycle, keepsTimes: Bool, index: Int = 0,
    listener: (any HandshakeListener)? = nil
  ) {
    self.names = names
    record = .allocate(capacity: 1)
    record.initialize(
      to: Record(limit: limit, keepsTimes: keepsTimes, index: index, listener: listener))
  }

  deinit {
    record.pointee.batch?.deallocate()
    record.deinitialize(count: 1)
    record.deallocate()
  }

  /// The handshake cycles, when they are kept in memory.
  public var times: [Cycle] { record.pointee.times }
  public var count: Int { record.pointee.count }
  public var last: Cycle? { record.pointee.last }
  /// When the word was offered that the run leaves untaken.
  public var unfinished: Cycle? { record.pointee.unfinished }

  @inline(__always) func append(_ t: Cycle, offered: Cycle) {
    record.pointee.append(t, offered: offered)
  }
  func leaveUnfinished(_ offered: Cycle) { record.pointee.leaveUnfinished(offered) }
  /// Hands the listener what it has not seen yet.
  func flush() { record.pointee.flush() }
  /// From now on cycles are counted from `origin`, when the block that writes the stream was reset.
  func restart(at origin: Cycle) { record.pointee.origin = origin }

  private struct Record {
    let limit: Cycle
    let keepsTimes: Bool
    let index: Int
    let listener: (any HandshakeListener)?
    var times: [Cycle] = []
    var count = 0
    var last: Cycle?
    var unfinished: Cycle?
    /// What is cycle 0 for those who report.
    var origin = 0
    /// Handshakes collected for the listener; a batch per call keeps the call out of the inner loops.
    let batch: UnsafeMutablePointer<Handshake>?
    private var filled = 0
    private static let batchSize = 512

    init(limit: Cycle, keepsTimes: Bool, index: Int, listener: (any HandshakeListener)?) {
      self.limit = limit
      self.keepsTimes = keepsTimes
      self.index = index
      self.listener = listener
      batch = listener == nil ? nil : .allocate(capacity: Self.batchSize)
    }

    mutating func append(_ local: Cycle, offered since: Cycle) {
      let (t, offered) = (local + origin, since + origin)
      guard t < limit else { return leaveUnfinished(since) }
      count += 1
      last = t
      if keepsTimes { times.append(t) }
      guard let batch else { return }
      batch[filled] = Handshake(offered: offered, cycle: t)
      filled += 1
      if filled == Self.batchSize { flush() }
    }

    mutating func leaveUnfinished(_ offered: Cycle) {
      if unfinished == nil, offered + origin < limit { unfinished = offered + origin }
    }

    mutating func flush() {
      guard filled > 0, let batch else { return }
      listener?.took(UnsafeBufferPointer(start: batch, count: filled), stream: index)
      filled = 0
    }
  }
}

/// Follows the registered occupancy of one FIFO from its write and read cycles, which arrive out of
/// step: a write is counted only once it is known which reads came before it.
public final class OccupancyMonitor {
  public let name: String
  public let depth: Int
  /// Behind a pointer for the same reason as in `StreamLog`.
  private let record: UnsafeMutablePointer<Record>

  init(name: String, depth: Int, limit: Cycle) {
    self.name = name
    self.depth = depth
    record = .allocate(capacity: 1)
    record.initialize(to: Record(limit: limit, depth: depth))
  }

  deinit {
    record.pointee.deallocate()
    record.deinitialize(count: 1)
    record.deallocate()
  }

  /// Highest number of words held at once.
  public var maximum: Int { record.pointee.maximum }
  /// Words left inside, all known events counted.
  public var final: Int {
    record.pointee.level + record.pointee.writes.count - record.pointee.reads.count
  }

  @inline(__always) func wrote(_ t: Cycle) { record.pointee.wrote(t) }
  @inline(__always) func read(_ t: Cycle) { record.pointee.read(t) }
  /// Counts what is still waiting for its partner; call when the run is over.
  func finish() { record.pointee.finish() }
  /// The FIFO is empty again; from now on cycles are counted from `origin`.
  func restart(at origin: Cycle) { record.pointee.restart(at: origin) }

  private struct Record {
    let limit: Cycle
    /// Events not yet counted, on one side at most; as many as words fit in between.
    var writes: Ring<Cycle>
    var reads: Ring<Cycle>
    var level = 0
    var maximum = 0
    /// What is cycle 0 for the FIFO.
    var origin = 0

    init(limit: Cycle, depth: Int) {
      self.limit = limit
      writes = Ring(capacity: depth + 2, filler: 0)
      reads = Ring(capacity: depth + 2, filler: 0)
    }

    func deallocate() {
      writes.deallocate()
      reads.deallocate()
    }

    mutating func wrote(_ t: Cycle) {
      guard t + origin < limit else { return }
      writes.append(t)
      advance()
    }

    mutating func read(_ t: Cycle) {
      guard t + origin < limit else { return }
      reads.append(t)
      advance()
    }

    mutating func finish() {
      while !writes.isEmpty || !reads.isEmpty {
        step(writes.isEmpty ? .max : writes[0], reads.isEmpty ? .max : reads[0])
      }
    }

    mutating func restart(at origin: Cycle) {
      finish()
      level = 0
      self.origin = origin
    }

    private mutating func advance() {
      while !writes.isEmpty, !reads.isEmpty { step(writes[0], reads[0]) }
    }

    private mutating func step(_ w: Cycle, _ r: Cycle) {
      let t = min(w, r)
      if w == t {
        level += 1
        _ = writes.removeFirst()
      }
      if r == t {
        level -= 1
        _ = reads.removeFirst()
      }
      if level > maximum { maximum = level }
    }
  }
}
