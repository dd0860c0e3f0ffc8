// Iterations whose words are even runs (`EvenRun`).
//
// While the pipeline does not stand still, an iteration is issued when its words are there, and its own
// words are written W later. So where words come evenly, no sooner than iterations may follow each other, the
// words written are as even, provided that they find room, and leave, at once.
//
// Mutating throughout, so that the pipeline is not copied for the call.
extension HLSPipeline {
  /// Whether nothing is on its way of which it is not known when it is written and has left.
  mutating func isQuiet() -> Bool {
    guard writeStage > 0 || freeze == .untilLeft else { return false }
    settle()
    if results.isEmpty, leaving == .never { return true }
    // Whoever is to take the words that wait may not have looked at them yet.
    for output in outputs where output.pointee.available > 0 { output.urgeReader() }
    settle()
    return results.isEmpty && leaving == .never
  }

  mutating func follows(_ words: EvenRun, on input: Link) -> EvenRun {
    if let rounds = followsInRounds(words, on: input) { return rounds }
    if isOrdered { return input.pointee.followsOrder(words) }
    guard case .run(let run) = step, let port = inputs.firstIndex(of: input),
      run.reads >> port & 1 == 1, isQuiet()
    else { return words.prefix(0) }
    let pace = run.every &* interval
    guard let ready = firstIssue(pace, arrival: words.first) else { return words.prefix(0) }
    var reads = words.prefix(run.alike).taken(from: ready, pace: pace)
    for other in inputs.indices where other != port && run.reads >> other & 1 == 1 {
      reads.count = inputs[other].pointee.covers(reads)
    }
    reads.count = plan(reads, run.nextWrites)
    return reads
  }

  mutating func take(_ words: EvenRun, from input: Link) {
    if takesInRounds(words, from: input) { return }
    guard !isOrdered, case .run(var run) = step else { return input.pointee.takeOrdered(words) }
    issue(words, &run, but: input)
    step = .run(run)
    // It moves on, or orders the words that are left.
    if run.count == 0 || run.nextWrites == 0 { input.pointee.wakeReader() }
  }

  /// Issues a whole run of iterations at once, if others take what they write, and that is more than there
  /// is room for anyway.
  mutating func passes(_ run: inout LoopCursor.Run) -> Bool {
    guard run.count >= EvenRun.leastWorth, run.writes != 0, patience.asks() else { return false }
    var room = Int.max
    for port in outputs.indices where run.writes >> port & 1 == 1 {
      room = min(room, outputs[port].pointee.roomBesideRuns)
    }
    guard isQuiet(), var reads = evenReads(run, beyond: room),
      reads.count >= room + EvenRun.leastWorth
    else { return false }
    reads.count = plan(reads, run.writes)
    let isWorth = reads.count >= room + EvenRun.leastWorth
    patience.note(isWorth)
    guard isWorth else { return false }
    issue(reads, &run, but: nil)
    return true
  }

  /// The next iterations that have their words, as far as they are issued at even distances; nil where those
  /// are not more than there is room for.
  private mutating func evenReads(_ run: LoopCursor.Run, beyond room: Int) -> EvenRun? {
    let pace = run.every &* interval
    guard run.reads != 0 else {
      return firstIssue(pace, arrival: .never).map {
        EvenRun(first: $0, stride: pace, count: run.count)
      }
    }
    let input = inputs[run.reads.trailingZeroBitCount]
    guard min(input.pointee.available, run.count) >= room + EvenRun.leastWorth,
      let ready = firstIssue(pace, arrival: input.pointee.arrival(input.pointee.read))
    else { return nil }
    var reads = input.pointee.evenly(from: ready, pace: pace, most: run.count)
    for other in inputs.indices where run.reads >> other & 1 == 1 && inputs[other] != input {
      reads.count = inputs[other].pointee.covers(reads)
    }
    return reads
  }

  /// When the next iteration is issued whose words are there at `arrival`; nil where the pipeline stands
  /// still after that.
  mutating func firstIssue(_ pace: Int, arrival: Cycle) -> Cycle? {
    let earliest = slot &+ pace
    var (next, passed) = (max(earliest, arrival &- passed), passed)
    for i in 0..<freezes.count {
      guard next >= freezes[i].start else { return nil }
      passed &+= freezes[i].length
      next = max(earliest, freezes[i].start, arrival &- passed)
    }
    return next &+ passed
  }

  /// How many of the iterations issued in these cycles write what they do without waiting.
  private mutating func plan(_ reads: EvenRun, _ ports: UInt32) -> Int {
    var writes = written(reads)
    for port in outputs.indices where ports >> port & 1 == 1 {
      writes.count = outputs[port].plan(writes, leaving: freeze == .untilLeft)
    }
    return writes.count
  }

  private mutating func written(_ reads: EvenRun) -> EvenRun {
    EvenRun(first: reads.first &+ writeStage, stride: reads.stride, count: reads.count)
  }

  /// Iterations of `run` in the cycles of `reads`; the words of `taken` count as read already.
  private mutating func issue(
    _ reads: EvenRun, _ run: inout LoopCursor.Run, but taken: Link?
  ) {
    while !freezes.isEmpty { passed &+= freezes.removeFirst().length }
    slot = reads.last &- passed
    let ports = run.nextWrites
    run.count -= reads.count
    undrained |= ports
    for port in inputs.indices where run.reads >> port & 1 == 1 && inputs[port] != taken {
      inputs[port].pointee.take(reads)
    }
    let writes = written(reads)
    for port in outputs.indices where ports >> port & 1 == 1 { outputs[port].pass(writes) }
  }
}

extension LoopCursor.Run {
  /// How many iterations from the next one on write the same.
  fileprivate var alike: Int { last != 0 && count > 1 ? count - 1 : count }
  /// What the next iteration writes.
  fileprivate var nextWrites: UInt32 { last != 0 && count == 1 ? last : last != 0 ? 0 : writes }
}
