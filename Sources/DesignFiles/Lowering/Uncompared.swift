import DataflowSim
import SimModel

extension ModelPairing {
  /// Outputs of the design, and nodes with weights or thresholds, of which no compared stream tells anything.
  public func uncompared(in design: Design) -> (outputs: [String], nodes: [String]) {
    let compared = Set(pairs.map(\.stream))
    let outputs = design.graphOutputs.filter { !compared.contains(design.leavingStreams($0)[0]) }
    let nodes = design.nodes.filter { node in
      !node.initializers.isEmpty && !isSeen(node, compared, design)
    }
    return (outputs, nodes.map(\.name))
  }

  /// Whether what a node makes goes into a compared stream, in front of any that has the model's codes.
  private func isSeen(_ node: Node, _ compared: Set<String>, _ design: Design) -> Bool {
    var open = node.outputs
    var seen: Set<String> = []
    while let stream = open.popLast() {
      if compared.contains(stream) { return true }
      guard given[stream] == nil, seen.insert(stream).inserted else { continue }
      open += design.nodes.filter { $0.inputs.contains(stream) }.flatMap(\.outputs)
    }
    return false
  }
}
