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

  /// Emits words that have arrived, one a cycle, if more of them are taken at once than there is room for.
  mutating func emitEvenly() -> Bool {
    guard patience.asks(), let free = output.pointee.room else { return false }
    let room = output.pointee.writable
    let there = slots[(start + offsets[element]) & mask] + 1
    let fetched = isOffered ? max(there, output.pointee.takenAt) : there
    // A word that waits for room goes by itself, as nobody is told of a run how long its words have waited.
    guard free <= fetched + 1 else { return false }
    var run = EvenRun(first: fetched + 1, stride: 1, count: Self.longestRun)
    let least = room + EvenRun.leastWorth
    guard arrived(for: run.prefix(least)) == least else { return false }
    run.count = output.plan(run, leaving: false)
    run.count = arrived(for: run)
    let isWorth = run.count >= least
    patience.note(isWorth)
    guard isWorth else { return false }
    output.pass(run)
    emitted(run, firstFetch: fetched)
    return true
  }

  /// How many words of a run can be fetched when the ones before them leave. The last of the frame is not counted.
  private func arrived(for run: EvenRun) -> Int {
    var place = WindowPlace(self)
    var count = 0
    while count < run.count {
      let group = place.restOfGroup(self)
      let here = arrived(group, of: place, at: run[count], isFirst: count == 0)
      count += here
      guard here == group, place.goOn(group, in: self) else {
        count -= here == group ? 1 : 0
        break
      }
    }
    return min(count, run.count)
  }

  private static var longestRun: Int { 4096 }

  /// The same within a group, whose words came one after the other.
  private func arrived(_ words: Int, of place: WindowPlace, at first: Cycle, isFirst: Bool) -> Int {
    let (start, offsets) = (place.start, offsets + place.element)
    func isThere(_ k: Int, before cycle: Cycle) -> Bool {
      let need = start &+ offsets[k]
      return need < accepted && slots[need & mask] &+ 1 < cycle
    }
    if isThere(words &- 1, before: first) { return words }
    // Those that were there before the first leaves, then those that come while others leave.
    var (known, unknown) = (0, words &- 1)
    while known < unknown {
      let middle = (known &+ unknown) / 2
      if isThere(middle, before: first) { known = middle &+ 1 } else { unknown = middle }
    }
    if known == 0, isFirst { known = 1 }
    while known < words, isThere(known, before: first &+ known) { known &+= 1 }
    return known
  }

  /// Moves on behind the words of a run, each fetched when the one before it left.
  private mutating func emitted(_ run: EvenRun, firstFetch: Cycle) {
    isOffered = true
    var done = 0
    while done < run.count {
      if released == keep, element < groupStart - 1 {
        let held = min(run.count - done, groupStart - 1 - element)
        element += held
        done += held
        continue
      }
      lastFetch = done == 0 ? firstFetch : run[done] - 1
      _ = advance()
      done += 1
    }
    lastFetch = run.count == 1 ? firstFetch : run.last - 1
  }
}

/// A place in the words of a frame, for looking ahead.
private struct WindowPlace {
  var element: Int
  var start: Int
  private var groupStart: Int
  private var window: Int
  private var column: Int

  init(_ buffer: CyclicWindowBuffer) {
    (element, start, groupStart) = (buffer.element, buffer.start, buffer.groupStart)
    (window, column) = (buffer.window, buffer.column)
  }

  /// Words of the group from here on.
  func restOfGroup(_ buffer: CyclicWindowBuffer) -> Int {
    (element == groupStart ? groupStart + buffer.groupSize : groupStart) - element
  }

  /// Goes on behind the group; false behind the frame's last word.
  mutating func goOn(_ words: Int, in buffer: CyclicWindowBuffer) -> Bool {
    element += words
    groupStart = element
    guard element == buffer.elements else { return true }
    window += 1
    let isLastOfRow = column + 1 == buffer.windowsPerRow
    start += isLastOfRow ? buffer.rowStep : buffer.step
    column = isLastOfRow ? 0 : column + 1
    (element, groupStart) = (0, 0)
    return window < buffer.windows
  }
}
