/// The write side of a channel that holds more than a frame, over the last frames.
///
/// Its read times reach back over several frames, so comparing them all would take as many frames as
/// the buffer is deep. Instead the periodic continuation is checked against every room constraint.
final class WriteHistory {
  let wordsPerFrame: Int
  /// Write time, and whether the room (not the word) decided it; word k in slot k mod size.
  private var entries: [(time: Cycle, isBound: Bool)]

  init(wordsPerFrame: Int, frames: Int) {
    self.wordsPerFrame = wordsPerFrame
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
    for word in read..<written { state.time(slots[word & mask]) }
    // Deeper channels are covered by `keepsRepeating`.
    let reach = min(capacity, watcher?.history?.wordsPerFrame ?? .max)
    for word in max(written - capacity, read - reach, 0)..<read { state.time(taken[word & mask]) }
  }

  /// Whether the next writes, if they repeat those of the last `frames` frames later by `shift`, obey
  /// every room constraint, and with equality where the room decided.
  func keepsRepeating(frames: Int, shift: Cycle) -> Bool {
    guard let history = watcher?.history else { return true }
    let period = frames * history.wordsPerFrame
    guard period <= history.words, written >= period, read >= period else { return false }
    for word in written..<(written + capacity + period) {
      let back = (word - written) / period + 1
      let (time, isBound) = history[word - back * period]
      let predicted = time + back * shift
      let slot = word - capacity
      let freed: Cycle
      if slot < 0 {
        guard !isBound else { return false }
        continue
      } else if slot < read {
        freed = taken[slot & mask]
      } else {
        let turns = (slot - read) / period + 1
        freed = taken[(slot - turns * period) & mask] + turns * shift
      }
      guard isBound ? freed + credit == predicted : freed + credit <= predicted else {
        return false
      }
    }
    return true
  }
}
