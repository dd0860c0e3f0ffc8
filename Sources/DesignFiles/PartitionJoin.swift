import DataflowSim
import ONNXFormat

/// Puts the designs of partitions into the design of their parent.
///
/// Names stay as they are in the child unless another part has them already; then they carry the
/// partition's name in front.
struct PartitionJoin {
  private(set) var design: Design
  private(set) var notes: [String] = []
  private var nodeNames: UniqueNames
  private var streamNames: UniqueNames
  /// By name in the joined design: the store, if the child has the array, and its name there.
  private var arrays: [String: (store: ParameterStore?, name: String)] = [:]

  /// - Parameter streams: every tensor name of the parent.
  init(_ design: Design, streams: [String], nodes: [String]) {
    self.design = design
    nodeNames = UniqueNames(taken: nodes)
    streamNames = UniqueNames(taken: streams)
  }

  /// Adds the nodes of `child` for the partition `name` between the parent's streams.
  ///
  /// Throws `InputError` when the child has fewer ports than the partition.
  mutating func add(_ child: LoadedDesign, as name: String, inputs: [String], outputs: [String])
    throws
  {
    let part = child.design
    guard part.graphInputs.count >= inputs.count, part.graphOutputs.count >= outputs.count else {
      throw InputError(
        "the partition has \(inputs.count) inputs and \(outputs.count) outputs, its graph "
          + "\(part.graphInputs.count) and \(part.graphOutputs.count)")
    }
    var streams = Dictionary(
      zip(part.graphInputs, inputs).map { ($0, $1) }
        + zip(part.graphOutputs, outputs).map { ($0, $1) },
      uniquingKeysWith: { first, _ in first })
    func stream(_ inner: String) -> String {
      if let known = streams[inner] { return known }
      let outer = streamNames.take(inner) ? inner : streamNames.make("\(name)_\(inner)")
      streams[inner] = outer
      return outer
    }
    for node in part.nodes {
      var node = node
      if !nodeNames.take(node.name) { node.name = nodeNames.make("\(name)_\(node.name)") }
      node.inputs = node.inputs.map(stream)
      node.outputs = node.outputs.map(stream)
      node.initializers = node.initializers.mapValues { array($0, of: child, in: name) }
      design.nodes.append(node)
    }
    // What a partition needs beyond the parent's edges, such as weights from outside, enters from there.
    let moreInputs = part.graphInputs.dropFirst(inputs.count).map(stream)
    let moreOutputs = part.graphOutputs.dropFirst(outputs.count).map(stream)
    let settings = part.streams.map { (stream($0.key), $0.value) }
    design.graphInputs += moreInputs
    design.graphOutputs += moreOutputs
    for (name, value) in settings { design.streams[name] = value }
    for note in child.notes where !notes.contains(note) { notes.append(note) }
  }

  /// Adds a node of the parent itself.
  mutating func append(_ node: Node) { design.nodes.append(node) }

  private mutating func array(_ inner: String, of child: LoadedDesign, in name: String) -> String {
    let store = child.parameters.flatMap { $0.contains(inner) ? $0 : nil }
    let outer = arrays[inner] == nil ? inner : "\(name)_\(inner)"
    arrays[outer] = (store, inner)
    return outer
  }

  /// The arrays of all children; `nil`: none has any.
  var parameters: ParameterStore? {
    let present = arrays.compactMapValues { entry in entry.store.map { ($0, entry.name) } }
    guard !present.isEmpty else { return nil }
    return ParameterStore(names: present.keys) { try present[$0]!.0.tensor(present[$0]!.1) }
  }
}
