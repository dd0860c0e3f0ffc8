/// The schedule of an HLS block: which loop iterations read and write which streams, frame after frame.
///
/// An HLS pipeline with initiation interval 1 is fully described by this list and its latency; data
/// never changes it. Source: docs/reference/hls-rules.md#what-an-iteration-does.
public indirect enum Loop: Sendable {
  /// `count` iterations that each read the streams in `reads` and write those in `writes` (bit i is
  /// port i). With `every` n, n − 1 iterations that touch no stream come before each of them.
  case run(Int, every: Int = 1, reads: UInt32 = 0, writes: UInt32 = 0)
  /// `body` repeated `count` times.
  case repeated(Int, [Loop])

  /// Iterations of a loop nest.
  static func iterations(_ loops: [Loop]) -> Int {
    loops.reduce(0) { sum, loop in
      switch loop {
      case .run(let count, let every, _, _): sum + max(count, 0) * every
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
  /// Equal iterations.
  struct Run {
    var count: Int
    var every: Int
    var reads: UInt32
    var writes: UInt32
  }

  private enum Step {
    case run(Run)
    case begin(count: Int)
    case end(body: Int)
  }

  private let steps: UnsafeMutableBufferPointer<Step>
  private var position = 0
  private let remaining: UnsafeMutablePointer<Int>
  private var depth = 0

  init(_ frame: [Loop]) {
    var steps: [Step] = []
    var nesting = 0
    func add(_ loops: [Loop], _ level: Int) {
      nesting = max(nesting, level)
      for loop in loops {
        switch loop {
        case .run(let count, let every, let reads, let writes):
          guard count > 0 else { continue }
          steps.append(.run(Run(count: count, every: every, reads: reads, writes: writes)))
        case .repeated(let count, let body):
          guard count > 0 else { continue }
          let start = steps.count
          steps.append(.begin(count: count))
          add(body, level + 1)
          if steps.count == start + 1 {
            steps.removeLast()
          } else {
            steps.append(.end(body: start + 1))
          }
        }
      }
    }
    add(frame, 0)
    self.steps = .allocate(capacity: steps.count)
    _ = self.steps.initialize(from: steps)
    remaining = .allocate(capacity: nesting + 1)
  }

  func deallocate() {
    steps.deallocate()
    remaining.deallocate()
  }

  var isEmpty: Bool { steps.isEmpty }

  /// The next run of equal iterations.
  @inline(__always) mutating func next() -> Run {
    while true {
      if position == steps.count { position = 0 }
      let step = steps[position]
      position += 1
      switch step {
      case .run(let run): return run
      case .begin(let count):
        remaining[depth] = count
        depth += 1
      case .end(let body):
        remaining[depth - 1] -= 1
        if remaining[depth - 1] == 0 { depth -= 1 } else { position = body }
      }
    }
  }

  func listState(_ state: inout StateList) {
    state.phase(position)
    for level in 0..<depth { state.phase(remaining[level]) }
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
  let inputs: UnsafeMutableBufferPointer<Link>
  let outputs: UnsafeMutableBufferPointer<Link>
  let interval: Int
  private var cursor: LoopCursor
  private var current = LoopCursor.Run(count: 0, every: 1, reads: 0, writes: 0)
  private var last = -1
  /// The current iteration's words are offered and wait for room.
  private var isOffered = false
  /// The words of the current iterations are ordered.
  private var isOrdered = false

  init(inputs: [Link], outputs: [Link], frame: [Loop], interval: Int) {
    self.inputs = .allocate(capacity: inputs.count)
    _ = self.inputs.initialize(from: inputs)
    self.outputs = .allocate(capacity: outputs.count)
    _ = self.outputs.initialize(from: outputs)
    self.interval = interval
    cursor = LoopCursor(frame)
    // The first iteration may start in cycle 0.
    last = -interval
  }

  func deallocate() {
    inputs.deallocate()
    outputs.deallocate()
    cursor.deallocate()
  }

  mutating func run() {
    guard !cursor.isEmpty else { return }
    while true {
      if current.count == 0 { current = cursor.next() }
      let moved =
        switch (current.reads, current.writes) {
        case (0, 0): pause()
        case (1, 0): read()
        case (0, 1): advance(NoInput(), OneOutput(outputs[0]))
        case (1, 1): advance(OneInput(inputs[0]), OneOutput(outputs[0]))
        case (3, 1): advance(TwoInputs(inputs[0], inputs[1]), OneOutput(outputs[0]))
        case (1, 3): advance(OneInput(inputs[0]), TwoOutputs(outputs[0], outputs[1]))
        default: step()
        }
      guard moved else { return }
    }
  }

  /// Iterations that touch no stream pass without a look at any channel.
  private mutating func pause() -> Bool {
    last += current.count * current.every * interval
    current.count = 0
    return true
  }

  /// Iterations that only read input 0.
  private mutating func read() -> Bool {
    let input = inputs[0]
    if !isOrdered {
      input.pointee.order(current.count, after: last, pace: current.every * interval)
    }
    isOrdered = !input.pointee.isOrderFilled
    guard !isOrdered else { return false }
    last = input.pointee.lastRead
    current.count = 0
    return true
  }

  /// As many of the current iterations as words and room allow; false when one of them is missing.
  @inline(__always)
  private mutating func advance(_ inputs: some InputSide, _ outputs: some OutputSide) -> Bool {
    let pace = current.every * interval
    while true {
      if isOffered {
        guard let taken = outputs.taken else { return false }
        isOffered = false
        last = taken
        move(1, inputs, NoOutput(), pace: 0)
      } else {
        move(min(current.count, inputs.readable, outputs.writable), inputs, outputs, pace: pace)
      }
      if current.count == 0 { return true }
      guard inputs.readable > 0 else {
        inputs.waitForWords()
        return false
      }
      if outputs.writable > 0 { continue }
      guard outputs.offer(at: max(last + pace, inputs.runs.arrival)) else { return false }
      isOffered = true
    }
  }

  /// `n` iterations whose words and room are there.
  @inline(__always)
  private mutating func move<Inputs: InputSide, Outputs: OutputSide>(
    _ n: Int, _ inputs: Inputs, _ outputs: Outputs, pace: Int
  ) {
    typealias Reads = Inputs.Runs
    typealias Writes = Outputs.Runs
    guard n > 0 else { return }
    var (reads, writes, t) = (inputs.runs, outputs.runs, last)
    for _ in 0..<n {
      // All loads come before the stores, and the loop carries no more than one sum and one maximum.
      let (arrivals, rooms) = (reads.arrivals, writes.rooms)
      let (arrival, room) = (Reads.last(arrivals), Writes.last(rooms))
      let ready = max(t &+ pace, arrival)
      t = max(t &+ pace, max(arrival, room))
      writes.admit(at: t, readySince: ready, rooms)
      reads.take(at: t, arrivals)
    }
    inputs.finish(reads, at: t)
    outputs.finish(writes, at: t)
    last = t
    current.count -= n
  }

  /// One iteration over any streams. It starts when everything it touches is there: no output gets its
  /// word ahead of the others.
  private mutating func step() -> Bool {
    guard let ready = earliest(), let start = withRoom(ready) else { return false }
    for port in outputs.indices where current.writes >> port & 1 == 1 {
      outputs[port].pointee.admit(at: start, readySince: ready)
    }
    complete(start)
    return true
  }

  /// When the current iteration may start as far as inputs and interval go; nil while unknown.
  private func earliest() -> Cycle? {
    var start = last + current.every * interval
    var isKnown = true
    for port in inputs.indices where current.reads >> port & 1 == 1 {
      if inputs[port].pointee.available > 0 {
        start = max(start, inputs[port].pointee.offered)
      } else {
        inputs[port].pointee.readerWaits = true
        isKnown = false
      }
    }
    return isKnown ? start : nil
  }

  /// When all words of the current iteration have room; nil while one has none.
  private func withRoom(_ ready: Cycle) -> Cycle? {
    var start = ready
    var isKnown = true
    for port in outputs.indices where current.writes >> port & 1 == 1 {
      if let room = outputs[port].pointee.room {
        start = max(start, room)
      } else {
        outputs[port].pointee.writerWaits = true
        isKnown = false
      }
    }
    return isKnown ? start : nil
  }

  private mutating func complete(_ start: Cycle) {
    for port in inputs.indices where current.reads >> port & 1 == 1 {
      inputs[port].pointee.read(at: start)
    }
    last = start
    current.count -= 1
  }

  func listState(_ state: inout StateList) {
    cursor.listState(&state)
    state.phase(current.count)
    state.phase(isOffered ? 1 : 0)
    state.phase(isOrdered ? 1 : 0)
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
