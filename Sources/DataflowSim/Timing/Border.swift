/// Offers the words of a graph input: a new word may start in a cycle the pattern allows, and is then
/// held until it is accepted.
struct Source: Process {
  let output: Link
  let pattern: PatternTable
  /// How many words may be offered in all; raised by the driver to release further frames. The second
  /// number is 1 if it may be raised yet. The third counts the words that the pace alone has held up.
  let words: UnsafeMutablePointer<Int>
  /// Words of one frame, for the phase.
  let wordsPerFrame: Int
  /// One word at most starts at or after this cycle: others may have to know that none came before.
  let limit: Cycle
  /// Word k starts no earlier than this allows; nil: no pacing.
  private var spread: EvenSpread?
  /// No word starts before this cycle.
  let notBefore: Cycle

  private var sent: Int

  init(
    output: Link, pattern: PatternTable, words: UnsafeMutablePointer<Int>, wordsPerFrame: Int,
    limit: Cycle, pace: FramePeriod? = nil, sent: Int = 0, notBefore: Cycle = 0
  ) {
    spread = pace.map {
      EvenSpread(words: max(wordsPerFrame, 1) * $0.frames, cycles: $0.cycles, from: sent)
    }
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
      let n = min(last - sent, output.pointee.writable)
      if n > 0 {
        guard write(n) else { return }
        continue
      }
      guard output.pointee.isTaken else {
        output.pointee.writerWaits = true
        return
      }
      guard output.pointee.takenAt < limit else { return }
      output.pointee.offer(at: next(after: output.pointee.takenAt))
    }
  }

  /// `n` words for which there is room; false when the limit is reached.
  private mutating func write(_ n: Int) -> Bool {
    var writes = output.pointee.writes
    var t = output.pointee.takenAt
    for _ in 0..<n where t < limit { t = writes.admit(from: next(after: t)) }
    output.pointee.finish(writes, at: t)
    return t < limit
  }

  /// When the next word starts, the one before having been taken at `t`.
  @inline(__always) private mutating func next(after t: Cycle) -> Cycle {
    sent += 1
    let ready = max(t + 1, notBefore)
    guard let due = spread?.next(), due > ready else { return pattern.next(ready) }
    words[2] += 1
    return pattern.next(due)
  }

  func listState(_ state: inout StateList) { state.phase(sent % wordsPerFrame) }

  /// When the next word could start that the driver has not released.
  var waitsForSilence: Cycle? {
    guard words[1] == 1, sent == words.pointee, output.pointee.isTaken else { return nil }
    return max(output.pointee.takenAt + 1, notBefore)
  }
}

/// Cycles that `words` words of a stream take part in evenly, again and again: the word after k others
/// is due in cycle ⌊k · cycles / words⌋.
struct EvenSpread {
  private let words: Int
  private let step: (whole: Int, part: Int)
  private var due: (whole: Cycle, part: Int)

  init(words: Int, cycles: Int, from first: Int) {
    self.words = max(words, 1)
    let (turns, rest) = first.quotientAndRemainder(dividingBy: self.words)
    let position = (rest * cycles).quotientAndRemainder(dividingBy: self.words)
    due = (turns * cycles + position.quotient, position.remainder)
    step = (cycles / self.words, cycles % self.words)
  }

  /// When the next word is due.
  @inline(__always) mutating func next() -> Cycle {
    defer {
      due.whole += step.whole
      due.part += step.part
      if due.part >= words {
        due.part -= words
        due.whole += 1
      }
    }
    return due.whole
  }
}

/// Takes the words of a graph output in the cycles its pattern allows.
struct Sink: Process {
  let input: Link
  let pattern: PatternTable
  let record: SinkRecord

  mutating func run() {
    guard pattern.everAllows else { return }
    while input.pointee.available > 0 {
      var reads = input.pointee.reads
      var t = input.pointee.lastRead
      for _ in 0..<input.pointee.readable {
        let arrival = reads.arrival
        t = pattern.next(max(arrival, t + 1))
        reads.take(at: t, arrival)
        record.took(t)
      }
      input.pointee.finish(reads, at: t)
    }
    input.pointee.readerWaits = true
  }

  func listState(_ state: inout StateList) {}

  /// Words are taken when they come, where no pattern says otherwise.
  func follows(_ words: EvenRun, on input: Link) -> EvenRun {
    guard pattern.alwaysAllows else { return words.prefix(0) }
    return words.taken(from: input.pointee.lastRead + 1, pace: 1)
  }

  func take(_ words: EvenRun, from input: Link) {
    for k in 0..<words.count { record.took(words[k]) }
  }
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

  /// Words move as they come, as far as there is room for them then.
  func follows(_ words: EvenRun, on input: Link) -> EvenRun {
    guard !isOffered, output.pointee.isTaken else { return words.prefix(0) }
    let ready = max(input.pointee.lastRead, output.pointee.takenAt) + 1
    var moved = words.taken(from: ready, pace: 1)
    moved.count = output.plan(moved, leaving: false)
    return moved
  }

  func take(_ words: EvenRun, from input: Link) { output.pass(words) }

}
