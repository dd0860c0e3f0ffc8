// Several iterations at once.
extension HLSPipeline {
  @inline(__always)
  mutating func batches(
    _ run: inout LoopCursor.Run, _ inputs: some InputSide, _ outputs: some OutputSide
  ) -> Bool {
    while run.count > 0 {
      if passes(&run) { continue }
      let n = batch(run, inputs, outputs)
      if n > 0 {
        run.count -= n
      } else {
        guard issueOne(&run) else { return false }
      }
    }
    return true
  }

  /// Issues as many iterations of a run as have their words, and room for theirs, known; returns how many.
  @inline(__always)
  private mutating func batch<Inputs: InputSide, Outputs: OutputSide>(
    _ run: LoopCursor.Run, _ inputs: Inputs, _ outputs: Outputs
  ) -> Int {
    guard results.isEmpty, leaving == .never, writeStage > 0 || freeze == .untilLeft else {
      return 0
    }
    // When the last two words there is room for leave their slice is not known yet.
    let writable = freeze == .untilLeft && run.writes != 0 ? outputs.writable - 2 : outputs.writable
    let n = min(run.count, inputs.readable, writable)
    guard n > 0 else { return 0 }
    switch freeze {
    case .untilRoom: issueUntilRoom(n, run, inputs, outputs)
    case .untilLeft: issueUntilLeft(n, run, inputs, outputs)
    }
    undrained |= run.writes
    return n
  }

  @inline(__always)
  private mutating func issueUntilRoom<Inputs: InputSide, Outputs: OutputSide>(
    _ n: Int, _ run: LoopCursor.Run, _ inputs: Inputs, _ outputs: Outputs
  ) {
    typealias Reads = Inputs.Runs
    typealias Writes = Outputs.Runs
    let (pace, stage) = (run.every * interval, writeStage)
    var (reads, writes) = (inputs.runs, outputs.runs)
    var (slot, t) = (slot, 0)
    for _ in 0..<n {
      let (arrivals, rooms) = (reads.arrivals, writes.rooms)
      slot = next(slot &+ pace, arrival: Reads.last(arrivals))
      reads.take(at: slot &+ passed, arrivals)
      guard run.writes != 0 else { continue }
      let ready = slot &+ stage &+ decided
      let room = Writes.last(rooms)
      t = max(ready, room)
      writes.admit(at: t, readySince: ready, rooms)
      if room > ready { freeze(from: slot &+ stage, for: room &- ready) }
    }
    self.slot = slot
    inputs.finish(reads, at: slot + passed)
    outputs.finish(writes, at: t)
  }

  @inline(__always)
  private mutating func issueUntilLeft<Inputs: InputSide, Outputs: OutputSide>(
    _ n: Int, _ run: LoopCursor.Run, _ inputs: Inputs, _ outputs: Outputs
  ) {
    typealias Reads = Inputs.Runs
    let (pace, stage) = (run.every * interval, writeStage)
    var (reads, writes) = (inputs.runs, outputs.runs)
    var (slot, t) = (slot, 0)
    for _ in 0..<n {
      let (arrivals, rooms) = (reads.arrivals, writes.rooms)
      slot = next(slot &+ pace, arrival: Reads.last(arrivals))
      reads.take(at: slot &+ passed, arrivals)
      guard run.writes != 0 else { continue }
      t = slot &+ stage &+ decided
      writes.admit(at: t, readySince: t, rooms)
      let left = writes.sliceEmptied(after: t)
      if left > t &+ 1 { freeze(from: slot &+ stage &+ 1, for: left &- t &- 1) }
    }
    self.slot = slot
    inputs.finish(reads, at: slot + passed)
    outputs.finish(writes, at: t)
  }

  /// `place` where everything is understood.
  @inline(__always)
  private mutating func next(_ earliest: Cycle, arrival: Cycle) -> Cycle {
    var slot = max(earliest, arrival &- passed)
    while !freezes.isEmpty, slot >= freezes[0].start {
      passed += freezes[0].length
      slot = max(earliest, freezes.removeFirst().start, arrival &- passed)
    }
    return slot
  }
}
