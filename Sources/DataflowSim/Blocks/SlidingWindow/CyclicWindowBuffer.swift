/// ConvolutionInputGenerator_rtl, default style: a cyclic buffer of B words, written and read side by
/// side.
///
/// With A[i] the cycle that accepts word i, F[k] the fetch and O[k] the handshake of output k, all within
/// one frame of N words in and K words out:
/// ```
/// F[k] = max(A[need[k]] + 1, O[k-1]);  F[0] = A[need[0]] + 1
/// O[k] offered from F[k] + 1
/// A[i] = max(p(i), A[i-1] + 1, F[r(i-B)] + 1)   where fetch r(j) is the one that releases word j
/// A[0] of the next frame ≥ 1 + max(O[K-1], A[N-1])
/// ```
/// Word j is released once min(keep, need of the next fetch) exceeds j; `keep` moves to the start
/// of the next window as soon as the first word of a window has been fetched (depthwise with
/// several folds: to the next fold). After the last fetch everything is released. Outputs stream as
/// words arrive; the unit does not wait for a complete window.
/// Source: docs/reference/sliding-windows.md#default-style.
struct CyclicWindowBuffer: Process {
  let input: Link
  let output: Link
  /// Of asking others whether they take a whole run.
  var patience = RunPatience()
  let frameWords: Int
  let capacity: Int
  private let span: Int
  private let fold: Int
  let windows: Int
  let windowsPerRow: Int
  /// From a window's start to that of its right neighbour, and to the start of the next row's first.
  let step: Int
  let rowStep: Int
  /// The words of a window in output order, relative to its start.
  let offsets: UnsafeMutablePointer<Int>
  let elements: Int
  /// Elements per depthwise group; all of them if `keep` moves once per window.
  let groupSize: Int

  /// Accept time of each held word, then its release time; word i in slot i mod size.
  let slots: UnsafeMutablePointer<Cycle>
  let mask: Int

  // Writing side.
  var accepted = 0
  var lastAccept = Cycle.never
  /// 1 + max(O[K-1], A[N-1]) of the frame before.
  var frameStart = Cycle.never

  // Reading side.
  var window = 0
  var column = 0
  var element = 0
  var start = 0
  /// Start of the next window.
  private var nextStart = 0
  /// First element of the next group.
  var groupStart = 0
  /// Words before this one are needed no more, but for the next fetch.
  var keep = 0
  var released = 0
  var allFetched = false
  var isOffered = false
  var lastFetch = Cycle.never

  init(input: Link, output: Link, geometry: WindowGeometry) {
    self.input = input
    self.output = output
    frameWords = geometry.inputWords
    capacity = geometry.bufferDepth
    span = geometry.span
    fold = geometry.fold
    windows = geometry.windows
    windowsPerRow = geometry.outputW
    step = geometry.strideW * geometry.fold
    rowStep = geometry.start(geometry.outputW) - geometry.start(geometry.outputW - 1)
    let order = geometry.offsets
    elements = order.count
    offsets = .allocate(capacity: elements)
    offsets.initialize(from: order, count: elements)
    groupSize =
      geometry.isDepthwise && geometry.fold > 1 ? geometry.kernelH * geometry.kernelW : elements
    var size = 1
    while size < capacity { size *= 2 }
    mask = size - 1
    slots = .allocate(capacity: size)
    slots.initialize(repeating: .never, count: size)
    beginWindow()
  }

  func deallocate() {
    slots.deallocate()
    offsets.deallocate()
  }

  mutating func run() {
    while true {
      accept()
      emit()
      let mayAccept = accepted < acceptable
      guard mayAccept && input.pointee.available > 0 || endFrame() else {
        if mayAccept { input.pointee.readerWaits = true }
        return
      }
    }
  }

  /// Words of the frame that have room: word i − B has been released, or all fetches of the frame are done.
  private var acceptable: Int { allFetched ? frameWords : min(frameWords, released + capacity) }

  /// Accepts the words that are offered and have room.
  private mutating func accept() {
    let limit = acceptable
    while accepted < limit, input.pointee.available > 0 {
      acceptRun(min(limit - accepted, input.pointee.readable))
    }
  }

  private mutating func acceptRun(_ n: Int) {
    var (reads, t) = (input.pointee.reads, max(lastAccept, frameStart - 1))
    for word in accepted..<accepted + n {
      // Until word B there is room from the start; beyond the released words only the last fetch
      // lifted the rule.
      let before = word - capacity
      let room = before < 0 ? .never : before < released ? slots[before & mask] : lastFetch
      let arrival = reads.arrival
      t = max(arrival, room + 1, t + 1)
      reads.take(at: t, arrival)
      slots[word & mask] = t
    }
    input.pointee.finish(reads, at: t)
    lastAccept = t
    accepted += n
  }

  /// Fetches and offers the words that have arrived.
  private mutating func emit() {
    guard !allFetched else { return }
    while true {
      guard output.pointee.isTaken else {
        output.pointee.writerWaits = true
        return
      }
      guard start + offsets[element] < accepted else { return }
      let room = output.pointee.writable
      if room > 0, emitEvenly() { continue }
      guard room > 0 ? emitRun(room) : emitOne() else { return }
    }
  }

  /// Emits up to `n` words that have arrived and have room; false after the frame's last.
  private mutating func emitRun(_ n: Int) -> Bool {
    var (writes, taken) = (output.pointee.writes, output.pointee.takenAt)
    defer { output.pointee.finish(writes, at: taken) }
    var left = n
    while left > 0 {
      let need = start + offsets[element]
      guard need < accepted else { break }
      if released == keep, element < groupStart - 1 {
        left -= emitHeld(min(left, groupStart - 1 - element), &writes, &taken)
        continue
      }
      fetch(need, taken)
      taken = writes.admit(from: lastFetch + 1)
      left -= 1
      guard advance() else { return false }
    }
    return true
  }

  private static let nextLook = 4

  /// Emits up to `n` words in the middle of a group, the first of which has arrived. Nothing is released
  /// after them: most of a window.
  @inline(__always)
  private mutating func emitHeld(_ n: Int, _ writes: inout WriteRun, _ taken: inout Cycle) -> Int {
    let (slots, mask, offsets) = (slots, mask, offsets + element)
    let (start, accepted) = (start, accepted)
    var (fetched, t, done, look) = (lastFetch, taken, 0, 1)
    while done < n {
      let need = start &+ offsets[done]
      guard need < accepted else { break }
      fetched = max(slots[need & mask] &+ 1, t)
      t = writes.admit(from: fetched &+ 1)
      done &+= 1
      guard done == look, n &- done > 1 else { continue }
      // Most words have been there for long, the last of a group coming last, and leave one a cycle.
      look &+= Self.nextLook
      let last = start &+ offsets[n &- 1]
      guard last < accepted, slots[last & mask] < t else { continue }
      let more = writes.admitSteadily(n &- done, after: t)
      if more > 0 { (t, fetched, done) = (t &+ more, t &+ more &- 1, done &+ more) }
    }
    (lastFetch, taken) = (fetched, t)
    element += done
    return done
  }

  /// Offers a word that has arrived where no room for it is known.
  private mutating func emitOne() -> Bool {
    fetch(start + offsets[element], output.pointee.takenAt)
    output.pointee.offer(at: lastFetch + 1)
    return advance()
  }

  /// Fetches word `need`, the handshake of the output before it being at `taken`.
  @inline(__always) private mutating func fetch(_ need: Int, _ taken: Cycle) {
    let arrived = slots[need & mask] + 1
    lastFetch = isOffered ? max(arrived, taken) : arrived
    isOffered = true
  }

  /// Moves on to the next fetch and releases what it needs no more; false after the frame's last.
  @inline(__always) mutating func advance() -> Bool {
    if element == groupStart { enterGroup() }
    element += 1
    if element == elements {
      guard nextWindow() else { return false }
    }
    let bound = min(keep, start + offsets[element])
    if bound > released { release(upTo: bound) }
    return true
  }

  /// The first word of a group has been fetched, so `keep` moves on: to the next fold of the window, or
  /// from the last group to the next window.
  private mutating func enterGroup() {
    groupStart += groupSize
    if groupStart < elements {
      keep = start + groupStart / groupSize
    } else if window + 1 < windows {
      keep = nextStart
    } else {
      keep = start + span - 1 + (groupSize == elements ? 0 : fold - 1)
    }
  }

  /// A word released before it arrives keeps its accept time, which never delays word j + B.
  private mutating func release(upTo bound: Int) {
    var word = released
    let end = min(bound, accepted)
    while word < end {
      slots[word & mask] = lastFetch
      word += 1
    }
    released = bound
  }

  /// Moves to the next window; false after the last.
  private mutating func nextWindow() -> Bool {
    window += 1
    guard window < windows else {
      allFetched = true
      return false
    }
    start = nextStart
    column = column + 1 == windowsPerRow ? 0 : column + 1
    beginWindow()
    return true
  }

  private mutating func beginWindow() {
    element = 0
    groupStart = 0
    nextStart = start + (column + 1 == windowsPerRow ? rowStep : step)
  }

  /// Starts the next frame once all words are in and all outputs are taken.
  private mutating func endFrame() -> Bool {
    guard allFetched, accepted == frameWords else { return false }
    guard output.pointee.isTaken else {
      output.pointee.writerWaits = true
      return false
    }
    frameStart = 1 + max(output.pointee.takenAt, lastAccept)
    accepted = 0
    released = 0
    window = 0
    column = 0
    start = 0
    keep = 0
    isOffered = false
    allFetched = false
    beginWindow()
    return true
  }

  func listState(_ state: inout StateList) {
    state.phase(accepted)
    state.phase(released)
    state.phase(window)
    state.phase(element)
    state.phase(isOffered ? 1 : 0)
    state.time(frameStart)
    state.time(lastAccept)
    state.time(lastFetch)
    for i in max(0, accepted - capacity)..<accepted { state.time(slots[i & mask]) }
  }
}
