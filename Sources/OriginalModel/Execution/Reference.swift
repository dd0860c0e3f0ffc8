import SimModel

/// An original model made ready to run: nodes in order, what is constant computed once.
///
/// What it computes is the definition of right: every operation exactly on its float32 inputs, rounded
/// once to float32. That does not depend on an order of summation, so it is the same on every machine.
public struct Reference: Sendable {
  /// The model, shapes and constants resolved.
  public let graph: ModelGraph
  /// Everything that does not depend on the data, by tensor name: initialisers and what follows from
  /// them.
  public let constants: [String: Value]
  /// Nodes that depend on the data, in an order in which they can run.
  public let steps: [Step]
  /// The shape of a frame by graph input.
  public let inputShapes: [String: [Int]]

  /// A node that depends on the data.
  public struct Step: Sendable {
    public let node: ModelNode
    let kernel: Kernel
    /// Tensors that no later step needs.
    var lastUses: [String] = []
  }

  /// Orders the nodes, computes constants and prepares the rest.
  ///
  /// Throws `InputError` naming the node that cannot be executed and why.
  public init(_ graph: ModelGraph) throws {
    self.graph = graph
    do {
      inputShapes = Dictionary(
        uniqueKeysWithValues: try graph.inputs.map { ($0.name, try graph.frameShape(of: $0)) })
      var constants = graph.constants
      var steps: [Step] = []
      for node in try NodeOrder(graph).sorted {
        do {
          let op = try OperatorCatalogue.named(node.opType, domain: node.domain)
          try Self.check(node, op)
          let known = node.inputs.map { constants[$0] }
          let kernel = try op.prepare(
            Preparation(node: node, opset: graph.opset, constants: known))
          if node.inputs.allSatisfy({ $0.isEmpty || constants[$0] != nil }) {
            for (name, value) in zip(node.outputs, try kernel(known)) { constants[name] = value }
          } else {
            steps.append(Step(node: node, kernel: kernel))
          }
        } catch let error as InputError {
          throw Self.placed(error, node, graph)
        }
      }
      self.constants = constants
      self.steps = Self.withLastUses(steps, keeping: Set(graph.outputs))
    } catch let error as InputError {
      throw error.inFile(graph.file)
    }
  }

  private static func check(_ node: ModelNode, _ op: Operator) throws {
    let given = node.inputs.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
    guard op.inputs.contains(max(given, node.inputs.count)) || op.inputs.contains(given) else {
      throw InputError(
        "has \(given) inputs (allowed: \(op.inputs.lowerBound) to \(op.inputs.upperBound))")
    }
  }

  private static func placed(_ error: InputError, _ node: ModelNode, _ graph: ModelGraph)
    -> InputError
  {
    var error = error.at(node.place)
    if error.message.contains("is not supported") {
      let around = QuantizedNeighbours(of: node, in: graph).text
      error.hint = [error.hint, around].compactMap(\.self).joined(separator: "; ")
    }
    return error
  }

  private static func withLastUses(_ steps: [Step], keeping kept: Set<String>) -> [Step] {
    var steps = steps
    var seen = kept
    for i in steps.indices.reversed() {
      for name in steps[i].node.inputs + steps[i].node.outputs where !name.isEmpty {
        if seen.insert(name).inserted { steps[i].lastUses.append(name) }
      }
    }
    return steps
  }
}

extension Reference {
  /// What a run keeps.
  public enum Keep: Sendable { case outputs, all }

  /// Runs one frame; `inputs` by graph input, of the shapes in `inputShapes`.
  ///
  /// Returns graph outputs, or every tensor that depends on the data. Throws `InputError` with the node.
  public func run(_ inputs: [String: Value], keep: Keep = .outputs) throws -> [String: Value] {
    var values = inputs
    for step in steps { try run(step, &values, keep) }
    for name in graph.outputs { values[name] = values[name] ?? constants[name] }
    return values
  }

  /// Runs one frame, some tensors taken as stated instead of as computed; keeps every tensor.
  public func run(_ inputs: [String: Value], replacing replaced: [String: Value]) throws
    -> [String: Value]
  {
    var values = inputs
    for step in steps {
      try run(step, &values, .all)
      for name in step.node.outputs where replaced[name] != nil { values[name] = replaced[name] }
    }
    return values
  }

  /// The results of one step by tensor name, from tensors of any size: what a layer's elementwise
  /// operations make of numbers that no run of the model need have had.
  public func evaluate(_ step: Step, on values: [String: Value]) throws -> [String: Value] {
    let results = try step.kernel(
      step.node.inputs.map { $0.isEmpty ? nil : values[$0] ?? constants[$0] })
    return Dictionary(zip(step.node.outputs, results)) { first, _ in first }
  }

  /// Runs one step on what is known.
  func run(_ step: Step, _ values: inout [String: Value], _ keep: Keep) throws {
    do {
      let results = try step.kernel(
        step.node.inputs.map { $0.isEmpty ? nil : values[$0] ?? constants[$0] })
      for (name, value) in zip(step.node.outputs, results) where !name.isEmpty {
        values[name] = value
      }
      if keep == .outputs {
        for name in step.lastUses { values[name] = nil }
      }
    } catch let error as InputError {
      throw error.at(step.node.place).inFile(graph.file)
    }
  }

  /// Every tensor for one frame of zeros: it tells the shapes of all edges.
  public func zeroRun() throws -> [String: Value] {
    var zeros: [String: Value] = [:]
    for input in graph.inputs {
      let shape = inputShapes[input.name]!
      let count = try Extent.count(shape)
      zeros[input.name] =
        input.kind.range == nil
        ? Value([Float](repeating: 0, count: count), shape: shape)
        : Value([Int](repeating: 0, count: count), shape: shape, kind: input.kind)
    }
    return try run(zeros, keep: .all)
  }
}

/// The nodes of a graph in an order in which each comes after those it needs.
struct NodeOrder {
  let sorted: [ModelNode]

  /// Throws `InputError` for a tensor that nothing makes, that two nodes make, or a cycle.
  init(_ graph: ModelGraph) throws {
    var maker: [String: Int] = [:]
    for (index, node) in graph.nodes.enumerated() {
      for name in node.outputs where !name.isEmpty {
        if let other = maker.updateValue(index, forKey: name) {
          throw InputError(
            "tensor '\(name)' is also made by node '\(graph.nodes[other].name)'", at: node.place)
        }
      }
    }
    let given = Set(graph.constants.keys).union(graph.inputs.map(\.name))
    var waiting = [Int](repeating: 0, count: graph.nodes.count)
    var users: [Int: [Int]] = [:]
    for (index, node) in graph.nodes.enumerated() {
      for name in Set(node.inputs) where !name.isEmpty && !given.contains(name) {
        guard let source = maker[name] else {
          let near = nearestName(to: name, among: given.union(maker.keys))
          throw InputError(
            "nothing makes its input '\(name)'", at: node.place,
            hint: (near.map { "did you mean '\($0)'? " } ?? "")
              + "if the file leaves constants out, --parameters FILE.npz adds them by name")
        }
        waiting[index] += 1
        users[source, default: []].append(index)
      }
    }
    // A queue in file order, so that equal files give equal orders.
    var ready = waiting.indices.filter { waiting[$0] == 0 }
    var order: [Int] = []
    var next = 0
    while next < ready.count {
      let index = ready[next]
      next += 1
      order.append(index)
      for user in users[index] ?? [] {
        waiting[user] -= 1
        if waiting[user] == 0 { ready.append(user) }
      }
    }
    guard order.count == graph.nodes.count else {
      let stuck = waiting.firstIndex { $0 > 0 }!
      throw InputError("depends on itself", at: graph.nodes[stuck].place)
    }
    sorted = order.map { graph.nodes[$0] }
  }
}

/// The quantisers around a node, to say where a model could be cut.
public struct QuantizedNeighbours {
  /// One sentence; `nil` when there are none.
  public let text: String?

  /// Looks upstream and downstream of `node`.
  public init(of node: ModelNode, in graph: ModelGraph) {
    func nearest(_ start: [String], _ next: (ModelNode) -> [String], _ at: (ModelNode) -> [String])
      -> String?
    {
      var seen = Set(start)
      var queue = start
      while !queue.isEmpty {
        let name = queue.removeFirst()
        for other in graph.nodes where at(other).contains(name) {
          if ModelNode.quantizers.contains(other.opType) { return other.name }
          for more in next(other) where seen.insert(more).inserted { queue.append(more) }
        }
      }
      return nil
    }
    let before = nearest(node.inputs.filter { !$0.isEmpty }, { $0.inputs }, { $0.outputs })
    let behind = nearest(node.outputs, { $0.outputs }, { $0.inputs })
    let parts = [
      before.map { "the quantiser in front is '\($0)'" },
      behind.map { "the one behind is '\($0)'" },
    ].compactMap(\.self)
    text = parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

extension Reference {
  /// The steps that some tensors need.
  public struct Part: Sendable {
    let steps: [Step]
    let names: [String]
  }

  /// What must run for the tensors `names` where those in `given` are known.
  public func part(for names: [String], given: Set<String> = []) -> Part {
    var needed = Set(names).subtracting(given)
    var chosen: [Step] = []
    for step in steps.reversed() where step.node.outputs.contains(where: needed.contains) {
      chosen.append(step)
      needed.formUnion(step.node.inputs.filter { !given.contains($0) })
    }
    return Part(steps: chosen.reversed(), names: names)
  }

  /// Tensors that a part takes besides constants: what somebody has to give.
  public func inputs(of part: Part) -> Set<String> {
    let made = Set(part.steps.flatMap(\.node.outputs))
    let taken = part.steps.flatMap(\.node.inputs).filter { !$0.isEmpty && constants[$0] == nil }
    return Set(taken).subtracting(made)
  }

  /// Whether the first output is places of largest elements, the best first.
  public var endsInIndices: Bool { choice != nil }

  /// How many classes a value of the first output names, the best first; nil where it is a number for each class.
  public func named(in output: Value) -> Int? {
    guard output.kind.range != nil else { return nil }
    guard let choice else { return output.count == 1 ? 1 : nil }
    return choice.opType == "TopK" ? output.count : 1
  }

  /// Among how many elements the places that the first output states are chosen, by the tensors of a frame; nil
  /// where it states none.
  public func classes(of values: [String: Value]) -> Int? {
    guard let node = choice, let shape = node.inputs.first.flatMap({ values[$0] })?.shape,
      let axis = try? node.int("axis", default: node.opType == "ArgMax" ? 0 : -1),
      let place = [axis, axis + shape.count].first(where: shape.indices.contains)
    else { return nil }
    return shape[place]
  }

  /// The step that chooses the places, where the first output is any.
  private var choice: ModelNode? {
    var name = graph.outputs.first ?? ""
    while let step = steps.first(where: { $0.node.outputs.contains(name) }) {
      if step.node.opType == "ArgMax" { return step.node }
      if step.node.opType == "TopK" {
        return step.node.outputs.last == name ? step.node : nil
      }
      guard ["Reshape", "Squeeze", "Flatten", "Identity", "Cast"].contains(step.node.opType),
        let source = step.node.inputs.first
      else { return nil }
      name = source
    }
    return nil
  }

  /// Runs a part of the model on one frame; returns its tensors.
  public func run(_ part: Part, _ inputs: [String: Value]) throws -> [String: Value] {
    var values = inputs
    for step in part.steps { try run(step, &values, .all) }
    return values.filter { part.names.contains($0.key) }
  }
}
