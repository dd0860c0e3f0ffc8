import DataflowSim
import Foundation

/// One line on standard error that is written over; silent unless that is a terminal.
final class ProgressLine: @unchecked Sendable {
  private let isTerminal = isatty(2) == 1
  private let lock = NSLock()
  private var last = Date.distantPast
  private var isShown = false

  /// Shows `text`, at most ten times a second.
  func show(_ text: @autoclosure () -> String) {
    guard isTerminal else { return }
    lock.lock()
    defer { lock.unlock() }
    guard Date().timeIntervalSince(last) > 0.1 else { return }
    last = Date()
    isShown = true
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text())".utf8))
  }

  func clear() {
    lock.lock()
    defer { lock.unlock() }
    guard isShown else { return }
    isShown = false
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }
}

/// Files a command writes: complete or not at all.
enum OutputFile {
  /// Throws `InputError` with the path and the system's reason.
  static func write(_ data: Data, to path: String) throws {
    do {
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw InputError("cannot be written: \(error.localizedDescription)", file: path)
    }
  }
}
