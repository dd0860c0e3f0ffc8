import FoundationEssentials
import Glibc

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
  private let handshakesPerChunk: Int
  private let streams: [[String]]
  private var columns: [ChunkBuilder]
  private var offset = 0
  private var indexed: [TraceChunk] = []
  private var lastIndex = 0
  private var failure: InputError?
  private var isOpen = true

  /// Handshakes written so far, chunks not yet full included.
  public private(set) var handshakes = 0

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
  package var gap: Gap?

  /// - Parameters:
  ///   - path: the final name, by custom `….simtrace.zst`.
  ///   - plan: the design made ready.
  ///   - scenario: how it is driven.
  ///   - handshakesPerChunk: the granularity of access and of what a damaged file loses.
  /// - Throws: `InputError` when the file cannot be made.
  public init(
    to path: String, plan: Plan, scenario: Scenario, handshakesPerChunk: Int = 16384
  ) throws {
    place = try OutputPlace(path)
    self.handshakesPerChunk = max(handshakesPerChunk, 1)
    streams = plan.observedStreams
    let header = try Self.header(plan.design, scenario, streams)
    file = try place.open()
    columns = streams.indices.map { ChunkBuilder(stream: $0) }
    put(TraceFormat.preamble)
    put(frame: .header, header)
  }

  deinit {
    discard()
    for column in columns { column.deallocate() }
  }

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
  public func took(_ batch: UnsafeBufferPointer<Handshake>, stream: Int) {
    guard let gap, let last = batch.last else { return keep(batch, stream) }
    let first = columns[stream].next
    let again = max(0, min(batch.count, gap.words[stream] - first))
    var start = again
    if last.cycle >= gap.from {
      start = batch[..<again].firstIndex { $0.cycle >= gap.from } ?? again
    }
    if start < again, !columns[stream].hasPassed {
      columns[stream].hasPassed = true
      start += 1
    }
    keep(UnsafeBufferPointer(rebasing: batch[..<start]), stream)
    if start < again || first + again == gap.words[stream] { writeChunk(stream) }
    columns[stream].skip(again - start)
    keep(UnsafeBufferPointer(rebasing: batch[again...]), stream)
  }

  public func took(_ run: HandshakeRun, stream: Int) {
    // The first two say what the others are, in the same chunk.
    let isWhole = gap == nil && columns[stream].count + 2 < handshakesPerChunk
    let head = isWhole ? min(run.count, 2) : run.count
    let list = (0..<head).map { run[$0] }
    list.withUnsafeBufferPointer { took($0, stream: stream) }
    guard head < run.count else { return }
    handshakes += run.count - head
    columns[stream].goOn(by: run.count - head, step: run.step)
    if columns[stream].count >= handshakesPerChunk { writeChunk(stream) }
  }

  private func keep(_ batch: UnsafeBufferPointer<Handshake>, _ stream: Int) {
    guard !batch.isEmpty else { return }
    handshakes += batch.count
    columns[stream].append(batch)
    if columns[stream].count >= handshakesPerChunk { writeChunk(stream) }
  }

  private func writeChunk(_ stream: Int) {
    guard columns[stream].count > 0 else { return }
    var content = ByteWriter()
    var chunk = columns[stream].finish(&content)
    chunk.offset = offset
    put(frame: .chunk, content.bytes)
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
    for stream in columns.indices { writeChunk(stream) }
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
    put(compressor.frame([kind.rawValue] + content))
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

/// The chunk of one stream that is being filled.
private struct ChunkBuilder {
  let stream: Int
  private var cycles = ByteColumn()
  private var waits = ByteColumn()
  private(set) var count = 0
  /// Whether the first handshake of those that are left out was kept.
  var hasPassed = false
  private var written = 0
  private var first: Cycle = 0
  private var last: Cycle = 0
  private var step = 0
  private var wait = 0

  init(stream: Int) { self.stream = stream }

  /// The index of the next word.
  var next: Int { written + count }

  /// Words that are not kept, between two chunks.
  mutating func skip(_ words: Int) { written += words }

  func deallocate() {
    cycles.deallocate()
    waits.deallocate()
  }

  mutating func append(_ batch: UnsafeBufferPointer<Handshake>) {
    guard let head = batch.first else { return }
    cycles.reserve(batch.count)
    waits.reserve(batch.count)
    var waited = waits.cursor
    var start = 0
    if count == 0 {
      first = head.cycle
      last = first
      step = 0
      wait = head.cycle - head.offered
      waited.put(wait)
      start = 1
    }
    // In local variables, so that a number need not wait for the one before to reach memory.
    var moved = cycles.cursor
    var (last, step, wait) = (last, step, wait)
    for handshake in batch[start...] {
      let newStep = handshake.cycle &- last
      moved.put(newStep &- step)
      step = newStep
      last = handshake.cycle
      let newWait = handshake.cycle &- handshake.offered
      waited.put(newWait &- wait)
      wait = newWait
    }
    (self.last, self.step, self.wait) = (last, step, wait)
    cycles.count(to: moved)
    waits.count(to: waited)
    count += batch.count
  }

  /// Appends words as far apart as the two before, each having waited as long.
  mutating func goOn(by words: Int, step: Int) {
    cycles.appendZeros(words)
    waits.appendZeros(words)
    last += words * step
    count += words
  }

  /// Writes the chunk's content and starts the next.
  mutating func finish(_ content: inout ByteWriter) -> TraceChunk {
    let chunk = TraceChunk(
      stream: stream, offset: 0, firstIndex: written, count: count, firstCycle: first,
      lastCycle: last)
    content.unsigned(stream)
    chunk.encode(to: &content)
    content.unsigned(cycles.count)
    content.append(cycles.bytes)
    content.append(waits.bytes)
    written += count
    count = 0
    cycles.removeAll()
    waits.removeAll()
    return chunk
  }
}
