import SimModel

/// In which order channels-last convolutions have their weights.
///
/// qonnx's executor takes `(O, spatial…, I)`; there are exports that keep ONNX's `(O, I, spatial…)`. The kernel that
/// a node states tells which; where it fits both, the other convolutions of the graph tell, and where none does, qonnx's
/// order is meant.
enum ChannelsLastWeights {
  static let attribute = "simrun.channels_last_weights"

  /// The nodes, those marked whose weights have their channels last.
  static func marked(_ nodes: [ModelNode], _ constants: [String: Value]) -> [ModelNode] {
    let places = nodes.indices.filter {
      nodes[$0].opType == "Conv" && nodes[$0].domain == OperatorCatalogue.channelsLast
    }
    guard !places.isEmpty else { return nodes }
    let makers = Dictionary(nodes.flatMap { node in node.outputs.map { ($0, node) } }) { first, _ in
      first
    }
    let fits = places.map { fit(nodes[$0], makers, constants) }
    let others = fits.contains { $0 == .last } || !fits.contains { $0 == .second }
    var nodes = nodes
    for (place, fit) in zip(places, fits) where fit == .last || fit == .both && others {
      nodes[place].attributes[attribute] = .int(1)
    }
    return nodes
  }

  private enum Fit { case last, second, both }

  private static func fit(
    _ node: ModelNode, _ makers: [String: ModelNode], _ constants: [String: Value]
  ) -> Fit {
    guard node.inputs.count > 1, let kernel = try? node.ints("kernel_shape"),
      let shape = shape(of: node.inputs[1], makers, constants), shape.count == kernel.count + 2
    else { return .both }
    let isLast = Array(shape.dropFirst().dropLast()) == kernel
    let isSecond = Array(shape.dropFirst(2)) == kernel
    return isLast == isSecond ? .both : isLast ? .last : .second
  }

  /// The shape of weights, behind quantisers and transpositions.
  private static func shape(
    of name: String, _ makers: [String: ModelNode], _ constants: [String: Value]
  ) -> [Int]? {
    var name = name
    var orders: [[Int]] = []
    for _ in 0..<16 {
      if var shape = constants[name]?.shape {
        for order in orders.reversed() {
          guard order.count == shape.count, order.allSatisfy(shape.indices.contains) else {
            return nil
          }
          shape = order.map { shape[$0] }
        }
        return shape
      }
      guard let maker = makers[name], let input = maker.inputs.first else { return nil }
      if maker.opType == "Transpose" {
        guard let order = try? maker.ints("perm") else { return nil }
        orders.append(order)
      } else if !ModelNode.quantizers.contains(maker.opType), maker.opType != "DequantizeLinear" {
        return nil
      }
      name = input
    }
    return nil
  }
}

extension ModelNode {
  /// A channels-last convolution whose weights are `(O, spatial…, I)`.
  public var hasChannelsLastWeights: Bool { has(ChannelsLastWeights.attribute) }
}
