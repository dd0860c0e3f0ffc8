/// The throughput of a design as an exact statement.
///
/// Handshake times follow a time-invariant recurrence. If every process and every channel is, after
/// frame n, in the state it had after frame n − p, with all times later by the same λ, then the future
/// repeats with period p frames and λ cycles, for ever. A constant interval at the sink alone is no proof:
/// it may hide FIFOs that are still filling.
///
/// Filling may take thousands of frames. λ is proven before that by its pace (`PaceProof`).
///
/// A source that sends frames at a pace is tied to cycles besides. It repeats with the rest where λ cycles are as
/// many frames of the pace, and where the pace has held nothing up since the earlier state and the design is no
/// faster: then it never will.
public struct SteadyState: Sendable, Equatable {
  /// λ cycles carry `frames` frames.
  public var cycles: Int
  public var frames: Int
  /// False when the budget ran out before a proof, and the last frame's interval stands for it.
  public var isProven: Bool
  /// Frames simulated to find it.
  public var simulatedFrames: Int
  /// Whether the state after `simulatedFrames` frames is the one `frames` frames before, so that everything goes on
  /// as in these. Otherwise FIFOs may still be filling, at the pace that is proven.
  package var isRepeating = false

  /// The quotient, rounded to double precision.
  public var cyclesPerFrame: Double { Double(cycles) / Double(frames) }
}

/// How long to look for a repeating state.
public struct SteadyStateBudget: Sendable {
  /// Frames to simulate at most.
  public var frames = 256
  /// Longest period looked for, in frames.
  public var longestPeriod = 8
  /// Frames after which a source at the pace of the slowest part is tried.
  public var framesUnpaced = 12
  /// Whether nothing but the period is asked for. Then it is proven as soon as it can be, however long the FIFOs in
  /// front go on filling: nobody looks at what they hold.
  public var findsPeriodAlone = false
  /// Frames after which the state is not looked at yet: keeping it costs as much as the FIFOs are deep.
  public var framesBefore = 0
  /// Where a frame takes as many handshakes, a part that may repeat is recorded before it is known to:
  /// that takes some time in each frame, and saves one.
  public var handshakesToRecord = 1_000_000
  /// Give up after this many handshakes at channels, whatever the frames.
  public var handshakes = 600_000_000

  /// The defaults.
  public init() {}
}

extension Simulation {
  /// Runs frame by frame until the whole state repeats or the budget is spent.
  ///
  /// With arrival or acceptance patterns λ is a multiple of their lengths. Returns nil when the design
  /// stops before the outputs of the frames are complete: then `result(frames:)` tells the outcome; and
  /// where no source goes by frames.
  ///
  /// - Parameters:
  ///   - budget: when to give up.
  ///   - replays: whether parts that repeat are replayed while the rest settles. That changes nothing
  ///     but the work; the simulation then knows the sinks' first frames only, and must not be run any
  ///     further.
  public func steadyState(_ budget: SteadyStateBudget = .init(), replays: Bool = true)
    -> SteadyState?
  {
    steadyState(budget, replays: replays) { _ in false }
  }

  /// The same, given up when `isEnough` says so of the cycles at which frames were complete.
  package func steadyState(
    _ budget: SteadyStateBudget, replays: Bool = true, until isEnough: ([Cycle]) -> Bool
  ) -> SteadyState? {
    guard released.contains(where: { $0.fixed == nil }) else { return nil }
    var frames = FrameStates(
      patterns: patternPeriod, pace: pace, longest: budget.longestPeriod)
    var settled = replays && isPlain ? SettledPart(network) : nil
    var paceTried: Cycle?
    while frames.ends.count < budget.frames {
      let frame = frames.ends.count + 1
      settled?.beginFrame()
      if frame == 2, budget.framesBefore == 0, handshakes >= budget.handshakesToRecord,
        let slowest = slowestProcess
      {
        settled?.expectBehind(slowest)
      }
      run(frames: frame + frames.lead, isLast: false)
      if settled?.isBroken == true {
        startAgain()
        leastPeriod = nil
        return steadyState(budget, replays: false, until: isEnough)
      }
      guard let end = settled?.shift.map({ frames.ends.last! + $0 }) ?? complete(&frames) else {
        return nil
      }
      frames.ends.append(end)
      if isEnough(frames.ends) { return nil }
      guard frame > budget.framesBefore else { continue }
      let state = NetworkState(network)
      if let period = frames.period(of: state, paced: wordsPaced) {
        return SteadyState(
          cycles: period.cycles, frames: period.frames, isProven: true, simulatedFrames: frame,
          isRepeating: frames.lead == 0)
      }
      if replaysMore(&settled, state, frames) {
        frames.restart(with: NetworkState(network), paced: wordsPaced)
        if isEnough(frames.ends) { return nil }
      } else {
        frames.add(state, paced: wordsPaced)
      }
      if frames.callForPaceProof(budget, after: paceTried) {
        paceTried = frames.lastInterval
        let proof = PaceProof(self, of: frames.lastInterval, slowestFrom: settled?.head)
        if proof.holds(bySimulatingStretches: budget.findsPeriodAlone) {
          return SteadyState(
            cycles: frames.lastInterval, frames: 1, isProven: true, simulatedFrames: frame)
        }
      }
      if handshakes > budget.handshakes, frame > 1 { break }
    }
    return estimate(frames.ends)
  }

  /// When the frame that is under way was complete; nil when the design stops before. Its outputs may
  /// need words of the next one; then the sources stay a frame ahead.
  private func complete(_ frames: inout FrameStates) -> Cycle? {
    let frame = frames.ends.count + 1
    while true {
      if let end = completed(frame) { return end }
      guard frames.lead < FrameStates.farthestLead else { return nil }
      frames.goAhead()
      run(frames: frame + frames.lead, isLast: false)
    }
  }

  /// Whether the part that is replayed from now on has grown.
  private func replaysMore(
    _ settled: inout SettledPart?, _ state: NetworkState, _ frames: FrameStates
  ) -> Bool {
    guard let last = frames.last else {
      settled?.forget()
      return false
    }
    guard settled?.update(state, since: last.state, shift: frames.ends.last! - last.end) == true
    else { return false }
    leastPeriod = settled?.shift
    return true
  }

  /// The process that needs the most cycles per frame by itself, the first of them where several do.
  private var slowestProcess: Int? {
    let busy = plan.processes.compactMap { process -> (id: Int, cycles: Int)? in
      guard let id = processes[process.node], let cycles = plan.timings[process.node].busyCycles
      else { return nil }
      return (id, cycles)
    }
    guard let most = busy.map(\.cycles).max() else { return nil }
    return busy.first { $0.cycles == most }?.id
  }

  /// Words that the pace has held up.
  private var wordsPaced: Int { released.reduce(0) { $0 + $1.paced } }

  /// Whether nothing in the run is tied to absolute cycles, and nobody follows it.
  var isPlain: Bool {
    !isObserved && limit == .max && pace == nil && patternPeriod == 1 && resets.isEmpty
      && scenario.faults.isEmpty && released.allSatisfy { $0.fixed == nil }
  }

  /// The cycles after which all patterns are at the same place again; nil when that cannot be counted.
  private var patternPeriod: Int? {
    let lengths = (scenario.sources.values.map(\.pattern) + scenario.sinks.values.map(\.pattern))
      .filter { !$0.isAlways }.map(\.bits.count)
    return lengths.reduce(1 as Int?) { period, length in
      guard let period else { return nil }
      var (a, b) = (period, length)
      while b != 0 { (a, b) = (b, a % b) }
      let (product, overflow) = (period / a).multipliedReportingOverflow(by: length)
      return overflow ? nil : product
    }
  }

  /// The interval of the last frames, when no proof was found.
  private func estimate(_ ends: [Cycle]) -> SteadyState? {
    guard let last = ends.last else { return nil }
    let back = min(ends.count - 1, max(1, ends.count / 2))
    guard back > 0 else {
      return SteadyState(
        cycles: last + 1, frames: 1, isProven: false, simulatedFrames: ends.count)
    }
    return SteadyState(
      cycles: last - ends[ends.count - 1 - back], frames: back, isProven: false,
      simulatedFrames: ends.count)
  }

  /// When the last output of frame `frame` left, if all have.
  package func completed(_ frame: Int) -> Cycle? {
    var end = Cycle.never
    for sink in sinks where sink.wordsPerFrame > 0 {
      guard sink.frameEnds.count >= frame else { return nil }
      end = max(end, sink.frameEnds[frame - 1])
    }
    return end == .never ? nil : end
  }

  package var handshakes: Int { network.channels.reduce(0) { $0 + $1.pointee.read } }
}

/// The states after the last frames, and when each frame was complete.
private struct FrameStates {
  /// The cycles after which all patterns are at the same place again; nil when that cannot be counted.
  let patterns: Int?
  /// At which sources send frames; nil: whenever they can.
  let pace: FramePeriod?
  /// States that are kept.
  let longest: Int
  var ends: [Cycle] = []
  /// Frames that the sources are ahead of the outputs.
  private(set) var lead = 0
  private var moments: [Moment] = []

  struct Moment {
    var end: Cycle
    var state: NetworkState
    /// Words that the pace has held up until then.
    var paced: Int
  }

  static let farthestLead = 2

  init(patterns: Int?, pace: FramePeriod?, longest: Int) {
    self.patterns = patterns
    self.pace = pace
    self.longest = longest
  }

  var last: Moment? { moments.last }
  /// Cycles between the last two frames.
  var lastInterval: Cycle { ends[ends.count - 1] - ends[ends.count - 2] }

  /// Whether a proof by the pace of the last frame is to be tried, when it failed for `before` already.
  func callForPaceProof(_ budget: SteadyStateBudget, after before: Cycle?) -> Bool {
    guard ends.count > 1, lastInterval != before else { return false }
    if ends.count == budget.framesUnpaced { return true }
    return budget.findsPeriodAlone && ends.count > 2
      && lastInterval == ends[ends.count - 2] - ends[ends.count - 3]
  }

  /// How long ago, in cycles and frames, the state was the same as `state` after the last frame.
  func period(of state: NetworkState, paced: Int) -> (cycles: Cycle, frames: Int)? {
    guard let patterns, let end = ends.last else { return nil }
    for (age, earlier) in moments.reversed().enumerated() {
      let (shift, frames) = (end - earlier.end, age + 1)
      if shift % patterns == 0, fitsPace(shift, frames, isHeldUp: paced > earlier.paced),
        state.repeats(earlier.state, frames: frames, shift: shift)
      {
        return (shift, frames)
      }
    }
    return nil
  }

  /// Whether sources that are held up by their pace, or are not, stay so when `frames` frames take `cycles`.
  private func fitsPace(_ cycles: Cycle, _ frames: Int, isHeldUp: Bool) -> Bool {
    guard let pace else { return true }
    let period = FramePeriod(cycles: cycles, frames: frames)
    return period == pace || period > pace && !isHeldUp
  }

  /// Keeps the state after the last frame.
  mutating func add(_ state: NetworkState, paced: Int) {
    moments.append(Moment(end: ends.last!, state: state, paced: paced))
    if moments.count > longest { moments.removeFirst() }
  }

  /// Keeps that state alone.
  mutating func restart(with state: NetworkState, paced: Int) {
    moments = [Moment(end: ends.last!, state: state, paced: paced)]
  }

  /// With the sources another frame ahead no earlier state comes back.
  mutating func goAhead() {
    lead += 1
    moments = []
  }
}

extension FramePeriod {
  package init(_ steady: SteadyState) { self.init(cycles: steady.cycles, frames: steady.frames) }
}
