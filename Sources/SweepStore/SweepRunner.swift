import DataflowAnalysis
import Foundation

/// Evaluates the points of a space that a database lacks, on several cores.
public struct SweepRunner: Sendable {
  /// Which points are computed, and in which order.
  public enum Strategy: String, Sendable, CaseIterable {
    /// Every point.
    case grid
    /// Points drawn at random.
    case random
    /// Random points first, then the neighbours of the Pareto front.
    case adaptive
  }

  /// How to sweep.
  public struct Options: Sendable {
    /// Which points are computed, and in which order.
    public var strategy = Strategy.grid
    /// Points in all for random and adaptive.
    public var points = 200
    public var seed: UInt64 = 1
    /// This process does the points whose address falls to `index` of `count`.
    public var shard: (index: Int, count: Int) = (0, 1)
    public var workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
    /// By which estimates points are charged.
    public var costing = Costing.calibrated
    /// What a point may use; nil: what its part has.
    public var device: Device?
    public var progress: (@Sendable (Progress) -> Void)?
    public init() {}
  }

  /// How far a sweep is.
  public struct Progress: Sendable {
    /// Points.
    public var done: Int
    public var all: Int
    /// Points evaluated by this process, and its seconds.
    public var evaluated: Int
    public var seconds: Double
    public var bestFramesPerSecond: Double
  }

  let base: Design
  /// Without FIFOs and converters; nil where it has a fault, which each point tells.
  let bare: Design?
  let space: SweepSpace
  let database: SweepDatabase
  let options: Options

  /// A sweep of `space`; results go to the database as they come.
  public init(
    _ base: Design, _ space: SweepSpace, into database: SweepDatabase, options: Options = Options()
  ) {
    self.base = base
    bare = try? base.removingBuffering()
    self.space = space
    self.database = database
    self.options = options
  }

  /// Runs until nothing is left; returns the number of points evaluated now. Throws the first failure
  /// of the database.
  public func run() throws -> Int {
    let state = SweepState(space, options, known: try database.count)
    if options.strategy != .adaptive { try database.forEach { state.remember($0) } }
    let prefix = try contentAddress(database.subject.design)
    let claims = try SweepClaims(database)
    let heart = beat(claims, state)
    defer { heart.cancel() }
    let group = DispatchGroup()
    for _ in 0..<options.workers {
      Thread.detachNewThread(in: group) {
        while let ordinal = state.next() {
          do {
            try evaluate(ordinal, prefix, claims, state)
          } catch {
            state.fail(error)
            return
          }
        }
      }
    }
    group.wait()
    if let error = state.failure { throw error }
    try claims.end()
    return state.evaluated
  }

  /// One point may take longer than other processes wait for a sign of life.
  private func beat(_ claims: SweepClaims, _ state: SweepState) -> any DispatchSourceTimer {
    let timer = DispatchSource.makeTimerSource(queue: .global())
    timer.schedule(
      deadline: .now() + SweepClaims.beatInterval, repeating: SweepClaims.beatInterval)
    timer.setEventHandler {
      do { try claims.beat() } catch { state.fail(error) }
    }
    timer.resume()
    return timer
  }

  private func evaluate(
    _ ordinal: Int, _ prefix: String, _ claims: SweepClaims, _ state: SweepState
  ) throws {
    let point = space[ordinal]
    let text = point.canonicalText
    let address = contentAddress(prefix + text)
    guard isOurs(address) else { return state.skipped(nil) }
    switch try claims.take(address) {
    case .done:
      return state.skipped(options.strategy == .adaptive ? try database.entry(address) : nil)
    case .taken:
      state.postpone(ordinal)
      // What others are at takes as long as what we would do.
      return Thread.sleep(forTimeInterval: 0.02)
    case .granted: break
    }
    let start = Date()
    let result = point.evaluate(
      from: base, bare: bare, costing: options.costing, within: options.device)
    let entry = SweepDatabase.Entry(
      address: address, ordinal: ordinal, point: text, result: result,
      seconds: Date().timeIntervalSince(start))
    try claims.finish(entry)
    if let progress = state.finished(entry) { options.progress?(progress) }
  }

  private func isOurs(_ address: String) -> Bool {
    guard options.shard.count > 1, let number = UInt64(address.suffix(16), radix: 16) else {
      return true
    }
    // The low bits of an address hang on the low bits of the point's characters alone: all even values would be one
    // part's.
    var mixed = SeededGenerator(seed: number)
    return Int(mixed.next() % UInt64(options.shard.count)) == options.shard.index
  }
}

extension Thread {
  /// A thread with room for deep graphs, counted in `group`.
  fileprivate static func detachNewThread(
    in group: DispatchGroup, _ body: @escaping @Sendable () -> Void
  ) {
    group.enter()
    let thread = Thread {
      body()
      group.leave()
    }
    thread.stackSize = 8 << 20
    thread.start()
  }
}

/// Which point comes next, and what is known so far; shared by the workers.
///
/// Adaptive points come in generations: the front that a generation is drawn from holds all of the
/// generations before it and nothing else, so the sequence depends on the seed alone, however many
/// workers there are and wherever an earlier run was stopped.
final class SweepState: @unchecked Sendable {
  private static let generationSize = 16
  private let changed = NSCondition()
  private let space: SweepSpace
  private let options: SweepRunner.Options
  private let known: Int
  private var generator: SeededGenerator
  private var cursor = 0
  private var drawn: Set<Int> = []
  private var front = ParetoFront()
  /// Points of the current generation not handed out, not finished, and finished.
  private var waiting: [Int] = []
  /// Points another process is at; looked at again when nothing else is left.
  private var postponed: [Int] = []
  private var running = 0
  private var done: [SweepDatabase.Entry] = []
  private(set) var evaluated = 0
  private(set) var failure: Error?
  private let start = Date()

  init(_ space: SweepSpace, _ options: SweepRunner.Options, known: Int) {
    self.space = space
    self.options = options
    self.known = known
    generator = SeededGenerator(seed: options.seed)
  }

  private func locked<T>(_ body: () -> T) -> T {
    changed.lock()
    defer { changed.unlock() }
    return body()
  }

  func remember(_ entry: SweepDatabase.Entry) { locked { front.add(entry) } }

  func fail(_ error: Error) {
    locked {
      failure = failure ?? error
      changed.broadcast()
    }
  }

  /// A point that is another shard's, or was done before: then with its result.
  func skipped(_ entry: SweepDatabase.Entry?) { locked { settle(entry) } }

  /// A point that another process is at: it comes again.
  func postpone(_ ordinal: Int) {
    locked {
      guard options.strategy == .adaptive else { return postponed.append(ordinal) }
      waiting.append(ordinal)
      running -= 1
      changed.broadcast()
    }
  }

  func finished(_ entry: SweepDatabase.Entry) -> SweepRunner.Progress? {
    locked {
      settle(entry)
      evaluated += 1
      return SweepRunner.Progress(
        done: known + evaluated, all: total, evaluated: evaluated,
        seconds: Date().timeIntervalSince(start), bestFramesPerSecond: front.best)
    }
  }

  private func settle(_ entry: SweepDatabase.Entry?) {
    guard options.strategy == .adaptive else {
      if let entry { front.add(entry) }
      return
    }
    if let entry { done.append(entry) }
    running -= 1
    if running == 0 { changed.broadcast() }
  }

  private var total: Int {
    let all = options.strategy == .grid ? space.count : budget
    return options.shard.count > 1 ? all / options.shard.count : all
  }

  private var budget: Int { min(options.points, space.count) }

  func next() -> Int? {
    locked {
      switch options.strategy {
      case .grid:
        guard failure == nil else { return nil }
        guard cursor < space.count else { return postponed.popLast() }
        cursor += 1
        return cursor - 1
      case .random: return failure == nil ? draw() ?? postponed.popLast() : nil
      case .adaptive: return nextOfGeneration()
      }
    }
  }

  private func nextOfGeneration() -> Int? {
    while waiting.isEmpty, running > 0, failure == nil { changed.wait() }
    guard failure == nil else { return nil }
    if waiting.isEmpty {
      for entry in done.sorted(by: { $0.ordinal < $1.ordinal }) { front.add(entry) }
      done = []
      while waiting.count < Self.generationSize, let ordinal = neighbour() ?? draw() {
        waiting.append(ordinal)
      }
    }
    guard !waiting.isEmpty else { return nil }
    running += 1
    return waiting.removeFirst()
  }

  /// A point not drawn before; the sequence depends on the seed alone, so a resumed run draws the
  /// same points and skips those that are done.
  private func draw() -> Int? {
    guard drawn.count < budget else { return nil }
    while true {
      let ordinal = Int(generator.next() % UInt64(space.count))
      if drawn.insert(ordinal).inserted { return ordinal }
    }
  }

  /// A neighbour of a point of the front, once a quarter of the points are drawn.
  private func neighbour() -> Int? {
    let members = front.ordinals
    guard drawn.count >= budget / 4, drawn.count < budget, !members.isEmpty else { return nil }
    for _ in 0..<64 {
      let from = members[Int(generator.next() % UInt64(members.count))]
      let axis = Int(generator.next() % UInt64(space.axes.count))
      let up = generator.next() & 1 == 1
      if let to = space.neighbour(of: from, axis: axis, up: up), drawn.insert(to).inserted {
        return to
      }
    }
    return nil
  }
}

/// The entries no other beats: frames per second up, LUT, BRAM, URAM, DSP and latency down.
public struct ParetoFront: Sendable {
  /// The points that no other point beats.
  public private(set) var entries: [SweepDatabase.Entry] = []

  /// Without any point.
  public init() {}

  var ordinals: [Int] { entries.map(\.ordinal) }
  var best: Double { entries.map(\.result.framesPerSecond).max() ?? 0 }

  /// Takes `entry` in if no point beats it, and drops those it beats.
  public mutating func add(_ entry: SweepDatabase.Entry) {
    let r = entry.result
    guard r.status == .complete, r.fits != false else { return }
    guard !entries.contains(where: { Self.covers($0.result, r) }) else { return }
    entries.removeAll { Self.covers(r, $0.result) }
    entries.append(entry)
  }

  private static func covers(_ a: SweepResult, _ b: SweepResult) -> Bool {
    a.framesPerSecond >= b.framesPerSecond && a.resources.lut <= b.resources.lut
      && a.resources.bram18 <= b.resources.bram18 && a.resources.uram <= b.resources.uram
      && a.resources.dsp <= b.resources.dsp && a.latencySeconds <= b.latencySeconds
  }
}
