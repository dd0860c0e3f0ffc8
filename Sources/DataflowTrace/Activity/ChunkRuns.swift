/// Unpacks a chunk, as many handshakes at a time as go on alike.
struct ChunkRuns {
  private let file: TraceFile
  private let chunk: TraceChunk
  private var cycles: ByteReader
  private var waits: ByteReader
  private var left: Int
  private var cycle: Cycle
  private var step = 0
  private var wait = 0
  private var hasBegun = false

  /// Throws `InputError` where the file is damaged, as `next` does.
  init(_ file: TraceFile, _ chunk: TraceChunk) throws {
    self.file = file
    self.chunk = chunk
    let (bytes, range) = try file.columns(of: chunk)
    cycles = ByteReader(bytes, from: range.lowerBound, to: range.upperBound)
    waits = ByteReader(bytes, from: range.upperBound)
    left = chunk.count
    cycle = chunk.firstCycle
  }

  /// What comes next; nil behind the last handshake.
  mutating func next() throws -> HandshakeRun? {
    guard left > 0 else { return nil }
    guard hasBegun else { return try first() }
    guard let change = cycles.signed(), let waitChange = waits.signed() else { throw damaged }
    step &+= change
    wait &+= waitChange
    guard step > 0, step <= chunk.lastCycle - cycle, wait >= 0, wait < step else { throw damaged }
    let start = cycle + step
    let alike = cycles.commonZeros(waits, most: left - 1)
    guard alike == 0 || alike <= (chunk.lastCycle - start) / step else { throw damaged }
    cycles.skip(alike)
    waits.skip(alike)
    cycle = start + alike * step
    left -= 1 + alike
    guard left > 0 || cycle == chunk.lastCycle else { throw damaged }
    return HandshakeRun(cycle: start, step: step, wait: wait, count: 1 + alike)
  }

  private mutating func first() throws -> HandshakeRun {
    hasBegun = true
    left -= 1
    guard let first = waits.signed(), first >= 0, first <= cycle,
      left > 0 || cycle == chunk.lastCycle
    else { throw damaged }
    wait = first
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
  /// The handshakes of `chunk`, in order. Throws `InputError` where the file is damaged.
  func handshakes(in chunk: TraceChunk, into result: inout [Handshake]) throws {
    result.removeAll(keepingCapacity: true)
    result.reserveCapacity(chunk.count)
    var runs = try ChunkRuns(self, chunk)
    while let run = try runs.next() {
      for n in 0..<run.count {
        let cycle = run.cycle + n * run.step
        result.append(Handshake(offered: cycle - run.wait, cycle: cycle))
      }
    }
  }

  /// The cycles in which words of `stream` moved; nil where one did not, or cannot be read.
  ///
  /// - Parameter indices: ascending, so that a chunk is unpacked once.
  package func cycles(ofWords indices: [Int], on stream: String) -> [Cycle?] {
    guard let chunks = try? chunks(of: stream) else { return indices.map { _ in nil } }
    var place = 0
    var unpacked = -1
    var words: [Handshake] = []
    return indices.map { index in
      while place < chunks.count, chunks[place].firstIndex + chunks[place].count <= index {
        place += 1
      }
      guard place < chunks.count, index >= chunks[place].firstIndex else { return nil }
      let chunk = chunks[place]
      if index == chunk.firstIndex { return chunk.firstCycle }
      if index == chunk.firstIndex + chunk.count - 1 { return chunk.lastCycle }
      if unpacked != place {
        guard (try? handshakes(in: chunk, into: &words)) != nil else { return nil }
        unpacked = place
      }
      return words[index - chunk.firstIndex].cycle
    }
  }
}
