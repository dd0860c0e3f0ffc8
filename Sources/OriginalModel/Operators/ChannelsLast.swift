import SimModel

/// qonnx's channels-last variants: data `(N, spatial…, C)`, weights as ONNX has them.
enum ChannelsLast {
  static let all: [String: Operator] = [
    "Conv": Operator(2...3) { turned(try LinearOperators.convolution($0)) },
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
