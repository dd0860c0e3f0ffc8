import DataflowSim
import SimKernels

/// The chunk of one stream that is being filled.
struct ChunkBuilder {
  let stream: Int
  /// Handshakes it can hold.
  private let most: Int
  /// Whether the first handshake of those that are left out was kept.
  var hasPassed = false
  private var written = 0
  private var first: Cycle = 0
  private var isBegun = false
  /// Somebody else may append to them what does not fill the chunk, as long as it is lent.
  let columns: UnsafeMutablePointer<HandshakeColumns>
  var isLent = true { didSet { lend() } }

  /// Of up to `most` handshakes. The owner frees it with `deallocate`.
  init(stream: Int, most: Int) {
    (self.stream, self.most) = (stream, most)
    // Of the channels of a large design those are far from the processor mostly: in as few of its lines as will do.
    columns = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<HandshakeColumns>.stride, alignment: 64
    ).bindMemory(to: HandshakeColumns.self, capacity: 1)
    columns.initialize(to: HandshakeColumns())
  }

  func deallocate() {
    columns.pointee.deallocate()
    columns.deallocate()
  }

  private func lend() { columns.pointee.lent = isLent && isBegun ? most - 2 : 0 }

  var count: Int { isBegun ? columns.pointee.count + 1 : 0 }

  /// Handshakes until the chunk is full.
  var room: Int { most - count }

  /// The index of the next word.
  var next: Int { written + count }

  /// Words that are not kept, between two chunks.
  mutating func skip(_ words: Int) { written += words }

  mutating func append(_ batch: HandshakeBatch, _ kernel: HandshakeKernel) {
    guard batch.count > 0, var cycles = batch.cycles.baseAddress,
      var waits = batch.waits.baseAddress
    else { return }
    var rest = batch.count
    if count == 0 {
      begin(cycles[0], waits[0])
      (cycles, waits, rest) = (cycles + 1, waits + 1, rest - 1)
    }
    kernel.append(cycles: cycles, waits: waits, count: rest, to: &columns.pointee)
  }

  mutating func append(_ handshakes: PlacedHandshakes, _ kernel: HandshakeKernel) {
    guard handshakes.count > 0 else { return }
    var rest = handshakes
    if count == 0 {
      begin(rest.place[0], rest.place.wait(0, after: rest.last))
      rest = rest.dropFirst(1)
    }
    kernel.append(rest.place, after: rest.last, count: rest.count, to: &columns.pointee)
  }

  mutating func append(_ run: HandshakeRun) {
    guard run.count > 0 else { return }
    var rest = run
    if count == 0 {
      begin(run.cycle, run.firstWait)
      rest = rest.dropFirst(1)
    }
    columns.pointee.append(
      cycle: rest.cycle, step: rest.step, wait: rest.wait, firstWait: rest.firstWait,
      count: rest.count)
  }

  private mutating func begin(_ cycle: Cycle, _ wait: Int) {
    first = cycle
    columns.pointee.begin(cycle: cycle, wait: wait)
    isBegun = true
    lend()
  }

  /// Writes the chunk's content and starts the next.
  mutating func finish(_ content: inout FrameContent) -> TraceChunk {
    let chunk = TraceChunk(
      stream: stream, offset: 0, firstIndex: written, count: count, firstCycle: first,
      lastCycle: columns.pointee.last)
    let (stretches, steps, waits) = columns.pointee.close()
    var head = ByteWriter()
    head.unsigned(stream)
    chunk.encode(to: &head)
    head.unsigned(stretches.count)
    head.unsigned(steps.count)
    content.start(
      .chunk, room: head.bytes.count + stretches.count + steps.count + waits.count)
    head.bytes.withUnsafeBytes { content.append($0) }
    for column in [stretches, steps, waits] { content.append(UnsafeRawBufferPointer(column)) }
    written += count
    isBegun = false
    lend()
    return chunk
  }
}
