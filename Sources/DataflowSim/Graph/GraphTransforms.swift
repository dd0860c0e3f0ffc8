/// FINN's graph transformations that put width converters and FIFOs between the layers.
///
/// Source: docs/reference/finn-dialect.md#width-converters-between-nodes, #fifos-between-nodes,
/// #fifo-implementations. Node order and names are FINN's, so that its configuration files fit:
/// they address FIFOs by number.
extension Design {
  /// The blocks of all nodes. Throws `InputError` naming the node.
  public func makeBlocks() throws -> [any Block] { try nodes.map(block(of:)) }

  /// The design without FIFOs and width converters, ready for another folding.
  ///
  /// A converter at the border or beside an IODMA stays: FINN would not put it back. `refittingBorderConverters`
  /// makes it fit another folding.
  public func removingBuffering() throws -> Design {
    let plain = try resolvingStreamDepths()
    return try plain.removing { $0.isFIFO }.removingInnerConverters().inStreamOrder()
  }

  /// Nodes by level and, within one, as the streams of the level before lead to them: the order FINN's
  /// graphs have before FIFOs and converters move them about.
  private func inStreamOrder() throws -> Design {
    let graph = try DesignGraph(self)
    let level = graph.levels
    var position = [Int](repeating: 0, count: nodes.count)
    var order: [Int] = []
    for (_, members) in Dictionary(grouping: nodes.indices, by: { level[$0] })
      .sorted(by: { $0.key < $1.key })
    {
      func key(_ node: Int) -> (Int, Int, Int) {
        let writers = nodes[node].inputs.compactMap { graph[$0].writer }
          .filter { level[$0.node] + 1 == level[node] }
          .map { (position[$0.node], $0.port) }
        let first = writers.min { $0 < $1 } ?? (-1, 0)
        return (first.0, first.1, node)
      }
      for node in members.sorted(by: { key($0) < key($1) }) {
        position[node] = order.count
        order.append(node)
      }
    }
    var result = self
    result.nodes = order.map { nodes[$0] }
    return result
  }

  private func removingInnerConverters() throws -> Design {
    let graph = try DesignGraph(self)
    return try removing { node in
      node.isWidthConverter && isInner(graph[node.inputs[0]].writer)
        && isInner(graph[node.outputs[0]].reader)
    }
  }

  /// Whether there is a block at an end of a stream, and no IODMA.
  func isInner(_ end: DesignGraph.Endpoint?) -> Bool {
    end.map { !nodes[$0.node].isIODMA } ?? false
  }

  /// The design without FIFOs of at most `threshold` words; the first node stays, as in FINN.
  public func removingShallowFIFOs(upTo threshold: Int = 0) throws -> Design {
    let first = nodes.first?.name
    return try removing { node in
      guard node.isFIFO, node.name != first, case .int(let depth)? = node.attributes["depth"] else {
        return false
      }
      return depth <= threshold
    }
  }

  /// Takes nodes with one input and one output out of their stream, which keeps the writer's name
  /// unless it leaves the design.
  func removing(_ isRemoved: (Node) -> Bool) throws -> Design {
    var result = self
    var replacement: [String: String] = [:]
    let outputs = Set(graphOutputs)
    let inputs = Set(graphInputs)
    for node in nodes where isRemoved(node) && node.inputs.count == 1 && node.outputs.count == 1 {
      replacement[node.outputs[0]] = node.inputs[0]
    }
    func source(_ stream: String) -> String {
      var name = stream
      while let before = replacement[name] { name = before }
      return name
    }
    // A stream from border to border needs its FIFO to exist at all.
    for output in graphOutputs where inputs.contains(source(output)) && source(output) != output {
      var name = output
      while let before = replacement[name], !inputs.contains(before) { name = before }
      replacement[name] = nil
    }
    let renamed = Dictionary(
      uniqueKeysWithValues: graphOutputs.compactMap { output in
        source(output) == output ? nil : (source(output), output)
      })
    result.nodes = nodes.filter { node in
      node.outputs.count != 1 || node.inputs.count != 1 || !isRemoved(node)
        || replacement[node.outputs[0]] == nil
    }
    for index in result.nodes.indices {
      result.nodes[index].inputs = result.nodes[index].inputs.map { name in
        renamed[source(name)] ?? source(name)
      }
      result.nodes[index].outputs = result.nodes[index].outputs.map { renamed[$0] ?? $0 }
    }
    result.streams = streams.filter { replacement[$0.key] == nil || outputs.contains($0.key) }
    for (inner, output) in renamed {
      if let settings = streams[inner] { result.streams[output] = settings }
      result.streams[inner] = nil
    }
    return result
  }

  /// FINN's `InsertFIFO` and what follows it: a FIFO on every stream that has none, at the borders
  /// too, then FINN's node order and `GiveUniqueNodeNames`.
  ///
  /// - Parameters:
  ///   - createShallow: also where no end wishes for more than two words.
  ///   - deepestRTL: deeper ones become Vivado FIFOs; `nil`: none do.
  public func insertingFIFOs(createShallow: Bool = true, deepestRTL: Int? = nil) throws -> Design {
    let insertion = try FIFOInsertion(
      self, graph: DesignGraph(self), blocks: makeBlocks(), createShallow: createShallow,
      deepestRTL: deepestRTL)
    return try insertion.result().inFINNOrder().namingBuffers()
  }

  /// The design with a FIFO of two words on every stream that has none; all names stay.
  package func fillingBareStreams() throws -> Design {
    let insertion = try FIFOInsertion(
      self, graph: DesignGraph(self), blocks: makeBlocks(), createShallow: true, deepestRTL: nil)
    return try insertion.result { index in "StreamingFIFO_rtl_\(index)" }
  }

  /// FINN's names for the FIFOs and converters it inserts, `<op type>_<index>` in node order. Layers keep
  /// the names of the design's file, so that configurations written for it fit it.
  func namingBuffers() -> Design {
    func isBuffer(_ node: Node) -> Bool { node.isFIFO || node.isWidthConverter }
    var names = UniqueNames(taken: nodes.filter { !isBuffer($0) }.map(\.name))
    var counts: [String: Int] = [:]
    var result = self
    for index in nodes.indices where isBuffer(nodes[index]) {
      let opType = nodes[index].opType
      let prefix = finnGeneration.hasOldNames ? OldNames.old(opType) : opType
      var count = counts[prefix, default: 0]
      while !names.take("\(prefix)_\(count)") { count += 1 }
      result.nodes[index].name = "\(prefix)_\(count)"
      counts[prefix] = count + 1
    }
    return result
  }

  /// FINN's `GiveUniqueNodeNames`: `<op type>_<index>`, counted per op type in node order.
  public func givingUniqueNodeNames() -> Design {
    var counts: [String: Int] = [:]
    var result = self
    for index in nodes.indices {
      let opType = nodes[index].opType
      result.nodes[index].name = "\(opType)_\(counts[opType, default: 0])"
      counts[opType, default: 0] += 1
    }
    return result
  }

  /// The order FINN's nodes have behind `SpecializeLayers` and a topological sort by levels: the
  /// former moves the nodes it specialises, FIFOs and converters, towards the front.
  private func inFINNOrder() throws -> Design {
    var order = Array(nodes.indices)
    var specialised = 0
    for index in nodes.indices where nodes[index].isFIFO || nodes[index].isWidthConverter {
      specialised += 1
      guard specialised < index else { continue }
      order.remove(at: index)
      order.insert(index, at: specialised)
    }
    let graph = try DesignGraph(self)
    let level = graph.levels
    let sorted = order.enumerated().sorted {
      (level[$0.element], $0.offset) < (level[$1.element], $1.offset)
    }
    var result = self
    result.nodes = sorted.map { nodes[$0.element] }
    return result
  }
}

extension Node {
  /// Whether this is a FIFO of any implementation.
  public var isFIFO: Bool { role == .fifo }
  /// Whether this is a data width converter of any implementation.
  public var isWidthConverter: Bool { role == .widthConverter }
  package var isIODMA: Bool { role == .memoryAccess }
  package var role: BlockRole { BlockCatalogue.find(opType)?.role ?? .layer }
  /// Whether it changes no value: every stream that leaves has the elements of the one that enters.
  package var passesValuesOn: Bool { BlockCatalogue.find(opType)?.passesValuesOn ?? false }
}

/// One pass of FINN's `InsertFIFO`.
private struct FIFOInsertion {
  let design: Design
  let graph: DesignGraph
  let blocks: [any Block]
  let createShallow: Bool
  let deepestRTL: Int?

  init(
    _ design: Design, graph: DesignGraph, blocks: [any Block], createShallow: Bool, deepestRTL: Int?
  ) throws {
    self.design = design
    self.graph = graph
    self.blocks = blocks
    self.createShallow = createShallow
    self.deepestRTL = deepestRTL
  }

  /// - Parameter name: what the n-th FIFO is called; the next free number is taken.
  func result(naming name: (Int) -> String = { "StreamingFIFO_\($0)" }) throws -> Design {
    var count = 0
    var names = UniqueNames(taken: design.nodes.map(\.name) + graph.streams.map(\.name))
    var wired = design
    var front: [Node] = []
    var back: [Node] = []
    var behind = [[Node]](repeating: [], count: design.nodes.count)
    for stream in graph.streams {
      guard let wish = wish(stream), let depth = depth(wish, stream) else { continue }
      var fifo = node(depth, stream)
      while !names.take(name(count)) { count += 1 }
      fifo.name = name(count)
      switch (stream.writer, stream.reader) {
      case (let writer?, let reader?):
        fifo.inputs = [stream.name]
        fifo.outputs = [names.make("\(stream.name)_fifo")]
        wired.nodes[reader.node].inputs[reader.port] = fifo.outputs[0]
        behind[writer.node].insert(fifo, at: 0)
      case (nil, let reader?):
        fifo.inputs = [stream.name]
        fifo.outputs = [names.make("\(stream.name)_fifo")]
        wired.nodes[reader.node].inputs[reader.port] = fifo.outputs[0]
        front.append(fifo)
      case (let writer?, nil):
        fifo.inputs = [names.make("\(stream.name)_raw")]
        fifo.outputs = [stream.name]
        wired.nodes[writer.node].outputs[writer.port] = fifo.inputs[0]
        back.append(fifo)
      case (nil, nil): continue
      }
    }
    var result = wired
    result.nodes = front + zip(wired.nodes, behind).flatMap { [$0] + $1 } + back
    return result
  }

  /// Depths wished for by the two ends; nil where FINN makes no FIFO.
  private func wish(_ stream: DesignGraph.Stream) -> (producer: Int, consumer: Int)? {
    func node(_ end: DesignGraph.Endpoint?) -> Node? { end.map { design.nodes[$0.node] } }
    for end in [node(stream.writer), node(stream.reader)] where end?.isFIFO == true { return nil }
    let isBorder = stream.writer == nil || stream.reader == nil
    for end in [node(stream.writer), node(stream.reader)]
    where isBorder && end?.isIODMA == true {
      return nil
    }
    func depth(_ list: [Int], _ port: Int) -> Int { port < list.count ? list[port] : 2 }
    return (
      stream.writer.map { depth(blocks[$0.node].node.outFIFODepths, $0.port) } ?? 0,
      stream.reader.map { depth(blocks[$0.node].node.inFIFODepths, $0.port) } ?? 0
    )
  }

  private func depth(_ wish: (producer: Int, consumer: Int), _ stream: DesignGraph.Stream) -> Int? {
    StreamingFIFO.inserted(
      producer: wish.producer, consumer: wish.consumer, createShallow: createShallow
    ).map { max($0, 2) }
  }

  private func node(_ depth: Int, _ stream: DesignGraph.Stream) -> Node {
    let producer = stream.writer.flatMap { end in
      let outputs = blocks[end.node].outputs
      return end.port < outputs.count ? outputs[end.port] : nil
    }
    let consumer = stream.reader.flatMap { end in
      let inputs = blocks[end.node].inputs
      return end.port < inputs.count ? inputs[end.port] : nil
    }
    let isKnown = producer?.foldedShape != nil && producer?.dataType != nil
    let port = isKnown ? producer : consumer
    var attributes: [String: AttributeValue] = ["depth": .int(depth)]
    if let folded = port?.foldedShape, let type = port?.dataType {
      attributes["folded_shape"] = .ints(folded)
      attributes["dataType"] = .string(type.name)
      if let normal = port?.normalShape { attributes["normal_shape"] = .ints(normal) }
    }
    let isInner = stream.writer != nil && stream.reader != nil
    let style = isInner ? StreamingFIFO.style(depth: depth, deepestRTL: deepestRTL) : .rtl
    if style != .rtl { attributes["impl_style"] = .string(style.rawValue) }
    return Node(name: "", opType: "StreamingFIFO_rtl", attributes: attributes)
  }
}
