/// A body that a frame passes `iteration` times, with other parameters each time (multi-layer offload,
/// development branch). The body is a dataflow graph of its own; between two passes the tensor goes through
/// memory.
///
/// The loop control and its memory accesses were not measured (docs/reference/development-branch.md#ops-it-adds), so the cycles are a
/// range: no pass is faster than the body's slowest block, and none need take longer than the body from its
/// first word in to its last word out. The longer one is what is simulated.
package struct FINNLoop: Block {
  package static let opTypes = ["FINNLoop"]
  package static let summary = "Passes each frame through a body several times (development branch)"
  package static let attributes: [AttributeSpec] = [
    .int("iteration", "passes of a frame"),
    .int("body_nodes", default: 1, "blocks of the body (simrun)"),
    .int("body_period", "cycles per frame of the body's slowest block (simrun)"),
    .int("body_latency", "cycles of a frame through the body (simrun)"),
    .ints("in_shape", "folded shape of the input: words, then elements per word (simrun)"),
    .ints("out_shape", "folded shape of the output (simrun)"),
    .dataType("inputDataType", "element type of the input"),
    .dataType("outputDataType", "element type of the output"),
  ]

  package let node: NodeSettings
  package let iterations: Int
  package let bodyNodes: Int
  package let bodyPeriod: Int
  package let bodyLatency: Int
  private let input: Port
  private let output: Port

  package init(_ a: Attributes) throws {
    node = a.settings
    iterations = a.int("iteration")
    bodyNodes = a.int("body_nodes")
    bodyPeriod = a.int("body_period")
    bodyLatency = a.int("body_latency")
    try a.size("a run", [iterations, max(bodyLatency, bodyPeriod)])
    func port(_ name: String, _ type: String) throws -> Port {
      let folded = a.ints(name)
      try a.require(folded.count >= 2, name, "needs words and elements per word")
      try a.size("a tensor", folded)
      return Port(
        normal: folded.dropLast(2) + [folded.suffix(2).reduce(1, *)], folded: folded,
        dataType: a.dataType(type))
    }
    input = try port("in_shape", "inputDataType")
    output = try port("out_shape", "outputDataType")
  }

  package var inputs: [Port] { [input] }
  package var outputs: [Port] { [output] }
  /// The least and the most cycles of a frame.
  package var cycles: ClosedRange<Int> {
    let least = iterations * bodyPeriod
    return least...max(least, iterations * bodyLatency)
  }
  package var expectedCycles: Int { cycles.lowerBound }
}

extension FINNLoop: HLSBlock {
  /// Reads a frame, works, and writes a frame.
  package func timing() -> BlockTiming {
    let (taken, given) = (input.words ?? 0, output.words ?? 0)
    let work = max(0, cycles.upperBound - taken - given)
    var timing = schedule.timing([
      .run(taken, reads: 1), .run(work), .run(given, writes: 1),
    ])
    timing.schedule = nil
    timing.exactness = .approximate(
      "\(iterations) passes through a body of \(bodyNodes) blocks: predicted \(cycles.lowerBound) to "
        + "\(cycles.upperBound) cycles per frame; its loop control and memory accesses were not measured"
    )
    return timing
  }

  var hlsWork: HLSWork { HLSWork(.other(stages: 3), iterations: cycles.upperBound) }
}
