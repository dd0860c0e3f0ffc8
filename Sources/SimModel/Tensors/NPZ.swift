import CZip
import FoundationEssentials

/// NumPy's `.npz` format: a zip archive with one `.npy` file per array, stored or deflated.
///
/// Only the directory is read at first; an array is unpacked when it is asked for.
public struct NPZ: Sendable {
  /// As named in errors.
  public let file: String
  private let data: Data
  private let entries: [String: Place]

  /// Where the directory speaks of an entry.
  private struct Place: Sendable {
    var offset: UInt64
    var number: UInt64
  }

  /// Array names, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// Reads the directory of an archive.
  ///
  /// Throws `InputError` when the data is not a complete zip archive.
  public init(_ data: Data, file: String) throws {
    self.file = file
    self.data = data
    // minizip takes a directory at the very beginning, that of an archive without entries, for none.
    guard !data.starts(with: [0x50, 0x4B, 5, 6]) else {
      entries = [:]
      return
    }
    entries = try Self.withArchive(data, file: file) { archive in
      var entries: [String: Place] = [:]
      var status = unzGoToFirstFile(archive)
      while status == UNZ_OK {
        var position = unz64_file_pos()
        guard unzGetFilePos64(archive, &position) == UNZ_OK, let name = Self.name(archive) else {
          throw InputError("is damaged: its directory breaks off", file: file)
        }
        let array = name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
        entries[array.printable] = Place(
          offset: position.pos_in_zip_directory, number: position.num_of_file)
        status = unzGoToNextFile(archive)
      }
      guard status == UNZ_END_OF_LIST_OF_FILE else {
        throw InputError("is damaged: its directory breaks off", file: file)
      }
      return entries
    }
  }

  /// Opens the `.npz` file at `path`.
  public init(contentsOf path: String) throws {
    try self.init(try InputFile.read(path), file: path)
  }

  /// Whether there is an array `name`.
  public func contains(_ name: String) -> Bool { entries[name] != nil }

  /// Unpacks one array.
  ///
  /// Throws `InputError` when it does not exist (naming the nearest) or is damaged.
  public func tensor(_ name: String) throws -> Tensor {
    try reading(name) { try Self.unpack(&$0) }
  }

  /// The shape of one array as its header states it; nothing else is unpacked.
  ///
  /// Throws `InputError` when the array does not exist (naming the nearest) or its header is damaged.
  public func shape(_ name: String) throws -> [Int] {
    try reading(name) { try Self.header(&$0).value.shape }
  }

  private func reading<R>(_ name: String, _ body: (inout NPZEntry) throws -> R) throws -> R {
    guard let place = entries[name] else {
      let near = nearestName(to: name, among: entries.keys)
      throw InputError(
        "has no array '\(name)'", file: file, hint: near.map { "did you mean '\($0)'?" })
    }
    do {
      return try Self.withArchive(data, file: file) { archive in
        var position = unz64_file_pos(
          pos_in_zip_directory: place.offset, num_of_file: place.number)
        guard unzGoToFilePos64(archive, &position) == UNZ_OK else {
          throw NPZEntry.damaged(UNZ_BADZIPFILE)
        }
        return try data.withUnsafeBytes { bytes in
          var entry = try NPZEntry(archive, in: bytes)
          defer { entry.close() }
          return try body(&entry)
        }
      }
    } catch let error as InputError {
      throw error.at("array '\(name)'").inFile(file)
    }
  }
}

// MARK: Reading

extension NPZ {
  private typealias Archive = UnsafeMutableRawPointer

  private static func withArchive<R>(
    _ data: Data, file: String, _ body: (Archive) throws -> R
  ) throws -> R {
    try data.withUnsafeBytes { bytes in
      guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else {
        throw InputError("is empty", file: file)
      }
      var memory = czip_memory()
      memory.bytes = UnsafeMutablePointer(mutating: base)
      memory.size = bytes.count
      return try withUnsafeMutablePointer(to: &memory) { memory in
        guard let archive = czip_reader(memory) else {
          throw InputError(
            "is not a readable .npz archive: it has no directory of a zip file at its end",
            file: file)
        }
        defer { unzClose(archive) }
        return try body(archive)
      }
    }
  }

  /// The current entry's name; nil where the directory is damaged.
  private static func name(_ archive: Archive) -> String? {
    var info = unz_file_info64()
    guard unzGetCurrentFileInfo64(archive, &info, nil, 0, nil, 0, nil, 0) == UNZ_OK else {
      return nil
    }
    var name = [CChar](repeating: 0, count: Int(info.size_filename) + 1)
    guard
      unzGetCurrentFileInfo64(archive, nil, &name, uLong(name.count), nil, 0, nil, 0) == UNZ_OK
    else { return nil }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func header(_ entry: inout NPZEntry) throws -> (value: NPY.Header, read: [UInt8]) {
    try header(startingWith: try entry.read(upTo: min(entry.size, 128)), &entry)
  }

  private static func unpack(_ entry: inout NPZEntry) throws -> Tensor {
    let size = entry.size
    let header = try header(&entry)
    // A shape that does not account for the bytes is refused before they are unpacked.
    let expected = try NPY.byteCount(header.value)
    guard size - header.value.dataOffset == expected else {
      throw InputError(
        "shape \(header.value.shape) needs \(expected) bytes, but "
          + "\(size - header.value.dataOffset) are there")
    }
    let tail = try entry.read(upTo: size - header.read.count)
    let stored = Array(header.read.dropFirst(header.value.dataOffset)) + tail
    guard stored.count == expected else {
      throw InputError(
        "shape \(header.value.shape) needs \(expected) bytes, but \(stored.count) are there")
    }
    try entry.check()
    return NPY.tensor(header.value, stored)
  }

  /// The header, reading on when it is longer than usual.
  private static func header(startingWith start: [UInt8], _ entry: inout NPZEntry) throws
    -> (value: NPY.Header, read: [UInt8])
  {
    if let header = try? NPY.header(of: Data(start)) { return (header, start) }
    let more = try entry.read(upTo: min(entry.size, NPY.maximumHeader) - start.count)
    return (try NPY.header(of: Data(start + more)), start + more)
  }
}

// MARK: Writing

extension NPZ {
  /// The arrays as a deflated archive. Equal arrays give equal bytes: no time stamps.
  public static func encode(_ tensors: [(name: String, tensor: Tensor)]) throws -> Data {
    var memory = czip_memory()
    defer { free(memory.bytes) }
    return try withUnsafeMutablePointer(to: &memory) { memory in
      guard let archive = czip_writer(memory) else { throw unwritable(memory) }
      for (name, tensor) in tensors {
        do {
          try add(NPY.encode(tensor), "\(name).npy", to: archive, memory)
        } catch {
          zipClose(archive, nil)
          throw error
        }
      }
      guard zipClose(archive, nil) == ZIP_OK else { throw unwritable(memory) }
      return Data(bytes: memory.pointee.bytes, count: memory.pointee.size)
    }
  }

  private static func add(
    _ data: Data, _ name: String, to archive: UnsafeMutableRawPointer,
    _ memory: UnsafePointer<czip_memory>
  ) throws {
    // Above 4 GB less a margin the sizes need the 64-bit form.
    guard czip_begin(archive, name, data.count > 0xF000_0000 ? 1 : 0) == ZIP_OK else {
      throw unwritable(memory)
    }
    var rest = data[...]
    while !rest.isEmpty {
      let part = rest.prefix(1 << 30)
      let status = part.withUnsafeBytes {
        zipWriteInFileInZip(archive, $0.baseAddress, UInt32($0.count))
      }
      guard status == ZIP_OK else { throw unwritable(memory) }
      rest = rest.dropFirst(part.count)
    }
    guard zipCloseFileInZip(archive) == ZIP_OK else { throw unwritable(memory) }
  }

  private static func unwritable(_ memory: UnsafePointer<czip_memory>) -> InputError {
    InputError(
      "the archive cannot be written: "
        + (memory.pointee.failed != 0 ? "out of memory" : "an array cannot be packed"))
  }
}
