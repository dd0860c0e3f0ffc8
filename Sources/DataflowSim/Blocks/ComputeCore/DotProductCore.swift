/// The compute core shared by MVAU_rtl and VVAU_rtl: a pipeline of `depth` enabled cycles that
/// freezes as a whole while a result has nowhere to go.
///
/// Slots g = 0, 1, … each consume one activation word and one weight word in cycle C[g]. The last
/// slot of a group of SF produces result k:
/// ```
/// E[k]   = the (depth+1)-th enabled cycle, counting C[last slot of group k] as the first
/// Out[k] offered from max(E[k], Out[k-1]) + 1
/// en = 0 exactly in the cycles E[k]+1 … Out[k-1], for every k with Out[k-1] > E[k]
/// ```
/// Results are kept by their maturity in *enabled time*, which counts enabled cycles only: there a
/// result matures a constant distance after its slot, and one freeze moves every pending result.
/// Source: docs/reference/rtl-rules.md#compute-core.
struct DotProductCore: CorePipeline {
  let output: Link
  let depth: Int
  /// Whether the multiplicand register loses a product when a freeze meets a missing operand
  /// (docs/reference/hazards.md#mvu-dsp48-frozen-zero).
  let losesFrozenProducts: Bool
  /// Whether a group's last activation pushes results while it waits for its weight
  /// (docs/reference/hazards.md#mvu-weight-stall-last).
  let pushesEarly: Bool

  /// Latest cycle in which a slot fired.
  private(set) var lastSlot = Cycle.never
  /// Slots fired so far.
  private(set) var slots = 0
  let log: CoreLog?

  /// Sum of all freezes decided, and of those that lie before the latest slot.
  private var frozenDecided = 0
  private var frozenPassed = 0
  /// Maturity in enabled time of results not yet offered.
  private var results: Ring<Cycle>
  /// Freezes decided that no slot has passed yet: cycles `start + 1 … end` are not enabled.
  private var freezes: Ring<Freeze>
  private var spuriousFrom = Cycle.never
  /// Spurious results since the last slot, and how many show that there is no end of them.
  private var unasked = 0
  private static let manyUnasked = 4096
  /// More are not put out while a weight is waited for, however far it is.
  private static let mostUnasked = 1 << 22
  private var hasStoppedEarly = false
  /// Whether weights come by a stream that may end.
  private let awaitsWeights: Bool
  /// Since when a group's last activation waits for a weight of which nothing is known.
  private var starvedFrom: Cycle?
  /// No weight comes before this cycle that is not known yet.
  private var silentUntil = Cycle.never

  private struct Freeze {
    var start: Cycle
    var end: Cycle
  }

  init(_ compute: ComputeSettings, depth: Int, _ ports: Ports) {
    output = ports.outputs[0]
    self.depth = depth
    losesFrozenProducts =
      compute.losesFrozenProducts && !ports.hazardsOff.contains(.frozenZero)
    pushesEarly = !ports.hazardsOff.contains(compute.surplusHazard)
    awaitsWeights = compute.weightStream == .external
    log = ports.coreLog
    // A result is pushed only in a cycle no later than the oldest pending one's maturity.
    results = Ring(capacity: depth + 3, filler: 0)
    freezes = Ring(capacity: depth + 3, filler: Freeze(start: 0, end: 0))
  }

  /// Offers every result whose predecessor has been taken.
  @inline(__always) mutating func settle() -> Bool {
    var moved = false
    while !results.isEmpty {
      guard output.pointee.isTaken else {
        output.pointee.writerWaits = true
        return moved
      }
      let previous = output.pointee.takenAt
      let matured = results.removeFirst() + frozenDecided
      if previous > matured {
        freezes.append(Freeze(start: matured, end: previous))
        frozenDecided += previous - matured
      }
      output.pointee.offer(at: max(matured, previous) + 1)
      moved = true
    }
    return moved
  }

  /// The first enabled cycle ≥ `t` after the last slot, or nil while that hangs on a result not
  /// yet settled.
  @inline(__always) func enabled(_ t: Cycle) -> Cycle? {
    var c = max(t, lastSlot + 1)
    for i in 0..<freezes.count {
      let freeze = freezes[i]
      if c <= freeze.start { return c }
      c = max(c, freeze.end + 1)
    }
    if !results.isEmpty, c > results[0] + frozenDecided { return nil }
    return c
  }

  /// How many slots may fire back to back from the enabled cycle `first` on before a freeze or a
  /// result not yet settled.
  @inline(__always) func run(from first: Cycle) -> Int {
    for i in 0..<freezes.count where first <= freezes[i].start {
      return freezes[i].start - first + 1
    }
    return results.isEmpty ? .max : results[0] + frozenDecided - first + 1
  }

  /// Fires `n` slots in the consecutive cycles from `first` on. `ready` is when the first slot's
  /// operands were there.
  @inline(__always) mutating func fire(_ n: Int, from first: Cycle, ready: Cycle) {
    if !freezes.isEmpty { passFreezes(before: first, ready: ready) }
    lastSlot = first + n - 1
    slots += n
    spuriousFrom = .never
    starvedFrom = nil
    unasked = 0
  }

  /// Moves past the freezes that lie before cycle `next`. The product of a slot that fired right
  /// before a freeze is lost unless the next operands were there in the freeze's first cycle.
  private mutating func passFreezes(before next: Cycle, ready: Cycle) {
    while !freezes.isEmpty, freezes[0].start < next {
      let freeze = freezes.removeFirst()
      frozenPassed += freeze.end - freeze.start
      if losesFrozenProducts, freeze.start == lastSlot, ready > freeze.start + 1 {
        log?.loseProduct(ofSlot: slots - 1)
      }
    }
  }

  /// Cycle `cycle` pushes a result into the pipeline.
  @inline(__always) mutating func pushResult(at cycle: Cycle) {
    results.append(cycle + depth - frozenPassed)
    log?.result(after: slots)
  }

  /// A group's last activation is there from `from` on, its weight only from `to`: every enabled
  /// cycle between pushes a spurious result. False while that hangs on a result not yet settled.
  mutating func pushSpurious(from: Cycle, to: Cycle) -> Bool {
    guard pushesEarly else { return true }
    var next = max(from, spuriousFrom)
    while next < to, unasked < Self.mostUnasked {
      guard let cycle = enabled(next) else {
        spuriousFrom = next
        return false
      }
      guard cycle < to else { break }
      // No slot fires here, so freezes are passed without a product at stake being replaced.
      passFreezes(before: cycle, ready: to)
      pushResult(at: cycle)
      log?.spurious += 1
      unasked += 1
      next = cycle + 1
      spuriousFrom = next
      _ = settle()
    }
    if next < to, unasked >= Self.mostUnasked { hasStoppedEarly = true }
    return true
  }

  /// The same before it is known when the weight comes, if ever: only silence tells that it does not.
  mutating func starve(from: Cycle) -> Bool {
    guard pushesEarly else { return true }
    starvedFrom = from
    return pushSpurious(from: from, to: silentUntil)
  }

  var needsSilence: Bool { pushesEarly && awaitsWeights }
  var waitsForSilence: Cycle? { starvedFrom.flatMap { enabled(max($0, spuriousFrom)) } }
  mutating func assumeSilence(before t: Cycle) { silentUntil = max(silentUntil, t) }
  /// Without a weight it puts out a word in every enabled cycle.
  var isEndless: Bool { hasStoppedEarly || starvedFrom != nil && unasked > Self.manyUnasked }
  /// Its surplus words are nobody's results.
  var isStarving: Bool { hasStoppedEarly || starvedFrom != nil && unasked > 0 }

  /// Nothing more comes: a slot right before a freeze has lost its product.
  mutating func finish() {
    passFreezes(before: .max, ready: .max)
    if isEndless { log?.isEndless = true }
  }

  func deallocate() {
    results.deallocate()
    freezes.deallocate()
  }

  func listState(_ state: inout StateList) {
    state.time(lastSlot)
    state.time(spuriousFrom)
    state.phase(results.count)
    for i in 0..<results.count { state.time(results[i] + frozenDecided) }
    state.phase(freezes.count)
    for i in 0..<freezes.count {
      state.time(freezes[i].start)
      state.time(freezes[i].end)
    }
  }
}
