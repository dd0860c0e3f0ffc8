import DataflowAnalysis
import DesignFiles
import Foundation

/// The best result so far of work that may be interrupted.
final class BestSoFar<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var best: Value?

  var value: Value? {
    get { lock.withLock { best } }
    set { lock.withLock { best = newValue } }
  }
}

extension Design {
  /// Writes its folding configuration, FIFO depths included, and the design itself where files are named;
  /// returns these.
  ///
  /// - Parameter source: what it was made of. Parameters that no file beside this one holds, such as those of an ONNX
  ///   model or of a design in another folder, are written beside it.
  func write(folding: String?, design: String?, of source: LoadedDesign) throws -> [String] {
    var files: [(path: String, contents: Data)] = []
    if let folding {
      files.append((folding, FoldingConfig(of: self).json(order: nodes.map(\.name))))
    }
    if let design {
      var made = source
      made.design = self
      if source.needsArrays(at: design) {
        files += try made.files(at: design, withParameters: true).files
      } else {
        files.append((design, try json()))
      }
    }
    try OutputFiles.write(files)
    return files.map(\.path)
  }

  /// The same at the end of a sentence: ", written to a and b", or why it is not.
  func written(folding: String?, design: String?, of source: LoadedDesign) -> String {
    do {
      let files = try write(folding: folding, design: design, of: source)
      return files.isEmpty
        ? "; nothing was written (-o or --apply name a file)"
        : ", written to \(files.joined(separator: " and "))"
    } catch {
      return "\n  \(error)"
    }
  }
}

/// What happens when the user, a batch system or a limit ends the process: no half-written file stays,
/// and the last line says what is safe and how to go on.
enum Interruption {
  private static let lock = NSLock()
  private nonisolated(unsafe) static var sources: [any DispatchSourceSignal] = []
  private nonisolated(unsafe) static var advice: (@Sendable () -> String)?

  /// Call once, before anything is written.
  static func prepare() {
    // A file size limit then is an error of the write that meets it, with a message of its own.
    signal(SIGXFSZ, SIG_IGN)
    // A mapped file that someone cuts short, or that the disk or a limit has no room for.
    PartialFiles.removeAll(
      at: SIGBUS,
      saying:
        "error: a file was cut short while it was in use, or there is no room for it (disk, ulimit -f)\n",
      code: SimrunExit.badInput.rawValue)
    sources = [SIGINT, SIGTERM, SIGHUP].compactMap(source)
  }

  /// While `body` runs, an interruption ends with what `advice` says; it may bring things into order.
  static func advising<T>(
    _ advice: @escaping @Sendable () -> String, _ body: () throws -> T
  ) rethrows -> T {
    lock.withLock { self.advice = advice }
    defer { lock.withLock { self.advice = nil } }
    return try body()
  }

  /// While `body` runs, an interruption prints what `print` makes of the newest of `known`, and ends with what
  /// `advice` says of it; nil: nothing is known yet.
  static func reporting<Known: Sendable, T>(
    _ known: BestSoFar<Known>, _ print: @escaping @Sendable (Known) throws -> Void,
    advice: @escaping @Sendable (Known?) -> String, _ body: () throws -> T
  ) rethrows -> T {
    try advising(
      {
        let value = known.value
        guard let value else { return advice(nil) }
        do {
          try print(value)
        } catch {
          return "\(error)\n  \(advice(value))"
        }
        return advice(value)
      }, body)
  }

  private static func source(_ number: Int32) -> (any DispatchSourceSignal)? {
    // What `nohup` ignores stays ignored.
    var present = sigaction()
    sigaction(number, nil, &present)
    let isIgnored = unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self) == 1
    guard !isIgnored else { return nil }
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler { end(number) }
    source.resume()
    return source
  }

  private static func end(_ number: Int32) {
    PartialFiles.removeAll()
    ProgressLine.end()
    let text =
      lock.withLock { advice }?()
      ?? "nothing was left half written\n  hint: the same command starts anew"
    writeError("interrupted: \(text)")
    _exit(128 + number)
  }
}
