/// Stages made one of which some accept nothing yet when a word may reach them, such as a FIFO made by Vivado:
/// what that does to the first words.
///
/// Let a stage inside start in cycle f, behind others that hold d words together and have latency l and
/// credit c. It takes word k at M[k] ≥ f + k. So the word leaves as if it had come in no sooner than
/// f − l + k, and what comes after that is not held back any more: the words of a stage come one by one, so
/// the first that is late enough is followed by none that is not. And word k ≥ d finds room no sooner than
/// M[k − d] + c, for k = d cycle f + c; those behind it follow one by one.
final class LateStart {
  private let starts: [Stage.LateStart]
  /// Word k comes out as if it had gone in k cycles after this one, or later.
  private let entry: Cycle
  /// When the words came in that had to be held back: the first ones, before one was late enough.
  private(set) var held: [Cycle] = []

  /// nil: nothing starts late.
  init?(_ stage: Stage) {
    guard !stage.lateStarts.isEmpty else { return nil }
    starts = stage.lateStarts
    entry = stage.entry
  }

  /// Notes when there is room for the first words, where the times stand of the words before the first.
  func reserve(_ slots: UnsafeMutablePointer<Cycle>, mask: Int, capacity: Int, credit: Int) {
    held = []
    for start in starts {
      for word in start.words..<capacity {
        let slot = (word - capacity) & mask
        slots[slot] = max(slots[slot], start.room - credit)
      }
    }
  }

  /// The earliest cycle as of whose coming in a word leaves.
  func release(of word: Int) -> Cycle { entry + word }

  /// Notes words that have come in as if they had come in when they are let through. Whether words to come
  /// may have to be held back too.
  func holdBack(_ words: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>, mask: Int) -> Bool {
    var isHeld = true
    for word in words {
      isHeld = slots[word & mask] < entry + word
      guard isHeld else { break }
      held.append(slots[word & mask])
      slots[word & mask] = entry + word
    }
    return isHeld
  }
}
