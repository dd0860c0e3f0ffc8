/// The write side of a channel that holds more than a frame, over the last frames.
///
/// Its read times reach back over several frames, so comparing them all would take as many frames as
/// the buffer is deep. Instead the periodic continuation is checked against every room constraint.
final class WriteHistory {
  let wordsPerFrame: Int
  /// Whether the writer goes by when a word has left the slice in front (`Channel.sliceEmptied`).
  let hasSlice: Bool
  /// Write time, and whether the room (not the word) decided it; word k in slot k mod size.
  private var entries: [(time: Cycle, isBound: Bool)]

  init(wordsPerFrame: Int, frames: Int, hasSlice: Bool) {
    self.wordsPerFrame = wordsPerFrame
    self.hasSlice = hasSlice
    entries = Array(repeating: (.never, false), count: wordsPerFrame * frames)
  }

  var words: Int { entries.count }

  func note(_ index: Int, _ time: Cycle, isBound: Bool) {
    entries[index % entries.count] = (time, isBound)
  }

  subscript(_ index: Int) -> (time: Cycle, isBound: Bool) { entries[index % entries.count] }
}

extension Channel {
  /// The times the future depends on: those of unread words, and the reads that make room.
  func listState(_ state: inout StateList) {
    state.phase(available)
    state.phase(pending == .never ? 0 : 1)
    state.phase(wordsOrdered)
    state.time(lastWrite)
    state.time(lastRead)
    state.time(pending)
    // Words that are held back leave at times of their own.
    let isHeldBack = onWrite & Self.startsLate != 0
    state.phase(isHeldBack ? 1 : 0)
    if isHeldBack, let lateStart {
      state.time(lateStart._withUnsafeGuaranteedRef { $0.release(of: written) })
    }
    for word in read..<written { state.time(slots[word & mask]) }
    // Deeper channels are covered by `keepsRepeating`.
    let reach = min(capacity, watcher?.history?.wordsPerFrame ?? .max)
    for word in max(written - capacity, read - reach, 0)..<read { state.time(taken[word & mask]) }
  }

  /// Whether the next writes, if they repeat those of the last `frames` frames later by `shift`, obey
  /// every room constraint, and with equality where the room decided; and whether they stay in the slice in
  /// front for as long as those did, where the writer goes by that.
  func keepsRepeating(frames: Int, shift: Cycle) -> Bool {
    guard let history = watcher?.history else { return true }
    let period = frames * history.wordsPerFrame
    guard period <= history.words, written >= period, read >= period else { return false }
    for word in written..<(written + capacity + period) {
      let back = (word - written) / period + 1
      let earlier = word - back * period
      let (time, isBound) = history[earlier]
      let predicted = time + back * shift
      let room = freed(word - capacity, period: period, shift: shift) + credit
      guard isBound ? room == predicted : room <= predicted else { return false }
      guard history.hasSlice else { continue }
      func wait(_ word: Int, _ admitted: Cycle) -> Cycle {
        // Behind the word the slice is empty once there is room for two more.
        let freed = freed(word + 2 - capacity, period: period, shift: shift)
        return max(freed + credit - 2 - admitted, 0)
      }
      guard wait(word, predicted) == wait(earlier, time) else { return false }
    }
    return true
  }

  /// When a word leaves, if the reads to come repeat the last; where it is none, when its place is there.
  private func freed(_ word: Int, period: Int, shift: Cycle) -> Cycle {
    guard word >= read else { return taken[word & mask] }
    let turns = (word - read) / period + 1
    return taken[(word - turns * period) & mask] + turns * shift
  }
}
