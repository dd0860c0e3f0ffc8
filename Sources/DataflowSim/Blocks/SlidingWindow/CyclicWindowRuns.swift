// Even runs (`EvenRun`) into a cyclic buffer and out of it.
extension CyclicWindowBuffer {
  /// Words are accepted when they come, as far as there is room.
  func follows(_ words: EvenRun, on input: Link) -> EvenRun {
    let limit = allFetched ? frameWords : min(frameWords, released + capacity)
    var run = words.prefix(limit - accepted).taken(
      from: max(lastAccept, frameStart - 1) + 1, pace: 1)
    for k in min(max(0, capacity - accepted), run.count)..<run.count {
      let before = accepted + k - capacity
      let left = before < released ? slots[before & mask] : lastFetch
      guard left < run[k] else {
        run.count = k
        break
      }
    }
    return run
  }

  mutating func take(_ words: EvenRun, from input: Link) {
    for k in 0..<words.count { slots[(accepted &+ k) & mask] = words[k] }
    accepted += words.count
    lastAccept = words.last
    // There may be words to emit now.
    input.pointee.wakeReaderLater()
  }

  /// Emits words in the middle of a group that have arrived, one a cycle, if more of them are taken at once
  /// than there is room for. Nothing is released after them.
  mutating func emitEvenly() -> Bool {
    let most = groupStart - 1 - element
    let room = output.pointee.writable
    guard released == keep, most >= room + EvenRun.leastWorth,
      let free = output.pointee.room, patience.asks()
    else { return false }
    let fetched = max(slots[(start + offsets[element]) & mask] + 1, output.pointee.takenAt)
    var run = EvenRun(first: max(fetched + 1, free), stride: 1, count: most)
    run.count = output.plan(run, leaving: false)
    run.count = arrived(for: run)
    let isWorth = run.count >= room + EvenRun.leastWorth
    patience.note(isWorth)
    guard isWorth else { return false }
    output.pass(run)
    // A word is fetched when the one before it leaves.
    lastFetch = run.last - 1
    element += run.count
    return true
  }

  /// How many words of a run can be fetched when the ones before them leave.
  private func arrived(for run: EvenRun) -> Int {
    for k in 0..<run.count {
      let need = start &+ offsets[element &+ k]
      guard need < accepted, k == 0 || slots[need & mask] &+ 1 < run[k] else { return k }
    }
    return run.count
  }
}
