import FoundationEssentials
import Glibc
import SimKernels

/// Writes a trace while the run goes on, in memory that does not grow with the run.
///
/// Everything goes to a file beside the final one, which `finish` renames; a run that fails leaves
/// nothing under the trace's name.
public final class TraceWriter: HandshakeListener {
  private let place: OutputPlace
  /// The file written until `finish`.
  package var temporaryPath: String { place.temporaryPath }
  private let file: UnsafeMutablePointer<FILE>
  private let compressor = FrameCompressor()
  private let streams: [[String]]
  /// By stream.
  private let chunks: UnsafeMutableBufferPointer<ChunkBuilder>
  private var content = FrameContent()
  private let kernel = HandshakeKernel()
  private var offset = 0
  private var indexed: [TraceChunk] = []
  private var lastIndex = 0
  private var failure: InputError?
  private var isOpen = true

  /// What a trace of one's own leaves out. Such a trace is for `TraceFile(temporary:)`.
  package struct Gap {
    /// Handshakes from this cycle on are left out, but for the first one of each stream, which says how long its
    /// word has waited.
    package var from: Cycle
    /// Word of each stream from which on they are kept again; a chunk begins there.
    package var words: [Int]

    package init(from: Cycle, words: [Int]) { (self.from, self.words) = (from, words) }
  }

  /// nil: everything is kept.
  package var gap: Gap? {
    didSet { for i in chunks.indices { chunks[i].isLent = gap == nil } }
  }

  /// - Parameters:
  ///   - path: the final name, by custom `….simtrace.zst`.
  ///   - plan: the design made ready.
  ///   - scenario: how it is driven.
  ///   - handshakesPerChunk: the granularity of access and of what a damaged file loses; at most
  ///     `mostHandshakesPerChunk`, however large. nil: as many as keep memory small.
  /// - Throws: `InputError` when the file cannot be made.
  public init(
    to path: String, plan: Plan, scenario: Scenario, handshakesPerChunk: Int? = nil
  ) throws {
    place = try OutputPlace(path)
    streams = plan.observedStreams
    let wished = handshakesPerChunk ?? Self.handshakesPerChunk(streams: streams.count)
    let mostPerChunk = min(max(wished, 1), Self.mostHandshakesPerChunk)
    let header = try Self.header(plan.design, scenario, streams)
    file = try place.open()
    chunks = .allocate(capacity: streams.count)
    _ = chunks.initialize(
      fromContentsOf: streams.indices.map { ChunkBuilder(stream: $0, most: mostPerChunk) })
    put(TraceFormat.preamble)
    put(frame: .header, header)
  }

  deinit {
    discard()
    for chunk in chunks { chunk.deallocate() }
    chunks.deallocate()
    content.deallocate()
  }

  /// Each chunk costs a few microseconds and some dozen bytes, however even its words are, so long ones are better. But
  /// one of every stream is held in memory, two bytes a word and more where words come unevenly.
  package static func handshakesPerChunk(streams: Int) -> Int {
    min(max((1 << 25) / max(streams, 1), 1 << 14), 1 << 16)
  }

  /// Readers refuse chunks of more.
  public static let mostHandshakesPerChunk = TraceFormat.mostWords

  private static func header(_ design: Design, _ scenario: Scenario, _ streams: [[String]]) throws
    -> [UInt8]
  {
    let names = streams.map { JSONValue.array($0.map(JSONValue.string)).compactText }
    var text = Array(#"{"format": "simrun-trace", "version": \#(TraceFormat.version), "#.utf8)
    text += Array(#""streams": [\#(names.joined(separator: ", "))], "design": "#.utf8)
    text += try design.json()
    text += Array(#", "scenario": "#.utf8)
    text += scenario.json()
    return text + Array("}".utf8)
  }
}

extension TraceWriter {
  public func took(_ batch: HandshakeBatch, stream: Int) {
    guard let gap, let last = batch.cycles.last else {
      guard batch.count == 1 else { return keep(batch, stream) }
      // Many words are told one by one.
      let word = HandshakeRun(cycle: batch.cycles[0], step: 1, wait: batch.waits[0], count: 1)
      return keep(word, stream)
    }
    let first = chunks[stream].next
    let again = max(0, min(batch.count, gap.words[stream] - first))
    var start = again
    if last >= gap.from {
      start = batch.cycles[..<again].firstIndex { $0 >= gap.from } ?? again
    }
    if start < again, !chunks[stream].hasPassed {
      chunks[stream].hasPassed = true
      start += 1
    }
    keep(batch[0..<start], stream)
    if start < again || first + again == gap.words[stream] { writeChunk(stream) }
    chunks[stream].skip(again - start)
    keep(batch[again..<batch.count], stream)
  }

  public func took(_ run: HandshakeRun, stream: Int) {
    guard gap == nil else {
      let cycles = (0..<run.count).map { run[$0].cycle }
      let waits = (0..<run.count).map { run[$0].cycle - run[$0].offered }
      return cycles.withUnsafeBufferPointer { cycles in
        waits.withUnsafeBufferPointer {
          took(HandshakeBatch(cycles: cycles, waits: $0), stream: stream)
        }
      }
    }
    keep(run, stream)
  }

  public func columns(of stream: Int) -> UnsafeMutablePointer<HandshakeColumns>? {
    chunks[stream].columns
  }

  private func keep(_ run: HandshakeRun, _ stream: Int) {
    var rest = run
    while true {
      let room = chunks[stream].room
      chunks[stream].append(rest.count > room ? rest.prefix(room) : rest)
      guard rest.count >= room else { return }
      writeChunk(stream)
      rest = rest.dropFirst(room)
    }
  }

  public func took(_ handshakes: PlacedHandshakes, stream: Int) {
    guard gap == nil else { return handshakes.listed { took($0, stream: stream) } }
    var rest = handshakes
    while true {
      let room = chunks[stream].room
      chunks[stream].append(rest.count > room ? rest.prefix(room) : rest, kernel)
      guard rest.count >= room else { return }
      writeChunk(stream)
      rest = rest.dropFirst(room)
    }
  }

  private func keep(_ batch: HandshakeBatch, _ stream: Int) {
    var done = 0
    while done < batch.count {
      let count = min(batch.count - done, chunks[stream].room)
      chunks[stream].append(batch[done..<done + count], kernel)
      fill(stream)
      done += count
    }
  }

  private func fill(_ stream: Int) {
    if chunks[stream].room == 0 { writeChunk(stream) }
  }

  private func writeChunk(_ stream: Int) {
    guard chunks[stream].count > 0 else { return }
    var chunk = chunks[stream].finish(&content)
    chunk.offset = offset
    put(compressor.frame(content.bytes, isChunk: true))
    indexed.append(chunk)
    if indexed.count == TraceFormat.chunksPerIndex { writeIndex() }
  }

  private func writeIndex() {
    var content = ByteWriter()
    content.unsigned(lastIndex)
    content.unsigned(indexed.count)
    for chunk in indexed {
      content.unsigned(chunk.stream)
      content.unsigned(chunk.offset)
      chunk.encode(to: &content)
    }
    indexed.removeAll(keepingCapacity: true)
    lastIndex = offset
    put(frame: .index, content.bytes)
  }

  /// Writes what is still in memory and the run's report, and gives the file its name.
  ///
  /// - Parameters:
  ///   - values: what the words were, by stream, with the type of their elements.
  ///   - isTemporary: the file need not outlive the machine.
  /// Throws `InputError` if anything could not be written; then no file is left.
  public func finish(
    _ report: RunReport, values: [String: (words: WordSequence, type: DataType)] = [:],
    isTemporary: Bool = false
  ) throws {
    for stream in chunks.indices { writeChunk(stream) }
    writeIndex()
    for (n, names) in streams.enumerated() {
      guard let name = names.first(where: { values[$0] != nil }), let value = values[name] else {
        continue
      }
      for content in Self.frames(value.words, type: value.type, stream: n) {
        put(frame: .values, content)
      }
    }
    let footer = offset
    put(frame: .footer, Array(try report.json()))
    put(TraceFormat.tail(footer: footer, index: lastIndex))
    guard fflush(file) == 0, failure == nil, isTemporary || fsync(fileno(file)) == 0
    else {
      let error = failure ?? place.failure()
      discard()
      throw error
    }
    fclose(file)
    isOpen = false
    try place.publish()
  }

  /// Gives up: nothing is left behind.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    fclose(file)
    place.discard()
  }

  private func put(frame kind: TraceFormat.Kind, _ content: [UInt8]) {
    self.content.start(kind, room: content.count)
    content.withUnsafeBytes { self.content.append($0) }
    put(compressor.frame(self.content.bytes))
  }

  /// The first failure is kept for `finish`; the run itself has no use for it.
  private func put(_ bytes: some Collection<UInt8>) {
    guard failure == nil else { return }
    let written = bytes.withContiguousStorageIfAvailable {
      fwrite($0.baseAddress, 1, $0.count, file)
    }
    if written != bytes.count { failure = place.failure() }
    offset += bytes.count
  }
}
