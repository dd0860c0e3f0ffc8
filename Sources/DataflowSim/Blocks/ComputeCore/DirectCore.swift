/// A compute core fed word by word: VVAU_rtl, and MVAU_rtl with a single neuron fold.
///
/// ```
/// In[g] = C[g] = first cycle ≥ p(g) that is enabled and has a valid weight
/// ```
/// where p(g) is when activation word g is offered. The end-of-group flag is qualified by the
/// activation only, so every enabled cycle in which a group's last activation waits for its weight
/// emits a spurious result (docs/reference/hazards.md#mvu-weight-stall-last).
/// Source: docs/reference/rtl-rules.md#replay-buffer, #compute-core.
struct DirectCore<Core: CorePipeline>: Process {
  let input: Link
  let weights: WeightPort
  /// Slots per result (SF).
  let group: Int
  var core: Core
  private var position = 0

  init(input: Link, weights: WeightPort, group: Int, core: Core) {
    self.input = input
    self.weights = weights
    self.group = group
    self.core = core
  }

  @specialized(where Core == DotProductCore)
  @specialized(where Core == LockedCore)
  mutating func run() {
    repeat { _ = core.settle() } while step()
  }

  /// Fires slots as long as all they need is known; true if a result is due to be settled.
  private mutating func step() -> Bool {
    while true {
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return false
      }
      let offered = input.pointee.offered
      let isLast = position == group - 1
      guard let weightAt = weights.offered else {
        return isLast && !core.starve(from: offered) ? core.settle() : false
      }
      if isLast, offered < weightAt, !core.pushSpurious(from: offered, to: weightAt) {
        return core.settle()
      }
      let ready = max(offered, weightAt)
      guard let cycle = core.enabled(ready) else { return core.settle() }
      core.fire(1, from: cycle, ready: ready)
      input.pointee.read(at: cycle)
      weights.take(at: cycle)
      position = isLast ? 0 : position + 1
      if isLast {
        core.pushResult(at: cycle)
        _ = core.settle()
      }
    }
  }

  mutating func finish() { core.finish() }
  func deallocate() { core.deallocate() }
  var needsSilence: Bool { core.needsSilence }
  var isEndless: Bool { core.isEndless }
  var isStarving: Bool { core.isStarving }
  var losesPace: Bool { core.losesPace }
  var waitsForSilence: Cycle? { core.waitsForSilence }
  mutating func assumeSilence(before t: Cycle) { core.assumeSilence(before: t) }

  func listState(_ state: inout StateList) {
    state.phase(position)
    core.listState(&state)
  }
}
