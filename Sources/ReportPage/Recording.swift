import DataflowAnalysis
import Foundation

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
  private static let firstFrames = 4
  private static let firstHandshakes = 60_000_000

  /// Runs the design of `throughput` once more and looks at every handshake.
  ///
  /// Throws `InputError` when the recording cannot be kept.
  public init(_ throughput: Throughput, options: Options = Options()) throws {
    let plan = throughput.plan
    let plannedFrames = Self.frames(throughput, options)
    let shown = Self.shownFrames(plan)
    let trace = try Self.trace(
      plan, frames: plannedFrames, shown: shown, steady: throughput.steadyState)
    frames = plannedFrames
    dataFrames = options.data?.frames
    outcome = trace.report?.outcome ?? throughput.outcome
    lastCycle = trace.report?.lastHandshakeCycle
    let times = FrameTimes(trace, words: plan.wordsPerFrame, frames: plannedFrames)
    frameTimes = times
    // When each frame has left the design.
    let ends = (trace.report?.frameEndCyclesByOutput ?? [:]).values
    let completed = ends.map(\.count).min() ?? 0
    let frameEnds = (0..<completed).map { f in ends.map { $0[f] }.max() ?? 0 }
    var parts: [(title: String, isSteady: Bool, cycles: Range<Cycle>)] = []
    let last = trace.end
    if throughput.steadyState == nil || frameEnds.count < shown {
      parts.append(("Whole run", false, 0..<max(last, 1)))
    } else {
      parts.append(
        (shown == 1 ? "First frame" : "First \(shown) frames", false, 0..<frameEnds[shown - 1] + 1))
    }
    if let steady = throughput.steadyState, frameEnds.count >= 2 {
      let period = min(steady.frames, frameEnds.count - 1)
      let at = min(steady.simulatedFrames + period, frameEnds.count) - 1
      let isSteady =
        steady.isProven && at >= steady.simulatedFrames + period - 1 && period == steady.frames
        && frameEnds[at] < Self.feeds(trace, plan)
      let title = isSteady ? "Steady state, one period" : "Frame \(at + 1)"
      let from = max(0, at - max(period, 1))
      parts.append((title, isSteady, frameEnds[from] + 1..<frameEnds[at] + 1))
    }
    // A page of hundreds of blocks stays some megabytes small.
    let columns = min(options.columns, max(100, Self.mostColumns / max(plan.design.nodes.count, 1)))
    windows = try parts.map { part in
      Window(
        title: part.title, isSteady: part.isSteady,
        profile: try TraceProfile(trace, cycles: part.cycles, columns: columns),
        moments: try options.data.map {
          try Moments(trace, plan, $0, cycles: part.cycles)
        })
    }
  }

  /// The cycle up to which graph inputs are still busy with frames.
  private static func feeds(_ trace: TraceFile, _ plan: Plan) -> Cycle {
    plan.design.graphInputs.compactMap { try? trace.extent(of: $0).last }.min() ?? .max
  }

  private static func shownFrames(_ plan: Plan) -> Int {
    max(1, min(firstFrames, firstHandshakes / max(plan.wordsPerFrame.values.reduce(0, +), 1)))
  }

  /// As many frames as show the steady state while frames still come in behind, within reason.
  private static func frames(_ throughput: Throughput, _ options: Options) -> Int {
    guard let steady = throughput.steadyState else { return 3 }
    let latency = Double(throughput.firstFrameCycle ?? 0) / max(1, steady.cyclesPerFrame)
    let behind = Int(min(latency, 1000).rounded(.up)) + 1
    let wanted = max(firstFrames, steady.simulatedFrames + steady.frames + behind)
    let words = throughput.plan.wordsPerFrame.values.reduce(0, +)
    return max(1, min(wanted, options.frames, options.handshakes / max(words, 1)))
  }

  /// Records `frames` frames; what is shown of neither window is simulated and left out.
  private static func trace(_ plan: Plan, frames: Int, shown: Int, steady: SteadyState?) throws
    -> TraceFile
  {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("simrun-\(UUID().uuidString).simtrace.zst").path
    defer { unlink(path) }
    let scenario = Scenario(frames: frames)
    let writer = try TraceWriter(to: path, plan: plan, scenario: scenario)
    let simulation = try Simulation(
      plan, scenario: scenario, observing: Observation(streams: true, listener: writer))
    for frame in 1...frames {
      WorkProgress.tell("recording frames", frame - 1, of: frames)
      simulation.run(frames: frame)
      guard simulation.outcome(frames: frame) == .complete,
        let end = simulation.completed(frame)
      else {
        writer.left = nil
        break
      }
      // A frame more than the window in front of it, since some words move behind the end of their frame.
      guard let steady, steady.simulatedFrames > shown + 1,
        frames >= steady.simulatedFrames + steady.frames
      else { continue }
      if frame == shown { writer.left = end + 1..<Cycle.max >> 1 }
      if frame == steady.simulatedFrames - 1 { writer.left = writer.left!.lowerBound..<end + 1 }
    }
    try writer.finish(RunReport(plan, scenario, simulation.run()), isTemporary: true)
    return try TraceFile(temporary: path)
  }
}
