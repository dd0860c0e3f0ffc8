/// The schedule of an HLS block: which loop iterations read and write which streams, frame after frame.
///
/// An HLS pipeline with initiation interval 1 is fully described by this list and its latency; data
/// never changes it. Source: FINN dialect reference, section 7.1.
public indirect enum Loop: Sendable {
  /// `count` iterations that each read the streams in `reads` and write those in `writes` (bit i is
  /// port i).
  case run(Int, reads: UInt32 = 0, writes: UInt32 = 0)
  /// `body` repeated `count` times.
  case repeated(Int, [Loop])

  /// Iterations of a loop nest.
  static func iterations(_ loops: [Loop]) -> Int {
    loops.reduce(0) { sum, loop in
      switch loop {
      case .run(let count, _, _): sum + max(count, 0)
      case .repeated(let count, let body): sum + max(count, 0) * iterations(body)
      }
    }
  }

  /// Every iteration reads input 0, only the last of `count` writes output 0.
  static func reduce(_ count: Int) -> [Loop] {
    [.run(count - 1, reads: 1), .run(1, reads: 1, writes: 1)]
  }

  /// Runs of single iterations, joined where neighbours are alike.
  static func joined(_ iterations: some Sequence<(reads: UInt32, writes: UInt32)>) -> [Loop] {
    var loops: [Loop] = []
    var current: (reads: UInt32, writes: UInt32) = (0, 0)
    var count = 0
    for next in iterations {
      if count > 0, next != current {
        loops.append(.run(count, reads: current.reads, writes: current.writes))
        count = 0
      }
      current = next
      count += 1
    }
    if count > 0 { loops.append(.run(count, reads: current.reads, writes: current.writes)) }
    return loops
  }
}

/// Walks a loop nest for ever, one frame after another, run by run.
struct LoopCursor {
  private enum Step {
    case run(count: Int, reads: UInt32, writes: UInt32)
    case begin(count: Int)
    case end(body: Int)
  }

  private let steps: [Step]
  private var position = 0
  private var remaining: [Int] = []

  init(_ frame: [Loop]) {
    var steps: [Step] = []
    func add(_ loops: [Loop]) {
      for loop in loops {
        switch loop {
        case .run(let count, let reads, let writes):
          if count > 0 { steps.append(.run(count: count, reads: reads, writes: writes)) }
        case .repeated(let count, let body):
          guard count > 0 else { continue }
          let start = steps.count
          steps.append(.begin(count: count))
          add(body)
          if steps.count == start + 1 {
            steps.removeLast()
          } else {
            steps.append(.end(body: start + 1))
          }
        }
      }
    }
    add(frame)
    self.steps = steps
  }

  var isEmpty: Bool { steps.isEmpty }

  /// The next run of equal iterations.
  mutating func next() -> (count: Int, reads: UInt32, writes: UInt32) {
    while true {
      if position == steps.count { position = 0 }
      let step = steps[position]
      position += 1
      switch step {
      case .run(let count, let reads, let writes): return (count, reads, writes)
      case .begin(let count): remaining.append(count)
      case .end(let body):
        let left = remaining[remaining.count - 1] - 1
        if left == 0 {
          remaining.removeLast()
        } else {
          remaining[remaining.count - 1] = left
          position = body
        }
      }
    }
  }

  func listState(_ state: inout StateList) {
    state.phase(position)
    for r in remaining { state.phase(r) }
  }
}

/// An HLS block as a pipeline over its loop nest.
///
/// Iteration i starts in
/// ```
/// I[i] = max(I[i-1] + II, offers of the words it reads, room for the words it writes)
/// ```
/// and its results appear `latency` cycles later; the pipeline's registers are the output stages
/// (`HLSPipeline.outputStage`). A missing input stops new iterations while those in flight drain; a
/// full output stops the pipeline.
struct LoopNest: Process {
  let inputs: [Link]
  let outputs: [Link]
  let interval: Int
  private var cursor: LoopCursor
  private var left = 0
  private var reads: UInt32 = 0
  private var writes: UInt32 = 0
  private var last = Cycle.never
  /// The current iteration's words are offered and wait for room.
  private var isOffered = false

  init(inputs: [Link], outputs: [Link], frame: [Loop], interval: Int) {
    self.inputs = inputs
    self.outputs = outputs
    self.interval = interval
    cursor = LoopCursor(frame)
  }

  mutating func run() {
    guard !cursor.isEmpty else { return }
    while true {
      if left == 0 { (left, reads, writes) = cursor.next() }
      if isOffered {
        guard let start = admitted() else { return }
        isOffered = false
        complete(start)
        continue
      }
      guard let start = earliest() else { return }
      if writes == 0 {
        complete(start)
      } else {
        for port in outputs.indices where writes >> port & 1 == 1 {
          outputs[port].pointee.offer(at: max(start, outputs[port].pointee.takenAt + 1))
        }
        isOffered = true
      }
    }
  }

  /// When the current iteration may start as far as inputs and interval go; nil while unknown.
  private func earliest() -> Cycle? {
    var start = max(last + interval, 0)
    guard reads != 0 else { return start }
    var isKnown = true
    for port in inputs.indices where reads >> port & 1 == 1 {
      if inputs[port].pointee.available > 0 {
        start = max(start, inputs[port].pointee.offered)
      } else {
        inputs[port].pointee.readerWaits = true
        isKnown = false
      }
    }
    return isKnown ? start : nil
  }

  /// When all words of the current iteration found room; nil while one has not.
  private func admitted() -> Cycle? {
    var start = Cycle.never
    for port in outputs.indices where writes >> port & 1 == 1 {
      guard outputs[port].pointee.isTaken else {
        outputs[port].pointee.writerWaits = true
        return nil
      }
      start = max(start, outputs[port].pointee.takenAt)
    }
    return start
  }

  private mutating func complete(_ start: Cycle) {
    for port in inputs.indices where reads >> port & 1 == 1 { inputs[port].pointee.read(at: start) }
    last = start
    left -= 1
    // Iterations that touch no stream pass without a look at any channel.
    if reads == 0, writes == 0 {
      last += (left) * interval
      left = 0
    }
  }

  func listState(_ state: inout StateList) {
    cursor.listState(&state)
    state.phase(left)
    state.phase(isOffered ? 1 : 0)
    state.time(last)
  }
}

/// How an HLS block is scheduled where neither design nor source says otherwise.
public struct HLSPipeline: Sendable {
  /// Cycles from an iteration's start to its result. Decided by the HLS scheduler and published
  /// nowhere; a design states it per node with `latency`.
  public var latency: Int
  /// Cycles between iterations; `initiation_interval` of the node.
  public var interval: Int

  public init(_ node: NodeSettings, defaultLatency: Int, defaultInterval: Int = 1) {
    latency = node.latency ?? defaultLatency
    interval = node.initiationInterval ?? defaultInterval
  }

  /// The registers between an iteration and the stream, output register included.
  var outputStage: Stage { Stage(latency: latency, capacity: latency + 2) }

  /// The timing of a block that is nothing but this pipeline over `frame`.
  public func timing(outputs: Int = 1, _ frame: [Loop]) -> BlockTiming {
    let interval = interval
    let body = BlockTiming.Body.process { ports in
      LoopNest(inputs: ports.inputs, outputs: ports.outputs, frame: frame, interval: interval)
    }
    return BlockTiming(
      outputStages: Array(repeating: [outputStage], count: outputs),
      exactness: .approximate("HLS loop nest, II \(interval), latency \(latency)"),
      busyCycles: Loop.iterations(frame) * interval,
      least: .pipeline(body, outputs: outputs), body: body)
  }
}
