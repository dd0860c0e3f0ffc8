import CZip

/// One array of an archive as it lies there, unpacked from its beginning on.
///
/// minizip tells where it lies, and zlib unpacks it: minizip 1.1 does not see sizes of more than 32 bits, which
/// stand in an extra field of the directory, and believes every such entry to have four gigabytes.
struct NPZEntry {
  /// Bytes when unpacked.
  let size: Int
  private var packed: UnsafeRawBufferPointer
  private let statedSum: UInt
  private var sum: UInt = 0
  /// nil: the bytes are stored as they are.
  private let stream: UnsafeMutablePointer<z_stream>?

  /// Deflate packs at most 1032 to 1; an entry that claims more is damaged, and believing it
  /// would cost its claim in memory.
  private static let maximumExpansion: UInt64 = 1040
  /// zlib counts in 32 bits.
  private static let mostAtOnce = 1 << 30

  /// Finds the current entry of `archive`, whose bytes are `bytes`; the caller calls `close`.
  ///
  /// Throws `InputError` where what it states of itself cannot be.
  init(_ archive: UnsafeMutableRawPointer, in bytes: UnsafeRawBufferPointer) throws {
    var info = unz_file_info64()
    let status = unzGetCurrentFileInfo64(archive, &info, nil, 0, nil, 0, nil, 0)
    guard status == UNZ_OK else { throw Self.damaged(status) }
    guard info.flag & 1 == 0 else { throw InputError("is encrypted; such arrays are not read") }
    guard info.compression_method == 0 || info.compression_method == 8 else {
      throw InputError(
        "is packed by method \(info.compression_method); stored (0) and deflated (8) are read")
    }
    let sizes = try Self.sizes(archive, info)
    guard sizes.packed <= UInt64(bytes.count) else {
      throw InputError(
        "is damaged: it states \(sizes.packed) packed bytes in an archive of \(bytes.count)")
    }
    guard sizes.unpacked / Self.maximumExpansion <= sizes.packed + 64 else {
      throw InputError(
        "is damaged: \(sizes.packed) bytes cannot unpack to \(sizes.unpacked)")
    }
    guard sizes.start < UInt64(UInt32.max) else {
      throw InputError(
        "begins behind the first four gigabytes of the archive, which is not read",
        hint: "save it in a file of its own")
    }
    let start = try Self.start(archive)
    guard start <= bytes.count, Int(sizes.packed) <= bytes.count - start else {
      throw Self.damaged(UNZ_ERRNO)
    }
    size = Int(sizes.unpacked)
    packed = UnsafeRawBufferPointer(rebasing: bytes[start..<start + Int(sizes.packed)])
    statedSum = info.crc
    stream = info.compression_method == 0 ? nil : try Self.inflater()
  }

  func close() {
    guard let stream else { return }
    inflateEnd(stream)
    stream.deallocate()
  }

  /// The next `limit` bytes, fewer where the entry ends.
  mutating func read(upTo limit: Int) throws -> [UInt8] {
    var status = Z_OK
    var rest = packed
    let bytes = [UInt8](unsafeUninitializedCapacity: max(0, limit)) { buffer, count in
      while count < limit, status == Z_OK {
        let room = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[count..<limit])
        let done = Self.move(&rest, to: room, stream, &status)
        if done == 0, status == Z_OK { return }
        count += done
      }
    }
    packed = rest
    guard status == Z_OK || status == Z_STREAM_END else {
      throw Self.damaged(status == Z_BUF_ERROR ? UNZ_ERRNO : Z_DATA_ERROR)
    }
    bytes.withUnsafeBytes { all in
      var at = 0
      while at < all.count {
        let count = min(all.count - at, Self.mostAtOnce)
        let part = all[at..<at + count].bindMemory(to: UInt8.self)
        sum = UInt(crc32(uLong(sum), part.baseAddress, uInt(count)))
        at += count
      }
    }
    return bytes
  }

  /// Throws `InputError` where what has been read is not what was packed.
  func check() throws {
    guard sum == statedSum else { throw Self.damaged(UNZ_CRCERROR) }
  }

  /// Unpacks some bytes; how many.
  private static func move(
    _ packed: inout UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer,
    _ stream: UnsafeMutablePointer<z_stream>?, _ status: inout Int32
  ) -> Int {
    guard let stream else {
      let count = min(packed.count, room.count)
      room.copyMemory(from: UnsafeRawBufferPointer(rebasing: packed[..<count]))
      packed = UnsafeRawBufferPointer(rebasing: packed[count...])
      return count
    }
    let (given, wanted) = (min(packed.count, mostAtOnce), min(room.count, mostAtOnce))
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: packed.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = uInt(given)
    stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = uInt(wanted)
    status = inflate(stream, Z_NO_FLUSH)
    packed = UnsafeRawBufferPointer(rebasing: packed[(given - Int(stream.pointee.avail_in))...])
    return wanted - Int(stream.pointee.avail_out)
  }

  private static func inflater() throws -> UnsafeMutablePointer<z_stream> {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // Without a header, which a zip archive has none of.
    let status = inflateInit2_(
      stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      stream.deallocate()
      throw InputError("cannot be unpacked: out of memory")
    }
    return stream
  }
}

// What the directory says.
extension NPZEntry {
  /// Packed and unpacked bytes, and where the entry begins where that takes 64 bits.
  private static func sizes(_ archive: UnsafeMutableRawPointer, _ info: unz_file_info64) throws
    -> (packed: UInt64, unpacked: UInt64, start: UInt64)
  {
    var sizes = (
      packed: UInt64(info.compressed_size), unpacked: UInt64(info.uncompressed_size),
      start: UInt64(0)
    )
    let large = UInt64(UInt32.max)
    guard info.size_file_extra > 0 else { return sizes }
    var extra = [UInt8](repeating: 0, count: Int(info.size_file_extra))
    let status = unzGetCurrentFileInfo64(
      archive, nil, nil, 0, &extra, uLong(extra.count), nil, 0)
    guard status == UNZ_OK else { throw damaged(status) }
    var numbers = zip64(extra)[...]
    if sizes.unpacked == large, let size = numbers.popFirst() { sizes.unpacked = size }
    if sizes.packed == large, let size = numbers.popFirst() { sizes.packed = size }
    // Sizes that need no 64 bits may stand before it all the same.
    sizes.start = numbers.max() ?? 0
    return sizes
  }

  /// The numbers of 64 bits in the extra field of an entry, in order; none where there is none.
  private static func zip64(_ extra: [UInt8]) -> [UInt64] {
    func number(_ at: Int, _ bytes: Int) -> UInt64 {
      (0..<bytes).reduce(0) { $0 | UInt64(extra[at + $1]) << UInt64(8 * $1) }
    }
    var at = 0
    while at + 4 <= extra.count {
      let (kind, length) = (number(at, 2), Int(number(at + 2, 2)))
      guard at + 4 + length <= extra.count else { return [] }
      if kind == 1 { return (0..<length / 8).map { number(at + 4 + 8 * $0, 8) } }
      at += 4 + length
    }
    return []
  }

  /// Where the bytes of the current entry begin.
  private static func start(_ archive: UnsafeMutableRawPointer) throws -> Int {
    let status = unzOpenCurrentFile(archive)
    guard status == UNZ_OK else { throw damaged(status) }
    defer { unzCloseCurrentFile(archive) }
    return Int(clamping: unzGetCurrentFileZStreamPos64(archive))
  }

  static func damaged(_ status: Int32) -> InputError {
    let reason =
      switch status {
      case UNZ_CRCERROR: "its checksum does not match"
      case Z_DATA_ERROR: "what is packed cannot be unpacked"
      case UNZ_BADZIPFILE: "its place in the archive does not say what the directory says"
      default: "it breaks off"
      }
    return InputError("is damaged: \(reason)")
  }
}
