/// The process of an HLS block: its program, with one pipelined loop at work at a time.
///
/// Iteration i is issued in stage 0, where it reads; its words are written in stage W. While a word has
/// to wait, the whole pipeline stands still, bubbles in place. *Enabled time* counts the cycles in which
/// it does not: there every iteration is W behind its issue, whatever happened in between.
/// ```
/// E[i] = max(E[i-1] + II, arrival of the words it reads)   in enabled time
/// O[k] = E + W                                              in enabled time
/// ```
/// What stands still when:
/// - `.untilRoom` (call): stage W is the last. A word waits there for room, so cycles from E + W up to
///   O[k] − 1 are not enabled.
/// - `.untilLeft` (continuous): the iteration of a word stays in the stage behind W until its word has
///   left the output slice in cycle L[k]. Cycles O[k] + 1 … L[k] − 1 are not enabled; room is always there.
///
/// What one iteration reads and writes is in `HLSPipelineWords.swift`, several iterations at once in
/// `HLSPipelineBatches.swift`.
///
/// Source: docs/reference/hls-rules.md.
struct HLSPipeline: Process {
  enum Freeze {
    case untilRoom
    case untilLeft
  }

  let inputs: UnsafeMutableBufferPointer<Link>
  let outputs: UnsafeMutableBufferPointer<Link>
  let freeze: Freeze
  let writeStage: Int
  let interval: Int
  var cursor: HLSCursor
  var step = HLSCursor.Step.wait(0)

  /// The latest issue slot in enabled time.
  var slot: Cycle
  /// Cycles not enabled: those before `slot`, and all that are known.
  var passed = 0
  var decided = 0
  /// Words issued and not yet written.
  var results: Ring<Result>
  /// Stretches that are not enabled and lie behind `slot`.
  var freezes: Ring<Stretch>
  /// Enabled time of the write whose words have not been seen to leave.
  var leaving = Cycle.never
  private var leavingPorts: UInt32 = 0
  /// Outputs written since the program last drained.
  var undrained: UInt32 = 0
  var isOrdered = false
  /// Of asking others whether they take a whole run.
  var patience = RunPatience()

  struct Result {
    /// When it reaches the write stage, in enabled time.
    var mature: Cycle
    var ports: UInt32
  }

  struct Stretch {
    /// Enabled time of the first enabled cycle behind it.
    var start: Cycle
    var length: Int
  }

  /// - Parameter first: the first step begins no earlier than this cycle.
  init(
    _ ports: Ports, _ frame: [HLSStep], freeze: Freeze, writeStage: Int, interval: Int = 1,
    first: Cycle = 0
  ) {
    inputs = .allocate(capacity: ports.inputs.count)
    _ = inputs.initialize(from: ports.inputs)
    outputs = .allocate(capacity: ports.outputs.count)
    _ = outputs.initialize(from: ports.outputs)
    self.freeze = freeze
    self.writeStage = writeStage
    self.interval = interval
    cursor = HLSCursor(frame, joinsLast: writeStage > 0 || freeze == .untilLeft)
    slot = first - 1
    if case .untilLeft = freeze { slot = first - interval }
    results = Ring(capacity: 8, filler: Result(mature: 0, ports: 0))
    freezes = Ring(capacity: 8, filler: Stretch(start: 0, length: 0))
  }

  func deallocate() {
    inputs.deallocate()
    outputs.deallocate()
    cursor.deallocate()
    results.deallocate()
    freezes.deallocate()
  }

  mutating func run() {
    guard !cursor.isEmpty else { return }
    repeat { settle() } while advance()
    settle()
    // Those that have become known since iterations without a stream went on.
    passFreezes()
  }

  /// One step of the program as far as words and room allow; false when something is missing.
  private mutating func advance() -> Bool {
    switch step {
    case .run(let run):
      var run = run
      let isDone = issue(&run)
      guard isDone else {
        step = .run(run)
        return false
      }
    case .wait(let n): slot += n
    case .enter: slot += 1 - interval
    case .finish(let stages): guard finish(stages) else { return false }
    case .read(let ports): guard read(ports) else { return false }
    case .write(let ports): guard write(ports) else { return false }
    case .drain: guard drain() else { return false }
    case .begin, .end: break
    }
    step = cursor.next()
    return true
  }

  func listState(_ state: inout StateList) {
    cursor.listState(&state)
    // Of an order it is the same when its first words were taken, and whether as a part of it.
    if case .run(let run) = step {
      state.phase(isOrdered ? inputs[0].pointee.wordsOrdered : run.count)
    } else {
      state.phase(-1)
    }
    state.phase(isOrdered ? 1 : 0)
    state.phase(Int(undrained))
    state.phase(leaving == .never ? 0 : Int(leavingPorts))
    state.time(isOrdered ? inputs[0].pointee.orderLast : slot + passed)
    state.time(leaving == .never ? .never : leaving + decided)
    state.phase(results.count)
    for i in 0..<results.count {
      state.time(results[i].mature + decided)
      state.phase(Int(results[i].ports))
    }
    state.phase(freezes.count)
    var before = passed
    for i in 0..<freezes.count {
      state.time(freezes[i].start + before)
      before += freezes[i].length
      state.time(freezes[i].start + before)
    }
  }
}

// Between the loops.
extension HLSPipeline {
  /// The loop is left: its words are written, and enabled time is time again.
  private mutating func finish(_ stages: Int) -> Bool {
    guard results.isEmpty else { return false }
    slot += decided + (stages > 0 ? interval + stages - 1 : 0)
    (passed, decided) = (0, 0)
    while !freezes.isEmpty { _ = freezes.removeFirst() }
    return true
  }

  private mutating func read(_ ports: UInt32) -> Bool {
    guard let arrival = arrival(of: ports) else { return false }
    slot = max(slot + 1, arrival)
    take(ports, at: slot)
    return true
  }

  private mutating func write(_ ports: UInt32) -> Bool {
    guard let room = room(for: ports) else { return false }
    let ready = slot + 1
    slot = max(ready, room)
    put(ports, at: slot, readySince: ready)
    return true
  }

  private mutating func drain() -> Bool {
    guard let left = left(undrained, noting: false) else { return false }
    slot = max(slot + 1, left)
    undrained = 0
    return true
  }
}

// The loop.
extension HLSPipeline {
  /// Enabled time that is not understood yet: whether the pipeline stands still there hangs on a word that
  /// has not found room or has not left.
  private var horizon: Cycle {
    switch freeze {
    case .untilRoom: results.isEmpty ? .max : results[0].mature
    case .untilLeft: leaving == .never ? .max : leaving + 1
    }
  }

  mutating func freeze(from start: Cycle, for length: Int) {
    guard length > 0 else { return }
    if freezes.isFull { freezes.grow(filler: Stretch(start: 0, length: 0)) }
    freezes.append(Stretch(start: start, length: length))
    decided += length
  }

  /// Writes what is due and looks what has left, as far as known.
  @inline(__always) mutating func settle() {
    if results.isEmpty, leaving == .never { return }
    switch freeze {
    case .untilRoom: writeWhatHasRoom()
    case .untilLeft: writeWhatMayFollow()
    }
  }

  private mutating func writeWhatHasRoom() {
    while !results.isEmpty {
      if results[0].ports == 1, outputs[0].pointee.writable > 0 {
        writeToOne()
        continue
      }
      guard let room = room(for: results[0].ports) else { return }
      let result = results.removeFirst()
      let ready = result.mature + decided
      freeze(from: result.mature, for: room - ready)
      put(result.ports, at: max(ready, room), readySince: ready)
    }
  }

  /// Results for output 0 alone, as many as it has room for.
  private mutating func writeToOne() {
    var writes = outputs[0].pointee.writes
    var (left, t) = (outputs[0].pointee.writable, outputs[0].pointee.lastWrite)
    while left > 0, !results.isEmpty, results[0].ports == 1 {
      let mature = results.removeFirst().mature
      let ready = mature + decided
      let free = writes.room
      let room = max(t + 1, free)
      freeze(from: mature, for: room - ready)
      t = max(ready, room)
      writes.admit(at: t, readySince: ready, free)
      left -= 1
    }
    outputs[0].pointee.finish(writes, at: t)
    undrained |= 1
  }

  private mutating func writeWhatMayFollow() {
    while true {
      if leaving != .never {
        guard let left = left(leavingPorts, noting: true) else { return }
        freeze(from: leaving &+ 1, for: left &- (leaving &+ decided) &- 1)
        leaving = .never
      }
      guard !results.isEmpty else { return }
      let result = results.removeFirst()
      let t = result.mature &+ decided
      put(result.ports, at: t, readySince: t)
      (leaving, leavingPorts) = (result.mature, result.ports)
    }
  }

  /// The first slot from `earliest` on (enabled time) that is no earlier than `arrival` (time); nil while
  /// that is not understood.
  private mutating func place(_ earliest: Cycle, arrival: Cycle) -> Cycle? {
    var slot = earliest
    while true {
      slot = max(slot, arrival &- passed)
      if !freezes.isEmpty, slot >= freezes[0].start {
        passed += freezes[0].length
        slot = max(earliest, freezes.removeFirst().start)
        continue
      }
      if slot < horizon { return slot }
      let before = horizon
      settle()
      if horizon == before { return nil }
    }
  }

  /// Iterations of a run, as many as words and room allow; true when all have been issued.
  @inline(__always) private mutating func issue(_ run: inout LoopCursor.Run) -> Bool {
    switch (run.reads, run.writes) {
    case (0, 0):
      // Nothing in enabled time can hold up an iteration that touches no stream.
      slot += run.count * run.every * interval
      run.count = 0
      passFreezes()
      return true
    case (1, _) where run.last != 0 || run.writes == 0: return readOnly(&run)
    case (0, 1): return batches(&run, NoInput(), OneOutput(outputs[0]))
    case (1, 1): return batches(&run, OneInput(inputs[0]), OneOutput(outputs[0]))
    case (2, 0): return batches(&run, OneInput(inputs[1]), NoOutput())
    case (2, 1): return batches(&run, OneInput(inputs[1]), OneOutput(outputs[0]))
    case (3, 0): return batches(&run, TwoInputs(inputs[0], inputs[1]), NoOutput())
    case (3, 1): return batches(&run, TwoInputs(inputs[0], inputs[1]), OneOutput(outputs[0]))
    case (1, 3): return batches(&run, OneInput(inputs[0]), TwoOutputs(outputs[0], outputs[1]))
    default:
      while run.count > 0 { guard issueOne(&run) else { return false } }
      return true
    }
  }

  /// Iterations that only read input 0, but for the last. When nothing can freeze them they are ordered: each
  /// is issued when its word is there, whatever becomes of what the last one writes.
  @inline(__always) private mutating func readOnly(_ run: inout LoopCursor.Run) -> Bool {
    let input = inputs[0]
    let pace = run.every * interval
    if isOrdered {
      guard input.pointee.isOrderFilled else { return false }
      isOrdered = false
      endReads(&run)
      return true
    }
    while run.count > 0 {
      if results.isEmpty, leaving == .never, freezes.isEmpty {
        input.pointee.order(run.count, after: slot + passed, pace: pace)
        isOrdered = !input.pointee.isOrderFilled
        guard !isOrdered else { return false }
        endReads(&run)
        return true
      }
      run.writes = run.count == 1 ? run.last : 0
      guard issueOne(&run) else { return false }
    }
    return true
  }

  /// All words ordered have been taken.
  @inline(__always) private mutating func endReads(_ run: inout LoopCursor.Run) {
    slot = inputs[0].pointee.lastRead &- passed
    run.count = 0
    guard run.last != 0 else { return }
    if run.last == 1, case .untilRoom = freeze, let room = outputs[0].pointee.room {
      let mature = slot &+ writeStage
      let ready = mature &+ decided
      freeze(from: mature, for: room &- ready)
      return put(1, at: max(ready, room), readySince: ready)
    }
    results.append(Result(mature: slot &+ writeStage, ports: run.last))
    settle()
  }

  /// One iteration over any streams.
  mutating func issueOne(_ run: inout LoopCursor.Run) -> Bool {
    let earliest = slot &+ run.every &* interval
    guard let arrival = arrival(of: run.reads), let next = place(earliest, arrival: arrival) else {
      return false
    }
    if run.writes != 0, writeStage == 0, case .untilRoom = freeze {
      return issueWithRoom(&run, at: next)
    }
    slot = next
    run.count -= 1
    take(run.reads, at: next &+ passed)
    guard run.writes != 0 else { return true }
    if results.isFull { results.grow(filler: Result(mature: 0, ports: 0)) }
    results.append(Result(mature: next &+ writeStage, ports: run.writes))
    settle()
    return true
  }

  /// An iteration that writes in the cycle in which it is issued.
  private mutating func issueWithRoom(_ run: inout LoopCursor.Run, at next: Cycle) -> Bool {
    guard let room = room(for: run.writes) else { return false }
    let ready = next + passed
    let wait = max(0, room - ready)
    passed += wait
    decided += wait
    slot = next
    run.count -= 1
    take(run.reads, at: ready + wait)
    put(run.writes, at: ready + wait, readySince: ready)
    return true
  }

  private mutating func passFreezes() {
    while !freezes.isEmpty, freezes[0].start <= slot { passed += freezes.removeFirst().length }
  }
}
