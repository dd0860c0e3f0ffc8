/// Two continuous loops joined by a FIFO of two words, the form of a width converter whose ratio is not
/// whole: in → least common multiple → out.
/// Source: docs/reference/hls-rules.md#two-processes.
///
/// The first reads when issued and writes from its last stage, where it waits for room. The second always
/// has an iteration in stage 1, where it reads the FIFO and writes; its slots are counted there.
struct TwoHLSProcesses: Process {
  private let queue: UnsafeMutablePointer<WorkQueue>
  private let middle: Link
  private var first: HLSPipeline
  private var second: HLSPipeline

  /// `narrow` and `wide` are the iterations of a frame with their exit iterations.
  // Swift 6.3's optimizer stops with an ownership error in here, and nothing here is hot.
  @_optimize(none) init(_ ports: Ports, first narrow: [Loop], second wide: [Loop]) {
    queue = .allocate(capacity: 1)
    queue.initialize(to: WorkQueue(processes: 2))
    middle = .allocate(capacity: 1)
    middle.initialize(to: Channel(Stage(latency: 1, capacity: 2), queue: queue))
    (middle.pointee.writer, middle.pointee.reader) = (0, 1)
    first = HLSPipeline(
      Ports(inputs: ports.inputs, outputs: [middle], coreLog: nil), [.iterations(narrow)],
      freeze: .untilRoom, writeStage: 1)
    second = HLSPipeline(
      Ports(inputs: [middle], outputs: ports.outputs, coreLog: nil), [.iterations(wide)],
      freeze: .untilLeft, writeStage: 0, first: 1)
  }

  func deallocate() {
    first.deallocate()
    second.deallocate()
    middle.pointee.deallocate()
    middle.deinitialize(count: 1)
    middle.deallocate()
    queue.pointee.deallocate()
    queue.deallocate()
  }

  mutating func run() {
    first.run()
    second.run()
    while let (process, _) = queue.pointee.pop() {
      if process == 0 { first.run() } else { second.run() }
    }
  }

  func listState(_ state: inout StateList) {
    first.listState(&state)
    second.listState(&state)
    middle.pointee.listState(&state)
  }
}
