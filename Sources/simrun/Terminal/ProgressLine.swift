import DataflowAnalysis
import Foundation

/// One line on standard error that is written over. Silent unless that is a terminal, or unless it was
/// asked for: then a line per tenth of the work.
final class ProgressLine: @unchecked Sendable {
  private let isTerminal = isatty(2) == 1
  private let isAskedFor: Bool
  private let lock = NSLock()
  private let start = Date()
  private var last = Date()
  private var isShown = false
  private var lastTenth = -1

  init(isAskedFor: Bool = false) { self.isAskedFor = isAskedFor }

  /// Shows `text`, at most ten times a second.
  func show(_ text: @autoclosure () -> String) {
    guard isTerminal else { return }
    lock.withLock { write(text()) }
  }

  /// Shows how much of a known amount of work is done, and how long the rest will take.
  func show(_ done: Int, of total: Int, _ unit: String) {
    guard total > 0 else { return }
    lock.withLock {
      if isTerminal {
        write(Self.bar(done, of: total) + " \(unit)" + left(done, of: total))
      } else if isAskedFor {
        let tenth = Int(Double(done) / Double(total) * 10)
        guard tenth != lastTenth else { return }
        lastTenth = tenth
        writeError("\(done) of \(total) \(unit)")
      }
    }
  }

  func clear() {
    lock.withLock {
      guard isShown else { return }
      isShown = false
      FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
  }

  private func write(_ text: @autoclosure () -> String) {
    guard Date().timeIntervalSince(last) > 0.1 else { return }
    last = Date()
    isShown = true
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text())".utf8))
  }

  private func left(_ done: Int, of total: Int) -> String {
    guard done > 0 else { return "" }
    let seconds = Date().timeIntervalSince(start) * Double(total - done) / Double(done)
    return ", \(Int(seconds)) s left"
  }

  /// `[#####...............] 5/20`.
  static func bar(_ done: Int, of total: Int) -> String {
    let filled = min(20, Int(20 * Double(done) / Double(max(total, 1))))
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
    return "[\(bar)] \(done)/\(total)"
  }
}
