import ArgumentParser
import DataflowAnalysis
import Foundation
import Synchronization

/// One line on standard error that is written over: what is being done, how much of it, how fast, how long it
/// will take, and the best so far. Never wider than the terminal, and never going back. Silent unless standard
/// error is a terminal, or unless it was asked for: then plain lines, one per phase and tenth of the work.
package final class ProgressLine: @unchecked Sendable {
  private let isTerminal: Bool
  private let isAskedFor: Bool
  private let lock = NSLock()
  private let start = Date()
  private var step = WorkStep(phase: "")
  private var phaseStart = Date()
  private var lastDrawn = Date.distantPast
  private var lastTenth = -1
  private var timer: (any DispatchSourceTimer)?

  /// What is shown of all lines: there is one standard error.
  private struct Shown {
    var isThere = false
    var hasEnded = false
  }
  private static let shown = Mutex(Shown())

  /// Nothing is shown of work that is done sooner than this.
  private static let patience = 0.3

  init(isAskedFor: Bool = false) {
    isTerminal = isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    self.isAskedFor = isAskedFor
    guard isTerminal, !isAskedFor else { return }
    let timer = DispatchSource.makeTimerSource(queue: .global())
    // A phase without steps still shows that time passes.
    timer.schedule(deadline: .now() + 1, repeating: 1)
    timer.setEventHandler { [weak self] in
      guard let self else { return }
      self.lock.withLock { if !self.step.phase.isEmpty { self.draw() } }
    }
    timer.resume()
    self.timer = timer
  }

  deinit { timer?.cancel() }

  /// Shows how much of a known amount of work is done.
  func show(_ done: Int, of total: Int, _ phase: String) {
    show(WorkStep(phase: phase, done: done, total: total))
  }

  /// Shows where the work stands. Within a phase it never goes back.
  func show(_ next: WorkStep) {
    guard isTerminal || isAskedFor else { return }
    lock.withLock {
      var next = next
      if next.phase == step.phase {
        next.done = max(next.done, step.done)
        next.best = next.best ?? step.best
      } else {
        phaseStart = Date()
        lastTenth = -1
      }
      step = next
      if isAskedFor { return tellPlainly() }
      if Date().timeIntervalSince(lastDrawn) > 0.1 { draw() }
    }
  }

  /// Takes the line away.
  func clear() {
    timer?.cancel()
    lock.withLock {
      step = WorkStep(phase: "")
      Self.aside()
    }
  }

  /// Takes the line away for something else to be written; the next step shows it again below.
  static func aside() {
    shown.withLock { shown in
      if shown.isThere { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
      shown.isThere = false
    }
  }

  /// The last state stays to be read, and nothing is shown after it.
  static func end() {
    shown.withLock { shown in
      if shown.isThere { FileHandle.standardError.write(Data("\n".utf8)) }
      shown = Shown(isThere: false, hasEnded: true)
    }
  }

  private func draw() {
    guard Date().timeIntervalSince(start) > Self.patience else { return }
    lastDrawn = Date()
    let text = Self.text(
      step, seconds: Date().timeIntervalSince(phaseStart), columns: Self.columns)
    Self.shown.withLock { shown in
      guard !shown.hasEnded else { return }
      shown.isThere = true
      FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
    }
  }

  private func tellPlainly() {
    let tenth = step.total > 0 ? Int(10 * Double(step.done) / Double(step.total)) : 0
    guard tenth > lastTenth else { return }
    lastTenth = tenth
    let seconds = Date().timeIntervalSince(phaseStart)
    // The word in front lets a program tell these lines from notes.
    writeError("progress: " + Self.text(step, seconds: seconds, columns: 200, hasBar: false))
  }

  /// Columns of the terminal that standard error is.
  private static var columns: Int {
    var size = winsize()
    guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// The line for a terminal of `columns`: what fits of phase, share, time left, best, bar and rate, in that
  /// order of importance.
  ///
  /// - Parameter seconds: since the phase began.
  package static func text(
    _ step: WorkStep, seconds: Double, columns: Int, hasBar: Bool = true
  ) -> String {
    let room = max(columns - 1, 10)
    guard step.total > 0 else {
      let time = seconds >= 1 ? ", \(duration(seconds))" : ""
      return clipped(step.phase, time + (step.best.map { ", best \($0)" } ?? ""), room)
    }
    let share = min(1, Double(step.done) / Double(step.total))
    var parts = [" \(step.done)/\(step.total)"]
    if step.done == 0, seconds >= 1 { parts.append(", \(duration(seconds))") }
    if step.done > 0, share < 1, seconds >= 1 {
      parts.append(", \(duration(seconds * (1 - share) / share)) left")
    }
    if let best = step.best { parts.append(", best \(best)") }
    if step.done > 0, seconds >= 1 { parts.append(", \(rate(Double(step.done) / seconds))") }
    var tail = ""
    // At least a word of what is being done stays.
    for part in parts where step.phase.count + tail.count + part.count <= room { tail += part }
    if tail.isEmpty { tail = parts[0] }
    let left = room - step.phase.count - tail.count
    guard hasBar, left >= 13 else { return clipped(step.phase, tail, room) }
    let width = min(20, left - 3)
    let filled = Int(Double(width) * share)
    let bar =
      String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    return "\(step.phase) [\(bar)]\(tail)"
  }

  private static func clipped(_ phase: String, _ tail: String, _ room: Int) -> String {
    let tail = String(tail.prefix(max(0, room - 8)))
    let space = room - tail.count
    return (phase.count <= space ? phase : String(phase.prefix(max(0, space - 1))) + "…") + tail
  }

  private static func rate(_ perSecond: Double) -> String {
    perSecond >= 10
      ? "\(Int(perSecond))/s"
      : perSecond >= 1
        ? String(format: "%.1f/s", perSecond) : String(format: "%.1f/min", 60 * perSecond)
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 1e9).rounded())
    if whole < 100 { return "\(whole) s" }
    return whole < 6000 ? "\(whole / 60) min" : "\(whole / 3600) h"
  }
}

/// Whether progress is shown where standard error is no terminal.
struct ProgressOptions: ParsableArguments {
  @Flag(help: "Say what is being done in plain lines; on a terminal one line shows it anyway.")
  var progress = false

  /// Shows what `body` says of itself.
  func showing<T>(_ body: () throws -> T) rethrows -> T {
    let line = ProgressLine(isAskedFor: progress)
    defer { line.clear() }
    return try WorkProgress.listening({ line.show($0) }, body)
  }
}
