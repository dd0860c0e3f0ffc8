import SimKernels

/// The bit plane of a design: every block prepared with its parameters, ready to turn input tensors
/// into the tensor of every stream.
///
/// It knows nothing of time. What the hardware computes depends on time only where a hazard lets
/// it; `words(of:cores:)` takes those from the time plane.
public struct Dataplane: Sendable {
  /// How values are computed.
  public struct Options: Sendable {
    /// Widest vector instructions used.
    public var level: KernelLevel
    public var hazards: ValueHazards

    /// The widest vectors of this processor, and every hazard.
    public init(level: KernelLevel = .best, hazards: ValueHazards = .init()) {
      self.level = level
      self.hazards = hazards
    }
  }

  /// One node of the design in the order of computation.
  package struct Step: Sendable {
    package let node: Node
    /// Positions in `graph.streams`.
    package let inputs: [Int]
    package let outputs: [Int]
    /// Layouts as this block's ports read the streams.
    package let ports: [StreamLayout]
    package let adapters: [StreamAdapter]
    package let bits: any BlockBits
  }

  /// The design with its converters, and its wiring.
  public let design: Design
  public let graph: DesignGraph
  /// What each stream of `graph.streams` carries; `nil` for weight streams that are not needed
  /// because the node that reads them has its weights in the parameters.
  public let layouts: [StreamLayout?]
  package let steps: [Step]

  /// Prepares all blocks.
  ///
  /// Throws `InputError` naming the node for an unknown op or attribute, an op without defined
  /// bits, missing or ill-shaped parameters, and streams whose ends do not fit.
  public init(_ design: Design, parameters: ParameterStore?, options: Options = .init()) throws {
    self.design = design
    graph = try DesignGraph(design)
    var builder = try DataplaneBuilder(design, graph, parameters, options)
    try builder.build()
    layouts = builder.layouts
    steps = builder.steps
  }

  /// The layout of a stream by name.
  ///
  /// Throws `InputError` with the nearest name when there is none.
  public func layout(of stream: String) throws -> StreamLayout {
    if let index = graph.indexByName[stream], let layout = layouts[index] { return layout }
    let near = nearestName(to: stream, among: graph.indexByName.keys)
    throw InputError(
      "there is no stream '\(stream)' with data", hint: near.map { "did you mean '\($0)'?" })
  }

  /// Nodes whose values may differ from the hardware's, and why.
  public var approximateNodes: [String: String] {
    steps.reduce(into: [:]) { $0[$1.node.name] = $1.bits.approximation }
  }

  /// Graph inputs that need a tensor.
  public var inputs: [String] {
    design.graphInputs.filter { layouts[graph.index(of: $0)] != nil }
  }
}

/// Builds the steps of a data plane node by node, in dataflow order.
struct DataplaneBuilder {
  private let design: Design
  private let graph: DesignGraph
  private let parameters: ParameterStore?
  private let options: Dataplane.Options
  private let blocks: [any BitBlock]
  private(set) var layouts: [StreamLayout?]
  private(set) var steps: [Dataplane.Step] = []
  /// Streams that would carry weights to a node that has them as a parameter.
  private var unneeded: Set<Int> = []

  init(
    _ design: Design, _ graph: DesignGraph, _ parameters: ParameterStore?,
    _ options: Dataplane.Options
  ) throws {
    self.design = design
    self.graph = graph
    self.parameters = parameters
    self.options = options
    blocks = try design.nodes.map { try Self.block($0, design) }
    layouts = Array(repeating: nil, count: graph.streams.count)
  }

  private static func block(_ node: Node, _ design: Design) throws -> any BitBlock {
    let block = try design.block(of: node)
    do {
      guard block.inputs.count >= node.inputs.count || node.inputs.isEmpty else {
        throw InputError(
          "has \(node.inputs.count) inputs; \(node.opType) takes \(block.inputs.count)")
      }
      guard let bits = block as? any BitBlock else {
        throw InputError(
          "\(node.opType) has no model in the bit plane",
          hint: "FINN's documents state no formula for its values; its timing can be simulated")
      }
      return bits
    } catch let error as InputError {
      throw error.at("node '\(node.name)'")
    }
  }

  mutating func build() throws {
    findUnneeded()
    for name in design.graphInputs {
      let index = graph.index(of: name)
      guard !unneeded.contains(index) else { continue }
      let layout = try graphInput(index)
      try Self.requireSensible(layout, name)
      layouts[index] = layout
    }
    for index in graph.order {
      do {
        try addStep(index)
      } catch let error as InputError {
        throw error.at("node '\(design.nodes[index].name)'")
      }
    }
  }

  /// Walks upstream from every compute node with own weights.
  private mutating func findUnneeded() {
    for index in graph.order.reversed() {
      let node = design.nodes[index]
      let outputs = node.outputs.map(graph.index)
      if !outputs.isEmpty, outputs.allSatisfy(unneeded.contains) {
        unneeded.formUnion(node.inputs.map(graph.index))
      } else if blocks[index] is any ComputeBlock, node.initializers["weights"] != nil {
        unneeded.formUnion(node.inputs.dropFirst().map(graph.index))
      }
    }
  }

  /// A graph input has the layout its reader expects; readers that take any wait for theirs.
  private func graphInput(_ index: Int) throws -> StreamLayout {
    let start = graph.streams[index]
    var current = start
    for _ in 0...design.nodes.count {
      guard let reader = current.reader else { break }
      let node = design.nodes[reader.node]
      if reader.port == 1, let compute = blocks[reader.node] as? any ComputeBlock {
        return compute.weightLayout
      }
      if let layout = StreamLayout(blocks[reader.node].inputs[reader.port]) { return layout }
      guard let next = node.outputs.first else { break }
      current = graph.streams[graph.index(of: next)]
    }
    let settings = design.streams[start.name]
    if let shape = settings?.shape, let last = shape.last,
      let type = settings?.dataType.flatMap({ DataType($0) })
    {
      return StreamLayout(
        dataType: type, shape: shape, elements: last, words: product(shape.dropLast()))
    }
    throw InputError(
      "the tensor it carries is not known", at: "graph input '\(start.name)'",
      hint: "state shape and dataType of the stream")
  }

  private mutating func addStep(_ index: Int) throws {
    let node = design.nodes[index]
    let outputs = node.outputs.map(graph.index)
    if !outputs.isEmpty, outputs.allSatisfy(unneeded.contains) { return }
    let block = blocks[index]
    let used = node.inputs.map(graph.index).filter { !unneeded.contains($0) }
    let fed = try used.map { index -> StreamLayout in
      guard let layout = layouts[index] else {
        throw InputError("carries nothing", at: "stream '\(graph.streams[index].name)'")
      }
      return layout
    }
    let compute = block as? any ComputeBlock
    let ports = fed.indices.map { i -> StreamLayout in
      if i == 1, let compute { return compute.weightLayout }
      return StreamLayout(block.inputs[i]) ?? fed[i]
    }
    let adapters = try used.indices.map { i in
      do {
        return try StreamAdapter(
          from: fed[i], to: ports[i], padded: touchesDMA(used[i]))
      } catch let error as InputError {
        throw error.at("stream '\(graph.streams[used[i]].name)'")
      }
    }
    try requireEqualFrames(used, fed, compute == nil ? ports : Array(ports.prefix(1)), adapters)
    let produced = try block.layouts(fedBy: ports)
    guard produced.count >= outputs.count else {
      throw InputError("has \(outputs.count) outputs; \(node.opType) has \(produced.count)")
    }
    for (stream, layout) in zip(outputs, produced) {
      try Self.requireSensible(layout, graph.streams[stream].name)
      layouts[stream] = layout
    }
    let setup = BitSetup(
      node: node, inputs: ports, outputs: produced, parameters: parameters, level: options.level,
      hazards: options.hazards)
    let bits = try block.bits(setup)
    steps.append(
      Dataplane.Step(
        node: node, inputs: used, outputs: outputs, ports: ports, adapters: adapters, bits: bits))
  }

  private static func requireSensible(_ layout: StreamLayout, _ stream: String) throws {
    let (count, overflow) = layout.words.multipliedReportingOverflow(by: layout.elements)
    guard overflow || count > 1 << 31 || layout.dataType.bits > 64 && count > 1 << 24 else {
      return
    }
    throw InputError(
      "a frame of \(layout.words) words of \(layout.elements) x \(layout.dataType) is beyond the "
        + "bit plane", at: "stream '\(stream)'")
  }

  /// Whether a DMA is at one end of the stream or of the FIFOs it belongs to.
  private func touchesDMA(_ index: Int) -> Bool {
    func reaches(_ next: (DesignGraph.Stream) -> (node: Int?, stream: String?)) -> Bool {
      var current = graph.streams[index]
      for _ in 0...design.nodes.count {
        let (node, stream) = next(current)
        guard let node else { return false }
        if blocks[node] is IODMA { return true }
        guard blocks[node] is StreamingFIFO, let stream else { return false }
        current = graph[stream]
      }
      return false
    }
    return reaches { ($0.writer?.node, $0.writer.flatMap { design.nodes[$0.node].inputs.first }) }
      || reaches { ($0.reader?.node, $0.reader.flatMap { design.nodes[$0.node].outputs.first }) }
  }

  /// Both ends of a stream must see the same frame; how it is cut into words is not looked at here,
  /// because FINN's graphs have no width converters until late.
  private func requireEqualFrames(
    _ streams: [Int], _ fed: [StreamLayout], _ ports: [StreamLayout], _ adapters: [StreamAdapter]
  ) throws {
    for (i, index) in streams.enumerated().prefix(ports.count) {
      let (from, to) = (fed[i], ports[i])
      if case .repack = adapters[i] {
        if from.words == to.words { continue }
      } else if from.count == to.count {
        continue
      }
      throw InputError(
        "brings \(from.words) words of \(from.elements) x \(from.dataType) per frame, but this node "
          + "takes \(to.words) of \(to.elements) x \(to.dataType)",
        at: "stream '\(graph.streams[index].name)'")
    }
  }
}

extension BitBlock {
  public func layouts(fedBy inputs: [StreamLayout]) throws -> [StreamLayout] {
    try outputs.map { port in
      guard let layout = StreamLayout(port) else {
        throw InputError("what it writes depends on what it reads, which is not known")
      }
      return layout
    }
  }
}
