/// A sequential hardware program that reads and writes channels.
///
/// A process holds the times its next step depends on. `run` takes as many steps as the known words
/// and the room allow, marks on its channels what it waits for, and returns. Handshake times do not
/// depend on the order in which processes run, because every step is a function of earlier handshakes.
public protocol Process {
  mutating func run()
  /// Lists every time and every phase the future depends on, always in the same order. Two equal
  /// lists, times shifted by the same amount, mean the same future, shifted.
  func listState(_ state: inout StateList)
  /// Whether it looks at words long before it takes them, so that it matters when a word came even if
  /// it need not be waited for.
  var readsAhead: Bool { get }
  /// Whether its next step may depend on what does *not* happen up to some cycle.
  ///
  /// Such a process stops where it would have to know that no word comes before a cycle, and goes on by
  /// `assumeSilence` when nothing else in the whole design can move any more.
  var needsSilence: Bool { get }
  /// The first cycle of which it would have to know that nothing happens in it; nil: it waits for words
  /// and room alone. What it decides then has effects in later cycles only.
  var waitsForSilence: Cycle? { get }
  /// Nothing happens before cycle `t` that it has not been told of. It need not use all of it, but the
  /// first cycle.
  mutating func assumeSilence(before t: Cycle)
  /// Whether it will put out words for ever if it takes none any more.
  var isEndless: Bool { get }
  /// Whether it waits for words that never come while it puts out words that are no results: what came out
  /// is no frame then.
  var isStarving: Bool { get }
  /// Whether words that come sooner may make it slower for good.
  var losesPace: Bool { get }
  /// The words of a run as the process would take them, were they valid in these cycles at `input`, which
  /// holds no others: as evenly, as many as it knows what it does with. Takes none, but plans for what it
  /// would write.
  mutating func follows(_ run: EvenRun, on input: Link) -> EvenRun
  /// Takes the first words of the run that it has just named, and does what it does with them. They count as
  /// read already.
  mutating func take(_ run: EvenRun, from input: Link)
  /// Called once when no further word comes and the run is over.
  mutating func finish()
  /// Frees memory the process allocated.
  func deallocate()
}

extension Process {
  public var readsAhead: Bool { false }
  public var needsSilence: Bool { false }
  public var waitsForSilence: Cycle? { nil }
  public mutating func assumeSilence(before t: Cycle) {}
  public var isEndless: Bool { false }
  public var isStarving: Bool { false }
  public var losesPace: Bool { false }
  public mutating func follows(_ run: EvenRun, on input: Link) -> EvenRun {
    input.pointee.followsOrder(run)
  }
  public mutating func take(_ run: EvenRun, from input: Link) { input.pointee.takeOrdered(run) }
  public mutating func finish() {}
  public func deallocate() {}
}

/// A channel as its processes see it.
public typealias Link = UnsafeMutablePointer<Channel>

/// How many frames the host has asked for, which a DMA goes by.
final class Batch {
  /// nil: one frame after the other, without end.
  var frames: Int?

  init(_ frames: Int?) { self.frames = frames }
}

/// The channels of one process in the block's port order.
public struct Ports {
  public let inputs: [Link]
  public let outputs: [Link]
  /// Where a compute core notes what bits depend on; nil when nobody asks.
  let coreLog: CoreLog?
  /// Defects the hardware of this run does not have.
  var hazardsOff: Set<Hazard> = []
  var batch = Batch(nil)
}

/// How a block behaves in time.
public struct BlockTiming: Sendable {
  /// Buffers in front of each stream input, and behind each output, in flow order.
  public var inputStages: [[Stage]]
  public var outputStages: [[Stage]]
  public var body: Body
  public var exactness: Exactness
  /// Cycles per frame the block needs when nothing stalls it; nil: its words on the busiest port.
  public var busyCycles: Int?
  /// Its own period has no simple closed form: where it matters the block is simulated alone.
  public var hasOwnRhythm = false
  /// Words the body keeps besides those of its stages.
  public var heldWords: Int
  /// What the block is sure to hold, where what it holds depends on when words come; nil: it always
  /// holds what its stages and body say.
  public var least: LeastStorage?
  /// What Vitis HLS made of the block; nil: it is no HLS block.
  public var schedule: HLSSchedule?

  /// What moves the words between inputs and outputs.
  public enum Body: Sendable {
    /// Input 0 goes straight to output 0; the block is nothing but its stages.
    case wire
    case process(@Sendable (Ports) -> any Process)
  }

  /// A timing of its parts: stages by port, and a body.
  public init(
    inputStages: [[Stage]] = [], outputStages: [[Stage]] = [], exactness: Exactness = .exact,
    busyCycles: Int? = nil, heldWords: Int = 0, least: LeastStorage? = nil,
    schedule: HLSSchedule? = nil, body: Body
  ) {
    self.inputStages = inputStages
    self.outputStages = outputStages
    self.exactness = exactness
    self.busyCycles = busyCycles
    self.heldWords = heldWords
    self.least = least
    self.schedule = schedule
    self.body = body
  }
}

extension BlockTiming {
  /// The same, not exact for `reason` if there is one. Then no schedule makes it exact either.
  package func inexact(_ reason: String?) -> BlockTiming {
    guard let reason else { return self }
    var timing = self
    timing.exactness = .approximate(reason)
    timing.schedule = nil
    return timing
  }
}

extension BlockTiming {
  /// The process of a block that is one.
  func process(_ ports: Ports) -> any Process {
    guard case .process(let make) = body else { preconditionFailure("a wire has no process") }
    return make(ports)
  }
}

/// Whether a block's cycles are the hardware's.
public enum Exactness: Sendable, Equatable {
  /// Every handshake in the cycle in which the RTL has it.
  case exact
  /// Scheduled from a loop nest or from stated parameters; the reason says which.
  case approximate(String)
}

/// A block with a place on the time plane.
public protocol TimedBlock: Block {
  func timing() -> BlockTiming
  /// Why it is not known what the block is sure to hold, so that no proof of liveness can go by it; nil: it
  /// is known.
  var unknownStorage: String? { get }
}

extension TimedBlock {
  public var unknownStorage: String? { nil }
}

/// Times and phases of a process, for comparing two moments of a run.
public struct StateList: Equatable {
  private(set) var times: [Cycle] = []
  private(set) var phases: [Int] = []

  mutating func time(_ t: Cycle) { times.append(t) }
  mutating func phase(_ p: Int) { phases.append(p) }
}

/// Runs one process of a concrete type behind a single indirect call per activation.
class ProcessRunner {
  var readsAhead: Bool { preconditionFailure("abstract") }
  var needsSilence: Bool { preconditionFailure("abstract") }
  var waitsForSilence: Cycle? { preconditionFailure("abstract") }
  func assumeSilence(before t: Cycle) { preconditionFailure("abstract") }
  var isEndless: Bool { preconditionFailure("abstract") }
  var isStarving: Bool { preconditionFailure("abstract") }
  var losesPace: Bool { preconditionFailure("abstract") }
  func run() { preconditionFailure("abstract") }
  func follows(_ run: EvenRun, on input: Link) -> EvenRun { preconditionFailure("abstract") }
  func take(_ run: EvenRun, from input: Link) { preconditionFailure("abstract") }
  func finish() { preconditionFailure("abstract") }
  func listState(_ state: inout StateList) { preconditionFailure("abstract") }
}

final class Running<P: Process>: ProcessRunner {
  private let process: UnsafeMutablePointer<P>

  init(_ process: P) {
    self.process = .allocate(capacity: 1)
    self.process.initialize(to: process)
  }

  deinit {
    process.pointee.deallocate()
    process.deinitialize(count: 1)
    process.deallocate()
  }

  override var readsAhead: Bool { process.pointee.readsAhead }
  override var needsSilence: Bool { process.pointee.needsSilence }
  override var waitsForSilence: Cycle? { process.pointee.waitsForSilence }
  override func assumeSilence(before t: Cycle) { process.pointee.assumeSilence(before: t) }
  override var isEndless: Bool { process.pointee.isEndless }
  override var isStarving: Bool { process.pointee.isStarving }
  override var losesPace: Bool { process.pointee.losesPace }
  override func run() { process.pointee.run() }
  override func follows(_ run: EvenRun, on input: Link) -> EvenRun {
    process.pointee.follows(run, on: input)
  }
  override func take(_ run: EvenRun, from input: Link) { process.pointee.take(run, from: input) }
  override func finish() { process.pointee.finish() }
  override func listState(_ state: inout StateList) { process.pointee.listState(&state) }
}

extension Process {
  func running() -> ProcessRunner { Running(self) }
}
