extension Design {
  /// The nodes in a row around one, as a design by itself; nil where that one is no link of a row.
  ///
  /// The row ends before the first node with another stream besides that of the row.
  ///
  /// - Parameters:
  ///   - start: a node, by index.
  ///   - most: how many nodes to either side, FIFOs not counted.
  ///   - others: nodes that end the row too.
  package func stretch(
    around start: Int, blocks most: Int = .max, without others: (Node) -> Bool = { _ in false }
  ) -> Design? {
    func isLink(_ node: Node) -> Bool {
      node.inputs.count == 1 && node.outputs.count == 1 && !others(node)
    }
    /// What follows a node in one direction, as long as it is a row.
    func row(from node: Node, _ next: (Node) -> Node?) -> [Node] {
      var row: [Node] = []
      var blocks = 0
      while let node = next(row.last ?? node), isLink(node) {
        if !node.isFIFO { blocks += 1 }
        guard blocks <= most else { break }
        row.append(node)
      }
      return row
    }
    guard isLink(nodes[start]) else { return nil }
    let reading = byStream(\.inputs)
    let writing = byStream(\.outputs)
    let before = row(from: nodes[start]) { writing[$0.inputs[0]] }.reversed()
    let after = row(from: nodes[start]) { reading[$0.outputs[0]] }
    let row = before + [nodes[start]] + after
    return Design(
      name: name, part: part, clockMHz: clockMHz, finnGeneration: finnGeneration, nodes: row,
      graphInputs: row[0].inputs, graphOutputs: row[row.count - 1].outputs)
  }

  private func byStream(_ ends: (Node) -> [String]) -> [String: Node] {
    Dictionary(nodes.flatMap { node in ends(node).map { ($0, node) } }) { first, _ in first }
  }
}
