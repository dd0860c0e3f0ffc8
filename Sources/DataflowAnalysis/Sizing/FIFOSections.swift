/// A design cut where one stream carries everything from the nodes before to the nodes behind, so that
/// FIFOs can be tested on a stretch of it.
///
/// A stretch by itself, with sources and sinks that never hold it up, is at least as fast as within the
/// whole: what it cannot sustain, the design cannot either.
struct FIFOSections {
  /// Nodes of each section, in flow order.
  let nodes: [[Int]]
  /// FIFOs of each section, by index into the bench.
  let fifos: [[Int]]
  private let bench: FIFOBench
  private let sectionOfFIFO: [Int]

  /// Cuts behind branches that carry a 64th of the work, and where a 24th has come together without any.
  init(_ bench: FIFOBench) throws {
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
    let all = work.reduce(0, +)
    var sections: [[Int]] = [[]]
    var (streams, done, isBranched) = (0, 0, false)
    for (at, node) in graph.order.enumerated() {
      streams += crossing[at]
      if streams > 1 { isBranched = true }
      if streams <= 1, done > 0, done * (isBranched ? 64 : 24) >= all {
        sections.append([])
        (done, isBranched) = (0, false)
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
    sectionOfFIFO = bench.fifos.map { section[$0.node] }
    nodes = sections
    self.fifos = fifos
  }

  /// All sections.
  var whole: ClosedRange<Int> { 0...nodes.count - 1 }

  func section(of fifo: Int) -> ClosedRange<Int> { sectionOfFIFO[fifo]...sectionOfFIFO[fifo] }

  /// The cycles per frame of the slowest block, and about what FIFOs hold at that pace with all the room
  /// there is; nil: some section stops.
  ///
  /// Blocks may be slower together, and hold more.
  func reference(workers: Int) throws -> FIFOBench.Reference? {
    let alone = try nodes.indices.map { try stretch($0...$0) }
    var like: [FIFOStretch.Shape: Int] = [:]
    for (i, section) in alone.enumerated() { like[section.shape] = like[section.shape] ?? i }
    let distinct = like.values.sorted()
    let period = FramePeriod(cycles: max(try bench.plan.cyclesAlone().max() ?? 1, 1))
    let seen = try Parallel.all(distinct.count, workers: workers) {
      try alone[distinct[$0]].bench.held(period)
    }
    let held = Dictionary(uniqueKeysWithValues: zip(distinct, seen))
    var depths = bench.fifos.map { _ in 0 }
    for section in alone {
      guard let words = held[like[section.shape]!]! else { return nil }
      for (fifo, words) in zip(section.fifos, words) { depths[fifo] = bench.depth(holding: words) }
    }
    return FIFOBench.Reference(period: period, target: period, depths: depths)
  }

  /// Longer and longer stretches of sections, up to all of them; those of a length in two rounds, each
  /// of stretches side by side and half over those of the other. One that is nearly the whole tells no
  /// sooner than the whole does.
  var stretches: [[ClosedRange<Int>]] {
    let count = nodes.count
    var rounds: [[ClosedRange<Int>]] = []
    var span = 2
    while 4 * span <= 3 * count {
      for offset in [0, span / 2] {
        rounds.append(
          stride(from: offset, to: count - 1, by: span).map { $0...min($0 + span, count) - 1 })
      }
      span *= 2
    }
    if count > 1 { rounds.append([whole]) }
    return rounds
  }

  /// Stretches within `range` that are short beside it, the shortest first.
  func parts(of range: ClosedRange<Int>) -> [ClosedRange<Int>] {
    let alone = nodes.indices.map { $0...$0 }
    return (alone + stretches.joined()).filter {
      FIFOHeuristics.shortPart * $0.count <= range.count && range.contains($0)
        && !fifos[$0].joined().isEmpty
    }
  }

  /// The sections of `range` as one design.
  func stretch(_ range: ClosedRange<Int>) throws -> FIFOStretch {
    guard range != self.whole else {
      return FIFOStretch(sections: range, bench: bench, fifos: Array(bench.fifos.indices))
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
    return FIFOStretch(
      sections: range,
      bench: FIFOBench(
        plan, measure: bench.cost.measure, model: bench.cost.model, isStretch: true),
      fifos: fifos)
  }
}

/// Sections of a design in a row as a design of its own, and which of the whole's FIFOs its own are.
struct FIFOStretch {
  let sections: ClosedRange<Int>
  let bench: FIFOBench
  let fifos: [Int]
  let shape: Shape

  init(sections: ClosedRange<Int>, bench: FIFOBench, fifos: [Int]) {
    (self.sections, self.bench, self.fifos) = (sections, bench, fifos)
    shape = Shape(bench.plan.design)
  }

  /// Everything handshake times depend on but depths: equal stretches behave alike.
  struct Shape: Hashable {
    private struct Node: Hashable {
      var opType: String
      var attributes: [String: AttributeValue]
      var inputs: [Int]
      var outputs: [Int]
    }

    private let nodes: [Node]
    private let hash: Int

    init(_ design: Design) {
      var number: [String: Int] = [:]
      for stream in design.graphInputs + design.nodes.flatMap(\.outputs) {
        number[stream] = number.count
      }
      nodes = design.nodes.map { node in
        var attributes = node.attributes
        for depth in ["depth", "inFIFODepths", "outFIFODepths"] { attributes[depth] = nil }
        return Node(
          opType: node.opType, attributes: attributes,
          inputs: node.inputs.map { number[$0] ?? -1 },
          outputs: node.outputs.map { number[$0] ?? -1 })
      }
      hash = nodes.hashValue
    }

    // Shapes are looked up often, and are long.
    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
  }
}
