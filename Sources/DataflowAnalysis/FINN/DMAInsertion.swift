extension Design {
  /// FINN's `InsertIODMA`: a DMA at every end of the design that has none, behind a memory port of
  /// `portWidth` bits; returns the names of the DMAs added.
  ///
  /// The interface is as wide as the port and the bits of a frame, or of all weights, allow: their greatest
  /// common divisor. FINN moves bytes; where a word's elements fill its bytes, their own type stays, so
  /// that data can be given as without DMAs. Source: docs/reference/finn-dialect.md#memory-dmas.
  /// Throws `InputError` for a wrong design.
  public func insertingDMAs(portWidth: Int) throws -> (design: Design, added: [String]) {
    let plan = try Plan(self)
    let design = plan.design
    let graph = try DesignGraph(design)
    var names = UniqueNames(taken: design.nodes.map(\.name) + graph.streams.map(\.name))
    var count = 0
    func name() -> String {
      while !names.take("IODMA_hls_\(count)") { count += 1 }
      return "IODMA_hls_\(count)"
    }
    var result = design
    var front: [Node] = []
    var back: [Node] = []
    for stream in graph.streams {
      switch (stream.writer, stream.reader) {
      case (nil, let reader?) where !design.nodes[reader.node].isIODMA:
        let isWeights =
          reader.port > 0 && Node.inputRoles(design.nodes[reader.node].opType).first == "weights"
        let port = plan.inputPorts[reader.node][reader.port]
        guard var dma = Self.dma(port, portWidth, isWeights ? .weights : .input) else { continue }
        dma.name = name()
        dma.inputs = [stream.name]
        dma.outputs = [names.make("\(stream.name)_dma")]
        result.nodes[reader.node].inputs[reader.port] = dma.outputs[0]
        front.append(dma)
      case (let writer?, nil) where !design.nodes[writer.node].isIODMA:
        let port = plan.outputPorts[writer.node][writer.port]
        guard var dma = Self.dma(port, portWidth, .output) else { continue }
        dma.name = name()
        dma.inputs = [names.make("\(stream.name)_dma")]
        dma.outputs = [stream.name]
        result.nodes[writer.node].outputs[writer.port] = dma.inputs[0]
        back.append(dma)
      default: continue
      }
    }
    result.nodes = front + result.nodes + back
    return (result, (front + back).map(\.name))
  }

  /// DMAs made anew, as FINN makes them behind a folding, where that has changed the words beside them. The
  /// memory port stays.
  func refittingDMAs() throws -> Design {
    let graph = try DesignGraph(self)
    let blocks = try makeBlocks()
    var result = self
    for stream in graph.streams {
      guard let writer = stream.writer, let reader = stream.reader,
        nodes[writer.node].isIODMA != nodes[reader.node].isIODMA
      else { continue }
      let isInput = nodes[writer.node].isIODMA
      let dma = isInput ? writer.node : reader.node
      let port =
        isInput ? blocks[reader.node].inputs[reader.port] : blocks[writer.node].outputs[writer.port]
      guard case .int(let width)? = nodes[dma].attributes["streamWidth"],
        case .int(let interface)? = nodes[dma].attributes["intfWidth"],
        let padded = port.paddedWidth, let words = port.words,
        let block = blocks[dma] as? IODMA, (padded, words) != (width, block.streamWords),
        let made = Self.dma(port, interface, isInput ? .input : .output)
      else { continue }
      let kept = ["direction", "burstMode"]
      result.nodes[dma].attributes.merge(made.attributes.filter { !kept.contains($0.key) }) { $1 }
    }
    return result
  }

  private enum DMAKind { case input, output, weights }

  /// The DMA for a port; `nil` where nothing is known of its words.
  private static func dma(_ port: Port, _ portWidth: Int, _ kind: DMAKind) -> Node? {
    guard let stream = port.paddedWidth, let width = port.width, let words = port.words, stream > 0
    else { return nil }
    let leading = port.foldedShape.map { Array($0.dropLast()) } ?? [words]
    // Weights lie in memory once, however often a frame takes them.
    let wordsInMemory = kind == .weights ? leading.last ?? words : words
    var (type, channels) = ("UINT8", stream / 8)
    if width == stream, let elements = port.elements, let own = port.dataType {
      (type, channels) = (own.name, elements)
    }
    return Node(
      name: "", opType: "IODMA_hls",
      attributes: [
        "NumChannels": .int(channels), "dataType": .string(type), "streamWidth": .int(stream),
        "intfWidth": .int(greatestCommonDivisor(stream * wordsInMemory, portWidth)),
        "numInputVectors": .ints(leading), "direction": .string(kind == .output ? "out" : "in"),
        "burstMode": .string(kind == .weights ? "wrap" : "increment"),
      ])
  }
}
