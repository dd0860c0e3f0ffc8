/// Finds what lies between the processes of a design: one chain per way from a process, or a graph input,
/// to the next.
struct ChainLayout {
  private let design: Design
  private let timings: [BlockTiming]
  private let graph: DesignGraph
  private(set) var chains: [Plan.Chain] = []
  private(set) var processes: [Plan.ProcessNode] = []

  init(_ design: Design, _ timings: [BlockTiming], _ graph: DesignGraph) {
    self.design = design
    self.timings = timings
    self.graph = graph
    var chainAtInput: [DesignGraph.Endpoint: Int] = [:]
    for stream in design.graphInputs {
      add(chain(from: .border(stream: stream), along: stream), &chainAtInput)
    }
    var outputs: [Int: [Int]] = [:]
    for n in design.nodes.indices where isProcess(n) {
      outputs[n] = design.nodes[n].outputs.enumerated().map { port, stream in
        let behind = stages(n, timings[n].stages(atOutput: port))
        return add(chain(from: .node(n), along: stream, behind: behind), &chainAtInput)
      }
    }
    processes = design.nodes.indices.filter(isProcess).map { n in
      let inputs = design.nodes[n].inputs.indices.map {
        chainAtInput[DesignGraph.Endpoint(node: n, port: $0)]!
      }
      return Plan.ProcessNode(node: n, inputs: inputs, outputs: outputs[n]!)
    }
  }

  private func isProcess(_ node: Int) -> Bool {
    if case .process = timings[node].body { true } else { false }
  }

  private func stages(_ node: Int, _ stages: [Stage]) -> [Plan.Chain.Item] {
    stages.map { .stage($0, node: design.nodes[node].name) }
  }

  /// Follows `stream` through blocks that are nothing but stages, to the next process or graph output.
  private func chain(
    from writer: Plan.Chain.End, along stream: String, behind items: [Plan.Chain.Item] = []
  ) -> (chain: Plan.Chain, end: DesignGraph.Endpoint?) {
    var chain = Plan.Chain(items: items, writer: writer, reader: writer)
    var stream = stream
    while true {
      chain.items.append(.handshake(stream: stream))
      guard let end = graph[stream].reader else {
        chain.reader = .border(stream: stream)
        return (chain, nil)
      }
      chain.items += stages(end.node, timings[end.node].stages(atInput: end.port))
      if isProcess(end.node) {
        chain.reader = .node(end.node)
        return (chain, end)
      }
      chain.items += stages(end.node, timings[end.node].stages(atOutput: 0))
      stream = design.nodes[end.node].outputs[0]
    }
  }

  /// The number of the new chain.
  @discardableResult
  private mutating func add(
    _ found: (chain: Plan.Chain, end: DesignGraph.Endpoint?),
    _ chainAtInput: inout [DesignGraph.Endpoint: Int]
  ) -> Int {
    if let end = found.end { chainAtInput[end] = chains.count }
    chains.append(found.chain)
    return chains.count - 1
  }
}
