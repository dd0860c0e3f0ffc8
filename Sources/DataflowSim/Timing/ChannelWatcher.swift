/// Who follows the handshakes at the two ends of a channel.
final class ChannelWatcher {
  let writeLog: StreamLog?
  let readLog: StreamLog?
  // The records themselves, so that nothing is retained per handshake.
  private let written: UnsafeMutablePointer<StreamLog.Record>?
  private let taken: UnsafeMutablePointer<StreamLog.Record>?
  private let occupancy: UnsafeMutablePointer<OccupancyMonitor.Record>?
  private let monitor: OccupancyMonitor?
  private let inner: UnsafeMutableBufferPointer<InnerOccupancy>
  /// The last frames' writes, where the channel holds more than a frame.
  let history: WriteHistory?
  /// The reads of the present frame, while they are recorded.
  var reads: FrameReads?

  /// - Parameter inner: the FIFOs among merged stages.
  init(
    writeLog: StreamLog? = nil, readLog: StreamLog? = nil, monitor: OccupancyMonitor? = nil,
    inner: [InnerOccupancy] = [], history: WriteHistory? = nil
  ) {
    self.writeLog = writeLog
    self.readLog = readLog
    self.monitor = monitor
    (written, taken, occupancy) = (writeLog?.record, readLog?.record, monitor?.record)
    self.inner = .allocate(capacity: inner.count)
    _ = self.inner.initialize(from: inner)
    self.history = history
  }

  deinit {
    for occupancy in inner { occupancy.deallocate() }
    inner.deallocate()
  }

  /// Whether handshakes must be told one by one, because it matters since when each word was offered.
  var needsEveryHandshake: Bool {
    history != nil || reads != nil || writeLog?.needsOffers == true || readLog?.needsOffers == true
  }

  /// Words `range` were admitted at the times in `slots`, the last offered since `offered`.
  func wrote(
    _ range: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>, mask: Int, offered: Cycle
  ) {
    if let history {
      for word in range {
        history.note(word, slots[word & mask], isBound: slots[word & mask] > offered)
      }
    }
    written?.pointee.append(range, slots, mask: mask, offered: offered)
    occupancy?.pointee.wrote(range, slots, mask: mask)
    for i in inner.indices { inner[i].wrote(range, slots, mask: mask) }
  }

  /// Words `range` were taken at the times in `slots`, the last valid since `offered`.
  func took(
    _ range: Range<Int>, _ slots: UnsafeMutablePointer<Cycle>, mask: Int, offered: Cycle,
    isWaitedFor: Bool
  ) {
    taken?.pointee.append(range, slots, mask: mask, offered: offered)
    occupancy?.pointee.read(range, slots, mask: mask)
    for i in inner.indices { inner[i].read(range, slots, mask: mask) }
    if let reads {
      for word in range { reads.took(slots[word & mask], isWaitedFor: isWaitedFor) }
    }
  }
}
