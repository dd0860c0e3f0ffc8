import DataflowAnalysis

/// A run of a design as pictures need it: the first frames, and one period of the steady state.
public struct Recording: Encodable, Sendable {
  /// A stretch of time that is shown.
  public struct Window: Encodable, Sendable {
    /// What the stretch is.
    public var title: String
    /// Whether it is a whole period of the proven steady state.
    public var isSteady: Bool
    public var profile: TraceProfile
    /// What the words were; null where there is no data.
    public var moments: Moments?
  }

  /// What of a run to record.
  public struct Options: Sendable {
    /// Columns of the pictures over time.
    public var columns = 280
    /// Frames recorded at most, and handshakes about.
    public var frames = 24
    public var handshakes = 1_200_000_000
    /// What is sent; nil: only when words move is shown.
    public var data: PageData?

    /// The first frames and one steady period.
    public init() {}
  }

  /// Frames that were sent.
  public var frames: Int
  public var outcome: RunResult.Outcome
  /// The last handshake; null where no word ever moved.
  public var lastCycle: Cycle?
  /// The first frames, then, where the design runs and the recording is long enough, the steady state.
  public var windows: [Window]
  public var frameTimes: FrameTimes
  /// Frames in the data that was sent; null without data.
  public var dataFrames: Int?

  /// Columns of all nodes together.
  private static let mostColumns = 60_000

  /// Frames of the first window at most, and handshakes about: each is looked at several times.
  static let firstFrames = 4
  private static let firstHandshakes = 60_000_000

  /// Runs the design of `throughput` once more and looks at every handshake that is shown.
  ///
  /// Throws `InputError` when the recording cannot be kept.
  public init(_ throughput: Throughput, options: Options = Options()) throws {
    let plan = throughput.plan
    let run = try RecordedRun(throughput, options, shown: Self.shownFrames(plan))
    let trace = run.trace
    frames = run.frames
    dataFrames = options.data?.frames
    outcome = trace.report?.outcome ?? throughput.outcome
    lastCycle = trace.report?.lastHandshakeCycle
    frameTimes = FrameTimes(trace, words: plan.wordsPerFrame, frames: run.frames)
    // A page of hundreds of blocks stays some megabytes small.
    let columns = min(options.columns, max(100, Self.mostColumns / max(plan.design.nodes.count, 1)))
    windows = try run.windows.map { window in
      Window(
        title: window.title, isSteady: window.isSteady,
        profile: try TraceProfile(trace, cycles: window.cycles, columns: columns),
        moments: try options.data.map { try Moments(trace, plan, $0, cycles: window.cycles) })
    }
  }

  private static func shownFrames(_ plan: Plan) -> Int {
    max(1, min(firstFrames, firstHandshakes / max(plan.wordsPerFrame.values.reduce(0, +), 1)))
  }
}
