import Foundation

/// Where a result goes: a file that is not there yet, or a regular file that is replaced.
///
/// Everything is written to a file beside the place, which is then renamed: half a result never bears
/// the name. Renaming would turn a pipe or a device into a file, so only regular files are replaced; a
/// symbolic link stays, and the file it points to is replaced.
public struct OutputPlace: Sendable {
  /// The path as it was given.
  public let path: String
  /// The path behind all symbolic links.
  fileprivate let target: String
  /// What is written until `publish`; whoever interrupts the process removes it.
  public let temporaryPath: String

  /// Throws `InputError` when something other than a regular file has that name, or a file the command has read.
  public init(_ path: String) throws {
    self.path = path
    target = try Self.target(of: path)
    try FilesInUse.requireUnused(path)
    temporaryPath = target + ".\(getpid()).partial"
  }

  /// Opens the file beside the place. Until `publish` or `discard` it is among the
  /// `PartialFiles`, which whoever ends the process removes.
  public func open() throws -> UnsafeMutablePointer<FILE> {
    PartialFiles.removeAbandoned(of: [target])
    return try begin()
  }

  private func begin() throws -> UnsafeMutablePointer<FILE> {
    PartialFiles.add(temporaryPath)
    // What has this name already is of no living process, or a link that somebody laid to lead elsewhere.
    unlink(temporaryPath)
    guard let file = fopen(temporaryPath, "wbxe") else {
      let error = failure()
      PartialFiles.remove(temporaryPath)
      throw error
    }
    return file
  }

  /// Writes `contents` beside the place. Throws `InputError` with the system's reason.
  fileprivate func write(_ contents: Data) throws {
    let file = try begin()
    let written = contents.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    let code = written == contents.count ? 0 : errno
    guard fclose(file) == 0, code == 0 else { throw failure(code == 0 ? errno : code) }
  }

  /// Gives what was written its name; what had it before is replaced.
  ///
  /// Throws `InputError` with the system's reason; then the temporary file is gone.
  public func publish() throws {
    do {
      // It may have been read only after this place was stated.
      try FilesInUse.requireUnused(path)
    } catch {
      discard()
      throw error
    }
    guard rename(temporaryPath, target) != 0 else {
      PartialFiles.remove(temporaryPath)
      return
    }
    let error = failure()
    discard()
    throw error
  }

  /// Removes what was written.
  public func discard() {
    unlink(temporaryPath)
    PartialFiles.remove(temporaryPath)
  }

  /// Throws `InputError` when two of the places are one file, under whatever names, before anything is
  /// written: of two results in one place the first would be lost. The same for a result in the place of
  /// one of the `inputs` of the command.
  public static func requireDistinct(
    _ outputs: [(option: String, path: String?)], inputs: [(what: String, path: String?)] = []
  ) throws {
    var seen: [String: String] = [:]
    for (what, path) in inputs {
      guard let path else { continue }
      seen[URL(fileURLWithPath: path).resolvingSymlinksInPath().path] = what
    }
    for (option, path) in outputs {
      guard let path else { continue }
      let identity = try OutputPlace(path).identity
      if let other = seen.updateValue(option, forKey: identity) {
        let both = other == option ? "two of the results" : "\(other) and \(option)"
        throw InputError(
          "\(both) name the same file; one would replace the other",
          file: path, hint: "give each its own name")
      }
    }
  }

  /// The same for all paths that lead to the file.
  private var identity: String {
    let url = URL(fileURLWithPath: target)
    let folder = url.deletingLastPathComponent().resolvingSymlinksInPath().path
    return folder + "/" + url.lastPathComponent
  }

  /// The error for this place; `code` is the system's.
  package func failure(_ code: Int32 = errno) -> InputError {
    let folder = URL(fileURLWithPath: target).deletingLastPathComponent().path
    let isFolderAtFault = [ENOENT, ENOTDIR, EACCES, EROFS].contains(code)
    return InputError(
      "cannot be written: \(String(cString: strerror(code)))", file: path,
      hint: isFolderAtFault ? "does \(folder) exist, and may you write there?" : nil)
  }

  /// Follows symbolic links, also to a file that does not exist yet.
  private static func target(of path: String) throws -> String {
    try requireReplaceable(path)
    var target = path
    // As many links as Linux follows.
    for _ in 0...40 {
      guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: target) else {
        return target
      }
      let folder = URL(fileURLWithPath: target).deletingLastPathComponent().path
      target = next.hasPrefix("/") ? next : folder + "/" + next
    }
    throw InputError("cannot be written: its symbolic links go in circles", file: path)
  }

  private static func requireReplaceable(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
    throw InputError("cannot be written: it is \(name(of: status.st_mode & S_IFMT))", file: path)
  }

  private static func name(of kind: mode_t) -> String {
    switch kind {
    case S_IFDIR: "a directory"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }
}

/// Files that belong together and appear together.
public enum OutputFiles {
  /// Writes every file beside its place, then renames all of them: a failure leaves what was
  /// there before.
  ///
  /// Throws `InputError` naming the file that cannot be written.
  public static func write(_ files: [(path: String, contents: Data)]) throws {
    try OutputPlace.requireDistinct(files.map { ("", $0.path) })
    let places = try files.map { try OutputPlace($0.path) }
    defer { for place in places { place.discard() } }
    PartialFiles.removeAbandoned(of: places.map(\.target))
    for (place, file) in zip(places, files) {
      try place.write(file.contents)
    }
    for place in places { try place.publish() }
  }

  /// The same for files below `folder`. Folders that are missing are made, and are gone again after a failure.
  ///
  /// - Parameter files: paths below `folder`, without `..`.
  public static func write(
    _ files: [(path: String, contents: Data)], below folder: String
  ) throws {
    var made: [String] = []
    do {
      for part in Set(files.map { folderPart(of: $0.path) }) {
        try make(part.isEmpty ? folder : "\(folder)/\(part)", &made)
      }
      try write(files.map { ("\(folder)/\($0.path)", $0.contents) })
    } catch {
      for part in made.reversed() {
        rmdir(part)
        PartialFiles.remove(part)
      }
      throw error
    }
    for part in made { PartialFiles.remove(part) }
  }

  /// What stands in front of the last slash; empty where that is nothing or the root. Foundation's own traps on
  /// names of one letter.
  package static func folderPart(of path: String) -> String {
    let end = path.lastIndex { $0 != "/" } ?? path.startIndex
    guard let slash = path[..<end].lastIndex(of: "/") else { return "" }
    return String(path[..<slash])
  }

  /// Makes a folder and those above it; adds to `made` what was not there, the outermost first.
  private static func make(_ folder: String, _ made: inout [String]) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) {
      guard isFolder.boolValue else {
        throw InputError("cannot be made: there is a file of that name", file: folder)
      }
      return
    }
    let above = folderPart(of: folder)
    if !above.isEmpty { try make(above, &made) }
    guard mkdir(folder, 0o777) == 0 else {
      // Made by somebody else in the meantime.
      if errno == EEXIST { return }
      throw InputError("cannot be made: \(String(cString: strerror(errno)))", file: folder)
    }
    PartialFiles.add(folder)
    made.append(folder)
  }

  /// Writes one file.
  public static func write(_ contents: Data, to path: String) throws {
    try write([(path, contents)])
  }
}
