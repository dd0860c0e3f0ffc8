/// A trace as Chrome trace events, which ui.perfetto.dev and chrome://tracing open: a track per node
/// with what it did in each cycle. One cycle is one microsecond on the viewer's time axis.
///
/// - busy: a word moved into or out of the node, or it works on words it has;
/// - blocked: no word moved, and an output word waits for room downstream;
/// - starved: no word moved, no output waits, and an input has no word.
///
/// That a node works on words it has without any moving is known where a vector of inputs entitles it
/// to a number of results (matrix-vector blocks); elsewhere an empty input counts as starvation.
struct PerfettoExport {
  let trace: TraceFile
  let selection: TraceSelection

  private enum Activity: Equatable {
    case busy
    case blocked(Int)
    case starved(Int)
  }

  func write(to output: TextOutput) throws -> InputError? {
    output.write("{\"displayTimeUnit\": \"ns\", \"otherData\": {\"time\": \"1 us is 1 cycle\", ")
    output.write("\"clock_mhz\": \"\(trace.design.clockMHz)\"}, \"traceEvents\": [\n")
    let title = JSONValue.quoted("\(trace.design.name) (1 us is 1 cycle)")
    output.write(
      #"{"ph": "M", "pid": 1, "tid": 0, "name": "process_name", "args": {"name": \#(title)}}"#)
    var damage = trace.damage
    let selected = Set(selection.streams)
    let isAll = selected.count == trace.streamNames.count
    for (n, node) in trace.design.nodes.enumerated()
    where isAll || !selected.isDisjoint(with: node.inputs + node.outputs) {
      let broken = try write(node, track: n + 1, to: output)
      damage = damage ?? broken
    }
    output.write("\n]}\n")
    return damage
  }

  private func write(_ node: Node, track: Int, to output: TextOutput) throws -> InputError? {
    let place = "\"pid\": 1, \"tid\": \(track)"
    let name = JSONValue.quoted("\(node.name) (\(node.opType))")
    output.write(
      ",\n{\"ph\": \"M\", \(place), \"name\": \"thread_name\", \"args\": {\"name\": \(name)}}")
    output.write(",\n{\"ph\": \"M\", \(place), \"name\": \"thread_sort_index\", ")
    output.write("\"args\": {\"sort_index\": \(track)}}")
    let known = Set(trace.streamNames)
    let streams = (node.inputs + node.outputs).filter(known.contains)
    let inputs = node.inputs.count { known.contains($0) }
    var merged = MergedLevels(
      try streams.map { try StreamLevels(trace, $0, from: selection.cycles.lowerBound) })
    var state = NodeState(trace, node, inputs: inputs, before: merged.streams.map(\.before))
    var slice: (start: Cycle, activity: Activity)?
    func close(at cycle: Cycle) {
      guard let open = slice, cycle > open.start else { return }
      output.write(
        ",\n{\"ph\": \"X\", \(place), \"ts\": \(open.start), \"dur\": \(cycle - open.start), ")
      switch open.activity {
      case .busy: output.write("\"name\": \"busy\"}")
      case .blocked(let stream): writeWait("blocked", "by", streams[stream], to: output)
      case .starved(let stream): writeWait("starved", "of", streams[stream], to: output)
      }
    }
    while let cycle = merged.cycle, cycle <= selection.cycles.upperBound {
      state.isMoving = false
      while merged.cycle == cycle, let (stream, change) = merged.next() {
        state.apply(change, of: stream)
      }
      let activity = state.isKnown ? self.activity(state) : nil
      if let open = slice, open.activity == activity { continue }
      close(at: cycle)
      slice = activity.map { (cycle, $0) }
    }
    close(at: min(trace.end, selection.cycles.upperBound + 1))
    return merged.damage
  }

  private func writeWait(_ name: String, _ word: String, _ stream: String, to output: TextOutput) {
    output.write("\"name\": \"\(name)\", \"args\": {\"\(word)\": \(JSONValue.quoted(stream))}}")
  }

  private func activity(_ state: NodeState) -> Activity {
    if state.isMoving { return .busy }
    if let waiting = state.waitingOutput { return .blocked(waiting) }
    guard !state.hasWorkInHand, let empty = state.emptyInput else { return .busy }
    return .starved(empty)
  }
}

extension TraceFile {
  /// Where the tracks end: after the last handshake, and where words got stuck a twentieth later, so
  /// that the state in which they are stuck is there to be seen.
  fileprivate var end: Cycle {
    guard let report else { return (chunks.joined().map(\.lastCycle).max() ?? -1) + 1 }
    let last = report.lastHandshakeCycle ?? -1
    return switch report.outcome {
    case .complete: last + 1
    case .maxCycles: report.maxCycles ?? last + 1
    case .deadlock, .starved: last + 2 + last / 20
    }
  }
}

/// What a node's streams say about it in one cycle.
private struct NodeState {
  private let inputs: Int
  private var valid: [StreamLevels.Level]
  private var moved: [Int]
  /// Input words of a vector and the results it gives, where that is the block's rule.
  private let vector: VectorWords?
  var isMoving = false

  init(_ trace: TraceFile, _ node: Node, inputs: Int, before: [Int]) {
    self.inputs = inputs
    moved = before
    valid = Array(repeating: .low, count: before.count)
    vector = (try? trace.design.block(of: node))?.vectorWords
  }

  mutating func apply(_ change: StreamLevels.Change, of stream: Int) {
    valid[stream] = change.valid
    guard change.isHandshake else { return }
    moved[stream] += 1
    isMoving = true
  }

  var isKnown: Bool { !valid.contains(.unknown) }
  var waitingOutput: Int? { (inputs..<valid.count).first { valid[$0] == .high } }
  var emptyInput: Int? { (0..<inputs).first { valid[$0] == .low } }

  var hasWorkInHand: Bool {
    guard let vector, inputs > 0, inputs < moved.count, vector.inputs > 0 else { return false }
    return moved[0] / vector.inputs * vector.outputs > moved[inputs]
  }
}
