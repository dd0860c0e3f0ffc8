import DataflowSim
import SimModel

// What computes: matrices with their thresholds, thresholds by themselves, sums under windows.

extension Emitter {
  /// Thresholds as FINN keeps them, for a stream of type `output`.
  private func table(_ table: ThresholdTable, _ output: DataType, channels: Int)
    -> (values: [Int], steps: Int, low: Int)
  {
    // One-bit results count one threshold; −1 is its 0.
    guard output == .bipolar || (output == .binary && table.low == -1) else {
      return (table.values, table.steps, table.low)
    }
    return ((0..<channels).map { table.values[$0 * table.steps] }, 1, 0)
  }

  mutating func thresholding(_ i: Int, _ found: ThresholdTable) throws -> String {
    let layer = layers[i]
    let source = layer.inputs[0]
    let (input, output) = (type(source), type(i))
    let channels = layer.shape.channels
    let (values, steps, low) = table(found, output, channels: channels)
    let range = input.range ?? layers[source].range
    let type = DataType.holding(
      min(values.min()!, range.lowerBound)...max(values.max()!, range.upperBound))
    let full = (1 << output.bits) - 1
    return add(
      "Thresholding",
      [
        "NumChannels": .int(channels), "PE": .int(1), "numSteps": .int(steps),
        "ActVal": .int(low), "inputDataType": .string(input.name),
        "weightDataType": .string(type.name), "outputDataType": .string(output.name),
        "numInputVectors": .ints(layer.shape.leading),
      ], inputs: [take(source)],
      initializers: [("thresholds", try Tensor(values, shape: [channels, steps]))],
      needsHLS: steps != full && steps != full - 1)[0]
  }

  /// A matrix, with the thresholds behind it inside when there are any.
  mutating func linear(
    _ i: Int, _ rule: LinearRule, _ behind: (layer: Int, table: ThresholdTable)?
  ) throws -> String {
    let layer = layers[i]
    let source = layer.inputs[0]
    let input = type(source)
    let isXnor = types.isXnor[source]
    let stream =
      rule.window.map { windows(source, $0, isDepthwise: rule.isDepthwise) } ?? take(source)
    var (low, high) = (types.range(i).lowerBound, types.range(i).upperBound)
    if isXnor { (low, high) = (0, rule.columns) }
    var attributes: [String: AttributeValue] = [
      "PE": .int(1), "SIMD": .int(1), "inputDataType": .string(input.name),
      "noActivation": .int(behind == nil ? 1 : 0), "binaryXnorMode": .int(isXnor ? 1 : 0),
    ]
    var arrays: [(role: String, tensor: Tensor)] = []
    let weights = rule.weights
    let weightType =
      isXnor ? DataType.binary : .holding(min(-1, weights.min()!)...max(0, weights.max()!))
    attributes["weightDataType"] = .string(weightType.name)
    if rule.isDepthwise {
      attributes["Channels"] = .int(rule.rows)
      attributes["Kernel"] = .ints(rule.window!.kernel)
      attributes["Dim"] = .ints(rule.window!.output)
      let shape = [rule.rows, 1] + rule.window!.kernel
      arrays.append(("weights", try Tensor(weights, shape: shape)))
    } else {
      attributes["MW"] = .int(rule.columns)
      attributes["MH"] = .int(rule.rows)
      attributes["numInputVectors"] = .ints(layer.shape.leading)
      let turned = Probe.permuted(weights, [rule.rows, rule.columns], [1, 0])
      arrays.append(
        (
          "weights",
          try Tensor(
            isXnor ? turned.map { ($0 + 1) / 2 } : turned, shape: [rule.columns, rule.rows])
        ))
    }
    if let behind {
      let output = type(behind.layer)
      let (table, steps, base) = table(behind.table, output, channels: rule.rows)
      var values = table
      // The popcount of n equal bits is (sum + n) / 2.
      if isXnor { values = values.map { ($0 + rule.columns + 1) >> 1 } }
      low = min(low, values.min()!)
      high = max(high, values.max()!)
      attributes["ActVal"] = .int(base)
      attributes["outputDataType"] = .string(output.name)
      arrays.append(("thresholds", try Tensor(values, shape: [rule.rows, steps])))
    }
    // Without thresholds the sums leave as they are, in the type their stream has for other reasons too.
    let accumulator = behind == nil && !isXnor ? type(i) : DataType.holding(low...high)
    attributes["accDataType"] = .string(accumulator.name)
    if behind == nil { attributes["outputDataType"] = .string(accumulator.name) }
    return add(
      rule.isDepthwise ? "VVAU" : "MVAU", attributes, inputs: [stream], initializers: arrays)[0]
  }

  /// Sums under windows: a depthwise product with ones.
  mutating func sum(
    _ i: Int, _ rule: PoolRule, _ behind: (layer: Int, table: ThresholdTable)?
  ) throws -> String {
    try linear(i, .ones(rule, channels: layers[i].shape.channels), behind)
  }
}
