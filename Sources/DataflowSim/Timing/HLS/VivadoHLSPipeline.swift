/// The process of a block made by Vivado HLS 2020.1.
///
/// Its pipelined loops move in step: where the next iteration's input is missing, or a word in the last
/// stage has no room, nothing moves at all. So a word leaves no sooner than K − 1 iterations behind its
/// own have been issued; only the end of a frame empties the pipeline.
/// ```
/// I[i] = max(I[i-1] + 1, arrival of the words it reads, room for the words of iteration i − K + 1)
/// ```
/// Source: docs/reference/hls-rules.md#vivado-hls-20201.
struct VivadoHLSPipeline: Process {
  private let inputs: [Link]
  private let outputs: [Link]
  private var cursor: HLSCursor
  private var step = HLSCursor.Step.wait(0)
  private var last = -1
  /// The words of the iterations in the pipeline, the oldest first; as many as it has stages behind issue.
  private var held: [UInt32]
  /// Stages the loop's end still has to pass.
  private var left: Int?
  private var undrained: UInt32 = 0
  /// Slots gone by since the last iteration of a run.
  private var skipped = 0

  init(_ ports: Ports, _ frame: [HLSStep], stages: Int) {
    inputs = ports.inputs
    outputs = ports.outputs
    cursor = HLSCursor(frame)
    held = Array(repeating: 0, count: max(stages - 1, 1))
  }

  func deallocate() { cursor.deallocate() }

  mutating func run() {
    guard !cursor.isEmpty else { return }
    while advance() {}
  }

  private mutating func advance() -> Bool {
    switch step {
    case .run(var run):
      while run.count > 0 {
        guard issue(&run) else {
          step = .run(run)
          return false
        }
      }
    case .wait(let n): last += n
    case .finish: guard finish() else { return false }
    case .drain: guard drain() else { return false }
    case .read, .write, .enter, .begin, .end: break
    }
    step = cursor.next()
    return true
  }

  /// One slot of a run: an iteration, or one of those between that touch no stream.
  private mutating func issue(_ run: inout LoopCursor.Run) -> Bool {
    let between = run.every - 1 - skipped
    guard between > 0 else {
      guard shift(reads: run.reads, writes: run.writes) else { return false }
      run.count -= 1
      skipped = 0
      return true
    }
    if held.allSatisfy({ $0 == 0 }) {
      last += between
      skipped += between
      return true
    }
    guard shift(reads: 0, writes: 0) else { return false }
    skipped += 1
    return true
  }

  /// Everything moves by one stage; false while it cannot.
  private mutating func shift(reads: UInt32, writes: UInt32) -> Bool {
    let words = held[0]
    guard let ready = arrival(of: reads), let room = room(for: words) else { return false }
    let since = max(last + 1, ready)
    last = max(since, room)
    for port in inputs.indices where reads >> port & 1 == 1 { inputs[port].pointee.read(at: last) }
    for port in outputs.indices where words >> port & 1 == 1 {
      outputs[port].pointee.admit(at: last, readySince: since)
    }
    undrained |= words
    held.removeFirst()
    held.append(writes)
    return true
  }

  private mutating func finish() -> Bool {
    var stages = left ?? held.count
    while stages > 0 {
      guard shift(reads: 0, writes: 0) else {
        left = stages
        return false
      }
      stages -= 1
    }
    left = nil
    return true
  }

  private mutating func drain() -> Bool {
    var latest = last + 1
    for port in outputs.indices where undrained >> port & 1 == 1 {
      guard let left = outputs[port].pointee.sliceEmptied else {
        outputs[port].pointee.writerWaits = true
        return false
      }
      latest = max(latest, left)
    }
    last = latest
    undrained = 0
    return true
  }

  private func arrival(of ports: UInt32) -> Cycle? {
    var latest = Cycle.never
    for port in inputs.indices where ports >> port & 1 == 1 {
      guard inputs[port].pointee.available > 0 else {
        inputs[port].pointee.readerWaits = true
        return nil
      }
      latest = max(latest, inputs[port].pointee.arrival(inputs[port].pointee.read))
    }
    return latest
  }

  private func room(for ports: UInt32) -> Cycle? {
    var latest = Cycle.never
    for port in outputs.indices where ports >> port & 1 == 1 {
      guard let room = outputs[port].pointee.room else {
        outputs[port].pointee.writerWaits = true
        return nil
      }
      latest = max(latest, room)
    }
    return latest
  }

  func listState(_ state: inout StateList) {
    cursor.listState(&state)
    if case .run(let run) = step { state.phase(run.count) } else { state.phase(-1) }
    state.phase(skipped)
    state.phase(left ?? -1)
    state.phase(Int(undrained))
    for words in held { state.phase(Int(words)) }
    state.time(last)
  }
}
