extension Design {
  /// The block of one of the design's nodes. Throws `InputError` naming the node.
  func block(of node: Node) throws -> any Block {
    do {
      return try BlockCatalogue.make(
        opType: node.opType, attributes: node.attributes, part: part, clockMHz: clockMHz)
    } catch let error as InputError {
      throw error.at("node '\(node.name)' (\(node.opType))")
    }
  }

  /// The design with a converter on every stream whose writer and reader disagree about the width
  /// of a word, as FINN's InsertDWC does, and the names of these streams.
  ///
  /// Unlike `insertingWidthConverters()` it keeps every name and the order of the nodes, so that a report
  /// speaks of the file's own nodes. FINN's graphs have no converters before that step. The converter is called `<stream>_dwc` and
  /// writes `<stream>_converted`; a FIFO on the stream stays in front of it.
  /// Throws `InputError` for a wrong node or a wrong graph.
  public func bridgingWidths() throws -> (design: Design, streams: [String]) {
    let graph = try DesignGraph(self)
    let blocks = try nodes.map(block(of:))
    var names = UniqueNames(taken: nodes.map(\.name) + graph.streams.map(\.name))
    var result = self
    var converted: [String] = []
    for stream in graph.streams {
      guard let writer = stream.writer, let reader = stream.reader,
        writer.port < blocks[writer.node].outputs.count,
        reader.port < blocks[reader.node].inputs.count
      else { continue }
      let from = blocks[writer.node].outputs[writer.port]
      let to = blocks[reader.node].inputs[reader.port]
      guard let inWidth = from.width, let outWidth = to.width, inWidth != outWidth,
        let shape = from.normalShape, let type = from.dataType
      else { continue }
      let isWhole = inWidth % outWidth == 0 || outWidth % inWidth == 0
      let after = names.make("\(stream.name)_converted")
      result.nodes[reader.node].inputs[reader.port] = after
      result.nodes.append(
        Node(
          name: names.make("\(stream.name)_dwc"),
          opType: "StreamingDataWidthConverter_\(isWhole ? "rtl" : "hls")",
          attributes: [
            "shape": .ints(shape), "inWidth": .int(inWidth), "outWidth": .int(outWidth),
            "dataType": .string(type.name),
          ], inputs: [stream.name], outputs: [after]))
      converted.append(stream.name)
    }
    return (result, converted)
  }
}
