/// Offers the words of a graph input: a new word may start in a cycle the pattern allows, and is then
/// held until it is accepted.
struct Source: Process {
  let output: Link
  let pattern: PatternTable
  /// How many words may be offered in all; raised by the driver to release further frames.
  let words: UnsafeMutablePointer<Int>
  /// Words of one frame, for the phase.
  let wordsPerFrame: Int
  /// One word at most starts at or after this cycle: others may have to know that none came before.
  let limit: Cycle
  /// Word k starts no earlier than an even spread over this period allows; nil: no pacing.
  let pace: FramePeriod?
  /// No word starts before this cycle.
  let notBefore: Cycle

  private var sent: Int

  init(
    output: Link, pattern: PatternTable, words: UnsafeMutablePointer<Int>, wordsPerFrame: Int,
    limit: Cycle, pace: FramePeriod? = nil, sent: Int = 0, notBefore: Cycle = 0
  ) {
    self.pace = pace
    self.sent = sent
    self.notBefore = notBefore
    self.output = output
    self.pattern = pattern
    self.words = words
    self.wordsPerFrame = max(wordsPerFrame, 1)
    self.limit = limit
  }

  mutating func run() {
    guard pattern.everAllows else { return }
    let last = words.pointee
    while sent < last {
      guard output.pointee.isTaken else {
        output.pointee.writerWaits = true
        return
      }
      guard output.pointee.takenAt < limit else { return }
      var earliest = max(output.pointee.takenAt + 1, notBefore)
      if let pace {
        let perFrame = wordsPerFrame * pace.frames
        let (turns, rest) = sent.quotientAndRemainder(dividingBy: perFrame)
        earliest = max(earliest, turns * pace.cycles + rest * pace.cycles / perFrame)
      }
      let start = pattern.next(earliest)
      output.pointee.offer(at: start)
      sent += 1
    }
  }

  func listState(_ state: inout StateList) { state.phase(sent % wordsPerFrame) }
}

/// Takes the words of a graph output in the cycles its pattern allows.
struct Sink: Process {
  let input: Link
  let pattern: PatternTable
  let record: SinkRecord

  mutating func run() {
    guard pattern.everAllows else { return }
    while input.pointee.available > 0 {
      let t = pattern.next(input.pointee.offered)
      input.pointee.read(at: t)
      record.took(t)
    }
    input.pointee.readerWaits = true
  }

  func listState(_ state: inout StateList) {}
}

/// The handshake between two stages in a row: a word moves as soon as one side has it and the other
/// has room.
struct Relay: Process {
  let input: Link
  let output: Link
  private var isOffered = false

  init(input: Link, output: Link) {
    self.input = input
    self.output = output
  }

  mutating func run() {
    while true {
      if isOffered {
        guard output.pointee.isTaken else {
          output.pointee.writerWaits = true
          return
        }
        input.pointee.read(at: output.pointee.takenAt)
        isOffered = false
      }
      let n = min(input.pointee.readable, output.pointee.writable)
      if n > 0 {
        move(n)
        continue
      }
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return
      }
      output.pointee.offer(at: input.pointee.offered)
      isOffered = true
    }
  }

  /// `n` words that are there and have room.
  private func move(_ n: Int) {
    var (reads, writes) = (input.pointee.reads, output.pointee.writes)
    var t = max(input.pointee.lastRead, output.pointee.takenAt)
    for _ in 0..<n {
      let arrival = reads.arrival
      t = writes.admit(from: max(t + 1, arrival))
      reads.take(at: t, arrival)
    }
    input.pointee.finish(reads, at: t)
    output.pointee.finish(writes, at: t)
  }

  func listState(_ state: inout StateList) {
    state.phase(isOffered ? 1 : 0)
  }
}
