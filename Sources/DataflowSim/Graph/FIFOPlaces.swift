/// What every FIFO of a design lies between: the nearest nodes that are no FIFO themselves.
public struct FIFOPlaces: Sendable {
  /// What a FIFO lies between.
  public struct Place: Sendable, Equatable {
    /// Node names, or the graph's input and output streams.
    public var from: String
    public var to: String

    /// "MVAU_0 → MVAU_1".
    public var text: String { "\(from) → \(to)" }
  }

  private var places: [String: Place] = [:]

  /// Also knows FIFOs that are only wished for, as `<stream>_fifo`.
  public init(_ design: Design) {
    var writer: [String: Int] = [:]
    var reader: [String: Int] = [:]
    for (n, node) in design.nodes.enumerated() {
      for stream in node.outputs { writer[stream] = n }
      for stream in node.inputs { reader[stream] = n }
    }
    func from(_ stream: String) -> String {
      var stream = stream
      for _ in design.nodes.indices {
        guard let n = writer[stream] else { return stream }
        let node = design.nodes[n]
        guard node.isFIFO, let next = node.inputs.first else { return node.name }
        stream = next
      }
      return stream
    }
    func to(_ stream: String) -> String {
      var stream = stream
      for _ in design.nodes.indices {
        guard let n = reader[stream] else { return stream }
        let node = design.nodes[n]
        guard node.isFIFO, let next = node.outputs.first else { return node.name }
        stream = next
      }
      return stream
    }
    for stream in Set(writer.keys).union(reader.keys) {
      places["\(stream)_fifo"] = Place(from: from(stream), to: to(stream))
    }
    for node in design.nodes where node.isFIFO {
      guard let input = node.inputs.first, let output = node.outputs.first else { continue }
      places[node.name] = Place(from: from(input), to: to(output))
    }
  }

  /// What the FIFO of this name lies between; nil: there is none.
  public subscript(_ fifo: String) -> Place? { places[fifo] }

  /// "StreamingFIFO_rtl_3 (MVAU_0 → MVAU_1)", or the name alone.
  public func text(_ fifo: String) -> String {
    places[fifo].map { "\(fifo) (\($0.text))" } ?? fifo
  }
}
