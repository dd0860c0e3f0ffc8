import Foundation

/// Reading a file a person named.
public enum InputFile {
  /// The bytes of `path`; those of a large file are mapped, so that only what is looked at takes memory.
  ///
  /// Throws `InputError` when it is missing, unreadable, a directory, empty or too large.
  ///
  /// - Parameters:
  ///   - isStreamed: what is wanted may come from standard input instead, which the error for a pipe says.
  ///   - limit: bytes that a file of this kind may have; nothing of a larger one is read.
  public static func read(_ path: String, isStreamed: Bool = false, atMost limit: Int = .max) throws
    -> Data
  {
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
    var status = stat()
    let size = stat(path, &status) == 0 ? Int(status.st_size) : 0
    guard size <= limit else {
      throw InputError("has \(size) bytes; such a file may have \(limit)", file: path)
    }
    let data: Data
    do {
      data = try Data(
        contentsOf: URL(fileURLWithPath: path), options: size > mappedFrom ? .alwaysMapped : [])
    } catch {
      throw InputError("cannot be read (permissions?)", file: path)
    }
    guard !data.isEmpty else { throw InputError("is empty", file: path) }
    FilesInUse.add(status)
    return data
  }

  /// Bytes from which on a file is mapped.
  private static let mappedFrom = 1 << 22

  /// All of standard input.
  ///
  /// Throws `InputError` when it is empty, a terminal, or beyond 2 GiB, which no model exceeds.
  ///
  /// - Parameter check: looks at the beginning and throws what is wrong with it, since an endless stream of
  ///   anything else should not be read to its end.
  public static func readStandardInput(check: (Data) throws -> Void = { _ in }) throws -> Data {
    let file = "standard input"
    guard isatty(STDIN_FILENO) == 0 else {
      throw InputError(
        "is a terminal", file: file, hint: "pipe a file into simrun: simrun - < model.onnx")
    }
    var data = Data()
    while let part = try? FileHandle.standardInput.read(upToCount: 1 << 20), !part.isEmpty {
      data += part
      try check(data)
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

extension InputFile {
  /// The bytes of a JSON document. Throws `InputError` as `read`, and for more bytes than JSON may have.
  public static func readJSON(_ path: String) throws -> Data {
    try read(path, atMost: JSONValue.largestText)
  }
}
