import SimModel

/// FINN's MultiThreshold: how many thresholds a value reaches.
package enum ThresholdOperators {
  static let all: [String: Operator] = ["MultiThreshold": Operator(2...2, count)]

  /// The axis of data of this shape that has the channels of the thresholds: where `data_layout` has its C.
  ///
  /// Without a layout data of three axes are NWC for qonnx, unless only axis 1 has as many.
  package static func channelAxis(of node: ModelNode, shape: [Int], channels: Int) throws -> Int {
    let layout = try node.string("data_layout") ?? ""
    let isLast =
      layout.isEmpty ? shape.count == 3 && channels == shape[2] : layout.hasSuffix("C")
    return isLast ? shape.count - 1 : min(1, shape.count - 1)
  }

  /// out_scale · #{k: x ≥ T[c][k]} + out_bias, in each channel by its thresholds.
  private static func count(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    let scale = try node.float("out_scale") ?? 1
    let bias = try node.float("out_bias") ?? 0
    let layout = try node.string("data_layout") ?? ""
    guard ["", "NCHW", "NHWC", "NC", "NCW", "NWC"].contains(layout) else {
      throw node.wrong("data_layout", "one of NCHW, NHWC, NC, NCW, NWC")
    }
    return { inputs in
      let (x, table) = (try inputs.value(0), try inputs.value(1))
      guard table.shape.count == 2, !x.shape.isEmpty else {
        throw InputError("thresholds of shape \(table.shape) are not (channels, steps)")
      }
      let (channels, steps) = (table.shape[0], table.shape[1])
      let axis = try channelAxis(of: node, shape: x.shape, channels: channels)
      guard channels == 1 || channels == x.shape[axis] else {
        throw InputError(
          "thresholds of \(channels) channels for data of shape \(x.shape) (\(layout))")
      }
      let inner = x.shape[(axis + 1)...].reduce(1, *)
      let (v, t) = (x.floats, table.floats)
      let isSorted = (0..<channels).map { c in
        (1..<max(1, steps)).allSatisfy { t[c * steps + $0 - 1] <= t[c * steps + $0] }
      }
      let values = v.indices.map { i -> Float in
        let c = channels == 1 ? 0 : i / inner % channels
        var reached = 0
        if isSorted[c] {
          var (low, high) = (0, steps)
          while low < high {
            let middle = (low + high) / 2
            if v[i] >= t[c * steps + middle] { low = middle + 1 } else { high = middle }
          }
          reached = low
        } else {
          for k in 0..<steps where v[i] >= t[c * steps + k] { reached += 1 }
        }
        return RoundedOnce.multiplyAdd(scale, Float(reached), bias)
      }
      return [Value(values, shape: x.shape)]
    }
  }
}
