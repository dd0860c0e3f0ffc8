import Foundation

/// A count on standard error: one line that is written over on a terminal, else a line per tenth.
final class Progress {
  private let total: Int
  private let unit: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var lastShown = -1
  private var lastTime = Date.distantPast

  init(of total: Int, _ unit: String) {
    self.total = total
    self.unit = unit
  }

  func update(_ done: Int) {
    guard total > 0 else { return }
    isTerminal ? show(done) : tell(done)
  }

  private func show(_ done: Int) {
    let now = Date()
    guard done == total || now.timeIntervalSince(lastTime) > 0.1 else { return }
    lastTime = now
    let end = done == total ? "\n" : ""
    let text = "\r\(done) of \(total) \(unit)\(end)"
    FileHandle.standardError.write(Data(text.utf8))
  }

  private func tell(_ done: Int) {
    let tenth = done.multipliedReportingOverflow(by: 10).partialValue / total
    guard tenth != lastShown else { return }
    lastShown = tenth
    writeError("\(done) of \(total) \(unit)")
  }
}
