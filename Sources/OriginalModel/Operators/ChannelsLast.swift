import SimModel

/// qonnx's channels-last variants: data `(N, spatial…, C)`.
enum ChannelsLast {
  static let all: [String: Operator] = [
    "Conv": Operator(2...3) { preparation in
      guard preparation.node.hasChannelsLastWeights else {
        return turned(try LinearOperators.convolution(preparation))
      }
      var constants = preparation.constants
      constants[1] = try preparation.constant(1).map(channelsFirst)
      let kernel = turned(
        try LinearOperators.convolution(
          Preparation(node: preparation.node, opset: preparation.opset, constants: constants)))
      return { inputs in
        var inputs = inputs
        inputs[1] = try channelsFirst(inputs.value(1))
        return try kernel(inputs)
      }
    },
    "MaxPool": Operator(1...1) { preparation in
      let rule = try WindowRule(preparation.node)
      return turned { inputs in [try PoolOperators.maximum(inputs.value(0), rule)] }
    },
    "BatchNormalization": Operator(5...5) {
      try ActivationOperators.batchNormalization($0, channelAxis: -1)
    },
  ]

  /// A kernel for channels-first data on channels-last data.
  private static func turned(_ kernel: @escaping Kernel) -> Kernel {
    { inputs in
      var inputs = inputs
      inputs[0] = try channelsFirst(inputs.value(0))
      return try kernel(inputs).map(channelsLast)
    }
  }

  static func channelsFirst(_ x: Value) throws -> Value {
    let rank = x.shape.count
    guard rank >= 3 else { throw InputError("data of shape \(x.shape) has no spatial axes") }
    return try ShapeOperators.transposed(x, [0, rank - 1] + Array(1..<rank - 1))
  }

  static func channelsLast(_ x: Value) throws -> Value {
    let rank = x.shape.count
    return try ShapeOperators.transposed(x, [0] + Array(2..<rank) + [1])
  }
}
