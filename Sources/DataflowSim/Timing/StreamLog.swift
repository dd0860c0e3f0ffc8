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
  let record: UnsafeMutablePointer<Record>

  /// `index` is the number under which `listener` knows the stream.
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

  /// Whether it matters since when a word was offered: to the listener, or where the limit cuts it off.
  var needsOffers: Bool { record.pointee.listener != nil || record.pointee.limit != .max }

  func leaveUnfinished(_ offered: Cycle) { record.pointee.leaveUnfinished(offered) }
  /// Hands the listener what it has not seen yet.
  func flush() { record.pointee.flush() }
  /// From now on cycles are counted from `origin`, when the block that writes the stream was reset.
  func restart(at origin: Cycle) { record.pointee.origin = origin }

  struct Record {
    fileprivate let limit: Cycle
    fileprivate let keepsTimes: Bool
    private let index: Int
    fileprivate let listener: (any HandshakeListener)?
    fileprivate var times: [Cycle] = []
    fileprivate var count = 0
    fileprivate var last: Cycle?
    fileprivate var unfinished: Cycle?
    /// What is cycle 0 for those who report.
    fileprivate var origin = 0
    /// Handshakes collected for the listener; a batch per call keeps the call out of the inner loops.
    fileprivate let batch: UnsafeMutablePointer<Handshake>?
    private var filled = 0
    private static let batchSize = 512

    fileprivate init(
      limit: Cycle, keepsTimes: Bool, index: Int, listener: (any HandshakeListener)?
    ) {
      self.limit = limit
      self.keepsTimes = keepsTimes
      self.index = index
      self.listener = listener
      batch = listener == nil ? nil : .allocate(capacity: Self.batchSize)
    }

    /// The handshakes of words `range`, at the times in `slots`, the last offered since `offered`.
    mutating func append(
      _ range: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>, mask: Int, offered: Cycle
    ) {
      guard batch == nil, limit == .max, !keepsTimes, !range.isEmpty else {
        for word in range { append(slots[word & mask], offered: offered) }
        return
      }
      count += range.count
      last = slots[(range.upperBound - 1) & mask] + origin
    }

    private mutating func append(_ local: Cycle, offered since: Cycle) {
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

    fileprivate mutating func leaveUnfinished(_ offered: Cycle) {
      if unfinished == nil, offered + origin < limit { unfinished = offered + origin }
    }

    fileprivate mutating func flush() {
      guard filled > 0, let batch else { return }
      listener?.took(UnsafeBufferPointer(start: batch, count: filled), stream: index)
      filled = 0
    }
  }
}
