/// What rules see of a design: its graph, its blocks, and what stands behind what.
public struct DesignFacts: Sendable {
  /// The design with its FIFOs and converters, and its wiring.
  public let design: Design
  public let graph: DesignGraph
  /// One per node.
  public let blocks: [any Block]
  /// Streams on which the file has no width converter where one is needed; `design` has them.
  public let bridged: Set<String>
  /// Nil where a block has no cycle behaviour.
  let plan: Plan?

  /// - Parameter bridged: the streams that `bridgingWidths()` names.
  /// - Throws: `InputError` for wrong attributes and wrong wiring.
  public init(_ design: Design, bridged: [String] = []) throws {
    let (all, missing) = try design.bridgingWidths()
    self.design = all
    self.bridged = Set(bridged + missing)
    graph = try DesignGraph(all)
    blocks = try all.makeBlocks()
    plan = try? Plan(all)
  }

  /// Two blocks that work on a stream's values, with nothing but FIFOs and converters between them.
  public struct Connection: Sendable {
    /// Nodes by index, and the port.
    public let writer: DesignGraph.Endpoint
    public let reader: DesignGraph.Endpoint
    /// The last stream, the one the reader reads.
    public let stream: String
    /// FIFOs and converters in between, in flow order.
    public let between: [Int]
  }

  /// Every stream between two nodes, FIFOs and converters skipped.
  public var connections: [Connection] {
    blocks.indices.filter { !passesOn($0) }.flatMap { node in
      design.nodes[node].outputs.indices.compactMap { port in connection(node, port) }
    }
  }

  /// FIFOs and width converters change nothing about the order of values.
  private func passesOn(_ node: Int) -> Bool {
    blocks[node] is StreamingFIFO || blocks[node] is WidthConverter
  }

  private func connection(_ node: Int, _ port: Int) -> Connection? {
    var between: [Int] = []
    var stream = design.nodes[node].outputs[port]
    while let reader = graph[stream].reader {
      guard passesOn(reader.node) else {
        return Connection(
          writer: .init(node: node, port: port), reader: reader, stream: stream, between: between)
      }
      between.append(reader.node)
      guard let next = design.nodes[reader.node].outputs.first else { return nil }
      stream = next
    }
    return nil
  }

  func port(writtenBy end: DesignGraph.Endpoint) -> Port? {
    end.port < blocks[end.node].outputs.count ? blocks[end.node].outputs[end.port] : nil
  }

  func port(readBy end: DesignGraph.Endpoint) -> Port? {
    end.port < blocks[end.node].inputs.count ? blocks[end.node].inputs[end.port] : nil
  }

  /// Whether what a node writes meets another stream in a block that takes both in one type, which then may be
  /// wider than its codes need.
  func isJoined(_ node: Int) -> Bool {
    var streams = design.nodes[node].outputs
    while let stream = streams.popLast() {
      guard let reader = graph[stream].reader?.node, !computes(reader) else { continue }
      let types = (blocks[reader].inputs + blocks[reader].outputs).map(\.dataType)
      if blocks[reader].inputs.count > 1 { return true }
      if types.allSatisfy({ $0 == types[0] }) { streams += design.nodes[reader].outputs }
    }
    return false
  }

  private func computes(_ node: Int) -> Bool {
    blocks[node] is Thresholding || blocks[node] is any ComputeBlock
  }

  func name(_ node: Int) -> String { design.nodes[node].name }

  /// "MVAU_0 (MVAU_hls)".
  func label(_ node: Int) -> String { "\(design.nodes[node].name) (\(design.nodes[node].opType))" }
}
