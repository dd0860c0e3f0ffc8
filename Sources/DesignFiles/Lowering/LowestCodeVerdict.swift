import SimModel

extension LayerComparison {
  /// A node whose codes begin at another number than the model's: right thresholds, wrong `ActVal`.
  ///
  /// - Parameter index: the thresholds of the model that the node has.
  func lowestCode(_ node: Node, _ index: Int, _ pair: ModelPairing.Pair) -> LayerVerdict? {
    let layer = layer(index)
    guard case .thresholds(let table) = layer.kind, !layer.isBipolar,
      node.initializers["thresholds"] != nil,
      node.attributes["outputDataType"] != .string("BIPOLAR")
    else { return nil }
    var found = 0
    if case .int(let stated)? = node.attributes["ActVal"] { found = stated }
    let wanted = table.low - pair.shift
    guard found != wanted else { return nil }
    return LayerVerdict(
      node: node.name, quantiser: pair.modelNode,
      finding: "the codes begin at \(found) where the model's begin at \(wanted)",
      advice: "ActVal \(wanted): what is added to the count of thresholds reached"
    ).ifWrong
  }
}
