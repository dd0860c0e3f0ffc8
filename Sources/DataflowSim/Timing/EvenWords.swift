/// Words of a channel that came in evenly and left as evenly: the runs that passed it (`EvenPassage`).
struct EvenWords {
  private(set) var words: Range<Int>
  let stride: Int
  /// When the first came in, and how much later each left.
  private let first: Cycle
  private let delay: Int

  init(_ run: EvenRun, from word: Int, delay: Int) {
    words = word..<word + run.count
    (stride, first, self.delay) = (run.stride, run.first, delay)
  }

  /// Goes on with a run that follows as evenly; whether it does.
  mutating func extend(by run: EvenRun, from word: Int, delay: Int) -> Bool {
    guard word == words.upperBound, run.stride == stride, delay == self.delay,
      run.first == first + words.count * stride
    else { return false }
    words = words.lowerBound..<word + run.count
    return true
  }
}

extension [EvenWords] {
  /// Notes a run that has passed, as one with that before where both are even together.
  mutating func note(_ run: EvenRun, from word: Int, delay: Int) {
    if !isEmpty, self[endIndex - 1].extend(by: run, from: word, delay: delay) { return }
    append(EvenWords(run, from: word, delay: delay))
  }

  /// Forgets those that ended before `word`, but not one that may go on there.
  mutating func forget(before word: Int) {
    let gone = prefix { $0.words.upperBound < word }.count
    if gone > 0 { removeFirst(gone) }
  }
}
