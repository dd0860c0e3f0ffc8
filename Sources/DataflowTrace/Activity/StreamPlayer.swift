/// Goes through the handshakes of one stream, a chunk decoded at a time: the fast way for those who look at
/// every handshake of a trace. `HandshakeCursor` is the convenient one.
final class StreamPlayer {
  /// Since when the present word is valid, and the cycle of its handshake. `Cycle.max`: no word comes, or
  /// the word that came is never taken.
  private(set) var offered: Cycle = .max
  private(set) var cycle: Cycle = .max
  /// From here on nothing is known of the stream: the file breaks off.
  private(set) var unknownFrom: Cycle = .max
  /// Handshakes before the first cycle looked at.
  let before: Int
  private(set) var damage: InputError?

  private let trace: TraceFile
  private let chunks: [TraceChunk]
  private var nextChunk: Int
  private let unfinished: Cycle?
  private var decoded: [Handshake] = []
  private var place = 0
  private var hasEnded = false

  /// Throws `InputError` for a stream the trace does not have.
  init(_ trace: TraceFile, _ stream: String, from: Cycle = 0) throws {
    self.trace = trace
    chunks = try trace.chunks(of: stream)
    unfinished = trace.report?.unfinished[stream]
    let low = chunks.first(reaching: from)
    nextChunk = low
    let end = chunks.last.map { $0.firstIndex + $0.count } ?? 0
    var before = low < chunks.count ? chunks[low].firstIndex : end
    if low < chunks.count, (try? trace.handshakes(in: chunks[low], into: &decoded)) != nil {
      place = decoded.firstIndex { $0.cycle >= from } ?? decoded.count
      before += place
      nextChunk += 1
    } else {
      // What could be read of a broken chunk lies before `from` in part; `advance` meets it again.
      decoded.removeAll()
    }
    self.before = before
    advance()
  }

  /// Goes on to the next word.
  @inline(__always) func advance() {
    if place < decoded.count {
      let word = decoded[place]
      place += 1
      offered = word.offered
      cycle = word.cycle
    } else {
      open()
    }
  }

  private func open() {
    let last = cycle
    if nextChunk < chunks.count {
      do {
        try trace.handshakes(in: chunks[nextChunk], into: &decoded)
        nextChunk += 1
        place = 0
        return advance()
      } catch {
        damage = error as? InputError
        nextChunk = chunks.count
        decoded.removeAll()
        place = 0
      }
    }
    cycle = .max
    offered = .max
    guard !hasEnded else { return }
    hasEnded = true
    guard trace.isWhole, damage == nil else {
      unknownFrom = last == .max ? 0 : last + 1
      return
    }
    if let unfinished { offered = last == .max ? unfinished : max(unfinished, last + 1) }
  }
}

extension TraceFile {
  /// The handshakes of `chunk`, in order. Throws `InputError` where the file is damaged.
  func handshakes(in chunk: TraceChunk, into result: inout [Handshake]) throws {
    result.removeAll(keepingCapacity: true)
    let (bytes, range) = try columns(of: chunk)
    var cycles = ByteReader(bytes, from: range.lowerBound, to: range.upperBound)
    var waits = ByteReader(bytes, from: range.upperBound)
    var cycle = chunk.firstCycle
    var step = 0
    guard var wait = waits.signed(), wait >= 0, wait <= cycle else { throw damaged(chunk) }
    result.reserveCapacity(chunk.count)
    result.append(Handshake(offered: cycle - wait, cycle: cycle))
    for _ in 1..<max(chunk.count, 1) {
      guard let change = cycles.signed(), let waitChange = waits.signed() else {
        throw damaged(chunk)
      }
      step &+= change
      wait &+= waitChange
      guard step > 0, step <= chunk.lastCycle - cycle, wait >= 0, wait < step else {
        throw damaged(chunk)
      }
      cycle += step
      result.append(Handshake(offered: cycle - wait, cycle: cycle))
    }
    guard cycle == chunk.lastCycle else { throw damaged(chunk) }
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
