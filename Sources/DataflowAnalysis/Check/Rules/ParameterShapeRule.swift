/// Constant arrays must have the size their node takes.
enum ParameterShapeRule: ParameterRule {
  static let info = RuleInfo(
    "SR208", "parameter-shape", .error,
    summary: "An array of weights or thresholds has another size than its node takes.",
    reason: """
      An MVAU takes MW x MH weights, a VVAU a kernel per channel, a thresholding numSteps thresholds per \
      channel or one row for all. Timing does not need the arrays, so nothing else notices before bits \
      are computed or memories are written.
      """)

  static func diagnostics(_ node: ParameterFacts) -> [Diagnostic] {
    [weights(node), thresholds(node)].compactMap(\.self)
  }

  private static func weights(_ node: ParameterFacts) -> Diagnostic? {
    guard let block = node.block as? any ComputeBlock, let array = node.array("weights"),
      array.values.count != block.rows * block.taps
    else { return nil }
    return found(node, array, block.rows * block.taps, block.weightShape.text)
  }

  private static func thresholds(_ node: ParameterFacts) -> Diagnostic? {
    guard let array = node.array("thresholds") else { return nil }
    let count = array.values.count
    if let block = node.block as? Thresholding {
      guard count != block.steps, count != block.channels * block.steps else { return nil }
      return found(
        node, array, block.channels * block.steps,
        "(\(block.channels), \(block.steps)) or (1, \(block.steps))")
    }
    guard let block = node.block as? any ComputeBlock, block.compute.hasThresholds,
      let steps = array.tensor.shape.last, count != steps, count != block.rows * steps
    else { return nil }
    return found(node, array, block.rows * steps, "(\(block.rows), n) or (1, n)")
  }

  private static func found(
    _ node: ParameterFacts, _ array: ParameterFacts.Array, _ needed: Int, _ shape: String
  ) -> Diagnostic {
    info.found(
      "has shape \(array.tensor.shape)", node: node.node.name, at: "array '\(array.name)'",
      numbers: ["elements": array.values.count, "needed": needed], allowed: shape)
  }

  static let bad = RuleExample(
    [
      (
        "Layer", "MVAU_hls",
        [
          "MW": .int(4), "MH": .int(2), "PE": .int(1), "SIMD": .int(1),
          "inputDataType": .string("UINT4"), "weightDataType": .string("INT4"),
          "outputDataType": .string("INT10"), "noActivation": .int(1),
        ]
      )
    ], arrays: ["Layer": ["weights": .rows([[7, 1], [5, 2], [-4, 0]])]])
  static let good = bad.with("Layer_weights", .rows([[7, 1], [5, 2], [-4, 0], [1, 1]]))
}
