/// What an HLS block does in a frame, again and again: states that wait, read, write or drain, and
/// pipelined loops between them. Source: docs/reference/hls-rules.md.
indirect enum HLSStep: Sendable {
  /// States that touch no stream.
  case wait(Int)
  /// A state that reads a word of each of these streams.
  case read(UInt32)
  /// A state that writes a word to each of these streams.
  case write(UInt32)
  /// A pipelined loop of `stages` stages, its exit iteration included; it is over when that leaves the
  /// last stage. With `stages` 0 the loop is over with its last iteration.
  case loop([Loop], stages: Int)
  /// Iterations of a loop that is never left: the next frame's follow at once.
  case iterations([Loop])
  /// Waits until the last word has been taken, or is being taken.
  case drain
  case repeated(Int, [HLSStep])
}

extension HLSStep {
  /// Cycles the steps take when nothing waits.
  static func cycles(_ steps: [HLSStep], interval: Int) -> Int {
    steps.reduce(0) { sum, step in
      switch step {
      case .wait(let n): Loop.plus(sum, n)
      case .read, .write, .drain: Loop.plus(sum, 1)
      case .loop(let loops, let stages):
        Loop.plus(sum, Loop.plus(Loop.times(Loop.iterations(loops), interval), stages))
      case .iterations(let loops): Loop.plus(sum, Loop.times(Loop.iterations(loops), interval))
      case .repeated(let count, let body):
        Loop.plus(sum, Loop.times(count, cycles(body, interval: interval)))
      }
    }
  }
}

/// Walks the steps of a frame for ever.
struct HLSCursor {
  enum Step {
    /// Equal iterations of a loop.
    case run(LoopCursor.Run)
    case wait(Int)
    case finish(stages: Int)
    case read(UInt32)
    case write(UInt32)
    case drain
    /// A loop begins whose iterations are so many cycles apart: the first one need not wait for another.
    case enter
    case begin(count: Int)
    case end(body: Int)
  }

  private let steps: UnsafeMutableBufferPointer<Step>
  private var position = 0
  private let remaining: UnsafeMutablePointer<Int>
  private var depth = 0

  /// - Parameter joinsLast: iterations that only read input 0 are one run with one behind them that writes too.
  init(_ frame: [HLSStep], joinsLast: Bool = false) {
    var compiler = Compiler(joinsLast: joinsLast)
    compiler.add(frame, level: 0)
    steps = .allocate(capacity: compiler.steps.count)
    _ = steps.initialize(from: compiler.steps)
    remaining = .allocate(capacity: compiler.nesting + 1)
  }

  func deallocate() {
    steps.deallocate()
    remaining.deallocate()
  }

  var isEmpty: Bool { steps.isEmpty }

  /// The next step that does something.
  @inline(__always) mutating func next() -> Step {
    while true {
      if position == steps.count { position = 0 }
      let step = steps[position]
      position += 1
      switch step {
      case .begin(let count):
        remaining[depth] = count
        depth += 1
      case .end(let body):
        remaining[depth - 1] -= 1
        if remaining[depth - 1] == 0 { depth -= 1 } else { position = body }
      default: return step
      }
    }
  }

  /// How often the run that `next` gave last comes again at once, being all there is in its loop.
  @inline(__always) var repeats: Int {
    guard position < steps.count, case .end(let body) = steps[position], body == position - 1 else {
      return 0
    }
    return remaining[depth - 1] - 1
  }

  /// Iterations of that run from its beginning.
  @inline(__always) var length: Int {
    guard position > 0, case .run(let run) = steps[position - 1] else { return 0 }
    return run.count
  }

  /// Leaves out so many of the times that the run comes again.
  @inline(__always) mutating func skip(_ repeats: Int) {
    guard repeats > 0 else { return }
    remaining[depth - 1] -= repeats
  }

  func listState(_ state: inout StateList) {
    state.phase(position)
    for level in 0..<depth { state.phase(remaining[level]) }
  }

  private struct Compiler {
    let joinsLast: Bool
    var steps: [Step] = []
    var nesting = 0

    mutating func add(_ frame: [HLSStep], level: Int) {
      for step in frame {
        switch step {
        case .wait(let n): if n > 0 { steps.append(.wait(n)) }
        case .read(let ports): steps.append(.read(ports))
        case .write(let ports): steps.append(.write(ports))
        case .drain: steps.append(.drain)
        case .iterations(let loops): add(loops, level: level)
        case .loop(let loops, let stages):
          steps.append(.enter)
          add(loops, level: level)
          steps.append(.finish(stages: stages))
        case .repeated(let count, let body):
          `repeat`(count, level: level) { $0.add(body, level: level + 1) }
        }
      }
    }

    mutating func add(_ loops: [Loop], level: Int) {
      for loop in loops {
        switch loop {
        case .run(let count, let every, let reads, let writes):
          guard count > 0 else { continue }
          if joinsLast, count == 1, reads == 1, writes != 0, joins(every: every, writes: writes) {
            continue
          }
          steps.append(
            .run(LoopCursor.Run(count: count, every: every, reads: reads, writes: writes)))
        case .repeated(let count, let body):
          `repeat`(count, level: level) { $0.add(body, level: level + 1) }
        }
      }
    }

    /// Whether the run before is one of iterations as this one, but for the words written.
    private mutating func joins(every: Int, writes: UInt32) -> Bool {
      guard case .run(var run)? = steps.last, run.every == every, run.reads == 1,
        run.writes == 0, run.last == 0
      else { return false }
      run.count += 1
      run.last = writes
      steps[steps.count - 1] = .run(run)
      return true
    }

    private mutating func `repeat`(_ count: Int, level: Int, _ body: (inout Compiler) -> Void) {
      guard count > 0 else { return }
      nesting = max(nesting, level + 1)
      steps.append(.begin(count: count))
      let start = steps.count
      body(&self)
      if steps.count == start {
        steps.removeLast()
      } else {
        steps.append(.end(body: start))
      }
    }
  }
}
