import Foundation

/// Reading a file a person named.
public enum InputFile {
  /// The bytes of `path`, mapped where possible.
  ///
  /// Throws `InputError` when it is missing, unreadable, a directory or empty.
  ///
  /// - Parameter isStreamed: what is wanted may come from standard input instead, which the error for a pipe
  ///   says.
  public static func read(_ path: String, isStreamed: Bool = false) throws -> Data {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw InputError("no such file", file: path, hint: hintForMissing(path))
    }
    guard !isDirectory.boolValue else {
      throw InputError("is a directory, not a file", file: path)
    }
    if let kind = endlessKind(of: path) {
      throw InputError(
        "is \(kind), not a file", file: path,
        hint: isStreamed ? "a file, or - for standard input" : "write it to a file first")
    }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      throw InputError("cannot be read (permissions?)", file: path)
    }
    guard !data.isEmpty else { throw InputError("is empty", file: path) }
    return data
  }

  /// All of standard input.
  ///
  /// Throws `InputError` when it is empty, a terminal, or beyond 2 GiB, which no model exceeds.
  public static func readStandardInput() throws -> Data {
    let file = "standard input"
    guard isatty(STDIN_FILENO) == 0 else {
      throw InputError(
        "is a terminal", file: file, hint: "pipe a file into simrun: simrun - < model.onnx")
    }
    var data = Data()
    while let part = try? FileHandle.standardInput.read(upToCount: 1 << 20), !part.isEmpty {
      data += part
      guard data.count <= 1 << 31 else { throw InputError("is longer than 2 GiB", file: file) }
    }
    guard !data.isEmpty else { throw InputError("is empty", file: file) }
    return data
  }

  /// Devices may never end, pipes never begin.
  private static func endlessKind(of path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFCHR, S_IFBLK: return "a device"
    case S_IFIFO: return "a pipe"
    case S_IFSOCK: return "a socket"
    default: return nil
    }
  }

  private static func hintForMissing(_ path: String) -> String? {
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent().path
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      return "there is no directory \(folder)"
    }
    return nearestName(to: url.lastPathComponent, among: names).map { "did you mean '\($0)'?" }
  }
}
