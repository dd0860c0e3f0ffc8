/// Where a long piece of work stands.
public struct WorkStep: Sendable, Equatable {
  /// What is being done.
  public var phase: String
  /// How much of how much; 0 of 0 where that is not known.
  public var done: Int
  public var total: Int
  /// The best found so far, in a few words.
  public var best: String?

  /// A step of `done` of `total` (0: not known), and the best so far.
  public init(phase: String, done: Int = 0, total: Int = 0, best: String? = nil) {
    self.phase = phase
    self.done = done
    self.total = total
    self.best = best
  }
}

/// Says where a long piece of work stands to whoever listens; without a listener it costs next to nothing.
///
/// A listener hears of the work it is bound to and of nothing else, on whatever threads `Parallel` spreads it,
/// so that two pieces of work in one process do not meet.
public enum WorkProgress {
  /// Is told every step, from any thread.
  public typealias Listener = @Sendable (WorkStep) -> Void

  @TaskLocal private static var listener: Listener?

  /// Runs `body`; `listener` hears of every step, from several threads at once.
  public static func listening<T>(_ listener: @escaping Listener, _ body: () throws -> T) rethrows
    -> T
  {
    try $listener.withValue(listener, operation: body)
  }

  /// Runs `body` as a part of a larger piece: its steps are told as steps of `phase`.
  package static func part<T>(_ phase: String, best: String? = nil, _ body: () throws -> T) rethrows
    -> T
  {
    guard let listener else { return try body() }
    return try listening(
      { step in
        listener(
          WorkStep(
            phase: "\(phase): \(step.phase)", done: step.done, total: step.total,
            best: best ?? step.best))
      }, body)
  }

  /// Says where the work stands.
  package static func tell(
    _ phase: @autoclosure () -> String, _ done: Int = 0, of total: Int = 0,
    best: @autoclosure () -> String? = nil
  ) {
    guard let listener else { return }
    listener(WorkStep(phase: phase(), done: done, total: total, best: best()))
  }

  /// Whoever listens here, for work on other threads.
  static var current: Listener? { listener }
}
