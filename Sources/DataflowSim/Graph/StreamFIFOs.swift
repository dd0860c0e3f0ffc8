/// What flows through a stream, as a FIFO on it must declare.
public struct StreamFormat: Sendable, Equatable {
  /// Words per frame and, last, elements per word.
  public var foldedShape: [Int]
  public var normalShape: [Int]
  public var dataType: String

  /// Shapes as FINN states them, the words of a frame folded.
  public init(foldedShape: [Int], normalShape: [Int], dataType: String) {
    self.foldedShape = foldedShape
    self.normalShape = normalShape
    self.dataType = dataType
  }
}

extension Design {
  /// The design with every `streams[name].depth` turned into a `StreamingFIFO_rtl` node.
  ///
  /// The node is called `<stream>_fifo`. The stream keeps its name before the FIFO and is
  /// `<stream>_out` behind it; a graph output keeps its name behind the FIFO and is
  /// `<stream>_in` before it. A depth of 0 means no FIFO.
  /// - Parameter format: what the stream carries; the catalogue knows it from the writer's ports.
  public func insertingStreamFIFOs(
    format: (DesignGraph.Stream) throws -> StreamFormat
  ) throws -> Design {
    let deep = streams.filter { ($0.value.depth ?? 0) > 0 }
    guard !deep.isEmpty else { return withoutDepths() }
    let graph = try DesignGraph(self)
    var names = UniqueNames(taken: nodes.map(\.name) + graph.streams.map(\.name))
    var result = withoutDepths()
    for stream in graph.streams {
      guard let depth = deep[stream.name]?.depth else { continue }
      try result.insertFIFO(depth, stream, try format(stream), &names)
    }
    return result
  }

  private func withoutDepths() -> Design {
    var copy = self
    for name in streams.keys { copy.streams[name]?.depth = nil }
    copy.streams = copy.streams.filter { $0.value != StreamSettings() }
    return copy
  }

  private mutating func insertFIFO(
    _ depth: Int, _ stream: DesignGraph.Stream, _ format: StreamFormat, _ names: inout UniqueNames
  ) throws {
    var before = stream.name
    var after = stream.name
    if let reader = stream.reader {
      after = names.make("\(stream.name)_out")
      nodes[reader.node].inputs[reader.port] = after
      streams[after] = streams[stream.name]
    } else if let writer = stream.writer {
      before = names.make("\(stream.name)_in")
      nodes[writer.node].outputs[writer.port] = before
      streams[before] = streams[stream.name]
    } else {
      throw InputError(
        "runs from a graph input straight to a graph output; there is no place for a FIFO",
        at: "stream '\(stream.name)'")
    }
    nodes.append(
      Node(
        name: names.make("\(stream.name)_fifo"), opType: "StreamingFIFO_rtl",
        attributes: [
          "depth": .int(depth), "folded_shape": .ints(format.foldedShape),
          "normal_shape": .ints(format.normalShape), "dataType": .string(format.dataType),
        ], inputs: [before], outputs: [after]))
  }
}

/// Hands out names that nothing else has.
package struct UniqueNames {
  private var taken: Set<String>

  package init(taken: [String]) { self.taken = Set(taken) }

  /// Reserves `name`; false when something has it.
  package mutating func take(_ name: String) -> Bool { taken.insert(name).inserted }

  /// `wanted`, or `wanted_2`, `wanted_3`, … when that is taken.
  package mutating func make(_ wanted: String) -> String {
    var name = wanted
    var suffix = 2
    while !taken.insert(name).inserted {
      name = "\(wanted)_\(suffix)"
      suffix += 1
    }
    return name
  }
}
