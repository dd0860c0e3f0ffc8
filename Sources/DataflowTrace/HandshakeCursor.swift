/// Goes through the handshakes of one stream of a trace, a chunk in memory at a time.
public struct HandshakeCursor {
  private let file: TraceFile
  private let chunks: [TraceChunk]
  private var nextChunk: Int
  private let from: Cycle

  private var runs: ChunkRuns?
  private var run = HandshakeRun(cycle: 0, step: 1, wait: 0, count: 0)

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
    while run.count == 0 {
      if let next = try unpacked() {
        run = next
      } else {
        guard nextChunk < chunks.count else { return nil }
        runs = try ChunkRuns(file, chunks[nextChunk])
        nextChunk += 1
      }
    }
    defer {
      run.cycle += run.step
      run.count -= 1
    }
    return Handshake(offered: run.offered, cycle: run.cycle)
  }

  private mutating func unpacked() throws -> HandshakeRun? {
    do {
      return try runs?.next()
    } catch {
      // Nothing is told behind the place.
      (runs, nextChunk) = (nil, chunks.count)
      throw error
    }
  }
}
