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
  var needsHandshakes: Bool { log?.needsHandshakes == true || needsEveryHandshake }

  /// Whether handshakes must be told one by one, because it matters since when each word was offered.
  var needsEveryHandshake: Bool { history != nil || reads != nil }

  /// Whether it has to be told of words that come in; the log finds their times in the channel.
  var needsWrites: Bool { needsEveryHandshake }

  /// Whether the writer has to note since when words were offered.
  var needsOffers: Bool { log?.isFull == true }

  /// Words `range` were admitted at the times in `slots`, the last offered since `offered`.
  func wrote(
    _ range: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>, mask: Int, offered: Cycle
  ) {
    guard let history else { return }
    for word in range {
      history.note(word, slots[word & mask], isBound: slots[word & mask] > offered)
    }
  }

  /// Words `range` were taken at the times in `slots`, when `written` had come in. How many must have been taken when
  /// it is told again; nil: no need.
  func took(
    _ range: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>, mask: Int, written: Int,
    isWaitedFor: Bool
  ) -> Int? {
    if let reads {
      for word in range { reads.took(slots[word & mask], isWaitedFor: isWaitedFor) }
    }
    let next = log?.block.pointee.took(written: written, read: range.upperBound)
    return needsEveryHandshake ? 0 : next ?? nil
  }
}
