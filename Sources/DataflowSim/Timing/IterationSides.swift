/// The streams an iteration of a loop nest reads together; a type per shape, so that the loop over
/// iterations is compiled for it.
protocol InputSide {
  associatedtype Runs: ReadRuns
  /// Iterations that have their words.
  var readable: Int { get }
  var runs: Runs { get }
  func finish(_ runs: Runs, at t: Cycle)
  /// Marks what is missing.
  func waitForWords()
}

protocol ReadRuns {
  /// When the next words are valid.
  associatedtype Arrival
  var arrivals: Arrival { get }
  static func last(_ arrivals: Arrival) -> Cycle
  mutating func take(at t: Cycle, _ arrivals: Arrival)
}

extension ReadRuns {
  /// When the last of the next words is valid.
  @inline(__always) var arrival: Cycle { Self.last(arrivals) }
}

/// The streams an iteration writes together.
protocol OutputSide {
  associatedtype Runs: WriteRuns
  /// Iterations that have room for their words.
  var writable: Int { get }
  var runs: Runs { get }
  func finish(_ runs: Runs, at t: Cycle)
  /// Offers the next word where there is no room yet; false where words of several streams wait until
  /// all have room.
  func offer(at t: Cycle) -> Bool
  /// When the word offered was taken; marks what is waited for while it has not been.
  var taken: Cycle? { get }
}

protocol WriteRuns {
  /// When there is room for the next words.
  associatedtype Room
  var rooms: Room { get }
  static func last(_ rooms: Room) -> Cycle
  mutating func admit(at t: Cycle, readySince ready: Cycle, _ rooms: Room)
  /// When the words just admitted at `t` have left the slices in front.
  mutating func sliceEmptied(after t: Cycle) -> Cycle
}

extension ReadRun: ReadRuns {
  @inline(__always) var arrivals: Cycle { arrival }
  @inline(__always) static func last(_ arrivals: Cycle) -> Cycle { arrivals }
}

extension WriteRun: WriteRuns {
  @inline(__always) var rooms: Cycle { room }
  @inline(__always) static func last(_ rooms: Cycle) -> Cycle { rooms }
}

struct NoInput: InputSide {
  struct Runs: ReadRuns {
    @inline(__always) var arrivals: Cycle { .never }
    @inline(__always) static func last(_ arrivals: Cycle) -> Cycle { arrivals }
    @inline(__always) mutating func take(at t: Cycle, _ arrivals: Cycle) {}
  }
  @inline(__always) var readable: Int { .max }
  @inline(__always) var runs: Runs { Runs() }
  @inline(__always) func finish(_ runs: Runs, at t: Cycle) {}
  func waitForWords() {}
}

struct OneInput: InputSide {
  let link: Link

  @inline(__always) init(_ link: Link) { self.link = link }
  @inline(__always) var readable: Int { link.pointee.readable }
  @inline(__always) var runs: ReadRun { link.pointee.reads }
  @inline(__always) func finish(_ runs: ReadRun, at t: Cycle) { link.pointee.finish(runs, at: t) }
  @inline(__always) func waitForWords() { link.pointee.readerWaits = true }
}

struct TwoInputs: InputSide {
  let a: Link, b: Link

  struct Runs: ReadRuns {
    var a: ReadRun, b: ReadRun
    @inline(__always) var arrivals: (a: Cycle, b: Cycle) { (a.arrival, b.arrival) }
    @inline(__always) static func last(_ arrivals: (a: Cycle, b: Cycle)) -> Cycle {
      max(arrivals.a, arrivals.b)
    }
    @inline(__always) mutating func take(at t: Cycle, _ arrivals: (a: Cycle, b: Cycle)) {
      a.take(at: t, arrivals.a)
      b.take(at: t, arrivals.b)
    }
  }

  @inline(__always) init(_ a: Link, _ b: Link) { (self.a, self.b) = (a, b) }
  @inline(__always) var readable: Int { min(a.pointee.readable, b.pointee.readable) }
  @inline(__always) var runs: Runs { Runs(a: a.pointee.reads, b: b.pointee.reads) }
  @inline(__always) func finish(_ runs: Runs, at t: Cycle) {
    a.pointee.finish(runs.a, at: t)
    b.pointee.finish(runs.b, at: t)
  }
  @inline(__always) func waitForWords() {
    a.pointee.readerWaits = a.pointee.available == 0
    b.pointee.readerWaits = b.pointee.available == 0
  }
}

struct NoOutput: OutputSide {
  struct Runs: WriteRuns {
    @inline(__always) var rooms: Cycle { .never }
    @inline(__always) static func last(_ rooms: Cycle) -> Cycle { rooms }
    @inline(__always) mutating func admit(at t: Cycle, readySince ready: Cycle, _ rooms: Cycle) {}
    @inline(__always) mutating func sliceEmptied(after t: Cycle) -> Cycle { t }
  }
  @inline(__always) var writable: Int { .max }
  @inline(__always) var runs: Runs { Runs() }
  @inline(__always) func finish(_ runs: Runs, at t: Cycle) {}
  func offer(at t: Cycle) -> Bool { false }
  var taken: Cycle? { nil }
}

struct OneOutput: OutputSide {
  let link: Link

  @inline(__always) init(_ link: Link) { self.link = link }
  @inline(__always) var writable: Int { link.pointee.writable }
  @inline(__always) var runs: WriteRun { link.pointee.writes }
  @inline(__always) func finish(_ runs: WriteRun, at t: Cycle) { link.pointee.finish(runs, at: t) }
  @inline(__always) func offer(at t: Cycle) -> Bool {
    link.pointee.offer(at: max(t, link.pointee.takenAt + 1))
    return true
  }
  @inline(__always) var taken: Cycle? {
    guard !link.pointee.isTaken else { return link.pointee.takenAt }
    link.pointee.writerWaits = true
    return nil
  }
}

struct TwoOutputs: OutputSide {
  let a: Link, b: Link

  struct Runs: WriteRuns {
    var a: WriteRun, b: WriteRun
    @inline(__always) var rooms: (a: Cycle, b: Cycle) { (a.room, b.room) }
    @inline(__always) static func last(_ rooms: (a: Cycle, b: Cycle)) -> Cycle {
      max(rooms.a, rooms.b)
    }
    @inline(__always)
    mutating func admit(at t: Cycle, readySince ready: Cycle, _ rooms: (a: Cycle, b: Cycle)) {
      a.admit(at: t, readySince: ready, rooms.a)
      b.admit(at: t, readySince: ready, rooms.b)
    }
    @inline(__always) mutating func sliceEmptied(after t: Cycle) -> Cycle {
      let (left, other) = (a.sliceEmptied(after: t), b.sliceEmptied(after: t))
      return max(left, other)
    }
  }

  @inline(__always) init(_ a: Link, _ b: Link) { (self.a, self.b) = (a, b) }
  @inline(__always) var writable: Int { min(a.pointee.writable, b.pointee.writable) }
  @inline(__always) var runs: Runs { Runs(a: a.pointee.writes, b: b.pointee.writes) }
  @inline(__always) func finish(_ runs: Runs, at t: Cycle) {
    a.pointee.finish(runs.a, at: t)
    b.pointee.finish(runs.b, at: t)
  }
  @inline(__always) func offer(at t: Cycle) -> Bool {
    a.pointee.writerWaits = a.pointee.writable == 0
    b.pointee.writerWaits = b.pointee.writable == 0
    return false
  }
  var taken: Cycle? { nil }
}
