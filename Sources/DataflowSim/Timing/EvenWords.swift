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

  /// When a word of the run came in.
  @inline(__always) func write(_ word: Int) -> Cycle {
    first &+ (word &- words.lowerBound) &* stride
  }

  /// When a word of the run left.
  @inline(__always) func read(_ word: Int) -> Cycle { write(word) &+ delay }

  /// Goes on with a run that follows as evenly; whether it does.
  @inline(__always) mutating func extend(by run: EvenRun, from word: Int, delay: Int) -> Bool {
    guard word == words.upperBound, run.stride == stride, delay == self.delay,
      run.first == write(word)
    else { return false }
    words = words.lowerBound..<word + run.count
    return true
  }
}

/// The latest runs that passed a channel, oldest first. The owner frees with `deallocate` what they take beyond the
/// memory they were given.
struct LatestRuns {
  private var runs: UnsafeMutablePointer<EvenWords>
  private var start = 0
  private var end = 0
  private var capacity = LatestRuns.few

  /// So many find room in the memory that is given.
  static let few = 8

  init(in memory: UnsafeMutablePointer<EvenWords>) { runs = memory }

  func deallocate() { if capacity > Self.few { runs.deallocate() } }

  var all: UnsafeBufferPointer<EvenWords> {
    UnsafeBufferPointer(start: runs + start, count: end - start)
  }

  /// Notes a run, as one with that before where both are even together.
  mutating func note(_ run: EvenRun, from word: Int, delay: Int) {
    if end > start, runs[end &- 1].extend(by: run, from: word, delay: delay) { return }
    if end == capacity { makeRoom() }
    (runs + end).initialize(to: EvenWords(run, from: word, delay: delay))
    end &+= 1
  }

  private mutating func makeRoom() {
    let count = end - start
    let old = runs
    if 2 * count > capacity {
      capacity *= 2
      runs = .allocate(capacity: capacity)
    }
    runs.update(from: old + start, count: count)
    // The first were in memory that is the owner's.
    if runs != old, capacity > 2 * Self.few { old.deallocate() }
    (start, end) = (0, count)
  }

  /// Forgets those that ended before `word`, but not one that may go on there.
  mutating func forget(before word: Int) {
    while start < end, runs[start].words.upperBound < word { start &+= 1 }
    if start == end { removeAll() }
  }

  mutating func removeAll() { (start, end) = (0, 0) }
}
