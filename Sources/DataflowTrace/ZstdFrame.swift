import CZstd
import FoundationEssentials

/// The content of a frame while it is put together; the same memory serves all frames.
struct FrameContent {
  private var storage: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  /// The owner frees it with `deallocate`.
  init() {
    capacity = 1 << 16
    storage = .allocate(capacity: capacity)
  }

  func deallocate() { storage.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: storage, count: count) }

  /// Begins a frame of a kind with up to `room` bytes more.
  mutating func start(_ kind: TraceFormat.Kind, room: Int) {
    if room + 1 > capacity {
      capacity = max(room + 1, 2 * capacity)
      storage.deallocate()
      storage = .allocate(capacity: capacity)
    }
    storage[0] = kind.rawValue
    count = 1
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    precondition(bytes.count <= capacity - count)
    guard let start = bytes.baseAddress else { return }
    UnsafeMutableRawPointer(storage + count).copyMemory(from: start, byteCount: bytes.count)
    count += bytes.count
  }
}

/// Makes zstd frames that state their content's size and end with its checksum.
final class FrameCompressor {
  private let context: OpaquePointer
  private var wasChunk = false
  private var output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

  init() {
    context = ZSTD_createCCtx()
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 3)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit {
    ZSTD_freeCCtx(context)
    output.deallocate()
  }

  /// `content` as one frame, valid until the next.
  ///
  /// - Parameter isChunk: columns, in which a small table finds as much as a large one, in less time.
  func frame(_ content: UnsafeRawBufferPointer, isChunk: Bool = false) -> UnsafeRawBufferPointer {
    if isChunk != wasChunk {
      wasChunk = isChunk
      for table in [ZSTD_c_hashLog, ZSTD_c_chainLog] {
        ZSTD_CCtx_setParameter(context, table, isChunk ? 12 : 0)
      }
    }
    let bound = ZSTD_compressBound(content.count)
    if output.count < bound {
      output.deallocate()
      output = .allocate(byteCount: bound, alignment: 16)
    }
    let size = ZSTD_compress2(
      context, output.baseAddress, output.count, content.baseAddress, content.count)
    // With the bound as capacity compression cannot fail but for lack of memory.
    precondition(ZSTD_isError(size) == 0, "zstd: out of memory")
    return UnsafeRawBufferPointer(rebasing: output[..<size])
  }
}

/// Reading frames out of a file's bytes.
enum ZstdFrame {
  /// No chunk and no index of a trace holds more.
  static let largestContent: UInt64 = 1 << 24
  /// The header's JSON: ten thousand nodes, and reading it costs up to 30 times as much.
  static let largestDocument: UInt64 = 1 << 22

  /// Bytes the frame at `offset` occupies; `nil` if no whole frame starts there.
  static func size(in data: Data, at offset: Int) -> Int? {
    guard offset >= 0, offset < data.count else { return nil }
    let size = data.withUnsafeBytes {
      ZSTD_findFrameCompressedSize($0.baseAddress! + offset, $0.count - offset)
    }
    return ZSTD_isError(size) == 0 && size > 0 ? size : nil
  }

  /// The content of the frame at `offset`; `nil` if it is cut short or fails its checksum.
  static func content(of data: Data, at offset: Int, limit: UInt64 = largestContent) -> [UInt8]? {
    guard let size = size(in: data, at: offset) else { return nil }
    return data.withUnsafeBytes { bytes -> [UInt8]? in
      let start = bytes.baseAddress! + offset
      let stated = ZSTD_getFrameContentSize(start, size)
      guard stated <= limit, stated <= UInt64(size) << 16 else { return nil }
      var content = [UInt8](repeating: 0, count: Int(stated))
      let written = content.withUnsafeMutableBytes {
        ZSTD_decompress($0.baseAddress, $0.count, start, size)
      }
      return ZSTD_isError(written) == 0 && written == content.count ? content : nil
    }
  }

  /// A frame that zstd skips, with `payload` in the clear.
  static func skippable(_ payload: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.fixed(skippableMagic)
    writer.fixed(UInt32(payload.count))
    writer.append(payload)
    return writer.bytes
  }

  /// The payload of the skippable frame of exactly `count` bytes of payload at `offset`.
  static func skippablePayload(in data: Data, at offset: Int, count: Int) -> [UInt8]? {
    guard offset >= 0, data.count - offset >= 8 + count else { return nil }
    let start = data.startIndex + offset
    let header = ByteWriterHeader(magic: skippableMagic, count: UInt32(count)).bytes
    guard data[start..<start + 8].elementsEqual(header) else { return nil }
    return [UInt8](data[start + 8..<start + 8 + count])
  }

  private struct ByteWriterHeader {
    let bytes: [UInt8]
    init(magic: UInt32, count: UInt32) {
      var writer = ByteWriter()
      writer.fixed(magic)
      writer.fixed(count)
      bytes = writer.bytes
    }
  }

  private static let skippableMagic: UInt32 = 0x184D_2A50
}
