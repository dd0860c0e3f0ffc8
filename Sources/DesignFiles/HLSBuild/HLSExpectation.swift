import DataflowSim

/// What is known of a block before its files are read, to check them against.
public struct HLSExpectation: Sendable, Equatable {
  /// Names the block's top module may have.
  public var names: [String]
  /// The op without its backend: `MVAU`.
  public var op: String
  /// Iterations of the loop in a frame; two where the block is two processes.
  public var iterations: [Int]
  /// The shape of a square max pool; nil for other blocks.
  public var pool: Pool?

  /// A block under the names its files may have, and its iterations per frame.
  public init(names: [String], op: String, iterations: [Int], pool: Pool? = nil) {
    self.names = names
    self.op = op
    self.iterations = iterations
    self.pool = pool
  }

  /// The shape of a square max pool, which decides how often each of its loops goes round.
  public struct Pool: Sendable, Equatable {
    /// Rows of the output, and words of a row.
    public var outputs: Int
    /// Pixels that are compared, in each direction.
    public var kernel: Int
    /// Whether elements have one bit: the reads of a row are one loop then.
    public var isOneBit: Bool

    /// A pool of `outputs` × `outputs` results of `kernel` × `kernel` pixels.
    public init(outputs: Int, kernel: Int, isOneBit: Bool) {
      self.outputs = outputs
      self.kernel = kernel
      self.isOneBit = isOneBit
    }
  }

  /// The block's only loop.
  var trips: Int { iterations.first ?? 1 }
  /// Cycles between a loop's end and the end of a call. LabelSelect writes in a state of its own
  /// behind the loop.
  var callOverhead: Int { op == "LabelSelect" ? 4 : 3 }
  /// Cycles from frame to frame of a loop that restarts by itself: an iteration that only ends it, or none.
  var loopIntervals: ClosedRange<Int> { trips...trips + 1 }
}

// MARK: What is compared

extension HLSExpectation {
  /// Throws where a pipelined loop's latency is not that of its own iterations and stages: at least one cycle
  /// for each, and no more than until the last has gone through.
  func requireLatency(of loop: HLSModuleReport.Loop) throws {
    guard let latency = loop.latency, let trips = loop.trips, let depth = loop.depth,
      trips <= HLSExpectation.most, depth <= HLSExpectation.most
    else { return }
    let possible = trips...trips + depth + 1
    guard possible.contains(latency) else {
      throw InputError(
        "its latency is \(latency) cycles, but \(trips) iterations of \(depth) stages take "
          + "\(possible.lowerBound) to \(possible.upperBound)", at: "loop '\(loop.name)'",
        hint: "was the folder built with another folding or shape?")
    }
  }

  /// No loop has as many iterations or stages; a number like this is judged elsewhere.
  private static let most = 1 << 48

  /// Throws where the top of two processes, or of a max pool, takes longer or shorter than loops of the
  /// node's shape can. How long exactly depends on the release of HLS.
  ///
  /// - Parameter what: what says that many cycles.
  func requireLatency(_ latency: Int, _ what: String) throws {
    let possible: ClosedRange<Int>
    if let pool {
      possible = pool.latencies
    } else if let longest = iterations.max(), iterations.count == 2 {
      possible = longest...iterations.reduce(16, +)
    } else {
      return
    }
    guard possible.contains(latency) else {
      throw InputError(
        "\(what) is \(latency) cycles, but loops of the node's shape take \(possible.lowerBound) to "
          + "\(possible.upperBound)", hint: "was the folder built with another folding or shape?")
    }
  }

  /// Throws where a loop that restarts by itself does so sooner or later than behind its iterations.
  func requireLoopInterval(_ top: HLSModuleReport) throws {
    guard let interval = top.interval, !loopIntervals.contains(interval) else { return }
    throw InputError(
      "the interval of '\(top.module)' is \(interval.of("cycle")), but a loop of \(trips.of("iteration")) starts again "
        + "after \(loopIntervals.lowerBound) or \(loopIntervals.upperBound)")
  }
}

extension HLSModuleReport {
  /// Throws where a called module does not start again right behind its end.
  func requireCallInterval() throws {
    guard let latency, let interval, interval != latency + 1 else { return }
    throw InputError(
      "the interval of '\(module)' is \(interval.of("cycle")), but a call of \(latency.of("cycle")) can start again "
        + "after \(latency + 1)")
  }
}

extension HLSExpectation.Pool {
  /// Stages of its pipelined loops: with one stage they clear the buffer and read, with two they write; the
  /// reads of a row of one-bit elements are one loop of three.
  var depths: Set<Int> { isOneBit ? [2, 3] : [1, 2] }

  /// Throws where a loop does not go round as often as one of a pool of this shape.
  /// Source: docs/reference/hls-rules.md#nested-structure.
  func requireTrips(of loop: HLSModuleReport.Loop) throws {
    let reads = kernel * outputs * kernel
    let possible: Set<Int> =
      switch loop.depth {
      case 1: [outputs, kernel]
      case 2: [outputs]
      case 3: [reads]
      // Not pipelined: rows, groups of reads, or both as one.
      default:
        [outputs, kernel, kernel * outputs, kernel * outputs * outputs, kernel * kernel, reads]
      }
    guard let trips = loop.trips else {
      throw InputError(
        "does not say how many iterations it has (<TripCount>)", at: "loop '\(loop.name)'")
    }
    guard possible.contains(trips) else {
      throw InputError(
        "TripCount is \(trips), but a loop like this of the node's shape has "
          + possible.sorted().map(String.init).joined(separator: " or "),
        at: "loop '\(loop.name)'", hint: "was the folder built with another folding or shape?")
    }
  }

  /// Cycles of a call: from all iterations one after another to as many more as HLS has been seen to spend
  /// around each loop, and some.
  var latencies: ClosedRange<Int> {
    let row = kernel * outputs * kernel
    let around = isOneBit ? 16 : kernel * outputs * 9 + 12
    return outputs * (row + outputs)...outputs * (row + outputs + around) + outputs + 24
  }
}
