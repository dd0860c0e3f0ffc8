import Foundation

/// Reading a file a person named, and writing one without ever leaving half of it.
public enum InputFile {
  /// The bytes of `path`, mapped where possible.
  ///
  /// Throws `InputError` when it is missing, unreadable, a directory or empty.
  public static func read(_ path: String) throws -> Data {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw InputError("no such file", file: path, hint: hintForMissing(path))
    }
    guard !isDirectory.boolValue else {
      throw InputError("is a directory, not a file", file: path)
    }
    guard !isDevice(path) else { throw InputError("is a device, not a file", file: path) }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      throw InputError("cannot be read (permissions?)", file: path)
    }
    guard !data.isEmpty else { throw InputError("is empty", file: path) }
    return data
  }

  /// Devices may never end.
  fileprivate static func isDevice(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    return [S_IFCHR, S_IFBLK].contains(status.st_mode & S_IFMT)
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

/// Files that belong together and appear together.
public enum OutputFiles {
  /// Writes every file beside its place, then renames all of them: a failure leaves what was
  /// there before.
  ///
  /// Throws `InputError` naming the file that cannot be written.
  public static func write(_ files: [(path: String, contents: Data)]) throws {
    var pending: [(temporary: String, path: String)] = []
    defer {
      for file in pending { try? FileManager.default.removeItem(atPath: file.temporary) }
    }
    for (path, _) in files { try requireFilePlace(path) }
    for (path, contents) in files {
      let temporary = path + ".\(getpid()).partial"
      pending.append((temporary, path))
      try place(path) { try contents.write(to: URL(fileURLWithPath: temporary)) }
    }
    for (temporary, path) in pending {
      guard rename(temporary, path) == 0 else {
        throw InputError("cannot be written: \(String(cString: strerror(errno)))", file: path)
      }
    }
    pending = []
  }

  private static func requireFilePlace(_ path: String) throws {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
      isDirectory.boolValue
    {
      throw InputError("cannot be written: it is a directory", file: path)
    }
    // Renaming onto a device would replace it.
    if InputFile.isDevice(path) {
      throw InputError("cannot be written: it is a device", file: path)
    }
  }

  private static func place(_ path: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      throw InputError(
        "cannot be written", file: path, hint: "does \(folder) exist, and may you write there?")
    }
  }
}
