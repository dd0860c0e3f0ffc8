import SimKernels

/// The most words a FIFO holds at once, from the handshakes in front of it and behind it.
///
/// The level right after word k has come in is k + 1 less the words that have left by then, so it is
/// above m exactly if word k − m leaves later than word k comes.
struct Occupancy {
  private(set) var maximum = 0
  let depth: Int
  /// The next word to look at.
  private(set) var next = 0
  private let kernel = HandshakeKernel()
  /// How handshakes in front of it and behind it follow from the ends of the channel.
  let front: ChannelPlace.Formula
  let rear: ChannelPlace.Formula
  /// Which of the stages of the channel the FIFO is.
  let stage: Int
  let name: String

  init(
    name: String, depth: Int, stage: Int, from front: ChannelPlace.Formula,
    to rear: ChannelPlace.Formula
  ) {
    (self.name, self.depth, self.stage) = (name, depth, stage)
    (self.front, self.rear) = (front, rear)
  }

  /// It cannot hold more.
  var isSaturated: Bool { maximum >= depth }

  /// Looks at the words of which it is known when they come, and of those before when they leave.
  mutating func update(_ front: ChannelPlace.Times, _ rear: ChannelPlace.Times) {
    guard !isSaturated else { return }
    while next < front.end, next - maximum < rear.end {
      // The bulk of the words: both behind the first few, whose times know no room.
      let end = min(front.end, rear.end + maximum)
      if next >= max(front.early, maximum + rear.early) {
        next = firstRise(next..<end, front, rear)
        guard next < end else { continue }
      } else if next < maximum || rear[next - maximum] <= front[next] {
        next += 1
        continue
      }
      maximum += 1
      if isSaturated { return }
    }
  }

  /// Whether one of some words may come before the one `maximum` words earlier has left, by when the first came and
  /// the last of the earlier ones left. Both places are passed by a word a cycle at most: word i comes i cycles
  /// after the first or later, and its counterpart left as many cycles before the last as there are words in between.
  @inline(__always) private func mayRise(_ words: Int, came: Cycle, left: Cycle) -> Bool {
    left > came &+ words &- 1
  }

  /// The first word of `range` that comes before the one `maximum` words earlier has left.
  private func firstRise(
    _ range: Range<Int>, _ front: ChannelPlace.Times, _ rear: ChannelPlace.Times
  ) -> Int {
    var word = range.lowerBound
    let runs = front.kept.runs
    // Few runs are left that have not been looked at.
    var at = 0
    while word < range.upperBound {
      while at < runs.count, runs[at].words.upperBound <= word { at &+= 1 }
      var end = range.upperBound
      if at < runs.count, runs[at].words.lowerBound <= word {
        end = min(end, runs[at].words.upperBound)
        word = firstRise(in: runs[at], word..<end, front, rear)
      } else {
        if at < runs.count { end = min(end, runs[at].words.lowerBound) }
        word = firstListed(word..<end, front, rear)
      }
      if word < end { return word }
    }
    return word
  }

  /// The same of words of a run.
  ///
  /// Where words move evenly, all that has a part in both times has the same stride from so many words on as
  /// there is room for from the front on, or from the rear on where nothing holds them up at the front. So one of
  /// them tells of all.
  private func firstRise(
    in run: EvenWords, _ range: Range<Int>, _ front: ChannelPlace.Times,
    _ rear: ChannelPlace.Times
  ) -> Int {
    var word = range.lowerBound
    let (first, end) = (run.words.lowerBound, range.upperBound)
    let came = front.time(word, orIn: run)
    func left(before end: Int) -> Cycle { rear.time(end &- 1 &- maximum, orIn: run) }
    if !mayRise(end &- word, came: came, left: left(before: end)) { return end }
    let back = rear.capacity + maximum
    let isHeldUp = front.holdsUp(word..<max(word, min(end, first + front.capacity)), of: run)
    let even = min(end, first + (isHeldUp ? front.capacity : back))
    if word < even {
      if mayRise(even &- word, came: came, left: left(before: even)) {
        front.kept.list(max(first, word - back)..<even, of: run)
        word = firstListed(word..<even, front, rear)
        if word < even { return word }
      }
      word = even
      if word == end { return word }
    }
    return left(before: word &+ 1) > front.time(word, orIn: run) ? word : end
  }

  /// The same of words whose times stand in their slots.
  private func firstListed(
    _ range: Range<Int>, _ front: ChannelPlace.Times, _ rear: ChannelPlace.Times
  ) -> Int {
    var word = range.lowerBound
    if range.count < Self.leastTogether {
      while word < range.upperBound, rear.bulk(word &- maximum) <= front.bulk(word) { word &+= 1 }
      return word
    }
    let (hasRoom, isThere) = (hasRoom(front, rear), isThere(front, rear))
    while word < range.upperBound {
      let came = hasRoom ? front.arrivals(of: word) : front.slots(of: word)
      let before = word &- maximum
      let left = isThere ? rear.rooms(of: before) : rear.slots(of: before)
      let count = min(min(range.upperBound &- word, 128), min(came.count, left.count))
      if mayRise(count, came: came.place[0], left: left.place[count &- 1]) {
        let rise = kernel.firstLater(left.place, than: came.place, count: count)
        if rise < count { return word &+ rise }
      }
      word &+= count
    }
    return word
  }

  /// Fewer words are looked at one by one: most lists are the one to three words between two runs.
  private static let leastTogether = 6

  // Of the times that are compared
  // ```
  // max(W[k] + L, R[k − D] + c)                        in front
  // max(W[k − m] + L', R[k − m − D'] + c')             behind
  // ```
  // the second in front is of long ago and far from the processor in deep FIFOs, and mostly one matters on each side.

  /// Whether there is room in front for word k, from `maximum` on, before the one `maximum` words earlier leaves, since
  /// the FIFO is far from full: words leave one a cycle at most, so R[k − D] + c < R[k − m − D'] + c' where
  /// D − D' − m > c − c'. So the second in front does not matter.
  private func hasRoom(_ front: ChannelPlace.Times, _ rear: ChannelPlace.Times) -> Bool {
    front.capacity &- rear.capacity &- maximum > max(0, front.credit &- rear.credit)
  }

  /// Whether the word `maximum` words before word k could be behind when word k could be in front, as far as nothing
  /// holds it up: words come one a cycle at most, so W[k − m] + L' ≤ W[k] + L where L' − L ≤ m. So the first behind
  /// does not matter.
  private func isThere(_ front: ChannelPlace.Times, _ rear: ChannelPlace.Times) -> Bool {
    rear.latency &- front.latency <= maximum
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
