import OriginalModel
import SimModel

extension Lowering {
  /// Why a QLinear operation was not taken apart into layers that can be lowered; `nil` for other operations.
  func quantizedRefusal(_ node: ModelNode) -> InputError? {
    guard let (scales, bias, weights) = Self.quantizedOperands[node.opType] else { return nil }
    func constant(_ index: Int?) -> Value? {
      index.flatMap { $0 < node.inputs.count ? reference.constants[node.inputs[$0]] : nil }
    }
    guard let weights = constant(weights) else {
      return InputError(
        "multiplies two tensors that both depend on the data",
        hint: "weights must be constant; simrun run --input executes it")
    }
    if let values = constant(bias)?.integers,
      let channel = values.firstIndex(where: { Float(exactly: $0) == nil })
    {
      return InputError(
        "its bias of channel \(channel), \(values[channel]), has more than 24 significant bits, which no float32 "
          + "sum holds",
        hint:
          "the bias is in steps of input scale · weight scale, and the weight scale of this channel is far too "
          + "small beside it: prune the channel, or quantise its weights with a larger scale (per tensor)"
      )
    }
    if scales.contains(where: { constant($0).map { $0.count != 1 } ?? false }) {
      return InputError(
        "its data have a scale per channel", hint: "one scale for the input and one for the output"
      )
    }
    return InputError(
      "sums \(weights.count) products whose accumulators may need more than 24 bits, or has operands that are no "
        + "8-bit codes", hint: "QuantizeLinear and DequantizeLinear (QDQ) have no such limit")
  }

  /// Where scales of data, bias and weights are among the inputs.
  private static let quantizedOperands: [String: (scales: [Int], bias: Int?, weights: Int)] = [
    "QLinearConv": ([1, 6], 8, 3), "QLinearMatMul": ([1, 6], nil, 3), "QGemm": ([1, 7], 6, 3),
    "ConvInteger": ([], nil, 1), "MatMulInteger": ([], nil, 1),
  ]
}
