import DataflowSim
import OriginalModel
import SimModel

// FINN's Im2Col and the matrix behind it: a convolution in two nodes.

extension Lowering {
  /// FINN's Im2Col: windows side by side, for the matrix behind.
  struct LaidWindow: Sendable {
    var input: String
    var rule: PoolRule
    /// The matrix behind is said to have nothing but a kernel per channel.
    var isDepthwise: Bool
  }

  mutating func slidingWindow(_ step: Reference.Step) throws {
    let node = step.node
    let (source, target) = (node.inputs[0], node.outputs[0])
    try require(source, .channelsLast)
    let out = shapes[target]!
    guard let kernel = try node.ints("kernel_size"), let stride = try node.ints("stride") else {
      throw InputError("states no kernel_size and stride")
    }
    guard try node.float("pad_value") ?? 0 == 0 else {
      throw InputError(
        "pads with another code than 0, which no padding block does",
        hint: "take a quantiser whose zero point is 0 in front of a padded convolution")
    }
    let rule = PoolRule(
      kernel: kernel, stride: stride, dilation: try node.ints("dilations") ?? [1, 1],
      padding: try node.ints("pad_amount") ?? [0, 0, 0, 0], output: [out[1], out[2]])
    windows[target] = LaidWindow(
      input: source, rule: rule, isDepthwise: try node.int("depthwise", default: 0) != 0)
    layouts[target] = .channelsLast
  }

  /// A matrix behind laid windows is a convolution.
  mutating func laidProduct(
    _ step: Reference.Step, _ laid: LaidWindow, _ weights: IntegerWeights,
    plus agreements: [Double]? = nil
  ) throws {
    let input = try proportional(laid.input)
    let channels = layers[input.layer].shape.channels
    let (rows, columns) = (weights.shape[0], weights.shape[1])
    guard columns == channels * laid.rule.taps else {
      throw InputError(
        "weights for \(columns) elements behind windows of \(channels * laid.rule.taps)")
    }
    let kernels = laid.isDepthwise ? Self.kernels(of: weights.values, rows, channels) : nil
    let rule = LinearRule(
      weights: kernels ?? weights.values, rows: rows,
      columns: kernels == nil ? columns : laid.rule.taps, window: laid.rule,
      isDepthwise: kernels != nil,
      isBipolar: (kernels ?? weights.values).allSatisfy { abs($0) == 1 })
    layouts[step.node.outputs[0]] = .channelsLast
    try linear(step, rule, weights, input, bias: nil, laid.rule.output, plus: agreements)
  }

  /// The kernel of each channel when a matrix of (row, tap, channel) has zeros everywhere else; `nil` otherwise.
  private static func kernels(of matrix: [Int], _ rows: Int, _ channels: Int) -> [Int]? {
    guard rows == channels, channels > 1 else { return nil }
    var kernels: [Int] = []
    for (i, weight) in matrix.enumerated() {
      if i % channels == i / (matrix.count / rows) {
        kernels.append(weight)
      } else if weight != 0 {
        return nil
      }
    }
    return kernels
  }
}
