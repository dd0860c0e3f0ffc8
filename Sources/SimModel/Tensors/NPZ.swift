import CZip
import Foundation

/// NumPy's `.npz` format: a zip archive with one `.npy` file per array, stored or deflated.
///
/// Only the directory is read at first; an array is unpacked when it is asked for.
public struct NPZ: Sendable {
  /// As named in errors.
  public let file: String
  private let data: Data
  private let entries: [String: UInt64]

  /// Array names, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// Reads the directory of an archive.
  ///
  /// Throws `InputError` when the data is not a complete zip archive.
  public init(_ data: Data, file: String) throws {
    self.file = file
    self.data = data
    entries = try Self.withArchive(data, file: file) { archive in
      var entries: [String: UInt64] = [:]
      for index in 0..<max(0, zip_get_num_entries(archive, 0)) {
        guard let raw = zip_get_name(archive, zip_uint64_t(index), 0) else { continue }
        let name = String(cString: raw)
        let array = name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
        entries[array.printable] = UInt64(index)
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
    try reading(name) { try Self.unpack($0, $1, archiveSize: data.count) }
  }

  /// The shape of one array as its header states it; nothing else is unpacked.
  ///
  /// Throws `InputError` when the array does not exist (naming the nearest) or its header is damaged.
  public func shape(_ name: String) throws -> [Int] {
    try reading(name) { try Self.header($0, $1, archiveSize: data.count).value.shape }
  }

  private func reading<R>(_ name: String, _ body: (OpaquePointer, UInt64) throws -> R) throws -> R {
    guard let index = entries[name] else {
      let near = nearestName(to: name, among: entries.keys)
      throw InputError(
        "has no array '\(name)'", file: file, hint: near.map { "did you mean '\($0)'?" })
    }
    do {
      return try Self.withArchive(data, file: file) { try body($0, index) }
    } catch let error as InputError {
      throw error.at("array '\(name)'").inFile(file)
    }
  }
}

// MARK: Reading

extension NPZ {
  private static func withArchive<R>(
    _ data: Data, file: String, _ body: (OpaquePointer) throws -> R
  ) throws -> R {
    try data.withUnsafeBytes { bytes in
      var error = zip_error_t()
      zip_error_init(&error)
      defer { zip_error_fini(&error) }
      guard let base = bytes.baseAddress,
        let source = zip_source_buffer_create(base, zip_uint64_t(bytes.count), 0, &error)
      else { throw InputError("is empty", file: file) }
      guard let archive = zip_open_from_source(source, ZIP_RDONLY, &error) else {
        zip_source_free(source)
        throw InputError(
          "is not a readable .npz archive: \(String(cString: zip_error_strerror(&error)))",
          file: file)
      }
      defer { zip_discard(archive) }
      return try body(archive)
    }
  }

  /// Deflate packs at most 1032 to 1; an entry that claims more is damaged, and believing it
  /// would cost its claim in memory.
  private static let maximumExpansion: UInt64 = 1040

  /// Bytes the entry unpacks to. What it states of itself is compared with the file it lies in.
  private static func size(_ archive: OpaquePointer, _ index: UInt64, _ archiveSize: Int) throws
    -> Int
  {
    var status = zip_stat_t()
    guard zip_stat_index(archive, index, 0, &status) == 0 else { throw damaged(archive) }
    guard status.comp_size <= archiveSize else {
      throw InputError(
        "is damaged: it states \(status.comp_size) packed bytes in an archive of \(archiveSize)")
    }
    guard status.size / maximumExpansion <= status.comp_size + 64 else {
      throw InputError("is damaged: \(status.comp_size) bytes cannot unpack to \(status.size)")
    }
    return Int(status.size)
  }

  private static func header(_ archive: OpaquePointer, _ index: UInt64, archiveSize: Int) throws
    -> (value: NPY.Header, read: [UInt8])
  {
    let size = try size(archive, index, archiveSize)
    guard let entry = zip_fopen_index(archive, index, 0) else { throw damaged(archive) }
    defer { zip_fclose(entry) }
    return try header(
      startingWith: try read(entry, upTo: min(size, 128), archive), entry, size, archive)
  }

  private static func unpack(_ archive: OpaquePointer, _ index: UInt64, archiveSize: Int) throws
    -> Tensor
  {
    let size = try size(archive, index, archiveSize)
    guard let entry = zip_fopen_index(archive, index, 0) else { throw damaged(archive) }
    defer { zip_fclose(entry) }
    let start = try read(entry, upTo: min(size, 128), archive)
    let header = try header(startingWith: start, entry, size, archive)
    // A shape that does not account for the bytes is refused before they are unpacked.
    let expected = try NPY.byteCount(header.value)
    guard size - header.value.dataOffset == expected else {
      throw InputError(
        "shape \(header.value.shape) needs \(expected) bytes, but \(size - header.value.dataOffset)"
          + " are there")
    }
    let tail = try read(entry, upTo: size - header.read.count, archive)
    let stored = Array(header.read.dropFirst(header.value.dataOffset)) + tail
    // Reading past the end is what makes libzip compare the checksum.
    guard try read(entry, upTo: 1, archive).isEmpty else { throw damaged(archive) }
    guard stored.count == expected else {
      throw InputError(
        "shape \(header.value.shape) needs \(expected) bytes, but \(stored.count) are there")
    }
    return NPY.tensor(header.value, stored)
  }

  /// The header, reading on when it is longer than usual.
  private static func header(
    startingWith start: [UInt8], _ entry: OpaquePointer, _ size: Int, _ archive: OpaquePointer
  ) throws -> (value: NPY.Header, read: [UInt8]) {
    if let header = try? NPY.header(of: Data(start)) { return (header, start) }
    let more = try read(entry, upTo: min(size, NPY.maximumHeader) - start.count, archive)
    return (try NPY.header(of: Data(start + more)), start + more)
  }

  private static func read(_ entry: OpaquePointer, upTo limit: Int, _ archive: OpaquePointer)
    throws -> [UInt8]
  {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: max(0, limit)) { buffer, count in
      while count < limit {
        let n = zip_fread(entry, buffer.baseAddress! + count, zip_uint64_t(limit - count))
        failed = n < 0
        guard n > 0 else { return }
        count += Int(n)
      }
    }
    guard !failed else {
      let error = zip_file_get_error(entry)
      throw InputError("is damaged: \(error.map { String(cString: zip_error_strerror($0)) } ?? "")")
    }
    return bytes
  }

  private static func damaged(_ archive: OpaquePointer) -> InputError {
    InputError("is damaged: \(String(cString: zip_strerror(archive)))")
  }
}

// MARK: Writing

extension NPZ {
  /// The arrays as a deflated archive. Equal arrays give equal bytes: no time stamps.
  public static func encode(_ tensors: [(name: String, tensor: Tensor)]) throws -> Data {
    guard !tensors.isEmpty else {
      // An archive without entries is only the end-of-directory record; libzip writes none.
      return Data([0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18))
    }
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    guard let target = zip_source_buffer_create(nil, 0, 0, &error),
      let archive = zip_open_from_source(target, ZIP_TRUNCATE, &error)
    else { throw unwritable(zip_error_strerror(&error)) }
    zip_source_keep(target)
    defer { zip_source_free(target) }
    do {
      for (name, tensor) in tensors { try add(NPY.encode(tensor), "\(name).npy", to: archive) }
    } catch {
      zip_discard(archive)
      throw error
    }
    guard zip_close(archive) == 0 else {
      let message = unwritable(zip_strerror(archive))
      zip_discard(archive)
      throw message
    }
    return try contents(of: target)
  }

  private static func add(_ data: Data, _ name: String, to archive: OpaquePointer) throws {
    // libzip frees the copy when it closes the archive.
    guard let copy = malloc(max(1, data.count)) else { throw unwritable("out of memory") }
    data.copyBytes(to: copy.assumingMemoryBound(to: UInt8.self), count: data.count)
    guard let source = zip_source_buffer(archive, copy, zip_uint64_t(data.count), 1) else {
      free(copy)
      throw unwritable(zip_strerror(archive))
    }
    let index = zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
    guard index >= 0 else {
      zip_source_free(source)
      throw unwritable(zip_strerror(archive))
    }
    // 1980-01-01, the first day of the zip calendar.
    zip_file_set_dostime(archive, zip_uint64_t(index), 0, 0x21, 0)
    zip_set_file_compression(archive, zip_uint64_t(index), ZIP_CM_DEFLATE, 6)
  }

  private static func contents(of source: OpaquePointer) throws -> Data {
    var status = zip_stat_t()
    guard zip_source_stat(source, &status) == 0, zip_source_open(source) == 0 else {
      throw unwritable(zip_error_strerror(zip_source_error(source)))
    }
    defer { zip_source_close(source) }
    var data = Data(count: Int(status.size))
    let read = data.withUnsafeMutableBytes {
      zip_source_read(source, $0.baseAddress, zip_uint64_t($0.count))
    }
    guard read == data.count else { throw unwritable("short read") }
    return data
  }

  private static func unwritable(_ reason: UnsafePointer<CChar>?) -> InputError {
    unwritable(reason.map { String(cString: $0) } ?? "unknown error")
  }

  private static func unwritable(_ reason: String) -> InputError {
    InputError("the archive cannot be written: \(reason)")
  }
}
