import Foundation

/// Text on its way to a file or to standard output, in pieces of bounded size.
///
/// A file appears under its name only when `finish` is called.
public final class TextOutput {
  private let file: UnsafeMutablePointer<FILE>
  private let path: String?
  private let temporaryPath: String
  private var buffer: [UInt8] = []
  private var isOpen = true
  private var failure: Int32?

  /// - Parameter path: the file to write; `nil`: standard output.
  /// - Throws: `InputError` when the file cannot be made, `OutputError` for standard output.
  public init(to path: String?) throws {
    self.path = path
    temporaryPath = (path ?? "") + ".\(getpid()).partial"
    if let file = path == nil ? fdopen(dup(STDOUT_FILENO), "wb") : fopen(temporaryPath, "wb") {
      self.file = file
    } else {
      throw Self.error(path, errno)
    }
    buffer.reserveCapacity(1 << 16)
  }

  deinit { close(keeping: false) }

  public func write(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= 1 << 16 { drain() }
  }

  public func write(_ number: Int) {
    guard number >= 0 else { return write(String(number)) }
    var rest = number
    let start = buffer.count
    repeat {
      buffer.append(48 + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    buffer[start...].reverse()
    if buffer.count >= 1 << 16 { drain() }
  }

  private func drain() {
    let written = buffer.withUnsafeBufferPointer { fwrite($0.baseAddress, 1, $0.count, file) }
    if written != buffer.count, failure == nil { failure = errno }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes the rest; a file gets its name.
  ///
  /// Throws `InputError`, or `OutputError` for standard output, if anything could not be written.
  public func finish() throws {
    drain()
    if fflush(file) != 0, failure == nil { failure = errno }
    close(keeping: failure == nil)
    guard let failure else { return }
    throw Self.error(path, failure)
  }

  private static func error(_ path: String?, _ code: Int32) -> any Error {
    guard let path else { return OutputError() }
    return InputError("cannot be written: \(String(cString: strerror(code)))", file: path)
  }

  private func close(keeping: Bool) {
    guard isOpen else { return }
    isOpen = false
    fclose(file)
    guard let path else { return }
    if keeping {
      if rename(temporaryPath, path) != 0 { failure = errno }
    } else {
      unlink(temporaryPath)
    }
  }
}

/// Standard output cannot be written to.
public struct OutputError: Error {
  public init() {}
}
