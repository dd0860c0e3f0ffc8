import CPartialFiles
import FoundationEssentials
import Glibc

/// The files this process is writing that do not bear their names yet, and the folders it has made for them.
///
/// Kept for the process as a whole, since it is the process that a signal ends.
public enum PartialFiles {
  /// Without memory for a path only an interruption in the middle of writing leaves it.
  package static func add(_ path: String) { _ = partial_files_add(path) }
  package static func remove(_ path: String) { partial_files_remove(path) }

  /// Removes all of them; for the end of a process that was interrupted. A folder goes when nothing else is in it.
  public static func removeAll() { partial_files_remove_all() }

  /// Lets the signal `number` end the process with `message` and `code`, once all of them are removed.
  public static func removeAll(at number: Int32, saying message: StaticString, code: Int32) {
    partial_files_end_at(
      number, UnsafeRawPointer(message.utf8Start).assumingMemoryBound(to: CChar.self), code)
  }

  /// Removes what processes that are gone (killed, out of power) have left beside `targets`. Each folder is read
  /// once, however many files go there.
  static func removeAbandoned(of targets: [String]) {
    let places = targets.map { URL(fileURLWithPath: $0) }
    let folders = Dictionary(grouping: places) { $0.deletingLastPathComponent().path }
    for (folder, places) in folders {
      let own = Set(places.map(\.lastPathComponent))
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names {
        guard let (target, process) = origin(of: name), own.contains(target),
          kill(process, 0) != 0, errno == ESRCH
        else { continue }
        unlink(folder + "/" + name)
      }
    }
  }

  /// The result that `NAME.PROCESS.partial`, or what goes with it (`NAME.PROCESS.partial.hier`), becomes, and the
  /// process that writes it.
  private static func origin(of name: String) -> (target: String, process: pid_t)? {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false)
    if parts.last.map({ $0 == companion }) ?? false { parts.removeLast() }
    guard parts.count > 2, parts.removeLast() == "partial",
      let process = pid_t(parts.removeLast()), process > 0
    else { return nil }
    return (parts.joined(separator: "."), process)
  }

  /// What the name of a second file adds that a writer keeps until it closes the first.
  package static let companion = "hier"
}
