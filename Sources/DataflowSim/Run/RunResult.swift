/// The outcome of a run. All cycles are absolute.
public struct RunResult: Sendable {
  /// How a run ends.
  public enum Outcome: String, Sendable, Codable, CaseIterable {
    /// Every sink has all words of all frames.
    case complete
    /// Words are stuck: some block waits for room that never comes.
    case deadlock
    /// Nothing is stuck, but words are missing.
    case starved
    case maxCycles = "max-cycles"
  }

  /// A FIFO of the run, in words.
  public struct FIFO: Sendable, Codable, Equatable {
    /// Words it can hold.
    public var depth: Int
    /// Highest occupancy, and the occupancy when the run ended.
    public var max: Int
    public var final: Int
  }

  /// How the run ended, and its last handshake; nil: no word moved.
  public var outcome = Outcome.complete
  public var lastHandshakeCycle: Cycle?
  /// By graph output: the cycle of each frame's last word, and of the very first word.
  public var frameEnds: [String: [Cycle]] = [:]
  public var firstOutputs: [String: Cycle] = [:]
  /// By graph output: the most cycles without a word there, before the first or between two.
  public var longestSilences: [String: Cycle] = [:]
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
