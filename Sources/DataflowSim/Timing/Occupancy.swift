import SimKernels

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
  private let kernel = HandshakeKernel()
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
  /// - Parameter now: the times at the ends of the channel, from which the others follow.
  mutating func update(_ front: ChannelPlace.Times, _ rear: ChannelPlace.Times, _ now: KeptTimes) {
    guard !isSaturated else { return }
    while next < front.end, next - maximum < rear.end {
      // The bulk of the words: both behind the first few, whose times know no room.
      let end = min(front.end, rear.end + maximum)
      if next >= max(front.early, maximum + rear.early) {
        next = firstRise(next..<end, front, rear, now)
        guard next < end else { continue }
      } else if next < maximum || rear[next - maximum] <= front[next] {
        next += 1
        continue
      }
      maximum += 1
      if isSaturated { return }
    }
  }

  /// The first word of `range` that comes before the one `maximum` words earlier has left.
  private func firstRise(
    _ range: Range<Int>, _ front: ChannelPlace.Times, _ rear: ChannelPlace.Times, _ now: KeptTimes
  ) -> Int {
    var word = range.lowerBound
    var at = now.run(endingAfter: word)
    while word < range.upperBound {
      while at < now.runs.count, now.runs[at].words.upperBound <= word { at &+= 1 }
      var end = range.upperBound
      if at < now.runs.count, now.runs[at].words.lowerBound <= word {
        end = min(end, now.runs[at].words.upperBound)
        word = firstRise(in: now.runs[at], word..<end, front, rear, now)
      } else {
        if at < now.runs.count { end = min(end, now.runs[at].words.lowerBound) }
        word = firstListed(word..<end, front, rear)
      }
      if word < end { return word }
    }
    return word
  }

  /// The same of words of a run.
  ///
  /// Words come and leave one after the other: if the last leaves before the first comes, none does that.
  /// Where words move evenly, all that has a part in both times has the same stride from so many words on as
  /// there is room for from the front on, or from the rear on where nothing holds them up at the front. So one of
  /// them tells of all.
  private func firstRise(
    in run: EvenWords, _ range: Range<Int>, _ front: ChannelPlace.Times,
    _ rear: ChannelPlace.Times, _ now: KeptTimes
  ) -> Int {
    var word = range.lowerBound
    let (first, end) = (run.words.lowerBound, range.upperBound)
    if rear[end - 1 - maximum] <= front[word] { return end }
    let back = rear.capacity + maximum
    let isHeldUp = front.holdsUp(word..<max(word, min(end, first + front.capacity)), of: run)
    let even = min(end, first + (isHeldUp ? front.capacity : back))
    if word < even {
      now.list(max(first, word - back)..<even, of: run)
      word = firstListed(word..<even, front, rear)
      if word < even || word == end { return word }
    }
    return rear[word - maximum] > front[word] ? word : end
  }

  /// The same of words whose times stand in their slots.
  private func firstListed(
    _ range: Range<Int>, _ front: ChannelPlace.Times, _ rear: ChannelPlace.Times
  ) -> Int {
    var word = range.lowerBound
    while word < range.upperBound {
      let (came, left) = (front.slots(of: word), rear.slots(of: word &- maximum))
      let count = min(min(range.upperBound &- word, 128), min(came.count, left.count))
      if rear.bulk(word &+ count &- 1 &- maximum) > front.bulk(word) {
        let rise = kernel.firstLater(left.place, than: came.place, count: count)
        if rise < count { return word &+ rise }
      }
      word &+= count
    }
    return word
  }

  /// The maximum when nothing more leaves.
  func final(
    _ front: ChannelPlace.Times, _ rear: ChannelPlace.Times, _ now: KeptTimes
  ) -> Int {
    var rest = self
    rest.update(front, rear, now)
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
