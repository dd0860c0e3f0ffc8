/// A design cut where one stream carries everything from the nodes before to the nodes behind, so that
/// FIFOs can be tested on a piece of it.
///
/// A piece by itself, with sources and sinks that never hold it up, is at least as fast as within the
/// whole: what it cannot sustain, the design cannot either.
struct FIFOSections {
  /// Nodes of each section, in flow order.
  let nodes: [[Int]]
  /// FIFOs of each section, by index into the bench.
  let fifos: [[Int]]
  private let bench: FIFOBench

  /// - Parameter pieces: about how many equal shares of the work to cut the design into.
  init(_ bench: FIFOBench, pieces: Int = 24) throws {
    self.bench = bench
    let design = bench.plan.design
    let graph = try DesignGraph(design)
    var position = [Int](repeating: 0, count: design.nodes.count)
    for (at, node) in graph.order.enumerated() { position[node] = at }
    // Streams that cross the place in front of each position, as differences.
    var crossing = [Int](repeating: 0, count: design.nodes.count + 1)
    for stream in graph.streams {
      guard let writer = stream.writer, let reader = stream.reader else { continue }
      crossing[position[writer.node] + 1] += 1
      crossing[position[reader.node] + 1] -= 1
    }
    let work = design.nodes.map { node in
      (node.inputs + node.outputs).reduce(0) { $0 + (bench.plan.wordsPerFrame[$1] ?? 0) }
    }
    let share = max(work.reduce(0, +) / pieces, 1)
    var sections: [[Int]] = [[]]
    var (streams, done) = (0, 0)
    for (at, node) in graph.order.enumerated() {
      streams += crossing[at]
      if streams <= 1, done >= share {
        sections.append([])
        done = 0
      }
      sections[sections.count - 1].append(node)
      done += work[node]
    }
    var section = [Int](repeating: 0, count: design.nodes.count)
    for (index, members) in sections.enumerated() {
      for node in members { section[node] = index }
    }
    var fifos = [[Int]](repeating: [], count: sections.count)
    for (index, fifo) in bench.fifos.enumerated() { fifos[section[fifo.node]].append(index) }
    nodes = sections
    self.fifos = fifos
  }

  /// Longer and longer stretches of sections, up to all of them; those of a length in two rounds, each
  /// of stretches side by side and half over those of the other.
  var stretches: [[ClosedRange<Int>]] {
    let count = nodes.count
    var rounds: [[ClosedRange<Int>]] = []
    var span = 2
    while span < count {
      for offset in [0, span / 2] {
        rounds.append(
          stride(from: offset, to: count - 1, by: span).map { $0...min($0 + span, count) - 1 })
      }
      span *= 2
    }
    if count > 1 { rounds.append([0...count - 1]) }
    return rounds
  }

  /// The sections of `range` as one design.
  func window(_ range: ClosedRange<Int>) throws -> FIFOWindow {
    guard range.lowerBound > 0 || range.upperBound < nodes.count - 1 else {
      return FIFOWindow(bench: bench, fifos: Array(bench.fifos.indices))
    }
    let whole = bench.plan.design
    let members = Set(range.flatMap { nodes[$0] })
    var part = whole
    part.nodes = members.sorted().map { whole.nodes[$0] }
    let written = Set(part.nodes.flatMap(\.outputs))
    let read = Set(part.nodes.flatMap(\.inputs))
    part.graphInputs = part.nodes.flatMap(\.inputs).filter { !written.contains($0) }
    part.graphOutputs = part.nodes.flatMap(\.outputs).filter { !read.contains($0) }
    part.streams = whole.streams.filter { written.contains($0.key) || read.contains($0.key) }
    let plan = try Plan(part)
    let fifos = range.flatMap { self.fifos[$0] }.sorted {
      bench.fifos[$0].node < bench.fifos[$1].node
    }
    return FIFOWindow(
      bench: FIFOBench(plan, measure: bench.cost.measure, isPiece: true), fifos: fifos)
  }
}

/// A piece of a design, and which of the whole's FIFOs its own are.
struct FIFOWindow {
  let bench: FIFOBench
  let fifos: [Int]

  /// Everything its handshake times depend on but depths: equal windows behave alike.
  var shape: Shape {
    let design = bench.plan.design
    var number: [String: Int] = [:]
    for stream in design.graphInputs + design.nodes.flatMap(\.outputs) {
      number[stream] = number.count
    }
    return Shape(
      nodes: design.nodes.map { node in
        var attributes = node.attributes
        for depth in ["depth", "inFIFODepths", "outFIFODepths"] { attributes[depth] = nil }
        return Shape.Node(
          opType: node.opType, attributes: attributes,
          inputs: node.inputs.map { number[$0] ?? -1 },
          outputs: node.outputs.map { number[$0] ?? -1 })
      })
  }

  struct Shape: Hashable {
    struct Node: Hashable {
      var opType: String
      var attributes: [String: AttributeValue]
      var inputs: [Int]
      var outputs: [Int]
    }
    var nodes: [Node]
  }
}
