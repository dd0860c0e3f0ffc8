import SimKernels

/// The layout of a `.simtrace.zst` file, version 3.
///
/// Every part is a zstd frame, so that `zstd -t` and `zstd -d` know the file too:
/// ```
/// preamble   skippable frame: "simtrace", version (u32), reserved (u32)
/// header     'H', JSON: format, version, design, scenario, streams
/// chunks     'C', stream, first index, count, first cycle, last cycle, bytes of the stretches,
///            bytes of the first column; then the stretches: words that come since the stretch
///            before (or the first word), words in it; then two columns, of all words outside of
///            stretches: second differences of the cycles (from the second handshake on),
///            first differences of the waits (cycle − offered)
/// indexes    'I', offset of the index before (0: none), count, then for each chunk:
///            stream, offset, first index, count, first cycle, last cycle
/// values     'V', stream, index of the first element, elements per word, bits per element, 1 for BIPOLAR,
///            count, then the elements; only where they were asked for, behind the last index
/// footer     'F', JSON: the run's report
/// tail       skippable frame: "simtrace", footer offset (u64), last index offset (u64)
/// ```
/// Words in a stretch go on as the two before them: both their differences would be 0. Zeros that
/// stand in the columns mean the same; a writer may leave out any of them, or none. A chunk has at
/// most `mostWords` words, as a stretch of any length takes a few bytes.
///
/// Numbers are little-endian base 128, column entries zigzag. Chunks of different streams come in the
/// order in which they filled up; those of one stream are in order. An index stands after every
/// `chunksPerIndex` chunks, so a writer's memory does not grow with the run. Every compressed frame
/// states its size and carries a checksum: a file without its tail is read from the front.
///
/// Version 2 has no stretches, nor their bytes; version 1, besides, another report: `EarlierTrace`.
enum TraceFormat {
  static let version = 3
  static let knownVersions = 1...version
  static let magic = Array("simtrace".utf8)
  static let chunksPerIndex = 4096
  /// Words of a chunk at most. However many bytes these take, the frame is none that readers refuse.
  static let mostWords =
    (Int(ZstdFrame.largestContent) - 128) / (2 * HandshakeColumns.longest)
  /// Versions below this one have no stretches; they have a byte or more for each word of a chunk.
  static let firstWithStretches = 3

  enum Kind: UInt8 {
    case header = 0x48
    case chunk = 0x43
    case index = 0x49
    case values = 0x56
    case footer = 0x46
  }

  static let preambleSize = 24
  static let tailSize = 32

  static var preamble: [UInt8] {
    var writer = ByteWriter()
    writer.append(magic)
    writer.fixed(UInt32(version))
    writer.fixed(UInt32(0))
    return ZstdFrame.skippable(writer.bytes)
  }

  static func tail(footer: Int, index: Int) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(magic)
    writer.fixed(UInt64(footer))
    writer.fixed(UInt64(index))
    return ZstdFrame.skippable(writer.bytes)
  }
}

/// Where a chunk stands and what it holds.
struct TraceChunk: Equatable {
  var stream: Int
  var offset: Int
  var firstIndex: Int
  var count: Int
  var firstCycle: Cycle
  var lastCycle: Cycle
  /// How much later its handshakes are than the file says, and by how many words of the stream.
  private(set) var shift: Cycle = 0
  private(set) var shiftedWords = 0

  init(
    stream: Int, offset: Int, firstIndex: Int, count: Int, firstCycle: Cycle, lastCycle: Cycle
  ) {
    (self.stream, self.offset, self.firstIndex) = (stream, offset, firstIndex)
    (self.count, self.firstCycle, self.lastCycle) = (count, firstCycle, lastCycle)
  }

  /// The same handshakes, `cycles` later, as those of words `words` further on.
  func later(by cycles: Cycle, words: Int) -> TraceChunk {
    var chunk = self
    chunk.firstCycle += cycles
    chunk.lastCycle += cycles
    chunk.shift += cycles
    chunk.firstIndex += words
    chunk.shiftedWords += words
    return chunk
  }

  /// The fields as a chunk states them, without the offset.
  func encode(to writer: inout ByteWriter) {
    for value in [firstIndex, count, firstCycle, lastCycle] { writer.unsigned(value) }
  }

  static func decode(_ reader: inout ByteReader, stream: Int, offset: Int) -> TraceChunk? {
    guard let firstIndex = reader.unsigned(), let count = reader.unsigned(), count > 0,
      let firstCycle = reader.unsigned(), let lastCycle = reader.unsigned(),
      firstCycle <= lastCycle, lastCycle < 1 << 61, firstIndex < 1 << 61, count < 1 << 28
    else { return nil }
    return TraceChunk(
      stream: stream, offset: offset, firstIndex: firstIndex, count: count, firstCycle: firstCycle,
      lastCycle: lastCycle)
  }
}

extension [TraceChunk] {
  /// The first chunk of a stream that has a handshake in `cycle` or later; their number where none has.
  func first(reaching cycle: Cycle) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].lastCycle < cycle { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
