import Foundation

/// The files a command has read, which none of its results may replace: what it was made from would be lost,
/// also where the command line does not name it (the parameter file of a design, the data beside a graph).
///
/// Kept for the process as a whole, and only where the process is one command: a program that uses the library
/// may well write what it read.
public enum FilesInUse {
  private struct Identity: Hashable {
    var device: UInt64
    var number: UInt64
  }

  private nonisolated(unsafe) static var known: Set<Identity>?
  private static let lock = NSLock()

  /// From now on what is read is kept in mind.
  public static func protect() { lock.withLock { known = known ?? [] } }

  static func add(_ status: stat) {
    lock.withLock { _ = known?.insert(identity(status)) }
  }

  /// Throws `InputError` where `path` is one of them, under whatever name.
  static func requireUnused(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0,
      lock.withLock({ known?.contains(identity(status)) ?? false })
    else { return }
    throw InputError(
      "cannot be written: the result is made from it, and would replace it", file: path,
      hint: "give the result a name of its own")
  }

  private static func identity(_ status: stat) -> Identity {
    Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }
}
