/// Handshakes of some streams in the order of their cycles.
struct CapturedMoves {
  /// Of each handshake, those of one cycle in the order of the streams.
  private(set) var cycles: [Cycle] = []
  private(set) var streams: [Int32] = []

  var count: Int { cycles.count }

  /// The cycles of one stream each.
  init(_ moves: [[Cycle]]) {
    var all: [(cycle: Cycle, stream: Int32)] = []
    for (stream, moves) in moves.enumerated() {
      all += moves.lazy.map { ($0, Int32(stream)) }
    }
    all.sort { ($0.cycle, $0.stream) < ($1.cycle, $1.stream) }
    (cycles, streams) = (all.map(\.cycle), all.map(\.stream))
  }

  /// A handshake by what it has in common with itself at another time: its stream, and how long after the one before.
  struct Step: Equatable {
    var gap: Int
    var stream: Int32
  }

  /// Of handshake `k`, which is not the first.
  func step(_ k: Int) -> Step { Step(gap: cycles[k] - cycles[k - 1], stream: streams[k]) }
}

/// Keeps the handshakes of some streams of a run, and of no other.
final class StreamRecorder: HandshakeListener {
  /// By stream as they were named.
  private(set) var moves: [[Cycle]]
  /// By the number of an observed stream: which of these it is. Two may move their words together.
  private let wanted: [[Int]]

  /// `streams` of a design made ready.
  init(_ streams: [String], of plan: Plan) {
    moves = Array(repeating: [], count: streams.count)
    wanted = plan.observedStreams.map { names in
      streams.indices.filter { names.contains(streams[$0]) }
    }
  }

  /// Handshakes kept so far.
  var count: Int { moves.reduce(0) { $0 + $1.count } }

  func took(_ batch: HandshakeBatch, stream: Int) {
    for n in wanted[stream] { moves[n] += batch.cycles }
  }

  func took(_ run: HandshakeRun, stream: Int) {
    for n in wanted[stream] { moves[n] += (0..<run.count).lazy.map { run[$0].cycle } }
  }
}
