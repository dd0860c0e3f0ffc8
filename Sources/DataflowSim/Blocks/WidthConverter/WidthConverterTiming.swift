/// A width converter that joins `ratio` narrow words into one.
///
/// The channel in front is the side register (capacity 1, latency 0). Piece i moves on in cycle S[i]:
/// ```
/// In[i]  = max(p(i), S[i-1] + 1)
/// S[i]   = In[i], but for the first piece of output word j: max(In[i], Out[j-1])
/// Out[j] offered from S[last piece of j] + 1
/// ```
/// Source: docs/reference/rtl-rules.md#widening.
struct WideningConverter: Process {
  static let inputStage = Stage(latency: 0, capacity: 1)

  let input: Link
  let output: Link
  let ratio: Int
  /// The pieces of a word are ordered: they need no room, but for the first, which waits until the word before
  /// has been taken.
  private var isJoining = false
  /// Of asking others whether they take a whole run.
  private var patience = RunPatience()

  init(input: Link, output: Link, ratio: Int) {
    self.input = input
    self.output = output
    self.ratio = ratio
  }

  mutating func run() {
    while true {
      if isJoining {
        guard input.pointee.isOrderFilled else { return }
        output.pointee.offer(at: input.pointee.lastRead + 1)
        isJoining = false
      }
      guard output.pointee.isTaken else {
        output.pointee.writerWaits = true
        return
      }
      if input.pointee.available >= ratio {
        if passes() { continue }
        let words = min(input.pointee.readable / ratio, output.pointee.writable)
        if words > 0 {
          join(words)
          continue
        }
      }
      input.pointee.order(
        ratio, after: max(input.pointee.lastRead, output.pointee.takenAt - 1))
      isJoining = true
    }
  }

  /// Joins pieces that are there to words for which there is room.
  private func join(_ words: Int) {
    var (reads, writes) = (input.pointee.reads, output.pointee.writes)
    var (moved, taken) = (input.pointee.lastRead, output.pointee.takenAt)
    for _ in 0..<words {
      moved = max(moved, taken &- 1)
      for _ in 0..<ratio {
        let arrival = reads.arrival
        moved = max(moved &+ 1, arrival)
        reads.take(at: moved, arrival)
      }
      taken = writes.admit(from: moved &+ 1)
    }
    input.pointee.finish(reads, at: moved)
    output.pointee.finish(writes, at: taken)
  }

  func listState(_ state: inout StateList) { state.phase(isJoining ? 1 : 0) }
}

// Even runs: every piece is taken when it is there, as long as the words joined are taken at once.
extension WideningConverter {
  func follows(_ pieces: EvenRun, on input: Link) -> EvenRun {
    guard isJoining ? !input.pointee.isOrderFilled : output.pointee.isTaken else {
      return pieces.prefix(0)
    }
    let ready =
      isJoining
      ? input.pointee.orderFrom : max(input.pointee.lastRead + 1, output.pointee.takenAt)
    let taken = pieces.taken(from: ready, pace: 1)
    let missing = missing
    let joined = joined(taken, missing)
    let passed = output.plan(joined, leaving: false)
    // The pieces of the first word that would have to wait, but for the last.
    return passed == joined.count ? taken : taken.prefix(missing + passed * ratio - 1)
  }

  mutating func take(_ pieces: EvenRun, from input: Link) {
    let missing = missing
    let joined = joined(pieces, missing)
    let beyond = pieces.count < missing ? 0 : (pieces.count - missing) % ratio
    let left = pieces.count < missing ? missing - pieces.count : ratio - beyond
    isJoining = true
    input.pointee.reorder(left, after: pieces.last)
    output.pass(joined)
  }

  /// Takes pieces that are there and evenly valid, if whole words of them are taken at once.
  private mutating func passes() -> Bool {
    guard input.pointee.available >= EvenRun.leastWorth * ratio, patience.asks() else {
      return false
    }
    let ready = max(input.pointee.lastRead + 1, output.pointee.takenAt)
    var pieces = input.pointee.evenly(from: ready, pace: 1, most: input.pointee.available)
    let passed = output.plan(joined(pieces, ratio), leaving: false)
    patience.note(passed >= EvenRun.leastWorth)
    guard passed >= EvenRun.leastWorth else { return false }
    pieces.count = passed * ratio
    input.pointee.take(pieces)
    output.pass(joined(pieces, ratio))
    return true
  }

  /// Pieces that are missing for the next word.
  private var missing: Int { isJoining ? input.pointee.wordsOrdered : ratio }

  /// The words that pieces make, each offered the cycle after its last piece.
  private func joined(_ pieces: EvenRun, _ missing: Int) -> EvenRun {
    EvenRun(
      first: pieces.first + (missing - 1) * pieces.stride + 1, stride: ratio * pieces.stride,
      count: pieces.count < missing ? 0 : (pieces.count - missing) / ratio + 1)
  }
}

/// A width converter that splits one wide word into `ratio` narrow ones.
///
/// Piece i = jK + k leaves the shift register in cycle M[i]; l = jK − 1 is the last piece before word j:
/// ```
/// M[i]   = max(k == 0 ? In[j] + 1 : M[i-1] + 1, Out[i-2] + 1)
/// Out[i] offered from max(M[i], Out[i-1]) + 1
/// In[j]  = M[l] if p(j) ≤ M[l], else max(p(j), Out[l-1] + 1)
/// ```
/// So the next wide word is taken in the very cycle the last piece leaves, or, when it comes later,
/// once the output side has room again. Source: docs/reference/rtl-rules.md#narrowing.
struct NarrowingConverter: Process {
  let input: Link
  let output: Link
  let ratio: Int

  /// Pieces of the current word that have left the shift register, the latest at `moved`.
  private var piece: Int
  private var moved = Cycle.never
  /// The latest piece to leave the shift register has not been offered yet.
  private var isWaiting = false
  /// Out[i−1], the handshake before the latest piece offered.
  private var takenBefore = Cycle.never
  /// In[j] of the next word, once accepted.
  private var accepted: Cycle?
  /// Of asking others whether they take a whole run.
  private var patience = RunPatience()

  init(input: Link, output: Link, ratio: Int) {
    self.input = input
    self.output = output
    self.ratio = ratio
    piece = ratio
  }

  mutating func run() {
    while true {
      if accept() { continue }
      if isWaiting {
        guard output.pointee.isTaken else {
          output.pointee.writerWaits = true
          return
        }
        if passes() { continue }
        let room = output.pointee.writable
        if room > 0 {
          emit(room)
          continue
        }
        takenBefore = output.pointee.takenAt
        output.pointee.offer(at: max(moved, takenBefore) + 1)
        isWaiting = false
      }
      guard piece < ratio || accepted != nil else { return }
      move()
    }
  }

  /// Takes the next wide word if the current one is used up.
  private mutating func accept() -> Bool {
    guard piece == ratio, accepted == nil else { return false }
    guard input.pointee.available > 0 else {
      input.pointee.readerWaits = true
      return false
    }
    let offered = input.pointee.offered
    if offered <= moved {
      accepted = moved
    } else if !isWaiting {
      accepted = max(offered, takenBefore + 1)
    } else if output.pointee.isTaken {
      accepted = max(offered, output.pointee.takenAt + 1)
    } else {
      output.pointee.writerWaits = true
      return false
    }
    input.pointee.read(at: accepted!)
    return true
  }

  /// The next piece leaves the shift register.
  private mutating func move() {
    if let start = accepted, piece == ratio {
      (accepted, piece, moved) = (nil, 0, start)
    }
    // Here Out[i−2] is `takenBefore`: piece i−1 is offered, so its predecessor has been taken.
    moved = max(moved, takenBefore) + 1
    piece += 1
    isWaiting = true
  }

  /// Emits up to `room` pieces for which there is room, the one that waits first, as long as there are words.
  private mutating func emit(_ room: Int) {
    var (reads, writes) = (input.pointee.reads, output.pointee.writes)
    var (words, lastRead) = (input.pointee.readable, input.pointee.lastRead)
    var (left, moved, taken, before) = (room, moved, output.pointee.takenAt, takenBefore)
    while true {
      // Of one word. A piece enters the last register when the one before it leaves, if it is there by then.
      let pieces = min(left, ratio &- piece &+ 1)
      before = taken
      taken = writes.admit(from: max(moved, taken) &+ 1)
      for _ in 1..<max(pieces, 1) {
        moved = max(moved, before) &+ 1
        before = taken
        taken = writes.admit(from: max(moved, taken) &+ 1)
      }
      left &-= pieces
      piece &+= pieces &- 1
      isWaiting = piece < ratio
      if isWaiting {
        moved = max(moved, before) &+ 1
        piece &+= 1
        break
      }
      var start = accepted
      accepted = nil
      if start == nil, words > 0 {
        let arrival = reads.arrival
        let offered = max(arrival, lastRead &+ 1)
        let read = offered <= moved ? moved : max(offered, before &+ 1)
        reads.take(at: read, arrival)
        (words, lastRead, start) = (words &- 1, read, read)
      }
      guard let start else { break }
      moved = max(start, before) &+ 1
      (piece, isWaiting) = (1, true)
      if left == 0 { break }
    }
    (self.moved, takenBefore) = (moved, before)
    input.pointee.finish(reads, at: lastRead)
    output.pointee.finish(writes, at: taken)
  }

  func listState(_ state: inout StateList) {
    state.phase(piece)
    state.time(moved)
    state.phase(isWaiting ? 1 : 0)
    state.time(takenBefore)
    state.phase(accepted == nil ? 0 : 1)
    if let accepted { state.time(accepted) }
  }
}

// Even runs: once a piece is taken when it is offered, pieces leave one a cycle, and each enters the last
// register in the cycle in which the one before it leaves. So Out[i] = Out[i−1] + 1 and M[i] = Out[i−1] for all
// but the first, over several words where the next is there when the last piece moves.
extension NarrowingConverter {
  /// Emits pieces as a run, from the one that waits on, if more of them are taken at once than there is room
  /// for.
  private mutating func passes() -> Bool {
    let held = ratio - piece + 1 + (accepted == nil ? 0 : ratio)
    let most = held + input.pointee.available * ratio
    let room = output.pointee.roomBesideRuns
    guard most >= room + EvenRun.leastWorth, accepted == nil || accepted == moved, patience.asks()
    else { return false }
    let first = moved
    var run = EvenRun(first: max(first, output.pointee.takenAt) + 1, stride: 1, count: most)
    run.count = output.plan(run, leaving: false)
    run.count = min(run.count, held + wordsInTime(for: run, held) * ratio)
    let isWorth = run.count >= room + EvenRun.leastWorth
    patience.note(isWorth)
    guard isWorth else { return false }
    output.pass(run)
    (moved, takenBefore, isWaiting) = (run.last - 1, run.last - 1, false)
    piece += run.count - 1
    while piece > ratio {
      piece -= ratio
      if accepted != nil {
        accepted = nil
        continue
      }
      let last = run.count - piece - 1
      input.pointee.read(at: last == 0 ? first : run[last] - 1)
    }
    return true
  }

  /// How many of the next words are there when the last piece before them moves.
  private func wordsInTime(for run: EvenRun, _ held: Int) -> Int {
    var words = 0
    while words < input.pointee.available {
      let last = held - 1 + words * ratio
      guard last < run.count else { break }
      let moves = last == 0 ? moved : run[last] - 1
      let valid = input.pointee.arrival(input.pointee.read + words)
      guard valid <= moves, words > 0 || input.pointee.lastRead < moves else { break }
      words += 1
    }
    return words
  }
}

extension WidthConverter: TimedBlock {
  package func timing() -> BlockTiming {
    guard isRTL else { return hlsTiming }
    let ratio = ratio
    if ratio == 1 { return BlockTiming(body: .wire) }
    if inWidth > outWidth {
      return BlockTiming(
        least: .narrowing(ratio: ratio),
        body: .process {
          NarrowingConverter(input: $0.inputs[0], output: $0.outputs[0], ratio: ratio)
        })
    }
    return BlockTiming(
      inputStages: [[WideningConverter.inputStage]],
      body: .process {
        WideningConverter(input: $0.inputs[0], output: $0.outputs[0], ratio: ratio)
      })
  }

  /// Whole ratios are one loop. Others go through the least common multiple of the widths: one process
  /// joins input words, another splits what it makes.
  /// Source: docs/reference/hls-rules.md#two-processes.
  private var hlsTiming: BlockTiming {
    let common = leastCommonMultiple(inWidth, outWidth)
    let (joined, split) = (common / inWidth, common / outWidth)
    let groups = max(1, (inputs[0].words ?? joined) / joined)
    let group = Loop.conversion(reads: joined, writes: split)
    guard joined > 1, split > 1 else { return schedule.timing([.repeated(groups, group)]) }
    let first: [Loop] = [.repeated(groups, Loop.reduce(joined)), .run(1)]
    let second: [Loop] = [
      .repeated(groups, [.run(1, reads: 1, writes: 1), .run(split - 1, writes: 1)]), .run(1),
    ]
    return schedule.timing(
      [.repeated(groups, [.run(joined, reads: 1), .run(split, writes: 1)])],
      cycles: groups * max(joined, split) + 1
    ) {
      TwoHLSProcesses($0, first: first, second: second)
    }
  }
}

extension WidthConverter: HLSBlock {
  var hlsWork: HLSWork {
    let isWhole = inWidth % outWidth == 0 || outWidth % inWidth == 0
    return HLSWork(
      isWhole ? .wholeRatioConverter : .otherRatioConverter,
      iterations: max(inputs[0].words ?? 1, outputs[0].words ?? 1))
  }
}
