/// The most words a FIFO holds at once, from the handshakes in front of it and behind it.
///
/// The level right after word k has come in is k + 1 less the words that have left by then, so it is
/// above m exactly if word k − m leaves later than word k comes.
struct Occupancy {
  let name: String
  let depth: Int
  /// Which of the stages of the channel the FIFO is.
  let stage: Int
  private(set) var maximum = 0
  /// The next word to look at.
  private(set) var next = 0

  init(name: String, depth: Int, stage: Int) {
    self.name = name
    self.depth = depth
    self.stage = stage
  }

  /// It cannot hold more.
  var isSaturated: Bool { maximum >= depth }

  /// Looks at the words of which it is known when they come, and of those before when they leave.
  ///
  /// - Parameter even: words of the channel that move evenly.
  mutating func update(
    _ front: ChannelPlace.Times, _ rear: ChannelPlace.Times, _ even: [EvenWords] = []
  ) {
    guard !isSaturated else { return }
    while next < front.end, next - maximum < rear.end {
      if next >= maximum, rear[next - maximum] > front[next] {
        maximum += 1
        if isSaturated { return }
        continue
      }
      // The bulk of the words: both behind the first few, whose times know no room.
      let end = min(front.end, rear.end + maximum)
      let bulk = max(next, front.early, maximum + rear.early)
      guard bulk < end, next == bulk else {
        next += 1
        continue
      }
      next = Self.firstRise(bulk..<end, by: maximum, front, rear, even)
    }
  }

  /// The first word of `range` that comes before the one `back` words earlier has left.
  ///
  /// Where words move evenly, all that has a part in both times has the same stride from so many words on as
  /// there is room for from the front on. So one of them tells of all.
  private static func firstRise(
    _ range: Range<Int>, by back: Int, _ front: ChannelPlace.Times, _ rear: ChannelPlace.Times,
    _ even: [EvenWords]
  ) -> Int {
    func firstRise(_ range: Range<Int>) -> Int? {
      var word = range.lowerBound
      while word < range.upperBound {
        let other = word &- back
        if rear.bulk(other) > front.bulk(word) { return word }
        word &+= 1
      }
      return nil
    }
    var word = range.lowerBound
    for run in even where run.words.upperBound > word {
      let start = max(word, run.words.lowerBound + front.capacity)
      let end = min(run.words.upperBound, range.upperBound)
      guard start < end else { continue }
      if let rise = firstRise(word..<start + 1) { return rise }
      word = end
    }
    return firstRise(word..<range.upperBound) ?? range.upperBound
  }

  /// The maximum when nothing more leaves.
  func final(_ front: ChannelPlace.Times, _ rear: ChannelPlace.Times) -> Int {
    var rest = self
    rest.update(front, rear)
    while rest.next < front.end, !rest.isSaturated {
      if rest.next - rest.maximum >= rear.end {
        rest.maximum += 1
      } else {
        rest.next += 1
      }
    }
    return rest.maximum
  }

  /// The FIFO is empty again, and words are counted anew.
  mutating func restart() { next = 0 }
}
