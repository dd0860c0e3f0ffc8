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
  var arrival: Cycle { get }
  mutating func take(at t: Cycle)
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
  var room: Cycle { get }
  mutating func admit(at t: Cycle, readySince ready: Cycle)
}

extension ReadRun: ReadRuns {}
extension WriteRun: WriteRuns {}

struct NoInput: InputSide {
  struct Runs: ReadRuns {
    @inline(__always) var arrival: Cycle { .never }
    @inline(__always) mutating func take(at t: Cycle) {}
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
    @inline(__always) var arrival: Cycle { max(a.arrival, b.arrival) }
    @inline(__always) mutating func take(at t: Cycle) {
      a.take(at: t)
      b.take(at: t)
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
    @inline(__always) var room: Cycle { .never }
    @inline(__always) mutating func admit(at t: Cycle, readySince ready: Cycle) {}
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
    @inline(__always) var room: Cycle { max(a.room, b.room) }
    @inline(__always) mutating func admit(at t: Cycle, readySince ready: Cycle) {
      a.admit(at: t, readySince: ready)
      b.admit(at: t, readySince: ready)
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
