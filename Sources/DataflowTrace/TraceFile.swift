import FoundationEssentials

/// A recorded run: which word moved over which stream in which cycle.
///
/// A damaged or truncated file opens as long as its header is whole; `damage` then says where it
/// breaks off, and every handshake of the chunks before that place can be read.
public struct TraceFile: Sendable {
  /// For messages.
  public let path: String
  /// The design as it ran, `streams[…].depth` already made FIFO nodes.
  public let design: Design
  public let scenario: Scenario
  /// Streams that share their handshakes form one group.
  public let streams: [[String]]
  /// How the run ended; `nil` in a file that breaks off.
  public let report: RunReport?
  /// What is wrong with the file, where, and what of it can be read.
  public let damage: InputError?
  let data: Data
  /// Of the format.
  private let version: Int
  private(set) var chunks: [[TraceChunk]]
  /// Where frames of values may be; `TraceValues` reads them.
  let valueFrames: Range<Int>
  /// Whether the trace says what its words were.
  public var hasValues: Bool { !valueFrames.isEmpty }
  private let groupByName: [String: Int]

  /// Opens the trace at `path`.
  ///
  /// Throws `InputError` naming file and byte offset when not even the header can be read.
  public init(contentsOf path: String) throws {
    try self.init(try InputFile.read(path), path: path)
  }

  /// Opens a trace of one's own, from which `TraceWriter.gap` left handshakes out.
  package init(temporary path: String) throws {
    try self.init(try InputFile.read(path), path: path, hasGaps: true)
  }

  /// Reads a trace from its bytes; `path` is for messages.
  public init(_ data: Data, path: String) throws {
    try self.init(data, path: path, hasGaps: false)
  }

  private init(_ data: Data, path: String, hasGaps: Bool) throws {
    self.path = path
    self.data = data
    let header = try TraceHeader(data, path)
    design = header.design
    scenario = header.scenario
    streams = header.streams
    version = header.version
    groupByName = Dictionary(
      header.streams.enumerated().flatMap { group, names in names.map { ($0, group) } },
      uniquingKeysWith: { first, _ in first })
    let body =
      TraceBody(indexed: data, streams: streams, version: header.version, hasGaps: hasGaps)
      ?? TraceBody(
        scanning: data, from: header.end, streams: streams.count, version: header.version)
    chunks = body.chunks
    report = body.report
    valueFrames = body.valueFrames
    damage = body.brokenAt.map { [size = data.count] offset in
      Self.damage(path, size, offset, body.chunks)
    }
  }

  private static func damage(_ path: String, _ size: Int, _ offset: Int, _ chunks: [[TraceChunk]])
    -> InputError
  {
    let count = chunks.joined().reduce(0) { $0 + $1.count }
    let last = chunks.joined().map(\.lastCycle).max()
    let readable = last.map { "\(count) handshakes up to cycle \($0)" } ?? "header only"
    return InputError(
      offset >= size ? "ends here, before the trace does" : "is damaged here",
      file: path, at: "byte \(offset) of \(size)", hint: "readable: \(readable)")
  }
}

extension TraceFile {
  /// All streams: in the order of the design's nodes, graph inputs first.
  public var streamNames: [String] {
    var seen = Set<String>()
    let order = design.graphInputs + design.nodes.flatMap { $0.inputs + $0.outputs }
    return (order + streams.joined()).filter { groupByName[$0] != nil && seen.insert($0).inserted }
  }

  /// Handshakes of `stream` that the file holds, and the cycles of the first and last of them.
  public func extent(of stream: String) throws -> (count: Int, first: Cycle?, last: Cycle?) {
    let list = chunks[try group(of: stream)]
    let count = list.last.map { $0.firstIndex + $0.count } ?? 0
    return (count, list.first?.firstCycle, list.last?.lastCycle)
  }

  /// The handshakes of `stream` in cycles `from` and later, in order.
  ///
  /// Throws `InputError` for an unknown stream, with the nearest known name.
  public func handshakes(of stream: String, from: Cycle = 0) throws -> HandshakeCursor {
    HandshakeCursor(self, chunks[try group(of: stream)], from: from)
  }

  /// The chunks of `stream`, in order.
  func chunks(of stream: String) throws -> [TraceChunk] { chunks[try group(of: stream)] }

  /// Whether `stream` is recorded.
  func records(_ stream: String) -> Bool { groupByName[stream] != nil }

  private func group(of stream: String) throws -> Int {
    if let group = groupByName[stream] { return group }
    let near = nearestName(to: stream, among: groupByName.keys)
    throw InputError(
      "has no stream '\(stream)'", file: path,
      hint: near.map { "did you mean '\($0)'?" }
        ?? "`simrun trace \(path)` lists the streams it has")
  }

  /// The run gone on with, where its end is a period of a steady state: from word `words` of each stream on
  /// everything happens again `cycles` later, and so on, `times` times.
  ///
  /// - Parameter words: by stream, where a chunk begins.
  package func repeating(from words: [Int], after cycles: Cycle, times: Int) -> TraceFile {
    var result = self
    for (n, start) in words.enumerated() {
      let period = chunks[n].filter { $0.firstIndex >= start }
      guard let first = period.first, let last = period.last else { continue }
      let count = last.firstIndex + last.count - first.firstIndex
      for time in 1...max(times, 1) where times > 0 {
        result.chunks[n] += period.map { $0.later(by: time * cycles, words: time * count) }
      }
    }
    return result
  }

  /// Whether every stream is recorded to the end of the run.
  var isWhole: Bool { damage == nil }

  /// The content of the chunk's columns; throws when it does not say what it should.
  func columns(of chunk: TraceChunk) throws -> ChunkColumns {
    guard let bytes = ZstdFrame.content(of: data, at: chunk.offset),
      let (found, columns) = ChunkColumns.read(bytes, at: chunk.offset, version: version),
      found.later(by: chunk.shift, words: chunk.shiftedWords) == chunk
    else { throw damaged(chunk) }
    return columns
  }

  func damaged(_ chunk: TraceChunk) -> InputError {
    InputError(
      "is damaged here", file: path, at: "byte \(chunk.offset) of \(data.count)",
      hint: "readable: stream '\(streams[chunk.stream].first ?? "")' up to word "
        + "\(chunk.firstIndex), the other streams in full unless said otherwise")
  }
}

/// The part of a trace that says what was run.
private struct TraceHeader {
  var design: Design
  var scenario: Scenario
  var streams: [[String]]
  /// Of the format.
  var version: Int
  /// Where the chunks begin.
  var end: Int

  init(_ data: Data, _ path: String) throws {
    guard let preamble = ZstdFrame.skippablePayload(in: data, at: 0, count: 16),
      preamble.starts(with: TraceFormat.magic)
    else {
      throw InputError(
        "is not a simrun trace", file: path, at: "byte 0",
        hint: "`simrun run DESIGN --trace FILE` writes one")
    }
    version = preamble[8..<12].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard TraceFormat.knownVersions.contains(version) else {
      throw InputError(
        "has trace format version \(version) (known: 1 to \(TraceFormat.version))", file: path,
        at: "byte 16")
    }
    let start = TraceFormat.preambleSize
    guard let size = ZstdFrame.size(in: data, at: start),
      let content = ZstdFrame.content(of: data, at: start, limit: ZstdFrame.largestDocument),
      content.first == TraceFormat.Kind.header.rawValue
    else {
      throw InputError(
        "is damaged here", file: path, at: "byte \(start) of \(data.count)",
        hint: "the header does not say which design ran; nothing is readable")
    }
    end = start + size
    let document = JSONCursor(try JSONValue(parsing: Data(content.dropFirst()), file: path))
    do {
      try document.requireFormat("simrun-trace", version: version)
      streams = try document.member("streams").elements().map { try $0.names() }
      design = try Design(document: try document.member("design").value, file: path)
      scenario = try Scenario(document: try document.member("scenario").value, file: path)
    } catch let error as InputError {
      throw error.inFile(path)
    }
  }
}

/// The chunks of a trace and its report.
private struct TraceBody {
  var chunks: [[TraceChunk]]
  var report: RunReport?
  /// Where the file stops making sense.
  var brokenAt: Int?
  /// Between the last index and the footer.
  var valueFrames = 0..<0

  /// Finds the chunks by the index at the file's end; `nil` if that is missing or does not fit.
  init?(indexed data: Data, streams: [[String]], version: Int, hasGaps: Bool) {
    let tail = data.count - TraceFormat.tailSize
    guard let payload = ZstdFrame.skippablePayload(in: data, at: tail, count: 24),
      payload.starts(with: TraceFormat.magic)
    else { return nil }
    func offset(_ range: Range<Int>) -> Int? {
      Int(exactly: payload[range].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
    guard let footer = offset(8..<16), var next = offset(16..<24), footer < tail,
      let content = ZstdFrame.content(of: data, at: footer),
      content.first == TraceFormat.Kind.footer.rawValue,
      let report = Self.report(content, version: version)
    else { return nil }
    self.report = report
    if let size = ZstdFrame.size(in: data, at: next), next + size <= footer {
      valueFrames = next + size..<footer
    }
    chunks = Array(repeating: [], count: streams.count)
    var parts: [[TraceChunk]] = []
    while next > 0 {
      guard let content = ZstdFrame.content(of: data, at: next),
        let (before, part) = Self.index(content, below: next, streams: streams.count)
      else { return nil }
      parts.append(part)
      next = before
    }
    for chunk in parts.reversed().joined() {
      guard append(chunk, hasGaps: hasGaps) else { return nil }
    }
    if hasGaps { return }
    for (names, chunks) in zip(streams, chunks) {
      let count = chunks.last.map { $0.firstIndex + $0.count } ?? 0
      guard let name = names.first, report.handshakeCounts[name] == count else { return nil }
    }
  }

  /// Goes through the file from the front until it ends or breaks.
  init(scanning data: Data, from start: Int, streams: Int, version: Int) {
    chunks = Array(repeating: [], count: streams)
    var offset = start
    while offset < data.count {
      guard let size = ZstdFrame.size(in: data, at: offset),
        let content = ZstdFrame.content(of: data, at: offset), let first = content.first
      else { break }
      switch TraceFormat.Kind(rawValue: first) {
      case .chunk:
        guard let (chunk, _) = ChunkColumns.read(content, at: offset, version: version),
          chunk.stream < streams, append(chunk)
        else {
          brokenAt = offset
          return
        }
      case .footer: report = Self.report(content, version: version)
      case .index, .values: break
      case .header, nil:
        brokenAt = offset
        return
      }
      offset += size
    }
    brokenAt = offset
  }

  /// The report of a footer; nil where it is none, or speaks of cycles no run reaches.
  private static func report(_ content: [UInt8], version: Int) -> RunReport? {
    let json = Data(content.dropFirst())
    guard
      let report = version == 1 ? try? EarlierTrace.report(json) : try? RunReport(json: json),
      [report.lastHandshakeCycle, report.maxCycles].allSatisfy({
        ($0 ?? 0) < 1 << 61 && ($0 ?? 0) >= -1
      })
    else { return nil }
    return report
  }

  /// False if the chunk does not continue its stream.
  private mutating func append(_ chunk: TraceChunk, hasGaps: Bool = false) -> Bool {
    let before = chunks[chunk.stream].last
    let next = before.map { $0.firstIndex + $0.count } ?? 0
    guard hasGaps ? chunk.firstIndex >= next : chunk.firstIndex == next,
      chunk.firstCycle > before?.lastCycle ?? -1
    else { return false }
    chunks[chunk.stream].append(chunk)
    return true
  }

  private static func index(_ content: [UInt8], below limit: Int, streams: Int) -> (
    before: Int, [TraceChunk]
  )? {
    var reader = ByteReader(content)
    guard reader.byte() == TraceFormat.Kind.index.rawValue, let before = reader.unsigned(),
      before < limit, let count = reader.unsigned(), count <= content.count
    else { return nil }
    var chunks: [TraceChunk] = []
    for _ in 0..<count {
      guard let stream = reader.unsigned(), stream < streams, let offset = reader.unsigned(),
        offset < limit,
        let chunk = TraceChunk.decode(&reader, stream: stream, offset: offset)
      else { return nil }
      chunks.append(chunk)
    }
    return (before, chunks)
  }
}
