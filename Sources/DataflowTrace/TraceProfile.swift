/// A trace boiled down to what fits a picture: what every node does, what every FIFO holds and where every
/// frame is, over a stretch of cycles cut into equal columns.
public struct TraceProfile: Encodable, Sendable {
  /// Shares of a stretch of cycles; what is left of 1 is unknown.
  public struct Shares: Encodable, Sendable, Equatable {
    /// Share of the cycles with a word moved, 0 to 1.
    public var busy = 0.0
    /// Share with a result and no room for it.
    public var blocked = 0.0
    /// Share without a word to work on.
    public var starved = 0.0
  }

  /// What a block does over time.
  public struct NodeLane: Encodable, Sendable {
    /// Its name in the design.
    public var name: String
    /// Over the whole stretch.
    public var shares: Shares
    /// The stream it waits longest for room in, and the one it waits longest for words of.
    public var blockedBy: String?
    public var starvedOf: String?
    /// Per column in percent.
    public var busy: [Int]
    public var blocked: [Int]
  }

  /// What a FIFO holds over time.
  public struct FIFOLane: Encodable, Sendable {
    /// Its name in the design.
    public var name: String
    /// Words it can hold.
    public var depth: Int
    /// Most and least words per column.
    public var most: [Int]
    public var least: [Int]
    /// Most words ever, and the shares of cycles in which it is full and empty.
    public var maximum: Int
    public var full: Double
    public var empty: Double
  }

  /// First cycle, and the cycle after the last.
  public var from: Cycle
  public var to: Cycle
  public var columns: Int
  public var nodes: [NodeLane]
  public var fifos: [FIFOLane]

  /// - Parameters:
  ///   - cycles: what to look at; columns are equally wide.
  ///
  /// Throws `InputError` where the trace cannot be read.
  public init(_ trace: TraceFile, cycles: Range<Cycle>, columns: Int) throws {
    from = cycles.lowerBound
    to = cycles.upperBound
    self.columns = max(1, min(columns, cycles.count))
    let scale = Scale(cycles: cycles, columns: self.columns)
    let nodes = trace.design.nodes.filter { node in
      !node.isFIFO && (node.inputs + node.outputs).contains(where: trace.records)
    }
    let fifos = trace.design.nodes.filter(trace.isRecordedFIFO)
    self.nodes = try Parallel.all(nodes.count) { n in
      WorkProgress.tell("nodes over time", n, of: nodes.count)
      return try NodeLane(trace, nodes[n], scale)
    }
    self.fifos = try Parallel.all(fifos.count) { n in
      WorkProgress.tell("FIFOs over time", n, of: fifos.count)
      return try FIFOLane(trace, fifos[n], scale)
    }
  }
}

/// Columns of cycles.
struct Scale: Sendable {
  let cycles: Range<Cycle>
  let columns: Int

  /// The first cycle of column `n`.
  func start(_ n: Int) -> Cycle {
    let (high, low) = cycles.count.multipliedFullWidth(by: n)
    return cycles.lowerBound + columns.dividingFullWidth((high, low)).quotient
  }
}

/// Goes through columns as stretches of cycles come, in order.
struct Columns {
  private let scale: Scale
  private var column = 0
  private var end: Cycle

  init(_ scale: Scale) {
    self.scale = scale
    end = scale.start(1)
  }

  /// Calls `body` with every column that the stretch lies in, where in it that begins, and for how many cycles.
  @inline(__always) mutating func forEach(
    _ start: Cycle, _ end: Cycle, _ body: (_ column: Int, _ from: Cycle, _ cycles: Int) -> Void
  ) {
    var start = start
    while start < end {
      while start >= self.end {
        column += 1
        self.end = scale.start(column + 1)
      }
      let stop = min(end, self.end)
      body(column, start, stop - start)
      start = stop
    }
  }
}

extension TraceProfile.NodeLane {
  init(_ trace: TraceFile, _ node: Node, _ scale: Scale) throws {
    name = node.name
    var walk = try NodeWalk(trace, node, from: scale.cycles.lowerBound)
    let sums = walk.sums(scale)
    let waits = sums.waits
    let all = Double(scale.cycles.count)
    shares = TraceProfile.Shares(
      busy: Double(sums.busy.reduce(0, +)) / all,
      blocked: Double(waits[walk.inputs...].reduce(0, +)) / all,
      starved: Double(waits[..<walk.inputs].reduce(0, +)) / all)
    func longest(_ range: Range<Int>) -> String? {
      range.filter { waits[$0] > 0 }.max { waits[$0] < waits[$1] }.map { walk.streams[$0] }
    }
    starvedOf = longest(0..<walk.inputs)
    blockedBy = longest(walk.inputs..<walk.streams.count)
    func percent(_ cycles: [Int]) -> [Int] {
      cycles.enumerated().map { n, count in
        let width = scale.start(n + 1) - scale.start(n)
        return width > 0 ? Int((100 * Double(count) / Double(width)).rounded()) : 0
      }
    }
    busy = percent(sums.busy)
    blocked = percent(sums.blocked)
  }
}

extension TraceProfile.FIFOLane {
  init(_ trace: TraceFile, _ node: Node, _ scale: Scale) throws {
    name = node.name
    let depth = trace.depth(of: node) ?? 0
    self.depth = depth
    var most = [Int](repeating: 0, count: scale.columns)
    var least = [Int](repeating: .max, count: scale.columns)
    var (maximum, full, empty) = (0, 0, 0)
    var columns = Columns(scale)
    var walk = try FIFOWalk(trace, node, from: scale.cycles.lowerBound)
    walk.run(until: scale.cycles.upperBound) { start, end, level in
      maximum = max(maximum, level)
      if level >= depth { full += end - start }
      if level == 0 { empty += end - start }
      columns.forEach(start, end) { column, _, _ in
        most[column] = max(most[column], level)
        least[column] = min(least[column], level)
      }
    }
    self.most = most
    self.least = least.map { $0 == .max ? 0 : $0 }
    self.maximum = maximum
    self.full = Double(full) / Double(scale.cycles.count)
    self.empty = Double(empty) / Double(scale.cycles.count)
  }
}

/// Where the frames of a run are: for every node the cycle of a frame's first word in and of its last word
/// out.
public struct FrameTimes: Encodable, Sendable {
  /// The frames of a block.
  public struct Lane: Encodable, Sendable {
    /// Its name in the design.
    public var name: String
    /// By frame; null where it has not begun, or has not left.
    public var begins: [Cycle?]
    public var ends: [Cycle?]
  }

  /// In the design's order.
  public var nodes: [Lane]

  /// - Parameter words: words per frame by stream.
  public init(_ trace: TraceFile, words: [String: Int], frames: Int) {
    let names = trace.streams.compactMap(\.first)
    // Both ends of every frame, once per group of streams that share their handshakes.
    let times = Parallel.all(names.count) { n -> (begins: [Cycle?], ends: [Cycle?]) in
      guard let count = words[names[n]], count > 0 else { return ([], []) }
      let words = (0..<frames).flatMap { [$0 * count, ($0 + 1) * count - 1] }
      let cycles = trace.cycles(ofWords: words, on: names[n])
      return (
        (0..<frames).map { cycles[2 * $0] }, (0..<frames).map { cycles[2 * $0 + 1] }
      )
    }
    var byStream: [String: (begins: [Cycle?], ends: [Cycle?])] = [:]
    for (group, time) in zip(trace.streams, times) {
      for name in group { byStream[name] = time }
    }
    nodes = trace.design.nodes.filter { !$0.isFIFO }.map { node in
      let inputs = node.inputs.filter(trace.records).compactMap { byStream[$0] }
      let outputs = node.outputs.filter(trace.records).compactMap { byStream[$0] }
      let sources = inputs.isEmpty ? outputs : inputs
      let sinks = outputs.isEmpty ? inputs : outputs
      return Lane(
        name: node.name,
        begins: (0..<frames).map { f in
          sources.compactMap { f < $0.begins.count ? $0.begins[f] : nil }.min()
        },
        ends: (0..<frames).map { f in
          let ends = sinks.map { f < $0.ends.count ? $0.ends[f] : nil }
          return ends.contains { $0 == nil } ? nil : ends.compactMap(\.self).max()
        })
    }
  }
}
