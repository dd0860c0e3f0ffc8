import DataflowSim
import SimModel

/// What tells which node makes which tensor, whatever the values are: equal weights, and how many codes thresholds
/// give.
struct StructureSigns {
  /// By node: the tensors whose weights it has.
  private var equal: [String: Set<Int>] = [:]
  /// By node: thresholds of a channel.
  private var steps: [String: Int] = [:]

  init(
    _ design: Design, _ parameters: ParameterStore?, _ tensors: [ModelTensor], _ codes: ModelCodes
  ) {
    guard let parameters else { return }
    let rules = tensors.indices.compactMap { i in
      codes.rule(of: tensors[i].name).map { (index: i, rule: $0) }
    }
    for node in design.nodes {
      if let name = node.initializers["thresholds"] {
        steps[node.name] = (try? parameters.tensor(name))?.shape.last
      }
      guard node.initializers["thresholds"] != nil || node.initializers["weights"] != nil,
        let summing = design.summing(node), let name = summing.initializers["weights"],
        let weights = try? parameters.tensor(name).asIntegers(name: name),
        // Few or uniform weights are those of many layers.
        ModelTensor.isTelling(weights)
      else { continue }
      let isBinary = summing.attributes["binaryXnorMode"] == .int(1)
      equal[node.name] = Set(
        rules.filter { WeightMatch.areEqual(weights, $0.rule, isBinary: isBinary) }.map(\.index))
    }
  }

  /// Whether a node has the weights that make a tensor.
  func haveEqualWeights(_ node: String, _ tensor: Int) -> Bool {
    equal[node]?.contains(tensor) ?? false
  }

  /// Thresholds of a channel of a node, where they are known.
  func steps(of node: String) -> Int? { steps[node] }
}

extension ModelCodes {
  /// The matrix in front of what makes a tensor.
  fileprivate func rule(of tensor: String) -> LinearRule? {
    guard
      var index = lowering.codes[tensor]?.layer ?? ends.first(where: { $0.tensor == tensor })?.layer
    else { return nil }
    for _ in 0..<8 {
      switch lowering.layers[index].kind {
      case .linear(let rule): return rule
      case .maxPool, .thresholds, .offset, .multiply: index = lowering.layers[index].inputs[0]
      default: return nil
      }
    }
    return nil
  }
}

extension Design {
  /// The node whose weights make what a node thresholds: itself, or the one in front of it.
  func summing(_ node: Node) -> Node? {
    var node = node
    for _ in 0..<8 {
      if node.initializers["weights"] != nil { return node }
      guard
        node.passesValuesOn || Node.baseName(node.opType) == "Thresholding",
        let input = node.inputs.first,
        let writer = nodes.first(where: { $0.outputs.contains(input) })
      else { return nil }
      node = writer
    }
    return nil
  }
}
