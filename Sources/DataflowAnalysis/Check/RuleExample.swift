/// A design as small as a rule needs it, with its arrays.
public struct RuleExample: Sendable {
  /// A design as small as possible, and its constant arrays by name.
  public private(set) var design: Design
  public private(set) var arrays: [String: Tensor]

  /// The arrays as a parameter file has them; nil without any.
  public var parameters: ParameterStore? { arrays.isEmpty ? nil : ParameterStore(arrays) }

  /// A chain of nodes from the graph's input `x` to its output `y`; a node's name is what stands in
  /// front of its op type.
  init(
    _ nodes: [(name: String, opType: String, attributes: [String: AttributeValue])],
    part: String? = nil, arrays: [String: [String: Tensor]] = [:]
  ) {
    let streams = ["x"] + nodes.dropLast().map { "\($0.name)_out" } + ["y"]
    design = Design(
      name: "example", part: part,
      nodes: nodes.enumerated().map { i, node in
        let roles = arrays[node.name] ?? [:]
        return Node(
          name: node.name, opType: node.opType, attributes: node.attributes, inputs: [streams[i]],
          outputs: [streams[i + 1]],
          initializers: Dictionary(
            uniqueKeysWithValues: roles.keys.map { ($0, "\(node.name)_\($0)") }))
      }, graphInputs: ["x"], graphOutputs: ["y"])
    self.arrays = [:]
    for (node, roles) in arrays {
      for (role, tensor) in roles { self.arrays["\(node)_\(role)"] = tensor }
    }
  }

  /// The same with other attributes at one node.
  func with(_ node: String, _ changes: [String: AttributeValue]) -> RuleExample {
    var copy = self
    for i in copy.design.nodes.indices where copy.design.nodes[i].name == node {
      copy.design.nodes[i].attributes.merge(changes) { $1 }
    }
    return copy
  }

  /// The same with another array.
  func with(_ array: String, _ tensor: Tensor) -> RuleExample {
    var copy = self
    copy.arrays[array] = tensor
    return copy
  }

  func with(part: String) -> RuleExample {
    var copy = self
    copy.design.part = part
    return copy
  }
}

extension Tensor {
  /// Rows of whole numbers, as rules' examples state them.
  static func rows(_ rows: [[Int]]) -> Tensor {
    let bytes = rows.joined().flatMap { value in
      (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    return Tensor(unchecked: [rows.count, rows.first?.count ?? 0], .int64, bytes)
  }

  /// A number per channel.
  static func numbers(_ values: [Float]) -> Tensor {
    let bytes = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    return Tensor(unchecked: [values.count], .float32, bytes)
  }
}
