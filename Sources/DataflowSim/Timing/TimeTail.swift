/// The latest of a series of times, by their number in the series.
struct TimeTail {
  private var storage: UnsafeMutablePointer<Cycle>
  private var capacity: Int
  /// The number of the oldest that is kept, and that of the next.
  private var first = 0
  private(set) var end = 0

  /// The owner frees the storage with `deallocate`.
  init() {
    capacity = 0
    storage = .allocate(capacity: 1)
  }

  func deallocate() { storage.deallocate() }

  /// Time number i stands in slot i. Moves when times are appended.
  var times: UnsafeMutablePointer<Cycle> { storage - first }

  subscript(_ index: Int) -> Cycle { storage[index - first] }

  func hasRoom(_ words: Int) -> Bool { end - first + words <= capacity }

  /// Appends the times of words `range`, word k of which stands in slot `k & mask`. Needs room.
  @inline(__always) mutating func append(
    _ range: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>, mask: Int
  ) {
    // Most are few.
    if range.count < 32 {
      var next = storage + (end - first)
      for word in range {
        next.pointee = slots[word & mask]
        next += 1
      }
      end += range.count
      return
    }
    var word = range.lowerBound
    while word < range.upperBound {
      let slot = word & mask
      let n = min(range.upperBound - word, mask + 1 - slot)
      (storage + (end - first)).update(from: slots + slot, count: n)
      end += n
      word += n
    }
  }

  /// Forgets time number `end` and those behind it.
  mutating func cut(to end: Int) { self.end = min(self.end, max(end, first)) }

  mutating func removeAll() { (first, end) = (0, 0) }

  /// Makes room for so many more; those before `needed` may be forgotten.
  mutating func makeRoom(_ words: Int, from needed: Int) {
    let kept = min(max(needed, first), end)
    let count = end - kept
    let old = storage
    if 2 * (count + words) > capacity {
      capacity = max(capacity, 1024)
      while 2 * (count + words) > capacity { capacity *= 2 }
      storage = .allocate(capacity: capacity)
    }
    storage.update(from: old + (kept - first), count: count)
    if storage != old { old.deallocate() }
    first = kept
  }
}
