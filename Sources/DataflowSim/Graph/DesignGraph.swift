/// The wiring of a design: who writes and who reads every stream, checked.
///
/// Knows nothing of blocks; how many ports an op has is the catalogue's business.
public struct DesignGraph: Sendable {
  /// A port of a node, both by index into the design.
  public struct Endpoint: Hashable, Sendable {
    public var node: Int
    /// From 0, in FINN's port order.
    public var port: Int

    /// Port `port` of node `node`, by index.
    public init(node: Int, port: Int) {
      self.node = node
      self.port = port
    }
  }

  /// A stream and its two ends.
  public struct Stream: Sendable, Equatable {
    /// As in the design.
    public var name: String
    /// `nil`: the stream is a graph input.
    public var writer: Endpoint?
    /// `nil`: the stream is a graph output.
    public var reader: Endpoint?

    /// A stream of its parts; nil where the graph begins or ends.
    public init(name: String, writer: Endpoint?, reader: Endpoint?) {
      self.name = name
      self.writer = writer
      self.reader = reader
    }
  }

  /// Graph inputs in order, then the outputs of every node in order.
  public let streams: [Stream]
  /// Position in `streams` by name.
  public let indexByName: [String: Int]
  /// Node indices such that every node comes after those that feed it.
  public let order: [Int]

  /// Resolves the wiring of `design`.
  ///
  /// Throws `InputError` for a stream with two writers, two readers, no writer or no reader, an
  /// unused graph input, settings of an unknown stream, equal node names, or a cycle.
  public init(_ design: Design) throws {
    try Self.requireUniqueNames(design)
    var builder = Builder(design)
    try builder.connectWriters()
    try builder.connectReaders()
    streams = builder.streams
    indexByName = builder.indexByName
    order = try Self.topologicalOrder(design, builder.streams)
  }

  /// The stream called `name`, which must be one of the design's.
  public subscript(_ name: String) -> Stream { streams[index(of: name)] }

  /// The place in `streams` of the stream called `name`, which must be one of the design's.
  public func index(of name: String) -> Int {
    guard let index = indexByName[name] else {
      preconditionFailure("the design has no stream '\(name)'")
    }
    return index
  }

  /// By node: how many nodes the longest way to it from a graph input passes.
  var levels: [Int] {
    var feeders = [[Int]](repeating: [], count: order.count)
    for stream in streams {
      if let writer = stream.writer, let reader = stream.reader {
        feeders[reader.node].append(writer.node)
      }
    }
    var level = [Int](repeating: 0, count: order.count)
    for node in order { level[node] = (feeders[node].map { level[$0] + 1 }).max() ?? 0 }
    return level
  }

  private static func requireUniqueNames(_ design: Design) throws {
    var seen: Set<String> = []
    for node in design.nodes where !seen.insert(node.name).inserted {
      throw InputError("two nodes have this name", at: "node '\(node.name)'")
    }
  }
}

// MARK: Wiring

private struct Builder {
  let design: Design
  var streams: [DesignGraph.Stream] = []
  var indexByName: [String: Int] = [:]

  init(_ design: Design) { self.design = design }

  private func label(_ end: DesignGraph.Endpoint?, _ boundary: String) -> String {
    end.map { "node '\(design.nodes[$0.node].name)'" } ?? boundary
  }

  mutating func connectWriters() throws {
    for name in design.graphInputs { try addWriter(name, nil) }
    for (n, node) in design.nodes.enumerated() {
      for (port, name) in node.outputs.enumerated() {
        try addWriter(name, .init(node: n, port: port))
      }
    }
  }

  private mutating func addWriter(_ name: String, _ writer: DesignGraph.Endpoint?) throws {
    if let first = indexByName.updateValue(streams.count, forKey: name) {
      let one = label(streams[first].writer, "the graph input of this name")
      let other = label(writer, "another graph input of this name")
      throw InputError("has two writers: \(one) and \(other)", at: "stream '\(name)'")
    }
    streams.append(.init(name: name, writer: writer, reader: nil))
  }

  mutating func connectReaders() throws {
    var isRead = [Bool](repeating: false, count: streams.count)
    func claim(_ name: String, _ reader: DesignGraph.Endpoint?) throws -> Int {
      guard let index = indexByName[name] else { throw noWriter(name, reader) }
      guard !isRead[index] else { throw twoReaders(streams[index], reader) }
      isRead[index] = true
      return index
    }
    for (n, node) in design.nodes.enumerated() {
      for (port, name) in node.inputs.enumerated() {
        let reader = DesignGraph.Endpoint(node: n, port: port)
        streams[try claim(name, reader)].reader = reader
      }
    }
    for name in design.graphOutputs { _ = try claim(name, nil) }
    if let unread = isRead.firstIndex(of: false) { throw noReader(streams[unread]) }
    guard let unknown = design.streams.keys.filter({ indexByName[$0] == nil }).min() else { return }
    throw InputError("no node has this stream", at: "stream '\(unknown)'", hint: hint(for: unknown))
  }

  private func hint(for name: String) -> String? {
    nearestName(to: name, among: indexByName.keys).map { "did you mean '\($0)'?" }
  }

  private func noWriter(_ name: String, _ reader: DesignGraph.Endpoint?) -> InputError {
    let user = label(reader, "graph_outputs")
    return InputError(
      "is read by \(user), but nothing writes it", at: "stream '\(name)'", hint: hint(for: name))
  }

  private func twoReaders(_ stream: DesignGraph.Stream, _ reader: DesignGraph.Endpoint?)
    -> InputError
  {
    let one = label(stream.reader, "graph_outputs")
    return InputError(
      "has two readers: \(one) and \(label(reader, "graph_outputs"))",
      at: "stream '\(stream.name)'",
      hint: "a stream has one reader; copy it with a DuplicateStreams_hls node")
  }

  private func noReader(_ stream: DesignGraph.Stream) -> InputError {
    guard let writer = stream.writer else {
      return InputError(
        "no node reads it", at: "graph input '\(stream.name)'", hint: hintForUnread(stream.name))
    }
    return InputError(
      "is written by \(label(writer, "")), but nothing reads it", at: "stream '\(stream.name)'",
      hint: "list it in graph_outputs if it leaves the design")
  }

  /// The reader of an unread stream was often meant under a misspelt name, but that is reported
  /// first, as a stream without writer.
  private func hintForUnread(_ name: String) -> String {
    "connect it to a node or remove it from graph_inputs"
  }
}

// MARK: Order

extension DesignGraph {
  private static func topologicalOrder(_ design: Design, _ streams: [Stream]) throws -> [Int] {
    var successors = [[Int]](repeating: [], count: design.nodes.count)
    var waiting = [Int](repeating: 0, count: design.nodes.count)
    for stream in streams {
      guard let writer = stream.writer, let reader = stream.reader else { continue }
      successors[writer.node].append(reader.node)
      waiting[reader.node] += 1
    }
    var order = waiting.indices.filter { waiting[$0] == 0 }
    var next = 0
    while next < order.count {
      for successor in successors[order[next]] {
        waiting[successor] -= 1
        if waiting[successor] == 0 { order.append(successor) }
      }
      next += 1
    }
    guard order.count == design.nodes.count else {
      let cycle = findCycle(successors, stuck: waiting.map { $0 > 0 })
      let names = cycle.map { "'\(design.nodes[$0].name)'" }
      let shown = names.count > 8 ? Array(names.prefix(7)) + ["…"] : names
      throw InputError(
        "the graph has a cycle: \((shown + [names[0]]).joined(separator: " → "))",
        hint: "a dataflow design runs from graph inputs to graph outputs without feedback")
    }
    return order
  }

  /// Some cycle among the stuck nodes. Going backwards always stays among them, so a walk
  /// repeats; the walk since the first repeated node, reversed, is a cycle.
  private static func findCycle(_ successors: [[Int]], stuck: [Bool]) -> [Int] {
    var predecessor = [Int?](repeating: nil, count: stuck.count)
    for (node, list) in successors.enumerated() where stuck[node] {
      for successor in list { predecessor[successor] = node }
    }
    var node = stuck.firstIndex(of: true)!
    var position: [Int: Int] = [:]
    var walk: [Int] = []
    while position[node] == nil {
      position[node] = walk.count
      walk.append(node)
      guard let before = predecessor[node] else { break }
      node = before
    }
    return walk[(position[node] ?? 0)...].reversed()
  }
}
