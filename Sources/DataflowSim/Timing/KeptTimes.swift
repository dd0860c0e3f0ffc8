import SimKernels

/// When the latest words came into a channel and left it, for those who follow what happens in between.
///
/// Word k stands in slot `k & mask`. Words that have been read are kept as `ChannelLog.words(capacity:)` says;
/// of those that passed as a run only the last that the channel holds and one more, until `list` is asked.
struct KeptTimes {
  let writes: UnsafeMutablePointer<Cycle>
  let reads: UnsafeMutablePointer<Cycle>
  /// Since when each word was offered, where that is kept.
  let offers: UnsafeMutablePointer<Cycle>
  // Not beside `read`: what was just stored one by one is slow to load as a pair.
  /// Words that have come in.
  var written: Int
  let mask: Int
  /// Words that have gone out.
  var read: Int
  /// Knows when the first words came in, where something inside starts later than a word may reach it.
  let lateStart: Unmanaged<LateStart>?
  /// The runs among the words, as far as they have not been worked out.
  var runs = UnsafeBufferPointer<EvenWords>(start: nil, count: 0)

  /// Words that stages which start late have held back.
  var held: Int { lateStart?._withUnsafeGuaranteedRef { $0.held.count } ?? 0 }

  /// As at a place between the two ends: a word came when it was offered, and there was room for it when it was
  /// written. From a word on, and of how many that stands in a row.
  @inline(__always) func front(of word: Int) -> (place: HandshakeKernel.Place, count: Int) {
    let slot = word & mask
    return (
      HandshakeKernel.Place(writes: offers + slot, latency: 0, reads: writes + slot, credit: 0),
      mask + 1 - slot
    )
  }

  /// When a word came in, be it one of a run or not.
  func write(_ word: Int) -> Cycle { run(of: word)?.write(word) ?? writes[word & mask] }

  /// When a word left.
  func read(_ word: Int) -> Cycle { run(of: word)?.read(word) ?? reads[word & mask] }

  private func run(of word: Int) -> EvenWords? {
    let at = runEnding(after: word)
    return at < runs.count && runs[at].words.lowerBound <= word ? runs[at] : nil
  }

  /// Which run is the first that ends behind a word.
  private func runEnding(after word: Int) -> Int {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low &+ high) / 2
      if runs[middle].words.upperBound <= word { low = middle &+ 1 } else { high = middle }
    }
    return low
  }

  /// Puts the times of words of a run into their slots.
  func list(_ words: Range<Int>, of run: EvenWords) {
    for word in words {
      offers[word & mask] = run.write(word)
      writes[word & mask] = run.write(word)
      reads[word & mask] = run.read(word)
    }
  }
}

extension Channel {
  /// Whether the times of words that have been read are kept.
  var keepsTimes: Bool { taken != slots }

  /// The times kept of the words that have come in and gone out so far.
  var keptTimes: KeptTimes {
    KeptTimes(
      writes: slots, reads: taken, offers: offers, written: written, mask: mask, read: read,
      lateStart: lateStart)
  }

  /// The time in the slot of a word: of its read, or of its write while it is unread. Only where read times
  /// have no slots of their own.
  func slot(_ word: Int) -> Cycle { slots[word & mask] }

  /// Tells whoever asked to hear of the words from `first` on that have been read.
  @inline(__always) mutating func tellOfReads(from first: Int, isWaitedFor: Bool) {
    if onRead & Self.observed != 0, read >= tellFrom {
      noteReads(from: first, isWaitedFor: isWaitedFor)
    }
  }

  /// How many words must have been read when somebody is told again; nil: no need.
  private func tellWatcher(from first: Int, isWaitedFor: Bool) -> Int? {
    if onRead & Self.oneByOne == 0, let followed {
      return followed.pointee.took(written: written, read: read)
    }
    let (written, read, taken, mask) = (written, read, taken, mask)
    return watching?._withUnsafeGuaranteedRef {
      $0.took(first..<read, taken, mask: mask, written: written, isWaitedFor: isWaitedFor)
    } ?? nil
  }

  @inline(never) private mutating func noteReads(from first: Int, isWaitedFor: Bool) {
    if let next = tellWatcher(from: first, isWaitedFor: isWaitedFor) {
      tellFrom = next
    } else {
      onWrite &= ~Self.watched
      onRead &= ~Self.watched
      followed = nil
      if watching?._withUnsafeGuaranteedRef({ $0.log?.needsTimes }) != true { forgetTimes() }
    }
  }
}
