/// When the latest words came into a channel and left it, for those who follow what happens in between.
///
/// Word k stands in slot `k & mask`. Words that have been read are kept as `ChannelLog.words(capacity:)` says.
struct KeptTimes {
  let writes: UnsafeMutablePointer<Cycle>
  let reads: UnsafeMutablePointer<Cycle>
  /// Since when each word was offered, where that is kept.
  let offers: UnsafeMutablePointer<Cycle>
  let mask: Int
  /// Words that have come in and gone out.
  let written: Int
  let read: Int
  /// Knows when the first words came in, where something inside starts later than a word may reach it.
  let lateStart: LateStart?
}

extension Channel {
  /// Whether the times of words that have been read are kept.
  var keepsTimes: Bool { taken != slots }

  /// The times kept of the words that have come in and gone out so far.
  var keptTimes: KeptTimes {
    KeptTimes(
      writes: slots, reads: taken, offers: offers, mask: mask, written: written, read: read,
      lateStart: lateStart?.takeUnretainedValue())
  }

  /// The time in the slot of a word: of its read, or of its write while it is unread. Only where read times
  /// have no slots of their own.
  func slot(_ word: Int) -> Cycle { slots[word & mask] }

  /// Tells the log of words that came in and left evenly.
  func notePassage(_ run: EvenRun, from word: Int, delay: Int) {
    watching?._withUnsafeGuaranteedRef { $0.log?.passed(run, from: word, delay: delay) }
  }

  /// Tells whoever asked to hear of the words from `first` on that have been read.
  @inline(__always) mutating func tellOfReads(from first: Int, isWaitedFor: Bool) {
    if onRead & Self.observed != 0, read >= tellFrom {
      noteReads(from: first, isWaitedFor: isWaitedFor)
    }
  }

  @inline(never) private mutating func noteReads(from first: Int, isWaitedFor: Bool) {
    let times = keptTimes
    let next = watching?._withUnsafeGuaranteedRef {
      $0.took(first..<times.read, times, isWaitedFor: isWaitedFor)
    }
    if let next = next ?? nil {
      tellFrom = next
    } else {
      onWrite &= ~Self.watched
      onRead &= ~Self.watched
    }
  }
}
