/// The least an HLS block holds: two words per input slice and one per output.
///
/// Bubbles stand still with the pipeline, so behind a word that waits there may be nothing. Here no
/// iteration begins before every word written so far has left. Source: docs/reference/hls-rules.md#storage-of-hls-blocks.
struct LeastHLS: Process {
  static let outputStage = Stage(latency: 0, capacity: 1)

  private let inputs: [Link]
  private let outputs: [Link]
  private var cursor: LoopCursor
  private var current = LoopCursor.Run(count: 0, every: 1, reads: 0, writes: 0)
  private var last = Cycle.never

  init(_ ports: Ports, _ frame: [Loop]) {
    inputs = ports.inputs
    outputs = ports.outputs
    cursor = LoopCursor(frame)
  }

  func deallocate() { cursor.deallocate() }

  mutating func run() {
    guard !cursor.isEmpty else { return }
    while isEmptied() {
      if current.count == 0 { current = cursor.next() }
      guard current.reads | current.writes != 0 else {
        current.count = 0
        continue
      }
      guard let arrival = arrival() else { return }
      last = max(last + 1, arrival)
      for port in inputs.indices where current.reads >> port & 1 == 1 {
        inputs[port].pointee.read(at: last)
      }
      for port in outputs.indices where current.writes >> port & 1 == 1 {
        outputs[port].pointee.offer(at: last)
      }
      current.count -= 1
    }
  }

  /// Whether every word written has left the output register; then also when. The register may be
  /// one stage with the FIFO behind it, so that it is empty when the whole has room for one word more.
  private mutating func isEmptied() -> Bool {
    var isEmptied = true
    for output in outputs {
      if output.pointee.isTaken, let room = output.pointee.room {
        last = max(last, room - 1)
      } else {
        output.pointee.writerWaits = true
        isEmptied = false
      }
    }
    return isEmptied
  }

  private func arrival() -> Cycle? {
    var latest = Cycle.never
    var isKnown = true
    for port in inputs.indices where current.reads >> port & 1 == 1 {
      if inputs[port].pointee.available > 0 {
        latest = max(latest, inputs[port].pointee.offered)
      } else {
        inputs[port].pointee.readerWaits = true
        isKnown = false
      }
    }
    return isKnown ? latest : nil
  }

  func listState(_ state: inout StateList) {
    cursor.listState(&state)
    state.phase(current.count)
    state.time(last)
  }
}
