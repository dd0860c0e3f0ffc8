import DataflowSim

extension LoadedDesign {
  /// States `narrow_weights` where FINN's choice of the compute core depends on it and the weights are at
  /// hand. Source: docs/reference/development-branch.md#multiply-cores.
  mutating func readNarrowWeights() throws {
    guard design.finnGeneration.isDevelopment, let parameters else { return }
    for i in design.nodes.indices {
      let node = design.nodes[i]
      guard let block = try? design.block(of: node),
        let compute = (block as? MatrixVector)?.compute, compute.guessesNarrow,
        let name = node.initializers["weights"], parameters.contains(name),
        let lowest = compute.weightType.range?.lowerBound
      else { continue }
      let least = try parameters.tensor(name).asDoubles().min() ?? 0
      design.nodes[i].attributes["narrow_weights"] = .int(least > Double(lowest) ? 1 : 0)
    }
  }
}
