import SimModel

extension Reference {
  /// What a step that sums up would give if every product counted by its magnitude, and how many
  /// numbers a sum has: together they bound the error of a float32 sum in any order.
  ///
  /// Returns `nil` for a step that sums nothing up.
  public func magnitude(of step: Step, on values: [String: Value]) throws
    -> (sums: Value, terms: Int)?
  {
    let node = step.node
    let inputs = node.inputs.map { name in name.isEmpty ? nil : values[name] ?? constants[name] }
    switch node.opType {
    case "Conv", "ConvTranspose", "MatMul", "Gemm":
      let op = try OperatorCatalogue.named(node.opType, domain: node.domain)
      let kernel = try op.prepare(
        Preparation(node: node, opset: graph.opset, constants: node.inputs.map { _ in nil }))
      let sums = try kernel(inputs.map { $0.map(Self.magnitudes) })[0]
      let weights = inputs.count > 1 ? inputs[1]?.shape ?? [] : []
      let perRow: Int
      switch node.opType {
      case "Conv": perRow = weights.dropFirst().reduce(1, *)
      case "ConvTranspose":
        perRow = (weights.first ?? 1) * weights.dropFirst(2).reduce(1, *)
      default:
        perRow = inputs[0]?.shape.last ?? 1
      }
      return (sums, perRow + (inputs.count > 2 ? 1 : 0))
    case "AveragePool", "GlobalAveragePool", "ReduceMean", "ReduceSum":
      guard let x = inputs[0] else { return nil }
      let sums = try evaluate(step, on: values.merging([node.inputs[0]: Self.magnitudes(x)]) { $1 })
      guard let sum = sums[node.outputs[0]] else { return nil }
      let kernel = try node.ints("kernel_shape")?.reduce(1, *)
      return (sum, kernel ?? max(1, x.count / max(1, sum.count)))
    default: return nil
    }
  }

  private static func magnitudes(_ value: Value) -> Value {
    Value(value.floats.map { abs($0) }, shape: value.shape)
  }
}
