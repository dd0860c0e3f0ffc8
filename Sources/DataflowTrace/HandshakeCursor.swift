/// Goes through the handshakes of one stream of a trace, a chunk in memory at a time.
public struct HandshakeCursor {
  private let file: TraceFile
  private let chunks: [TraceChunk]
  private var nextChunk: Int
  private let from: Cycle

  private var cycles = ByteReader([])
  private var waits = ByteReader([])
  private var chunk: TraceChunk?
  private var remaining = 0
  private var cycle: Cycle = 0
  private var step = 0
  private var wait = 0

  /// Handshakes of the stream up to and including the one returned last.
  public private(set) var position: Int

  init(_ file: TraceFile, _ chunks: [TraceChunk], from: Cycle) {
    self.file = file
    self.chunks = chunks
    self.from = from
    let low = chunks.first(reaching: from)
    nextChunk = low
    let end = chunks.last.map { $0.firstIndex + $0.count } ?? 0
    position = low < chunks.count ? chunks[low].firstIndex : end
  }

  /// The next handshake, or `nil` after the last.
  ///
  /// Throws `InputError` with the byte offset where the file is damaged; the handshakes returned
  /// before are good.
  public mutating func next() throws -> Handshake? {
    while true {
      guard let handshake = try advance() else { return nil }
      position += 1
      if handshake.cycle >= from { return handshake }
    }
  }

  private mutating func advance() throws -> Handshake? {
    if remaining == 0 {
      guard nextChunk < chunks.count else { return nil }
      return try open(chunks[nextChunk])
    }
    guard let chunk, let change = cycles.signed(), let waitChange = waits.signed() else {
      throw damaged()
    }
    step &+= change
    wait &+= waitChange
    let previous = cycle
    guard step > 0, step <= chunk.lastCycle - cycle else { throw damaged() }
    cycle += step
    guard wait >= 0, wait < cycle - previous else { throw damaged() }
    remaining -= 1
    guard remaining > 0 || cycle == chunk.lastCycle else { throw damaged() }
    return Handshake(offered: cycle - wait, cycle: cycle)
  }

  private mutating func open(_ next: TraceChunk) throws -> Handshake {
    chunk = next
    nextChunk += 1
    let (bytes, range) = try file.columns(of: next)
    cycles = ByteReader(bytes, from: range.lowerBound, to: range.upperBound)
    waits = ByteReader(bytes, from: range.upperBound)
    remaining = next.count - 1
    cycle = next.firstCycle
    step = 0
    wait = waits.signed() ?? -1
    guard wait >= 0, wait <= cycle, remaining > 0 || cycle == next.lastCycle else {
      throw damaged()
    }
    return Handshake(offered: cycle - wait, cycle: cycle)
  }

  private mutating func damaged() -> InputError {
    remaining = 0
    nextChunk = chunks.count
    return file.damaged(chunk ?? chunks[chunks.count - 1])
  }
}
