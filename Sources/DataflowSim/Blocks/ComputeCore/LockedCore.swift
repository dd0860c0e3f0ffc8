/// The compute core of FINN's development branch: it never stops; a lock keeps operands out instead.
///
/// Slot g takes its operands in cycle C[g]; result k, of the slots of group k, is in the output queue
/// `depth` (D) cycles after its last slot:
/// ```
/// V[k]   = C[last slot of k] + D
/// J[k]   = max(V[k] + 1, Out[k-1])       from the queue to the output register
/// Out[k] offered from J[k] + 1
/// ```
/// Results k0 … k1 are a busy period if each but the first is in the queue before the one in front of it
/// has left (V[k] ≤ J[k-1]). Let b be the first cycle of it in which a result waits behind a blocked
/// register. No slot fires in the cycles b + 1 … J[k1] + 1.
///
/// The slots taken until then may be more results than the queue holds. It is a shift register of
/// `queueSize` + 1 (M + 1) words and a signed pointer to the oldest of them. A result read from behind its
/// end is undefined. Where the pointer overflows, which takes one word more than the next power of two
/// holds, it counts as empty: what waits is lost, and so is what comes until it has counted up to zero.
/// Source: docs/reference/development-branch.md#multiply-cores;
/// docs/reference/hazards.md#mvu-queue-overflow.
struct LockedCore: CorePipeline {
  let output: Link
  let shape: LockedCoreShape
  private let depth: Int
  private(set) var lastSlot = Cycle.never
  /// When the latest result left the queue.
  private var lastMove = Cycle.never
  /// When results that have not left the queue come to it.
  private var results: Ring<Cycle>
  /// Locks decided that no slot has passed yet: no slot fires in the cycles `start + 1 … end`.
  private var locks: Ring<Lock>
  /// Where the current busy period's lock starts, its end not being known yet; `.max`: it has none.
  private var openLock = Cycle.max
  /// Up to this cycle, and including it, slots fire whatever else there is to know.
  private var horizon = Self.endless
  private static let endless = Cycle.max >> 1

  // What only a queue that can overflow needs.
  private let loses: Bool
  private let log: CoreLog?
  /// Whether somebody wants to know what came out, word by word.
  private let tellsWords: Bool
  /// Words the queue holds, and words from which on its pointer overflows.
  private let room: Int
  private let limit: Int
  /// Results that will vanish while the pointer is negative.
  private var vanishing = 0
  /// The number of the oldest result in `results`.
  private var number = 0
  /// The next slot fires no sooner.
  private var noSlotBefore = Cycle.never
  /// The word in the output register is taken no sooner, as far as it is offered.
  private var notTakenBefore = Cycle.never
  /// The oldest result is read from behind the queue's end.
  private var isUndefined = false

  private struct Lock {
    var start: Cycle
    var end: Cycle
  }

  init(_ shape: LockedCoreShape, _ ports: Ports) {
    output = ports.outputs[0]
    self.shape = shape
    depth = shape.depth
    loses = shape.canOverflow && !ports.hazardsOff.contains(.queueOverflow)
    log = loses ? ports.coreLog : nil
    log?.tellsWords = true
    tellsWords = log?.keepsSlots ?? false
    room = shape.queueSize + 1
    limit = loses ? shape.pointerRange : .max
    results = Ring(capacity: shape.depth + 8, filler: 0)
    locks = Ring(capacity: shape.depth + 8, filler: Lock(start: 0, end: 0))
  }

  @inline(__always) mutating func settle() -> Bool {
    guard !results.isEmpty else { return false }
    let isTaken = output.pointee.isTaken
    return mayMove(isTaken) && settleAll(isTaken)
  }

  /// Whether the oldest result may leave, or be lost. If not, the writer waits.
  @inline(__always) private func mayMove(_ isTaken: Bool) -> Bool {
    if isTaken || results.count > limit { return true }
    output.pointee.writerWaits = true
    return false
  }

  private mutating func settleAll(_ isTaken: Bool) -> Bool {
    var (moved, isTaken) = (false, isTaken)
    repeat {
      let arrival = results[0]
      let move = isTaken ? max(arrival &+ 1, output.pointee.takenAt) : .max
      if loses, !fits(leaving: move) {
        let fate = checkQueue(taken: isTaken ? output.pointee.takenAt : nil)
        if fate == .unknown { break }
        if fate == .overflows {
          moved = true
          continue
        }
      }
      guard isTaken else {
        output.pointee.writerWaits = true
        break
      }
      _ = results.removeFirst()
      leave(arrival, at: move)
      moved = true
      isTaken = output.pointee.isTaken
    } while !results.isEmpty && mayMove(isTaken)
    findHorizon()
    return moved
  }

  /// The oldest result, in the queue since `arrival`, goes to the output register.
  @inline(__always) private mutating func leave(_ arrival: Cycle, at move: Cycle) {
    if openLock != .max, arrival > lastMove { closeLock() }
    let free = max(arrival, lastMove) &+ 1
    if move > free, openLock == .max { openLock = free }
    lastMove = move
    if tellsWords { noteWord() }
    output.pointee.offer(at: move &+ 1)
  }

  /// The queue has drained, and what comes to it is another busy period.
  private mutating func closeLock() {
    locks.append(Lock(start: openLock, end: lastMove + 1))
    openLock = .max
  }

  @inline(__always) mutating func enabled(_ t: Cycle) -> Cycle? {
    let c = max(t, lastSlot &+ 1)
    noSlotBefore = max(noSlotBefore, c)
    if c <= horizon { return c }
    return openLock == .max && locks.isEmpty ? nil : enabledLater(c)
  }

  /// The same behind the horizon.
  private mutating func enabledLater(_ t: Cycle) -> Cycle? {
    var c = t
    for i in 0..<locks.count {
      let lock = locks[i]
      if c <= lock.start { return c }
      c = max(c, lock.end &+ 1)
    }
    // All slots before the lock have fired, so what is pending is all that can prolong it.
    let isLonger = c > openLock && !results.isEmpty && results[0] <= lastMove
    if !isLonger {
      if c > openLock { c = max(c, lastMove &+ 2) }
      if results.isEmpty || c <= max(results[0], lastMove) &+ 1 { return c }
    }
    return nil
  }

  @inline(__always) func run(from first: Cycle) -> Int {
    first <= horizon ? horizon &- first &+ 1 : runLater(from: first)
  }

  private func runLater(from first: Cycle) -> Int {
    for i in 0..<locks.count where first <= locks[i].start { return locks[i].start &- first &+ 1 }
    if openLock != .max, first <= openLock { return openLock &- first &+ 1 }
    return results.isEmpty ? .max : max(results[0], lastMove) &+ 2 &- first
  }

  @inline(__always) mutating func fire(_ n: Int, from first: Cycle, ready: Cycle) {
    if first > horizon { passLocks(before: first) }
    lastSlot = first &+ n &- 1
  }

  private mutating func passLocks(before first: Cycle) {
    while !locks.isEmpty, locks[0].start < first { _ = locks.removeFirst() }
    if openLock < first { openLock = .max }
    findHorizon()
  }

  @inline(__always) private mutating func findHorizon() {
    var cycle = results.isEmpty ? Self.endless : max(results[0], lastMove) &+ 1
    if !locks.isEmpty { cycle = min(cycle, locks[0].start) }
    horizon = min(cycle, openLock)
  }

  @inline(__always) mutating func pushResult(at cycle: Cycle) {
    guard vanishing == 0 else {
      vanishing -= 1
      number += 1
      log?.strike(.queueOverflow)
      return
    }
    let arrival = cycle &+ depth
    if results.isEmpty { horizon = min(horizon, max(arrival, lastMove) &+ 1) }
    results.append(arrival)
  }

  /// The end of a group waits for its weight as every slot does.
  @inline(__always) mutating func pushSpurious(from: Cycle, to: Cycle) -> Bool { true }

  func deallocate() {
    results.deallocate()
    locks.deallocate()
  }

  func listState(_ state: inout StateList) {
    state.time(lastSlot)
    state.time(lastMove)
    state.phase(openLock == .max ? 0 : 1)
    state.time(openLock == .max ? .never : openLock)
    state.phase(vanishing)
    state.phase(results.count)
    for i in 0..<results.count { state.time(results[i]) }
    state.phase(locks.count)
    for i in 0..<locks.count {
      state.time(locks[i].start)
      state.time(locks[i].end)
    }
  }
}

// A queue that can overflow.
extension LockedCore {
  private enum Fate {
    case leaves
    case overflows
    case unknown
  }

  /// Whether all results that come before the oldest one leaves, in cycle `move`, fit into the queue.
  @inline(__always) private func fits(leaving move: Cycle) -> Bool {
    results.count > room ? results[room] >= move : move <= lastSlot &+ 1 &+ depth
  }

  /// The oldest result leaves the queue.
  private mutating func noteWord() {
    log?.put(isUndefined ? .undefined(number) : .whole(number))
    isUndefined = false
    number += 1
  }

  /// Decides what becomes of the oldest result before it leaves the queue: whether the pointer overflows
  /// before that, and whether it is read from behind the end. Unknown while a slot that has not fired yet
  /// could change that.
  ///
  /// - Parameter taken: when the word before it is taken; nil: not known yet.
  private mutating func checkQueue(taken: Cycle?) -> Fate {
    if results.count > limit, results[limit] < taken ?? notTakenBefore {
      overflow()
      return .overflows
    }
    guard let taken else { return .leaves }
    let leaves = max(results[0] + 1, taken)
    guard !mayGrow(before: leaves) else { return .unknown }
    isUndefined = results.count > room && results[room] < leaves
    if isUndefined { log?.strike(.queueOverflow) }
    return .leaves
  }

  /// The cycle after which no slot fires while the oldest result waits.
  private var lockFrom: Cycle { min(openLock, max(results[0], lastMove) + 1) }

  /// Whether slots that may still fire before the lock could bring more results than the queue holds.
  private func mayGrow(before leaves: Cycle) -> Bool {
    let first = max(noSlotBefore, lastSlot + 1)
    let slots = min(lockFrom, leaves - 1 - shape.depth) - first + 1
    guard slots > 0 else { return false }
    return results.count + slots.dividedUp(by: shape.fold) > room
  }

  private mutating func overflow() {
    locks.append(Lock(start: lockFrom, end: results[limit] + 1))
    openLock = .max
    vanishing = limit - 1
    for _ in 0...limit { vanish() }
    while vanishing > 0, !results.isEmpty {
      vanishing -= 1
      vanish()
    }
  }

  private mutating func vanish() {
    _ = results.removeFirst()
    number += 1
    log?.strike(.queueOverflow)
  }

  var needsSilence: Bool { loses }

  /// Results that come sooner are one busy period with those before them, whose lock keeps slots out for longer.
  var losesPace: Bool { true }

  var waitsForSilence: Cycle? {
    guard loses, !results.isEmpty else { return nil }
    guard output.pointee.isTaken else {
      return results.count > limit ? max(results[limit], notTakenBefore) : nil
    }
    let leaves = max(results[0] + 1, output.pointee.takenAt)
    return mayGrow(before: leaves) ? max(noSlotBefore, lastSlot + 1) : nil
  }

  mutating func assumeSilence(before t: Cycle) {
    // No further than is waited for: what is decided now may make something happen after that.
    if output.pointee.isTaken {
      noSlotBefore = max(noSlotBefore, min(t, lockFrom + 1))
    } else {
      notTakenBefore = max(notTakenBefore, min(t, results[limit] + 1))
    }
  }
}
