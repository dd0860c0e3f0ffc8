/// The schedule of an HLS block: which loop iterations read and write which streams, frame after frame.
///
/// An HLS pipeline with initiation interval 1 is fully described by this list and its latency; data
/// never changes it. Source: docs/reference/hls-rules.md#what-an-iteration-does.
public indirect enum Loop: Sendable {
  /// Streams on one side that a loop can name, a bit for each.
  package static let mostPorts = 32

  /// The first `count` streams of a side.
  package static func all(_ count: Int) -> UInt32 {
    count >= mostPorts ? .max : (1 << UInt32(count)) - 1
  }

  /// `count` iterations that each read the streams in `reads` and write those in `writes` (bit i is
  /// port i). With `every` n, n − 1 iterations that touch no stream come before each of them.
  case run(Int, every: Int = 1, reads: UInt32 = 0, writes: UInt32 = 0)
  /// `body` repeated `count` times.
  case repeated(Int, [Loop])

  /// Iterations of a loop nest; absurd numbers, which `Block.absurdSize` refuses, end at `Loop.most`.
  static func iterations(_ loops: [Loop]) -> Int {
    loops.reduce(0) { sum, loop in
      switch loop {
      case .run(let count, let every, _, _): plus(sum, times(count, every))
      case .repeated(let count, let body): plus(sum, times(count, iterations(body)))
      }
    }
  }

  /// Where counts of iterations and cycles end.
  static let most = 1 << 60

  static func times(_ count: Int, _ each: Int) -> Int {
    let (product, overflows) = max(count, 0).multipliedReportingOverflow(by: each)
    return overflows ? most : min(product, most)
  }

  static func plus(_ a: Int, _ b: Int) -> Int { min(a + b, most) }

  /// Every iteration reads input 0, only the last of `count` writes output 0.
  static func reduce(_ count: Int) -> [Loop] {
    [.run(count - 1, reads: 1), .run(1, reads: 1, writes: 1)]
  }

  /// Runs of iterations, joined where neighbours are alike.
  struct Joined {
    private(set) var loops: [Loop] = []
    private var last: (count: Int, reads: UInt32, writes: UInt32) = (0, 0, 0)

    mutating func add(_ count: Int, reads: UInt32, writes: UInt32) {
      guard count > 0 else { return }
      if last.count > 0, last.reads == reads, last.writes == writes {
        loops.removeLast()
        last.count += count
      } else {
        last = (count, reads, writes)
      }
      loops.append(.run(last.count, reads: reads, writes: writes))
    }
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
    /// What the last iteration writes besides.
    var last: UInt32 = 0
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
