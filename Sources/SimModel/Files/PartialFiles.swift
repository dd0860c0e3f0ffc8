import Foundation

/// The files this process is writing that do not bear their names yet.
///
/// Kept for the process as a whole, since it is the process that a signal ends.
public enum PartialFiles {
  private nonisolated(unsafe) static var open: Set<String> = []
  private static let lock = NSLock()

  package static func add(_ path: String) { lock.withLock { _ = open.insert(path) } }
  package static func remove(_ path: String) { lock.withLock { _ = open.remove(path) } }

  /// Removes all of them; for the end of a process that was interrupted.
  public static func removeAll() {
    lock.withLock {
      for path in open { unlink(path) }
      open = []
    }
  }

  /// Removes what processes that are gone (killed, out of power) have left beside `target`.
  static func removeAbandoned(of target: String) {
    let url = URL(fileURLWithPath: target)
    let folder = url.deletingLastPathComponent().path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names
    where name.hasPrefix(url.lastPathComponent + ".") && name.hasSuffix(".partial") {
      let middle = name.dropFirst(url.lastPathComponent.count + 1).dropLast(".partial".count)
      guard let process = pid_t(middle), process > 0, kill(process, 0) != 0, errno == ESRCH else {
        continue
      }
      unlink(folder + "/" + name)
    }
  }
}
