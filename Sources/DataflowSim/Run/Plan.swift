/// A design made ready for simulation: its blocks, and the chains of stages between the blocks that
/// are processes of their own. Built once, run many times.
public struct Plan: Sendable {
  /// Every FIFO a node of its own.
  public let design: Design
  /// One per node, in the order of `design.nodes`.
  public let blocks: [any Block]
  /// Ports of each node once every stream is known (elementary blocks take them from their feeders).
  public let inputPorts: [[Port]]
  public let outputPorts: [[Port]]
  public private(set) var timings: [BlockTiming]
  package private(set) var chains: [Chain]
  /// Nodes that are processes, with the chain at each input and output port.
  package private(set) var processes: [ProcessNode]

  package struct ProcessNode: Sendable {
    package var node: Int
    package var inputs: [Int]
    package var outputs: [Int]
  }

  /// Everything between two processes (or the graph's border): stages and the handshakes that can be
  /// observed between them, in flow order.
  package struct Chain: Sendable {
    var items: [Item] = []
    package var writer: End
    package var reader: End

    enum Item: Sendable {
      /// A buffer, and the node it belongs to.
      case stage(Stage, node: String)
      case handshake(stream: String)
    }
    package enum End: Hashable, Sendable {
      case border(stream: String)
      case node(Int)
    }
  }

  /// Words per frame of a stream, as far as its blocks define it.
  public let wordsPerFrame: [String: Int]
  /// FIFOs put into the plan beyond those of the design, by chain.
  package private(set) var insertedFIFOs: [Int: (name: String, depth: Int)] = [:]
}

extension Plan {
  /// Resolves attributes, checks the graph and lays out the chains.
  ///
  /// `design` must not use the `streams[…].depth` shorthand any more. Throws `InputError`.
  public init(_ source: Design) throws {
    let design = try source.resolvingStreamDepths()
    let graph = try DesignGraph(design)
    self.design = design
    blocks = try design.nodes.map(design.block(of:))
    timings = try zip(design.nodes, blocks).map { node, block in
      guard let timed = block as? any TimedBlock else {
        throw InputError(
          "\(node.opType) has shapes and costs but no cycle behaviour in simrun",
          at: "node '\(node.name)'")
      }
      return timed.timing().inexact(node.setsOfParameters).inexact(
        BlockCatalogue.foreignAttribute(of: node.opType, node.attributes, design.finnGeneration))
    }
    try Self.requirePlausibleBuffers(design, timings)
    try Self.checkPortCounts(design, blocks)
    (inputPorts, outputPorts) = Self.resolvePorts(design, blocks, graph)
    wordsPerFrame = Self.words(design, inputPorts, outputPorts)
    let layout = ChainLayout(design, timings, graph)
    (chains, processes) = (layout.chains, layout.processes)
  }

  private static func checkPortCounts(_ design: Design, _ blocks: [any Block]) throws {
    for (node, block) in zip(design.nodes, blocks) {
      func check(_ streams: [String], _ ports: Int, _ what: String) throws {
        guard streams.count != ports else { return }
        throw InputError(
          "\(streams.count) stream \(what)s, but \(node.opType) with these attributes has \(ports)",
          at: "node '\(node.name)'")
      }
      try check(node.inputs, block.inputs.count, "input")
      try check(node.outputs, block.outputs.count, "output")
    }
  }

  /// Ports in topological order, so that open ports take shape from what feeds them.
  private static func resolvePorts(_ design: Design, _ blocks: [any Block], _ graph: DesignGraph)
    -> ([[Port]], [[Port]])
  {
    var inputs = blocks.map(\.inputs)
    var outputs = blocks.map(\.outputs)
    for n in graph.order {
      for (port, stream) in design.nodes[n].inputs.enumerated() {
        if inputs[n][port].words == nil, let writer = graph[stream].writer {
          inputs[n][port] = outputs[writer.node][writer.port]
        }
      }
      outputs[n] = blocks[n].outputs(fedBy: inputs[n])
    }
    // A graph input that goes straight into an open port learns its word count from the readers: Fork
    // and Join, the blocks with open ports, give as many words as they take.
    for n in graph.order.reversed() {
      for (port, stream) in design.nodes[n].outputs.enumerated()
      where outputs[n][port].words == nil {
        guard let reader = graph[stream].reader else { continue }
        outputs[n][port].words = inputs[reader.node][reader.port].words
      }
      let words = outputs[n].lazy.compactMap(\.words).first
      for port in inputs[n].indices where inputs[n][port].words == nil {
        inputs[n][port].words = words
      }
      for port in outputs[n].indices where outputs[n][port].words == nil {
        outputs[n][port].words = words
      }
    }
    return (inputs, outputs)
  }

  private static func words(_ design: Design, _ inputs: [[Port]], _ outputs: [[Port]])
    -> [String: Int]
  {
    var words: [String: Int] = [:]
    for (n, node) in design.nodes.enumerated() {
      for (stream, port) in zip(node.inputs, inputs[n]) {
        words[stream] = words[stream] ?? port.words
      }
      for (stream, port) in zip(node.outputs, outputs[n]) {
        words[stream] = port.words ?? words[stream]
      }
    }
    return words
  }
}

extension Node {
  /// Why its cycles are not the hardware's: it has several sets of parameters, as in the body of a loop.
  fileprivate var setsOfParameters: String? {
    guard case .int(let sets)? = attributes["mlo_max_iter"], sets > 1 else { return nil }
    return
      "mlo_max_iter \(sets): which of its \(sets) sets of parameters is taken comes as a stream that "
      + "simrun does not drive"
  }
}

extension BlockTiming {
  func stages(atInput port: Int) -> [Stage] { port < inputStages.count ? inputStages[port] : [] }
  func stages(atOutput port: Int) -> [Stage] { port < outputStages.count ? outputStages[port] : [] }
}

extension Plan.Chain {
  /// The streams whose handshakes lie before the first stage, between stages, and after the last.
  package var handshakesBetweenStages: [[String]] {
    var groups: [[String]] = [[]]
    for item in items {
      switch item {
      case .stage: groups.append([])
      case .handshake(let stream): groups[groups.count - 1].append(stream)
      }
    }
    return groups
  }

  package var stages: [(stage: Stage, node: String)] {
    items.compactMap { if case .stage(let stage, let node) = $0 { (stage, node) } else { nil } }
  }
}

extension Plan {
  /// Words of every FIFO by its name.
  var fifoDepths: [String: Int] {
    let fifos = chains.flatMap(\.stages).filter(\.stage.isFIFO)
    return Dictionary(fifos.map { ($0.node, $0.stage.capacity) }, uniquingKeysWith: { a, _ in a })
  }

  /// The same plan with other FIFO depths; the rule gets the FIFO's node name and its depth.
  public func replacingFIFODepths(_ depth: (String, Int) -> Int) -> Plan {
    var plan = self
    for c in plan.chains.indices {
      for i in plan.chains[c].items.indices {
        guard case .stage(var stage, let node) = plan.chains[c].items[i], stage.isFIFO else {
          continue
        }
        stage.capacity = depth(node, stage.capacity)
        plan.chains[c].items[i] = .stage(stage, node: node)
      }
    }
    return plan
  }

  /// The streams an observed run follows. Streams that blocks without any register join move their
  /// words in the same cycles and form one group.
  public var observedStreams: [[String]] {
    chains.flatMap(\.handshakesBetweenStages).filter { !$0.isEmpty }
  }
}

extension Plan {
  /// The same plan with every block at the least it is sure to hold, whatever the arrival pattern.
  /// Its handshake times mean nothing; which words can move does.
  package func withLeastStorage() throws -> Plan {
    var plan = self
    let depths = fifoDepths
    plan.timings = timings.map { timing in
      guard let least = timing.least else { return timing }
      return BlockTiming(
        inputStages: least.inputStages ?? timing.inputStages,
        outputStages: least.outputStages ?? timing.outputStages, exactness: timing.exactness,
        body: least.body)
    }
    let layout = ChainLayout(design, plan.timings, try DesignGraph(design))
    (plan.chains, plan.processes) = (layout.chains, layout.processes)
    plan = plan.replacingFIFODepths { name, depth in depths[name] ?? depth }
    for (index, fifo) in insertedFIFOs { plan.insertFIFO(fifo, onChain: index) }
    return plan
  }

  /// The same plan with a FIFO of `depth` words, called `name`, where chain `index` begins.
  package func insertingFIFO(_ name: String, depth: Int, onChain index: Int) -> Plan {
    var plan = self
    plan.insertFIFO((name, depth), onChain: index)
    return plan
  }

  private mutating func insertFIFO(_ fifo: (name: String, depth: Int), onChain index: Int) {
    insertedFIFOs[index] = fifo
    let stage = Stage(latency: 1, capacity: fifo.depth, isFIFO: true)
    let first = chains[index].items.firstIndex { if case .handshake = $0 { true } else { false } }
    chains[index].items.insert(.stage(stage, node: fifo.name), at: (first ?? 0) + 1)
  }
}
