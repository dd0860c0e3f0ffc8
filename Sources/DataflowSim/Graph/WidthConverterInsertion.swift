extension Design {
  /// The block of one of the design's nodes. Throws `InputError` naming the node.
  public func block(of node: Node) throws -> any Block {
    do {
      return try BlockCatalogue.make(
        opType: node.opType, attributes: node.attributes, part: part, clockMHz: clockMHz,
        generation: finnGeneration)
    } catch let error as InputError {
      throw error.at("node '\(node.name)' (\(node.opType))")
    }
  }

  /// The design with a converter on every stream whose writer and reader disagree about the width
  /// of a word, as FINN's InsertDWC does, and the names of these streams.
  ///
  /// FINN's graphs have no converters before that step. Every name and the order of the nodes stay, so
  /// that a report speaks of the file's own nodes. The converter is called `<stream>_dwc`, stands behind
  /// its writer and writes `<stream>_converted`; a FIFO on the stream stays in front of it.
  /// Throws `InputError` for a wrong node or a wrong graph.
  public func bridgingWidths() throws -> (design: Design, streams: [String]) {
    try bridgingWidths { _, _ in true }
  }

  /// Whether a DMA moves a block's words as they are, filled up to whole bytes.
  private static func isPadded(_ producer: Port, _ consumer: Port) -> Bool {
    producer.words == consumer.words && producer.paddedWidth == consumer.paddedWidth
  }

  /// FINN's `InsertDWC` with its node names: only where neither end is a converter or an IODMA.
  public func insertingWidthConverters() throws -> Design {
    try bridgingWidths { writer, reader in
      ![writer, reader].contains { $0.isWidthConverter || $0.isIODMA }
    }.design.namingBuffers()
  }

  private func bridgingWidths(where isWanted: (Node, Node) -> Bool) throws -> (
    design: Design, streams: [String]
  ) {
    let graph = try DesignGraph(self)
    let blocks = try nodes.map(block(of:))
    var names = UniqueNames(taken: nodes.map(\.name) + graph.streams.map(\.name))
    var result = self
    var behind = [[Node]](repeating: [], count: nodes.count)
    var converted: [String] = []
    for stream in graph.streams {
      guard let writer = stream.writer, let reader = stream.reader,
        isWanted(nodes[writer.node], nodes[reader.node]),
        writer.port < blocks[writer.node].outputs.count,
        reader.port < blocks[reader.node].inputs.count,
        !((nodes[writer.node].isIODMA || nodes[reader.node].isIODMA)
          && Self.isPadded(
            blocks[writer.node].outputs[writer.port], blocks[reader.node].inputs[reader.port])),
        var converter = Self.converter(
          from: blocks[writer.node].outputs[writer.port],
          to: blocks[reader.node].inputs[reader.port])
      else { continue }
      converter.name = names.make("\(stream.name)_dwc")
      converter.inputs = [stream.name]
      converter.outputs = [names.make("\(stream.name)_converted")]
      result.nodes[reader.node].inputs[reader.port] = converter.outputs[0]
      // FINN inserts right behind the producer, so later outputs come first.
      behind[writer.node].insert(converter, at: 0)
      converted.append(stream.name)
    }
    result.nodes = zip(result.nodes, behind).flatMap { [$0] + $1 }
    return (result, converted)
  }

  /// The design with every converter at the border, or beside an IODMA, as wide as the layer beside it is now. The
  /// other side stays: that is how wide the words of the border are. One that has nothing to convert any more
  /// leaves.
  package func refittingBorderConverters() throws -> Design {
    guard nodes.contains(where: \.isWidthConverter) else { return self }
    let graph = try DesignGraph(self)
    guard nodes.contains(where: { borderSide(ofConverter: $0, in: graph) != nil }) else {
      return self
    }
    let blocks = try nodes.map(block(of:))
    var result = self
    var idle: Set<String> = []
    for (index, node) in nodes.enumerated() {
      guard let side = borderSide(ofConverter: node, in: graph),
        let own = blocks[index].inputs.first, let made = blocks[index].outputs.first
      else { continue }
      let (writer, reader) = (graph[node.inputs[0]].writer, graph[node.outputs[0]].reader)
      let from =
        side == .input ? own : writer.flatMap { Self.port($0, of: blocks[$0.node].outputs) }
      let to = side == .output ? made : reader.flatMap { Self.port($0, of: blocks[$0.node].inputs) }
      guard let from, let to, (from.width, to.width) != (own.width, made.width) else { continue }
      if let width = from.width, width == to.width {
        idle.insert(node.name)
      } else if let converter = Self.converter(from: from, to: to) {
        result.nodes[index].opType = converter.opType
        let kept = node.attributes.filter { ["inFIFODepths", "outFIFODepths"].contains($0.key) }
        result.nodes[index].attributes = converter.attributes.merging(kept) { $1 }
      }
    }
    return try result.removing { idle.contains($0.name) }
  }

  /// The side of a converter that leads to the border or to an IODMA, so that no folding changes it; nil where both
  /// or neither do.
  package func borderSide(ofConverter node: Node, in graph: DesignGraph) -> BorderSide? {
    guard node.isWidthConverter, node.inputs.count == 1, node.outputs.count == 1 else { return nil }
    switch (isInner(graph[node.inputs[0]].writer), isInner(graph[node.outputs[0]].reader)) {
    case (false, true): return .input
    case (true, false): return .output
    default: return nil
    }
  }

  private static func port(_ end: DesignGraph.Endpoint, of ports: [Port]) -> Port? {
    end.port < ports.count ? ports[end.port] : nil
  }

  private static func converter(from producer: Port, to consumer: Port) -> Node? {
    if let elements = producer.elements, elements == consumer.elements { return nil }
    guard let inWidth = producer.width, let outWidth = consumer.width, inWidth != outWidth,
      inWidth > 0, outWidth > 0, let shape = producer.normalShape, let type = producer.dataType
    else { return nil }
    // Words that cross the rows of the tensor, as those of a fully connected layer may, need FINN+'s
    // converter, which goes by words.
    let fitsRows = [inWidth, outWidth].allSatisfy {
      $0 % type.bits == 0 && (shape.last ?? 1) % ($0 / type.bits) == 0
    }
    var attributes: [String: AttributeValue] = [
      (fitsRows ? "shape" : "inShape"): .ints(shape), "inWidth": .int(inWidth),
      "outWidth": .int(outWidth), "dataType": .string(type.name),
    ]
    if !fitsRows, let target = consumer.normalShape, checkedProduct(target) == checkedProduct(shape)
    {
      attributes["outShape"] = .ints(target)
    }
    let isRTL = inWidth % outWidth == 0 || outWidth % inWidth == 0
    return Node(
      name: "", opType: "StreamingDataWidthConverter_\(isRTL ? "rtl" : "hls")",
      attributes: attributes)
  }
}

/// Where a converter touches the border of a design.
package enum BorderSide { case input, output }
