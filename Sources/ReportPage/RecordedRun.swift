import DataflowAnalysis
import FoundationEssentials
import Glibc

/// A run that is recorded only where it is shown: over the first frames, and over one period of the steady state.
///
/// Where the state of the design repeats, the period is recorded once, word by word, and everything behind it is
/// known: the same, later.
struct RecordedRun {
  /// Its handshakes; what is shown of no window may be missing.
  let trace: TraceFile
  /// Frames that were sent, those that follow from the repetition included.
  let frames: Int
  /// What to show, first the beginning.
  let windows: [(title: String, isSteady: Bool, cycles: Range<Cycle>)]

  /// - Parameter shown: frames of the first window.
  init(_ throughput: Throughput, _ options: Recording.Options, shown: Int) throws {
    let plan = throughput.plan
    if let steady = throughput.steadyState, steady.isRepeating,
      steady.simulatedFrames <= options.frames,
      Self.words(plan) * steady.simulatedFrames <= options.handshakes,
      let period = try Period(plan, steady, shown: shown)
    {
      trace = period.trace
      frames = period.frames
      windows = [
        Self.beginning(shown, period.ends),
        ("Steady state, one period", true, period.cycles),
      ]
      return
    }
    frames = Self.frames(throughput, options)
    let whole = try Self.whole(plan, frames, shown, throughput.steadyState)
    trace = whole.trace
    guard let steady = throughput.steadyState, whole.ends.count >= shown else {
      windows = [("Whole run", false, 0..<max(trace.end, 1))]
      return
    }
    var windows = [Self.beginning(shown, whole.ends)]
    if whole.ends.count >= 2 {
      let period = min(steady.frames, whole.ends.count - 1)
      let at = min(steady.simulatedFrames + period, whole.ends.count) - 1
      let isSteady =
        steady.isProven && at >= steady.simulatedFrames + period - 1 && period == steady.frames
        && whole.ends[at] < Self.feeds(trace, plan)
      let from = max(0, at - max(period, 1))
      windows.append(
        (
          isSteady ? "Steady state, one period" : "Frame \(at + 1)", isSteady,
          whole.ends[from] + 1..<whole.ends[at] + 1
        ))
    }
    self.windows = windows
  }

  private static func beginning(_ shown: Int, _ ends: [Cycle]) -> (String, Bool, Range<Cycle>) {
    (shown == 1 ? "First frame" : "First \(shown) frames", false, 0..<ends[shown - 1] + 1)
  }

  private static func words(_ plan: Plan) -> Int { plan.wordsPerFrame.values.reduce(0, +) }

  /// The cycle up to which graph inputs are still busy with frames.
  private static func feeds(_ trace: TraceFile, _ plan: Plan) -> Cycle {
    plan.design.graphInputs.compactMap { try? trace.extent(of: $0).last }.min() ?? .max
  }

  /// As many frames as show the steady state while frames still come in behind, within reason.
  private static func frames(_ throughput: Throughput, _ options: Recording.Options) -> Int {
    guard let steady = throughput.steadyState else { return 3 }
    let latency = Double(throughput.firstFrameCycle ?? 0) / max(1, steady.cyclesPerFrame)
    let behind = Int(min(latency, 1000).rounded(.up)) + 1
    let wanted = max(Recording.firstFrames, steady.simulatedFrames + steady.frames + behind)
    return max(1, min(wanted, options.frames, options.handshakes / max(words(throughput.plan), 1)))
  }

  /// Records `frames` frames to the end of the run; the frames between the windows are left out.
  private static func whole(_ plan: Plan, _ frames: Int, _ shown: Int, _ steady: SteadyState?)
    throws
    -> (trace: TraceFile, ends: [Cycle])
  {
    try Recorder.record(plan, frames: frames) { recorder in
      // A frame more than the window in front of it, since some words move behind the end of their frame.
      let again = steady.map { $0.simulatedFrames - 2 } ?? 0
      for frame in 1...frames where try recorder.run(frame, isLast: frame == frames) {
        if frame == shown, again > shown, frames >= again + 2 + steady!.frames {
          recorder.leaveOut(from: recorder.ends[frame - 1] + 1, toFrame: again)
        }
      }
      return recorder.ends
    }
  }
}

/// A period of a steady state whose end is as its beginning was.
private struct Period {
  let trace: TraceFile
  let frames: Int
  /// When frames were complete, as far as the run was simulated.
  let ends: [Cycle]
  /// The first period in which the frames behind come from the repetition.
  let cycles: Range<Cycle>

  /// nil where the recorded run is not what the search for the steady state saw.
  init?(_ plan: Plan, _ steady: SteadyState, shown: Int) throws {
    let frames = max(steady.simulatedFrames, shown)
    let repeated = frames - steady.frames
    let (recorded, (ends, begin, end)) = try Recorder.record(plan, frames: frames) { recorder in
      var begin: [Int] = []
      for frame in 1...frames where try recorder.run(frame, isLast: false) {
        if frame == shown, repeated > shown {
          recorder.leaveOut(from: recorder.ends[frame - 1] + 1)
        }
        // Where nothing moves any more; words that wait for the next frame are its own.
        if frame == repeated { begin = recorder.keepAgain() }
      }
      return (recorder.ends, begin, recorder.counts)
    }
    let words = plan.observedStreams.map { plan.wordsPerFrame[$0[0]] ?? 0 }
    guard ends.count == frames, let last = ends.last,
      ends.dropLast(steady.frames).last.map({ last - $0 == steady.cycles }) ?? false,
      zip(zip(begin, end), words).allSatisfy({ $0.1 - $0.0 == $1 * steady.frames })
    else { return nil }
    self.ends = ends
    cycles = last + 1..<last + 1 + steady.cycles
    // Until the graph inputs are busy to the end of the window, and the word behind it is known.
    let first =
      plan.observedStreams.compactMap { try? recorded.extent(of: $0[0]).last }.min() ?? last
    let times = (cycles.upperBound - first) / steady.cycles + 2
    trace = recorded.repeating(from: begin, after: steady.cycles, times: times)
    self.frames = frames + times * steady.frames
  }
}

/// Runs a design frame by frame and keeps its handshakes in a file until they are looked at.
private struct Recorder {
  /// When each frame had left the design.
  private(set) var ends: [Cycle] = []
  private let writer: TraceWriter
  private let simulation: Simulation
  private let frames: Int

  /// What `body` lets run of `frames` frames, as a trace, and what it returns.
  static func record<T>(
    _ plan: Plan, frames: Int, _ body: (inout Recorder) throws -> T
  ) throws -> (trace: TraceFile, T) {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("simrun-\(UUID().uuidString).simtrace.zst").path
    defer { unlink(path) }
    let scenario = Scenario(frames: frames)
    let writer = try TraceWriter(to: path, plan: plan, scenario: scenario)
    let simulation = try Simulation(
      plan, scenario: scenario, observing: Observation(streams: true, listener: writer))
    var recorder = Recorder(writer: writer, simulation: simulation, frames: frames)
    let value = try body(&recorder)
    let report = RunReport(plan, scenario, simulation.result(frames: frames))
    try writer.finish(report, isTemporary: true)
    return (try TraceFile(temporary: path), value)
  }

  private init(writer: TraceWriter, simulation: Simulation, frames: Int) {
    (self.writer, self.simulation, self.frames) = (writer, simulation, frames)
  }

  /// Sends frame `frame`, counted from 1, and runs until nothing moves any more. False where it does not come out;
  /// then, and from then on, everything that was sent is kept, and all frames are.
  mutating func run(_ frame: Int, isLast: Bool) throws -> Bool {
    guard ends.count == frame - 1 else { return false }
    WorkProgress.tell("recording frames", frame - 1, of: frames)
    simulation.run(frames: frame, isLast: isLast)
    guard simulation.outcome(frames: frame) == .complete, let end = simulation.completed(frame)
    else {
      writer.gap = nil
      simulation.run(frames: frames)
      return false
    }
    ends.append(end)
    return true
  }

  /// Words that have moved on each observed stream.
  var counts: [Int] { simulation.observedCounts }

  /// Leaves out what moves from cycle `from` on.
  func leaveOut(from: Cycle) {
    writer.gap = TraceWriter.Gap(
      from: from, words: simulation.plan.observedStreams.map { _ in .max })
  }

  /// Keeps everything that is still to come; returns the words that have moved by now on each observed stream.
  func keepAgain() -> [Int] {
    let counts = counts
    writer.gap = TraceWriter.Gap(from: writer.gap?.from ?? .max, words: counts)
    return counts
  }

  /// Leaves out what moves from cycle `from` on, up to the words of frame `toFrame`, counted from 0.
  func leaveOut(from: Cycle, toFrame frame: Int) {
    writer.gap = TraceWriter.Gap(
      from: from,
      words: simulation.plan.observedStreams.map { names in
        names.first.flatMap { simulation.plan.wordsPerFrame[$0] }.map { $0 * frame } ?? 0
      })
  }
}
