/// Words at even distances: word k in cycle `first + k · stride`.
public struct EvenRun: Sendable, Equatable {
  /// The cycle of the first word.
  public var first: Cycle
  /// Cycles from each word to the next, at least 1.
  public var stride: Int
  /// How many words.
  public var count: Int

  /// A run of `count` words, the first in cycle `first`.
  public init(first: Cycle, stride: Int, count: Int) {
    self.first = first
    self.stride = stride
    self.count = count
  }

  @inline(__always) var last: Cycle { first &+ (count &- 1) &* stride }
  @inline(__always) subscript(_ k: Int) -> Cycle { first &+ k &* stride }

  /// The same run, no longer than `count`.
  @inline(__always) func prefix(_ count: Int) -> EvenRun {
    EvenRun(first: first, stride: stride, count: max(0, min(count, self.count)))
  }

  /// The same run without its first `k` words.
  @inline(__always) func dropFirst(_ k: Int) -> EvenRun {
    EvenRun(first: self[k], stride: stride, count: count &- k)
  }

  /// The words as somebody takes them who is ready for the first in cycle `ready`, and for each other `pace`
  /// cycles after the one before; none where that is not even.
  @inline(__always) func taken(from ready: Cycle, pace: Int) -> EvenRun {
    if ready <= first { return stride >= pace ? self : prefix(0) }
    return stride == pace ? EvenRun(first: ready, stride: stride, count: count) : prefix(0)
  }

  /// Words a run must have to be worth asking others about.
  static let leastWorth = 4
}

/// How long a process that asked for nothing goes without asking again.
struct RunPatience {
  private var left = 0
  private var span = 1

  /// Whether to ask now.
  @inline(__always) mutating func asks() -> Bool {
    guard left > 0 else { return true }
    left -= 1
    return false
  }

  @inline(__always) mutating func note(_ succeeded: Bool) {
    span = succeeded ? 1 : min(2 * span, 64)
    left = span - 1
  }
}
