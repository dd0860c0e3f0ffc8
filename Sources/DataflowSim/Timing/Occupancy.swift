/// Follows the registered occupancy of one FIFO from its write and read cycles, which arrive out of
/// step: a write is counted only once it is known which reads came before it.
public final class OccupancyMonitor {
  public let name: String
  public let depth: Int
  /// Behind a pointer for the same reason as in `StreamLog`.
  let record: UnsafeMutablePointer<Record>

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

  /// Counts what is still waiting for its partner; call when the run is over.
  func finish() { record.pointee.finish() }
  /// The FIFO is empty again; from now on cycles are counted from `origin`.
  func restart(at origin: Cycle) { record.pointee.restart(at: origin) }

  struct Record {
    private let limit: Cycle
    /// Events not yet counted, on one side at most; as many as words fit in between.
    fileprivate var writes: Ring<Cycle>
    fileprivate var reads: Ring<Cycle>
    fileprivate var level = 0
    fileprivate var maximum = 0
    /// What is cycle 0 for the FIFO.
    private var origin = 0

    fileprivate init(limit: Cycle, depth: Int) {
      self.limit = limit
      // Most FIFOs never fill: the rings grow with what they hold.
      writes = Ring(capacity: min(depth + 2, 64), filler: 0)
      reads = Ring(capacity: min(depth + 2, 64), filler: 0)
    }

    fileprivate func deallocate() {
      writes.deallocate()
      reads.deallocate()
    }

    /// Words `range` were written at the times in `slots`.
    mutating func wrote(_ range: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>, mask: Int) {
      for word in range { wrote(slots[word & mask]) }
    }

    /// Words `range` were read at the times in `slots`.
    mutating func read(_ range: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>, mask: Int) {
      for word in range { read(slots[word & mask]) }
    }

    mutating func wrote(_ t: Cycle) {
      guard t + origin < limit else { return }
      if writes.isFull { writes.grow(filler: 0) }
      writes.append(t)
      advance()
    }

    mutating func read(_ t: Cycle) {
      guard t + origin < limit else { return }
      if reads.isFull { reads.grow(filler: 0) }
      reads.append(t)
      advance()
    }

    fileprivate mutating func finish() {
      while !writes.isEmpty || !reads.isEmpty {
        step(writes.isEmpty ? .max : writes[0], reads.isEmpty ? .max : reads[0])
      }
    }

    fileprivate mutating func restart(at origin: Cycle) {
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

/// Follows the occupancy of one FIFO among stages that were merged into one.
///
/// With W and R the handshakes in front of and behind the merged stages, those in front of the FIFO are
/// ```
/// H[k] = max(W[k] + L, R[k − D] + c)
/// ```
/// where L is the latency up to there, D and c capacities and credits from there on; those behind it
/// likewise. See `Simulation` on merging.
struct InnerOccupancy {
  /// L, D and c of a place between stages.
  private struct Place {
    var latency = 0
    var capacity = 0
    var credit = 0
    /// The next handshake to work out.
    var next = 0
  }

  private let fifo: UnsafeMutablePointer<OccupancyMonitor.Record>
  private var front: Place
  private var back: Place
  /// Handshakes of the merged stages that are still needed, and the index of the oldest.
  private var writes = Ring<Cycle>(capacity: 64, filler: 0)
  private var reads = Ring<Cycle>(capacity: 64, filler: 0)
  private var firstWrite = 0
  private var firstRead = 0

  /// - Parameter index: which of the stages the FIFO is.
  init(_ monitor: OccupancyMonitor, _ stages: [Stage], index: Int) {
    fifo = monitor.record
    func place(_ end: Int) -> Place {
      Place(
        latency: stages[..<end].reduce(0) { $0 + $1.latency },
        capacity: stages[end...].reduce(0) { $0 + $1.capacity },
        credit: stages[end...].reduce(0) { $0 + $1.credit })
    }
    (front, back) = (place(index), place(index + 1))
  }

  func deallocate() {
    writes.deallocate()
    reads.deallocate()
  }

  mutating func wrote(_ range: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>, mask: Int) {
    for word in range {
      if writes.isFull { writes.grow(filler: 0) }
      writes.append(slots[word & mask])
    }
    advance()
  }

  mutating func read(_ range: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>, mask: Int) {
    for word in range {
      if reads.isFull { reads.grow(filler: 0) }
      reads.append(slots[word & mask])
    }
    advance()
  }

  private mutating func advance() {
    while let t = handshake(&front) { fifo.pointee.wrote(t) }
    while let t = handshake(&back) { fifo.pointee.read(t) }
    while firstWrite < min(front.next, back.next) {
      _ = writes.removeFirst()
      firstWrite += 1
    }
    while firstRead < min(front.next - front.capacity, back.next - back.capacity) {
      _ = reads.removeFirst()
      firstRead += 1
    }
  }

  /// The next handshake at a place, once it is known.
  @inline(__always) private func handshake(_ place: inout Place) -> Cycle? {
    let word = place.next
    let freed = word - place.capacity
    guard word < firstWrite + writes.count, freed < firstRead + reads.count else { return nil }
    place.next += 1
    let arrival = writes[word - firstWrite] + place.latency
    return freed < 0 ? arrival : max(arrival, reads[freed - firstRead] + place.credit)
  }
}
