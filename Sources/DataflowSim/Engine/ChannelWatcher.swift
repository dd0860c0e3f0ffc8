/// Who follows the handshakes at the two ends of a channel.
final class ChannelWatcher {
  let writeLog: StreamLog?
  let readLog: StreamLog?
  let monitor: OccupancyMonitor?
  /// The last frames' writes, where the channel holds more than a frame.
  let history: WriteHistory?

  init(
    writeLog: StreamLog? = nil, readLog: StreamLog? = nil, monitor: OccupancyMonitor? = nil,
    history: WriteHistory? = nil
  ) {
    self.writeLog = writeLog
    self.readLog = readLog
    self.monitor = monitor
    self.history = history
  }

  func wrote(_ index: Int, at t: Cycle, offered: Cycle) {
    history?.note(index, t, isBound: t > offered)
    writeLog?.append(t, offered: offered)
    monitor?.wrote(t)
  }

  func read(at t: Cycle, offered: Cycle) {
    readLog?.append(t, offered: offered)
    monitor?.read(t)
  }
}
