import SimKernels

/// The chunk of one stream that is being filled.
///
/// Words that go on as the two before them have a byte 0 in each column. Most words do, so many of these at once
/// are only counted until the chunk is written.
struct ChunkBuilder {
  let stream: Int
  private(set) var count = 0
  /// Whether the first handshake of those that are left out was kept.
  var hasPassed = false
  private var written = 0
  private var first: Cycle = 0
  private var columns: HandshakeColumns
  /// Where the columns begin, and how much room each has.
  private var steps: UnsafeMutablePointer<UInt8>
  private var waits: UnsafeMutablePointer<UInt8>
  private var capacity = 1024
  private var zeros: UnsafeMutablePointer<Zeros>
  private var zerosCapacity = 8
  private var zerosCount = 0

  /// Zeros left out of both columns, and how many bytes of each come before them: no more than a frame may hold.
  private struct Zeros {
    var steps: Int32
    var waits: Int32
    var count: Int
  }

  /// Fewer zeros are written as they are.
  private static let leastCounted = 16

  /// The owner frees it with `deallocate`.
  init(stream: Int) {
    self.stream = stream
    steps = .allocate(capacity: capacity)
    waits = .allocate(capacity: capacity)
    zeros = .allocate(capacity: zerosCapacity)
    columns = HandshakeColumns(steps: steps, waits: waits)
  }

  func deallocate() {
    steps.deallocate()
    waits.deallocate()
    zeros.deallocate()
  }

  /// The index of the next word.
  var next: Int { written + count }

  /// Words that are not kept, between two chunks.
  mutating func skip(_ words: Int) { written += words }

  mutating func append(_ batch: HandshakeBatch, _ kernel: HandshakeKernel) {
    guard batch.count > 0, var cycles = batch.cycles.baseAddress,
      var waits = batch.waits.baseAddress
    else { return }
    reserve(batch.count)
    var rest = batch.count
    if count == 0 {
      begin(cycles[0], waits[0])
      (cycles, waits, rest) = (cycles + 1, waits + 1, rest - 1)
    }
    kernel.append(cycles: cycles, waits: waits, count: rest, to: &columns)
    count += batch.count
  }

  mutating func append(_ handshakes: PlacedHandshakes, _ kernel: HandshakeKernel) {
    guard handshakes.count > 0 else { return }
    reserve(handshakes.count)
    count += handshakes.count
    var rest = handshakes
    if count == rest.count {
      begin(rest.place[0], rest.place.wait(0, after: rest.last))
      rest = rest.dropFirst(1)
    }
    kernel.append(rest.place, after: rest.last, count: rest.count, to: &columns)
  }

  mutating func append(_ run: HandshakeRun) {
    reserve(Self.leastCounted + 2)
    count += run.count
    var left = run.count
    if count == left {
      begin(run.cycle, run.wait)
      left -= 1
    }
    // The first two say what the others are.
    var cycle = run.cycle + (run.count - left) * run.step
    while left > 0,
      cycle - columns.last != run.step || columns.step != run.step || columns.wait != run.wait
    {
      columns.append(cycle: cycle, wait: run.wait)
      cycle += run.step
      left -= 1
    }
    appendZeros(left)
    columns.last += left * run.step
  }

  private mutating func begin(_ cycle: Cycle, _ wait: Int) {
    first = cycle
    columns.begin(cycle: cycle, wait: wait)
  }

  private mutating func appendZeros(_ n: Int) {
    guard n >= Self.leastCounted else {
      columns.steps.update(repeating: 0, count: n)
      columns.waits.update(repeating: 0, count: n)
      (columns.steps, columns.waits) = (columns.steps + n, columns.waits + n)
      return
    }
    if zerosCount == zerosCapacity {
      zerosCapacity *= 2
      zeros = Self.grown(zeros, zerosCount, to: zerosCapacity)
    }
    zeros[zerosCount] = Zeros(
      steps: Int32(columns.steps - steps), waits: Int32(columns.waits - waits), count: n)
    zerosCount += 1
  }

  /// Makes room for `n` more numbers in each column.
  @inline(__always) private mutating func reserve(_ n: Int) {
    let (stepped, waited) = (columns.steps - steps, columns.waits - waits)
    let needed =
      max(stepped, waited) + n * HandshakeColumns.longest + HandshakeColumns.slack
    if needed > capacity { grow(to: max(needed, capacity * 2)) }
  }

  private mutating func grow(to room: Int) {
    let (stepped, waited) = (columns.steps - steps, columns.waits - waits)
    capacity = room
    steps = Self.grown(steps, stepped, to: capacity)
    waits = Self.grown(waits, waited, to: capacity)
    (columns.steps, columns.waits) = (steps + stepped, waits + waited)
  }

  private static func grown<T: BitwiseCopyable>(
    _ storage: UnsafeMutablePointer<T>, _ count: Int, to capacity: Int
  ) -> UnsafeMutablePointer<T> {
    let larger = UnsafeMutablePointer<T>.allocate(capacity: capacity)
    larger.update(from: storage, count: count)
    storage.deallocate()
    return larger
  }

  /// Writes the chunk's content and starts the next.
  mutating func finish(_ content: inout FrameContent) -> TraceChunk {
    let chunk = TraceChunk(
      stream: stream, offset: 0, firstIndex: written, count: count, firstCycle: first,
      lastCycle: columns.last)
    let left = (0..<zerosCount).reduce(0) { $0 + zeros[$1].count }
    let (stepped, waited) = (columns.steps - steps, columns.waits - waits)
    var head = ByteWriter()
    head.unsigned(stream)
    chunk.encode(to: &head)
    head.unsigned(stepped + left)
    content.start(.chunk, room: head.bytes.count + stepped + waited + 2 * left)
    head.bytes.withUnsafeBytes { content.append($0) }
    append(steps, stepped, to: &content) { $0.steps }
    append(waits, waited, to: &content) { $0.waits }
    written += count
    count = 0
    zerosCount = 0
    (columns.steps, columns.waits) = (steps, waits)
    return chunk
  }

  /// Appends a column with the zeros that were left out.
  @inline(__always) private func append(
    _ column: UnsafeMutablePointer<UInt8>, _ count: Int, to content: inout FrameContent,
    zerosAt place: (Zeros) -> Int32
  ) {
    var done = 0
    for i in 0..<zerosCount {
      let end = Int(place(zeros[i]))
      content.append(UnsafeRawBufferPointer(start: column + done, count: end - done))
      content.appendZeros(zeros[i].count)
      done = end
    }
    content.append(UnsafeRawBufferPointer(start: column + done, count: count - done))
  }
}
