/// The processes that may be able to move, each at most once, in first-in first-out order.
///
/// Two lines: of those that have enough to do, and of those that could move only a little. Of the latter one
/// runs when nobody else is left, so that words move in large batches. The order changes no handshake.
struct WorkQueue {
  private var ready: Line
  private var patient: Line
  /// Who has been put in the second line and has not run since.
  private let isWanted: UnsafeMutablePointer<Bool>
  /// Whom a writer may ask what becomes of a run of words; kept alive by the network.
  private let runners: UnsafeMutablePointer<Unmanaged<ProcessRunner>?>
  /// Who is at work and cannot be asked.
  private let isRunning: UnsafeMutablePointer<Bool>
  /// How many processes are at work within each other; bounded, as the stack is.
  private(set) var depth = 0
  var deepest = 48
  /// Processes run out of turn, since a writer had a whole run for them.
  var urged = 0
  /// Words that went through channels as runs, and the runs.
  private(set) var passed = (words: 0, runs: 0)
  /// Whether what is ordered is taken as it is written.
  var takesAtOnce = true
  /// Words that were taken as they were written, since they had been ordered.
  private(set) var takenAtOnce = 0

  init(processes: Int) {
    ready = Line(processes: processes)
    patient = Line(processes: processes)
    isWanted = .allocate(capacity: max(processes, 1))
    isWanted.initialize(repeating: false, count: max(processes, 1))
    runners = .allocate(capacity: max(processes, 1))
    runners.initialize(repeating: nil, count: max(processes, 1))
    isRunning = .allocate(capacity: max(processes, 1))
    isRunning.initialize(repeating: false, count: max(processes, 1))
  }

  func deallocate() {
    ready.deallocate()
    patient.deallocate()
    isWanted.deallocate()
    runners.deallocate()
    isRunning.deallocate()
  }

  func enlist(_ runner: ProcessRunner, as process: Int) {
    runners[process] = Unmanaged.passUnretained(runner)
  }

  var mayAsk: Bool { depth < deepest }

  /// A process that is to do something out of turn; nil if it is at work.
  @inline(__always) mutating func ask(_ process: Int32) -> Unmanaged<ProcessRunner>? {
    guard process >= 0, !isRunning[Int(process)] else { return nil }
    begins(process)
    return runners[Int(process)]
  }

  @inline(__always) mutating func begins(_ process: Int32) {
    isRunning[Int(process)] = true
    depth &+= 1
  }

  /// It is at rest again.
  @inline(__always) mutating func rests(_ process: Int32) {
    isRunning[Int(process)] = false
    depth &-= 1
  }

  @inline(__always) mutating func notePassed(_ words: Int) {
    passed.words &+= words
    passed.runs &+= 1
  }

  @inline(__always) mutating func noteTaken(_ words: Int) { takenAtOnce &+= words }

  /// Lets a process run after those who are in line already.
  @inline(__always) mutating func push(_ process: Int32) { ready.push(process) }

  /// Lets a process run when nobody has more to do.
  @inline(__always) mutating func pushLater(_ process: Int32) {
    isWanted[Int(process)] = true
    patient.push(process)
  }

  /// The next process to run, and whether it has been put in the second line since it last ran.
  @inline(__always) mutating func pop() -> (process: Int, waited: Bool)? {
    if let process = ready.pop() { return (process, take(process)) }
    while let process = patient.pop() {
      if take(process) { return (process, true) }
    }
    return nil
  }

  @inline(__always) private func take(_ process: Int) -> Bool {
    let was = isWanted[process]
    isWanted[process] = false
    return was
  }

  private struct Line {
    private let ring: UnsafeMutablePointer<Int32>
    private let queued: UnsafeMutablePointer<Bool>
    private let mask: Int
    private var head = 0
    private var tail = 0

    init(processes: Int) {
      var size = 1
      while size <= processes { size *= 2 }
      mask = size - 1
      ring = .allocate(capacity: size)
      queued = .allocate(capacity: max(processes, 1))
      queued.initialize(repeating: false, count: max(processes, 1))
    }

    func deallocate() {
      ring.deallocate()
      queued.deallocate()
    }

    @inline(__always) mutating func push(_ process: Int32) {
      guard !queued[Int(process)] else { return }
      queued[Int(process)] = true
      ring[tail & mask] = process
      tail += 1
    }

    @inline(__always) mutating func pop() -> Int? {
      guard head != tail else { return nil }
      let process = Int(ring[head & mask])
      head += 1
      queued[process] = false
      return process
    }
  }
}
