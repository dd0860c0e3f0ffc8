extension Plan {
  /// Cycles per frame each node needs when nothing ever stalls it, in the order of the design's nodes;
  /// 0 for FIFOs. The largest is what unbounded FIFOs would give, or a little less.
  ///
  /// A sliding window's own period has no simple closed form: it is simulated alone where it may be the
  /// slowest of all. It never takes longer than all its words one after another; where that is no more
  /// than another node's cycles, the busier port's words stand for it.
  package func cyclesAlone() throws -> [Int] {
    var cycles = design.nodes.indices.map { i in
      design.nodes[i].isFIFO ? 0 : max(timings[i].busyCycles ?? 0, portWords(i).max() ?? 0)
    }
    var slowest = cycles.max() ?? 0
    let windows = design.nodes.indices
      .filter { timings[$0].busyCycles == nil && timings[$0].hasOwnRhythm }
      .map { (node: $0, most: portWords($0).reduce(0, +)) }
      .sorted { ($1.most, $0.node) < ($0.most, $1.node) }
    var known: [[String: AttributeValue]: Int] = [:]
    for window in windows where window.most > slowest {
      let node = design.nodes[window.node]
      let alone = try known[node.attributes] ?? period(ofNodeAlone: node)
      known[node.attributes] = alone
      cycles[window.node] = max(cycles[window.node], alone)
      slowest = max(slowest, alone)
    }
    return cycles
  }

  /// Cycles per frame of the slowest block: no FIFO depths give less.
  public var slowestBlockCycles: Int? {
    get throws { try cyclesAlone().max() }
  }

  private func portWords(_ node: Int) -> [Int] {
    (inputPorts[node] + outputPorts[node]).compactMap(\.words)
  }

  private func period(ofNodeAlone node: Node) throws -> Int {
    let steady = try Simulation(Plan(design.alone(node))).steadyState()
    return steady.map { Int($0.cyclesPerFrame.rounded(.down)) } ?? 0
  }
}
