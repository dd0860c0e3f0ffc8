/// The part of an RTL compute core behind its operands: where slots fire and results come out.
///
/// A core process (`DirectCore`, `ReplayCore`) brings the operands; when a slot may fire beside that, and
/// when a result leaves, differs from one generation of FINN to the next.
protocol CorePipeline {
  /// Latest cycle in which a slot fired.
  var lastSlot: Cycle { get }
  /// Offers every result whose predecessor has been taken; whether any was.
  mutating func settle() -> Bool
  /// The first cycle ≥ `t` after the last slot in which a slot may fire, or nil while that hangs on a
  /// result not yet settled. The next slot's operands are there no sooner than `t`.
  mutating func enabled(_ t: Cycle) -> Cycle?
  /// How many slots may fire back to back from the enabled cycle `first` on, as far as it is known.
  func run(from first: Cycle) -> Int
  /// Fires `n` slots in the consecutive cycles from `first` on. `ready` is when the first slot's
  /// operands were there.
  mutating func fire(_ n: Int, from first: Cycle, ready: Cycle)
  /// The slot that fired in cycle `cycle` ends a result.
  mutating func pushResult(at cycle: Cycle)
  /// A group's last activation is there from `from` on, its weight only from `to`. False while what
  /// comes of it hangs on a result not yet settled.
  mutating func pushSpurious(from: Cycle, to: Cycle) -> Bool
  /// The same where it is not known when the weight comes: what comes of it as far as silence is assumed.
  mutating func starve(from: Cycle) -> Bool
  /// See `Process`.
  var isEndless: Bool { get }
  /// See `Process`.
  var isStarving: Bool { get }
  /// See `Process`.
  var needsSilence: Bool { get }
  /// When nothing else can happen, the cycle from which it would have to be known that no slot fires, to
  /// go on; nil: it waits for nothing of the kind.
  var waitsForSilence: Cycle? { get }
  /// Nothing happens before cycle `t` that could be a slot or the taking of a word.
  mutating func assumeSilence(before t: Cycle)
  /// See `Process`.
  var losesPace: Bool { get }
  /// Nothing more comes.
  mutating func finish()
  func deallocate()
  func listState(_ state: inout StateList)
}

extension CorePipeline {
  mutating func starve(from: Cycle) -> Bool { true }
  var isEndless: Bool { false }
  var isStarving: Bool { false }
  var needsSilence: Bool { false }
  var losesPace: Bool { false }
  var waitsForSilence: Cycle? { nil }
  mutating func assumeSilence(before t: Cycle) {}
  mutating func finish() {}
}
