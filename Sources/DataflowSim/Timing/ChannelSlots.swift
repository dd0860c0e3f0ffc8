// Where the times of words stand.
extension Channel {
  /// Makes the stage `words` deeper in the middle of a run and admits the word that waits, if any.
  ///
  /// Which words can move afterwards is what it would be had the stage been that deep from the start.
  package mutating func deepen(by words: Int) {
    let deeper = capacity + words
    // Slots for twice as many, so that growing word by word costs little. Nobody deepens a channel that a log
    // follows.
    if deeper > mask + 1 { useSlots(for: 2 * deeper) }
    capacity = deeper
    useRoom()
  }

  /// From now on nobody asks for the times of words that have been read but those who look for room. No `ReadRun` or
  /// `WriteRun` may be under way, which would go on with the slots there were.
  mutating func forgetTimes() {
    guard taken != slots else { return }
    useSlots(for: capacity)
  }

  /// One slot for each of so many words from now on, with the times of the latest words as far as they go.
  private mutating func useSlots(for words: Int) {
    let size = Self.slots(for: words)
    let times = UnsafeMutablePointer<Cycle>.allocate(capacity: size)
    times.initialize(repeating: filler, count: size)
    for word in written - min(size, mask + 1)..<written {
      times[word & (size - 1)] = (word < read ? taken : slots)[word & mask]
    }
    releaseSlots()
    (slots, taken, offers) = (times, times, times)
    mask = size - 1
  }

  /// A power of two.
  static func slots(for words: Int) -> Int {
    var size = 1
    while size < words { size *= 2 }
    return size
  }

  func releaseSlots() {
    if offers != slots { offers.deallocate() }
    if taken != slots { taken.deallocate() }
    slots.deallocate()
  }
}
