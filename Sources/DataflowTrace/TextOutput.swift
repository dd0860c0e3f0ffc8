import FoundationEssentials
import Glibc

/// Text on its way to a file or to standard output, in pieces of bounded size.
///
/// A file appears under its name only when `finish` is called.
public final class TextOutput {
  private let file: UnsafeMutablePointer<FILE>
  /// nil: standard output.
  private let place: OutputPlace?
  private var buffer: [UInt8] = []
  private var isOpen = true
  private var failure: Int32?

  /// - Parameter path: the file to write; `nil`: standard output.
  /// - Throws: `InputError` when the file cannot be made, `OutputError` for standard output.
  public init(to path: String?) throws {
    place = try path.map(OutputPlace.init)
    if let place {
      file = try place.open()
    } else {
      guard let opened = fdopen(dup(STDOUT_FILENO), "wb") else { throw OutputError() }
      file = opened
    }
    buffer.reserveCapacity(1 << 16)
  }

  deinit {
    guard isOpen else { return }
    fclose(file)
    place?.discard()
  }

  /// Appends `text`; what fails is told by `finish`.
  public func write(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= 1 << 16 { drain() }
  }

  /// Appends `number` in decimal.
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

  /// Bytes as they are.
  func write(_ bytes: Data) {
    buffer.append(contentsOf: bytes)
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
    isOpen = false
    if fclose(file) != 0, failure == nil { failure = errno }
    if let failure {
      place?.discard()
      throw Self.error(place, failure)
    }
    try place?.publish()
  }

  private static func error(_ place: OutputPlace?, _ code: Int32) -> any Error {
    place?.failure(code) ?? OutputError()
  }
}

/// Standard output cannot be written to.
public struct OutputError: Error {
  /// Nothing written yet.
  public init() {}
}
