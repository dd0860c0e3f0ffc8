import SimKernels

/// What a log looks at every hundred words, in one block of memory: of hundreds of channels each is far from the processor
/// by then, and what lies in one place comes at once.
struct LogBlock {
  /// Reads up to which everything has been worked out.
  var settled = 0
  /// Nothing that is still to come matters.
  private(set) var isDone = false
  /// Whether somebody wants to know of every handshake.
  let isFull: Bool
  /// The times at the ends of the channel, once it is followed.
  let times: UnsafeMutablePointer<KeptTimes>
  let fifos: UnsafeMutableBufferPointer<Occupancy>
  /// Words that moved evenly, as far as they have not been worked out. The channel notes them.
  var even: LatestRuns
  /// In front of the first stage to behind the last.
  let places: UnsafeMutableBufferPointer<ChannelPlace>
  /// Handshakes from this cycle on do not count.
  let limit: Cycle
  /// What is cycle 0 for the channel.
  var origin = 0

  /// Words have been taken, `read` of `written` by now. How many must have been when it is told again; nil: no need.
  mutating func took(written: Int, read: Int) -> Int? {
    guard !isDone else { return nil }
    if read &- settled >= ChannelLog.readsAtOnce {
      times.pointee.written = written
      times.pointee.read = read
      times.pointee.runs = even.all
      settle()
      isDone = !isFull && fifos.allSatisfy(\.isSaturated)
    }
    return isDone ? nil : settled &+ ChannelLog.readsAtOnce
  }

  /// Works out what is known of the places by the times that are noted.
  mutating func settle() {
    prefetch()
    settled = times.pointee.read
    if isFull { for i in places.indices { handOn(i) } }
    for i in fifos.indices where !fifos[i].isSaturated {
      if isFull {
        fifos[i].update(times(at: fifos[i].stage), times(at: fifos[i].stage + 1))
      } else {
        // Nothing is cut off where nobody asks for handshakes, so the places need not be looked at.
        fifos[i].update(fifos[i].front.times(times), fifos[i].rear.times(times))
      }
    }
    even.forget(before: settled)
  }

  /// Has what is looked at next brought near the processor.
  @inline(__always) private func prefetch() {
    let next = settled & times.pointee.mask
    SimKernels.prefetch(times.pointee.writes + next)
    SimKernels.prefetch(times.pointee.reads + next)
    if let runs = times.pointee.runs.baseAddress { SimKernels.prefetch(runs) }
    if isFull { for place in places { place.prefetch() } }
  }

  /// The handshakes at a place, by the times that are noted.
  @inline(__always) func times(at place: Int) -> ChannelPlace.Times { places[place].times(times) }

  /// Hands on the handshakes at a place that have become known.
  private func handOn(_ index: Int) {
    guard places[index].isAsked || limit != .max else {
      places[index].next = places[index].end(times.pointee)
      return
    }
    let handOn = HandingOn(times: times(at: index), origin: origin, limit: limit)
    handOn(&places[index])
  }
}

// How it lies in memory.
extension LogBlock {
  /// A block of its own for these places and FIFOs; `free` gives it back.
  static func make(
    places: [ChannelPlace], fifos: [Occupancy], limit: Cycle, isFull: Bool
  ) -> UnsafeMutablePointer<LogBlock> {
    var size = 0
    /// Where so many of a kind lie.
    func room<T>(for _: T.Type, _ count: Int = 1) -> Int {
      let alignment = MemoryLayout<T>.alignment
      let place = (size + alignment - 1) / alignment * alignment
      size = place + count * MemoryLayout<T>.stride
      return place
    }
    // In the order in which they are looked at.
    _ = room(for: LogBlock.self)
    let timesAt = room(for: KeptTimes.self)
    let fifosAt = room(for: Occupancy.self, fifos.count)
    let placesAt = room(for: ChannelPlace.self, places.count)
    let runsAt = room(for: EvenWords.self, LatestRuns.few)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    func all<T>(_ values: [T], at place: Int) -> UnsafeMutableBufferPointer<T> {
      let first = (memory + place).bindMemory(to: T.self, capacity: values.count)
      let all = UnsafeMutableBufferPointer(start: first, count: values.count)
      _ = all.initialize(fromContentsOf: values)
      return all
    }
    let block = memory.bindMemory(to: LogBlock.self, capacity: 1)
    block.initialize(
      to: LogBlock(
        isFull: isFull, times: (memory + timesAt).bindMemory(to: KeptTimes.self, capacity: 1),
        fifos: all(fifos, at: fifosAt),
        even: LatestRuns(
          in: (memory + runsAt).bindMemory(to: EvenWords.self, capacity: LatestRuns.few)),
        places: all(places, at: placesAt), limit: limit))
    return block
  }

  private init(
    isFull: Bool, times: UnsafeMutablePointer<KeptTimes>,
    fifos: UnsafeMutableBufferPointer<Occupancy>, even: LatestRuns,
    places: UnsafeMutableBufferPointer<ChannelPlace>, limit: Cycle
  ) {
    (self.isFull, self.times, self.fifos) = (isFull, times, fifos)
    (self.even, self.places, self.limit) = (even, places, limit)
  }

  /// Gives back a block and what its places keep alive.
  static func free(_ block: UnsafeMutablePointer<LogBlock>) {
    for place in block.pointee.places { place.release() }
    block.pointee.fifos.deinitialize()
    block.pointee.even.deallocate()
    block.deinitialize(count: 1)
    UnsafeMutableRawPointer(block).deallocate()
  }
}
