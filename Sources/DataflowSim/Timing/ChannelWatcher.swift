/// Who follows the handshakes at the two ends of a channel.
final class ChannelWatcher {
  /// What the run keeps of the channel.
  let log: ChannelLog?
  /// The last frames' writes, where the channel holds more than a frame.
  let history: WriteHistory?
  /// The reads of the present frame, while they are recorded.
  var reads: FrameReads?

  init(log: ChannelLog? = nil, history: WriteHistory? = nil) {
    self.log = log
    self.history = history
  }

  /// Whether it has to be told of handshakes.
  var needsHandshakes: Bool { log?.needsHandshakes == true || history != nil || reads != nil }

  /// Whether handshakes must be told one by one, because it matters since when each word was offered.
  var needsEveryHandshake: Bool { history != nil || reads != nil }

  /// Whether the writer has to note since when words were offered.
  var needsOffers: Bool { log?.isFull == true }

  /// Words `range` were admitted at the times in `slots`, the last offered since `offered`, each since what
  /// `offers` says.
  func wrote(
    _ range: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>,
    offers: UnsafeMutablePointer<Cycle>, mask: Int, offered: Cycle
  ) {
    if let history {
      for word in range {
        history.note(word, slots[word & mask], isBound: slots[word & mask] > offered)
      }
    }
    log?.wrote(range, slots, offers: offers, mask: mask)
  }

  /// Words `range` were taken at the times in `slots`. Whether there is more to tell.
  func took(
    _ range: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>, mask: Int, isWaitedFor: Bool
  ) -> Bool {
    if let reads {
      for word in range { reads.took(slots[word & mask], isWaitedFor: isWaitedFor) }
    }
    let isFollowed = log?.took(range, slots, mask: mask) ?? false
    return isFollowed || history != nil || reads != nil
  }
}
