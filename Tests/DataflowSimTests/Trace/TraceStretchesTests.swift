import CZstd
import DataflowAnalysis
import Foundation
import SimKernels
import Testing

/// Chunks that leave even stretches out of their columns.
@Suite struct TraceStretchesTests {
  /// What was recorded in whatever pieces comes back word by word, wherever one begins to look.
  @Test(arguments: [1, 7, 37, 16384]) func anyHandshakesComeBack(perChunk: Int) throws {
    var g = SeededGenerator(seed: UInt64(perChunk))
    let pieces = (0..<400).map { _ in Piece(&g) }
    let (trace, told, _) = try record(pieces, perChunk: perChunk)
    let stream = try #require(trace.streams.first?.first)
    #expect(trace.damage == nil)
    let end = try #require(told.last).cycle
    for from in [0, 1, end / 3, end / 2, end, end + 1] {
      let expected = told.filter { $0.cycle >= from }
      #expect(try handshakes(trace, stream, from: from) == expected)
    }
    let words = told.indices.filter { _ in Int.random(in: 0..<3, using: &g) == 0 }
    #expect(trace.cycles(ofWords: words, on: stream) == words.map { told[$0].cycle })
    #expect(trace.cycles(ofWords: [told.count], on: stream) == [nil])
  }

  @Test func evenWordsTakeNoBytes() throws {
    func size(_ count: Int) throws -> Int {
      let piece = Piece(gap: 3, step: 2, wait: 0, count: count, form: .run)
      return try record([piece], perChunk: .max).size
    }
    #expect(try size(800_000) - size(100) < 32)
  }

  @Test func whatFitsIsRead() throws {
    let inTwo = PlantedChunk(stretches: [1, 20, 0, 18])
    let withZeros = PlantedChunk(stretches: [11, 28], steps: [2] + .zeros(10), waits: .zeros(12))
    for chunk in [PlantedChunk(), inTwo, withZeros] {
      let trace = try planted(chunk.bytes)
      let cycles = try TraceFixture.cycles(trace, trace.streams[0][0])
      #expect(cycles == (5..<45).map { $0 })
    }
  }

  /// Columns and stretches that do not fit each other are damage.
  @Test(arguments: PlantedChunk.wrong) func whatDoesNotFitIsDamage(chunk: PlantedChunk) throws {
    let trace = try planted(chunk.bytes)
    let stream = trace.streams[0][0]
    guard try trace.extent(of: stream).count > 0 else { return }
    var cursor = try trace.handshakes(of: stream)
    let message = inputError { while try cursor.next() != nil {} }
    #expect(message.contains("is damaged here"), "\(chunk)")
    #expect(try cursor.next() == nil)
  }

  /// A stretch of any length takes a few bytes, so their number tells nothing: chunks of more words than the writer
  /// makes are refused before anybody goes through them.
  @Test func aChunkOfTooManyWordsIsRefused() throws {
    for count in [TraceWriter.mostHandshakesPerChunk, TraceWriter.mostHandshakesPerChunk + 1] {
      let chunk = PlantedChunk(count: count, last: 4 + count, stretches: [1, count - 2])
      let trace = try planted(chunk.bytes)
      let isRead = count == TraceWriter.mostHandshakesPerChunk
      #expect(try trace.extent(of: trace.streams[0][0]).count == (isRead ? count : 0))
    }
  }

  /// Whatever a chunk says behind a checksum that holds: handshakes in order, no more than it may have.
  @Test func mutatedChunksEnd() throws {
    let header = try header()
    fuzz(Data(PlantedChunk().bytes), count: 1000) { content in
      let trace = try planted([UInt8](content), behind: header)
      for names in trace.streams {
        let found = try handshakes(trace, names[0])
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.cycle < $1.offered })
        #expect(found.allSatisfy { $0.offered <= $0.cycle })
        #expect(found.count <= TraceWriter.mostHandshakesPerChunk)
      }
    }
  }
}

// Traces of these.
extension TraceStretchesTests {
  private func handshakes(
    _ trace: TraceFile, _ stream: String, from: Cycle = 0
  ) throws -> [Handshake] {
    var cursor = try trace.handshakes(of: stream, from: from)
    var found: [Handshake] = []
    while let handshake = try cursor.next() { found.append(handshake) }
    return found
  }

  /// A trace of pieces on its first stream, and their handshakes one by one.
  private func record(
    _ pieces: [Piece], perChunk: Int
  ) throws -> (trace: TraceFile, told: [Handshake], size: Int) {
    try TestFiles.withTemporaryDirectory { folder in
      let plan = try Plan(try TraceFixture.example("conv-shallow-fifos"))
      let path = folder + "/pieces.simtrace.zst"
      let writer = try TraceWriter(
        to: path, plan: plan, scenario: Scenario(), handshakesPerChunk: perChunk)
      var told: [Handshake] = []
      for piece in pieces { piece.tell(writer, &told) }
      let idle = try Simulation(plan, observing: Observation(streams: true)).result(frames: 1)
      var report = RunReport(plan, Scenario(), idle)
      report.handshakeCounts[plan.observedStreams[0][0]] = told.count
      try writer.finish(report)
      return (try TraceFile(contentsOf: path), told, try TestFiles.data(path).count)
    }
  }

  /// The front of a trace, up to its first chunk.
  private func header() throws -> Data {
    let (data, preamble) = (try TraceFixture.deadlock().data, 24)
    let size = data.withUnsafeBytes {
      ZSTD_findFrameCompressedSize($0.baseAddress! + preamble, $0.count - preamble)
    }
    return data.prefix(preamble + size)
  }

  /// A trace that breaks off behind its first chunk.
  private func planted(_ content: [UInt8], behind header: Data? = nil) throws -> TraceFile {
    var frame = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
    let size = ZSTD_compress(&frame, frame.count, content, content.count, 1)
    let front = try header ?? self.header()
    return try TraceFile(front + frame.prefix(size), path: "planted")
  }
}

/// Handshakes that a writer is told in one of the forms it knows.
private struct Piece {
  enum Form: CaseIterable { case batch, run, placed }

  /// Cycles from the word before to when the first is offered, less one.
  var gap: Int
  var step: Int
  var wait: Int
  var count: Int
  var form: Form

  /// - Precondition: `wait` is less than `step`.
  init(gap: Int, step: Int, wait: Int, count: Int, form: Form) {
    (self.gap, self.step, self.wait, self.count, self.form) = (gap, step, wait, count, form)
  }

  init(_ g: inout SeededGenerator) {
    gap = Int.random(in: 0..<3, using: &g) == 0 ? Int.random(in: 0...(1 << 30), using: &g) : 0
    step = Int.random(in: 1...3, using: &g)
    wait = Int.random(in: 0..<step, using: &g)
    count = Int.random(in: 0...(Bool.random(using: &g) ? 5 : 300), using: &g)
    form = Form.allCases[Int.random(in: 0..<3, using: &g)]
  }

  func tell(_ writer: TraceWriter, _ told: inout [Handshake]) {
    guard count > 0 else { return }
    let last = told.last?.cycle ?? -1
    let first = last + 1 + gap + wait
    let cycles = (0..<count).map { first + $0 * step }
    let own = cycles.map { Handshake(offered: $0 - wait, cycle: $0) }
    switch form {
    case .run:
      writer.took(HandshakeRun(cycle: first, step: step, wait: wait, count: count), stream: 0)
      told += own
    case .batch:
      let waits = [Int](repeating: wait, count: count)
      cycles.withUnsafeBufferPointer { cycles in
        waits.withUnsafeBufferPointer {
          writer.took(HandshakeBatch(cycles: cycles, waits: $0), stream: 0)
        }
      }
      told += own
    case .placed:
      let arrivals = cycles.map { $0 - wait }
      arrivals.withUnsafeBufferPointer { writes in
        cycles.withUnsafeBufferPointer { reads in
          let place = HandshakeKernel.Place(
            writes: writes.baseAddress!, latency: 0, reads: reads.baseAddress!, credit: 0)
          writer.took(PlacedHandshakes(place, after: last, count: count), stream: 0)
        }
      }
      told += own
    }
  }
}

extension [Int] {
  fileprivate static func zeros(_ count: Int) -> [Int] { Array(repeating: 0, count: count) }
}

/// The content of a chunk whose 40 words move in the cycles from 5 on, or of one that contradicts itself.
struct PlantedChunk: CustomStringConvertible, Sendable {
  var count = 40
  var last = 44
  var stretches = [1, 38]
  /// In zigzag, as `waits` are.
  var steps = [2]
  var waits = [0, 0]
  /// How many bytes of stretches and of the first column it states; nil: those it has.
  var stretchBytes: Int?
  var stepBytes: Int?

  static let wrong: [PlantedChunk] = [
    // Too long, too short, one more, of nothing, none.
    .init(stretches: [1, 39]), .init(stretches: [1, 37]), .init(stretches: [1, 38, 0, 1]),
    .init(stretches: [1, 0, 0, 38]), .init(stretches: [1, 38, 0, 0]), .init(stretches: []),
    // Half of one.
    .init(stretches: [1]), .init(stretches: [1, 38, 0]),
    // One with nothing in front of it to go on from.
    .init(stretches: [0, 39], steps: [], waits: [0]),
    // Numbers that overflow a sum.
    .init(stretches: [.max, 38]), .init(stretches: [1, .max]),
    .init(stretches: [1, 20, .max, 18]), .init(stretches: [.max, .max]),
    // Columns of more and of fewer words.
    .init(steps: [2, 0]), .init(waits: [0, 0, 0]), .init(steps: []), .init(waits: [0]),
    // Distances that lead elsewhere, waits that are none.
    .init(last: 45), .init(last: 43), .init(steps: [4]), .init(steps: [1]), .init(steps: [.max]),
    .init(waits: [0, 2]), .init(waits: [0, 1]),
    // Columns that end behind the chunk, or not where they should.
    .init(stretchBytes: 100), .init(stretchBytes: .max), .init(stepBytes: 100),
    .init(stepBytes: .max), .init(stretchBytes: 1), .init(stretchBytes: 3), .init(stepBytes: 0),
    .init(stepBytes: 2), .init(stretchBytes: .max, stepBytes: .max),
  ]

  var bytes: [UInt8] {
    let columns = [stretches, steps, waits].map { $0.flatMap(Self.number) }
    let sizes = [stretchBytes ?? columns[0].count, stepBytes ?? columns[1].count]
    let head = [0, 0, count, 5, last] + sizes
    return [0x43] + head.flatMap(Self.number) + columns.joined()
  }

  private static func number(_ value: Int) -> [UInt8] {
    var (rest, bytes): (UInt, [UInt8]) = (UInt(value), [])
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  var description: String {
    "\(count) words, stretches \(stretches), steps \(steps), waits \(waits)"
  }
}
