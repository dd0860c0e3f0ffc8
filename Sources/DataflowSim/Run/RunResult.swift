/// What one graph output has seen.
final class SinkRecord {
  let stream: String
  let wordsPerFrame: Int
  /// 0: nobody asks for parts of frames.
  let wordsPerPart: Int
  private let limit: Cycle
  private(set) var count = 0
  private(set) var first: Cycle?
  private(set) var last: Cycle = .never
  private(set) var frameEnds: [Cycle] = []
  private(set) var partEnds: [Cycle] = []
  private(set) var sawLimit = false

  init(stream: String, wordsPerFrame: Int, partsPerFrame: Int, limit: Cycle) {
    self.stream = stream
    self.wordsPerFrame = wordsPerFrame
    wordsPerPart = partsPerFrame > 0 ? max(wordsPerFrame / partsPerFrame, 1) : 0
    self.limit = limit
  }

  /// The host reads frame `frame` next, whatever has come of those before.
  func restart(at frame: Int) { count = frame * wordsPerFrame }

  func took(_ t: Cycle) {
    guard t < limit else {
      sawLimit = true
      return
    }
    if count == 0 { first = t }
    count += 1
    last = t
    if wordsPerFrame > 0, count % wordsPerFrame == 0 { frameEnds.append(t) }
    if wordsPerPart > 0, count % wordsPerPart == 0 { partEnds.append(t) }
  }
}

/// The outcome of a run. All cycles are absolute.
public struct RunResult: Sendable {
  public enum Outcome: String, Sendable, Codable {
    /// Every sink has all words of all frames.
    case complete
    /// Words are stuck: some block waits for room that never comes.
    case deadlock
    /// Nothing is stuck, but words are missing.
    case starved
    case maxCycles = "max-cycles"
  }

  public struct FIFO: Sendable, Codable, Equatable {
    public var depth: Int
    /// Highest occupancy, and the occupancy when the run ended.
    public var max: Int
    public var final: Int
  }

  public var outcome = Outcome.complete
  public var lastHandshakeCycle: Cycle?
  /// By graph output: the cycle of each frame's last word, and of the very first word.
  public var frameEnds: [String: [Cycle]] = [:]
  public var firstOutputs: [String: Cycle] = [:]
  public var fifos: [String: FIFO] = [:]
  public var handshakeCounts: [String: Int] = [:]
  /// Handshake cycles by stream, when observed.
  public var streams: [String: [Cycle]] = [:]
  /// By stream: since when a word is offered that nothing took by the end of the run, when observed.
  public var unfinished: [String: Cycle] = [:]
  /// What each compute core did, when observed.
  public nonisolated(unsafe) var cores: [String: CoreLog] = [:]
  /// The resets that came, in order. `cores` and `fifos` speak of what has happened since.
  public var resets: [ResetRecord] = []
}
