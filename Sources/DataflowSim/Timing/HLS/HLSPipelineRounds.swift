// Rounds of iterations whose words are one even run: each reads input 0, and the last of each round writes.
//
// A window of nine words a vector, one word behind the other, is an even run of any length to a block that makes
// a word of nine. It writes a word per round, so what it writes is as even, `length` strides apart.
extension HLSPipeline {
  /// The words of a run that goes beyond the round at work; nil where it does not, or no such rounds follow.
  mutating func followsInRounds(_ words: EvenRun, on input: Link) -> EvenRun? {
    guard case .run(let run) = step, run.last != 0, cursor.repeats > 0 else { return nil }
    let left = leftOfRound(run)
    guard left > 0, words.count > left, isOrdered || isQuiet() else { return nil }
    let pace = run.every &* interval
    guard
      let ready = isOrdered
        ? input.pointee.orderFrom : firstIssue(pace, arrival: words.first)
    else { return nil }
    let length = cursor.length
    var reads = words.prefix(left + cursor.repeats * length).taken(from: ready, pace: pace)
    guard reads.count > left else { return nil }
    let writes = written(reads, left: left, length: length)
    var planned = writes
    for port in outputs.indices where run.last >> port & 1 == 1 {
      planned.count = outputs[port].plan(planned, leaving: freeze == .untilLeft)
    }
    guard planned.count > 0 else { return nil }
    // Up to the word that is not known to find room.
    if planned.count < writes.count { reads.count = left + planned.count * length - 1 }
    return reads
  }

  /// Takes the words of a run if they end the round at work.
  mutating func takesInRounds(_ words: EvenRun, from input: Link) -> Bool {
    guard case .run(var run) = step, run.last != 0 else { return false }
    let left = leftOfRound(run)
    guard left > 0, isOrdered ? words.count > left : words.count >= left else { return false }
    let length = cursor.length
    while !freezes.isEmpty { passed &+= freezes.removeFirst().length }
    slot = words.last &- passed
    let writes = written(words, left: left, length: length)
    // The rounds that have ended, and as many iterations of the next.
    let begun = min(writes.count, cursor.repeats)
    cursor.skip(begun)
    run.count = left + begun * length - words.count
    undrained |= run.last
    isOrdered = run.count > 0
    step = .run(run)
    input.pointee.reorder(run.count, after: words.last, pace: run.every &* interval)
    if !isOrdered { input.pointee.wakeReader() }
    for port in outputs.indices where run.last >> port & 1 == 1 { outputs[port].pass(writes) }
    return true
  }

  /// Iterations of the round at work that have not been issued.
  private func leftOfRound(_ run: LoopCursor.Run) -> Int {
    isOrdered ? inputs[0].pointee.wordsOrdered : run.count
  }

  /// What rounds write of which these are the words, `left` of them in the first.
  private func written(_ reads: EvenRun, left: Int, length: Int) -> EvenRun {
    EvenRun(
      first: reads[left - 1] &+ writeStage, stride: length * reads.stride,
      count: 1 + (reads.count - left) / length)
  }
}
