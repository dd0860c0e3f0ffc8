/// The columns of a chunk, read from their beginnings.
struct ChunkColumns {
  var stretches: ByteReader
  var cycles: ByteReader
  var waits: ByteReader

  /// What a chunk's content says about itself, and its columns; nil where it makes no sense.
  ///
  /// - Parameter version: of the trace's format.
  static func read(_ content: [UInt8], at offset: Int, version: Int) -> (TraceChunk, ChunkColumns)?
  {
    var reader = ByteReader(content)
    guard reader.byte() == TraceFormat.Kind.chunk.rawValue, let stream = reader.unsigned(),
      let chunk = TraceChunk.decode(&reader, stream: stream, offset: offset)
    else { return nil }
    let hasStretches = version >= TraceFormat.firstWithStretches
    guard let stretches = hasStretches ? reader.unsigned() : 0, let cycles = reader.unsigned(),
      stretches <= content.count - reader.position,
      cycles <= content.count - reader.position - stretches,
      chunk.count <= (hasStretches ? TraceFormat.mostWords : cycles + 1)
    else { return nil }
    let first = reader.position + stretches
    let second = first + cycles
    return (
      chunk,
      ChunkColumns(
        stretches: ByteReader(content, from: reader.position, to: first),
        cycles: ByteReader(content, from: first, to: second),
        waits: ByteReader(content, from: second))
    )
  }

  var areAtEnd: Bool { stretches.isAtEnd && cycles.isAtEnd && waits.isAtEnd }
}

/// Unpacks a chunk, as many handshakes at a time as go on alike.
struct ChunkRuns {
  private let file: TraceFile
  private let chunk: TraceChunk
  private var columns: ChunkColumns
  private var left: Int
  /// Words with numbers that come next, and words in the stretch behind them; not more than are left.
  private var single = 0
  private var even = 0
  private var cycle: Cycle
  private var step = 0
  private var wait = 0
  private var hasBegun = false

  /// Throws `InputError` where the file is damaged, as `next` does.
  init(_ file: TraceFile, _ chunk: TraceChunk) throws {
    self.file = file
    self.chunk = chunk
    columns = try file.columns(of: chunk)
    left = chunk.count
    cycle = chunk.firstCycle
  }

  /// What comes next; nil behind the last handshake.
  mutating func next() throws -> HandshakeRun? {
    guard left > 0 else { return nil }
    guard hasBegun else { return try first() }
    var count = single > 0 ? try alike() : 0
    single -= count
    let endsInStretch = single == 0
    if endsInStretch { count += even }
    // In front of every stretch there is a word that tells how it goes on.
    guard step > 0, wait >= 0, wait < step, count <= (chunk.lastCycle - cycle) / step
    else { throw damaged }
    let start = cycle + step
    cycle += count * step
    left -= count
    if endsInStretch { try findStretch() }
    try checkEnd()
    return HandshakeRun(cycle: start, step: step, wait: wait, count: count)
  }

  /// Reads the numbers of a word; returns with how many words it goes on.
  @inline(__always) private mutating func alike() throws -> Int {
    guard let change = columns.cycles.signed(), let waitChange = columns.waits.signed() else {
      throw damaged
    }
    step &+= change
    wait &+= waitChange
    let zeros = columns.cycles.commonZeros(columns.waits, most: single - 1)
    columns.cycles.skip(zeros)
    columns.waits.skip(zeros)
    return 1 + zeros
  }

  /// Reads where the next stretch is.
  private mutating func findStretch() throws {
    guard !columns.stretches.isAtEnd else {
      (single, even) = (left, 0)
      return
    }
    guard let between = columns.stretches.unsigned(), let count = columns.stretches.unsigned(),
      count > 0, between <= left, count <= left - between
    else { throw damaged }
    (single, even) = (between, count)
  }

  private func checkEnd() throws {
    guard left > 0 || (cycle == chunk.lastCycle && columns.areAtEnd) else { throw damaged }
  }

  private mutating func first() throws -> HandshakeRun {
    hasBegun = true
    left -= 1
    guard let first = columns.waits.signed(), first >= 0, first <= cycle else { throw damaged }
    wait = first
    try findStretch()
    try checkEnd()
    return HandshakeRun(cycle: cycle, step: 1, wait: wait, count: 1)
  }

  private var damaged: InputError { file.damaged(chunk) }
}

/// Goes through the handshakes of one stream in runs.
struct StreamRuns {
  /// What comes next; nil behind the last handshake that the trace tells.
  private(set) var run: HandshakeRun?
  /// Handshakes in front of `run`.
  private(set) var position: Int
  /// Behind the last handshake: since when a word is valid that is never taken; `Cycle.max`: none is.
  private(set) var unfinishedFrom: Cycle = .max
  /// From here on nothing is known of the stream: the file breaks off.
  private(set) var unknownFrom: Cycle = .max
  private(set) var damage: InputError?

  private let trace: TraceFile
  private let chunks: [TraceChunk]
  private var nextChunk: Int
  private let unfinished: Cycle?
  private var unpacked: ChunkRuns?
  /// Of the handshake in front of `run`.
  private var last: Cycle?

  /// Begins with the first handshake in cycle `from` or later.
  ///
  /// Throws `InputError` for a stream the trace does not have.
  init(_ trace: TraceFile, _ stream: String, from: Cycle = 0) throws {
    self.trace = trace
    chunks = try trace.chunks(of: stream)
    unfinished = trace.report?.unfinished[stream]
    nextChunk = chunks.first(reaching: from)
    position =
      nextChunk < chunks.count
      ? chunks[nextChunk].firstIndex : chunks.last.map { $0.firstIndex + $0.count } ?? 0
    last = nextChunk > 0 ? chunks[nextChunk - 1].lastCycle : nil
    advance()
    while let run, run.cycle < from { drop(min(run.count, (from - 1 - run.cycle) / run.step + 1)) }
  }

  /// Leaves `count` handshakes of `run` behind, all of them at most.
  @inline(__always) mutating func drop(_ count: Int) {
    guard count > 0, var now = run else { return }
    position += count
    last = now.cycle + (count - 1) * now.step
    guard count == now.count else {
      now.cycle += count * now.step
      now.count -= count
      run = now
      return
    }
    advance()
  }

  private mutating func advance() {
    do {
      while true {
        if let next = try unpacked?.next() {
          run = next
          return
        }
        guard nextChunk < chunks.count else { break }
        unpacked = try ChunkRuns(trace, chunks[nextChunk])
        nextChunk += 1
      }
    } catch {
      damage = error as? InputError
      nextChunk = chunks.count
    }
    unpacked = nil
    run = nil
    guard trace.isWhole, damage == nil else {
      unknownFrom = last.map { $0 + 1 } ?? 0
      return
    }
    if let unfinished { unfinishedFrom = last.map { max(unfinished, $0 + 1) } ?? unfinished }
  }
}

extension TraceFile {
  /// The cycles in which words of `stream` moved; nil where one did not, or cannot be read.
  ///
  /// - Parameter indices: ascending, so that a chunk is unpacked once.
  package func cycles(ofWords indices: [Int], on stream: String) -> [Cycle?] {
    guard let chunks = try? chunks(of: stream) else { return indices.map { _ in nil } }
    var place = 0
    var words: (of: Int, ChunkWords?)?
    return indices.map { index in
      while place < chunks.count, chunks[place].firstIndex + chunks[place].count <= index {
        place += 1
      }
      guard place < chunks.count, index >= chunks[place].firstIndex else { return nil }
      let chunk = chunks[place]
      if index == chunk.firstIndex { return chunk.firstCycle }
      if index == chunk.firstIndex + chunk.count - 1 { return chunk.lastCycle }
      if words?.of != place { words = (place, try? ChunkWords(self, chunk)) }
      return words?.1?.cycle(of: index)
    }
  }
}

/// When the words of a chunk moved, for those who ask in order.
private struct ChunkWords {
  private var runs: ChunkRuns
  private var run: HandshakeRun?
  /// The word that `run` begins with.
  private var first: Int

  /// Throws `InputError` where the file is damaged.
  init(_ file: TraceFile, _ chunk: TraceChunk) throws {
    runs = try ChunkRuns(file, chunk)
    run = try runs.next()
    first = chunk.firstIndex
  }

  /// nil where the file is damaged in front of it.
  mutating func cycle(of index: Int) -> Cycle? {
    while let now = run {
      if index < first + now.count { return now.cycle + (index - first) * now.step }
      first += now.count
      run = try? runs.next()
    }
    return nil
  }
}
