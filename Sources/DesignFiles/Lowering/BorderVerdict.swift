import SimModel

extension LayerComparison {
  /// Whether just the pixels whose windows reach into the padding differ; `nil` otherwise.
  ///
  /// - Parameter differences: of the stream that `pair` names.
  public func border(
    _ pair: ModelPairing.Pair, _ differences: some Collection<ErrorZone.Difference>
  ) -> LayerVerdict? {
    guard differences.count >= 4, let (rule, index) = window(of: pair.tensor), rule.isPadded else {
      return nil
    }
    let layer = layer(index)
    let size = layer.inputs.first.map { self.layer($0).shape } ?? layer.shape
    func reaches(_ place: Int, _ axis: Int, _ extent: Int) -> Bool {
      let first = place * rule.stride[axis] - rule.padding[axis]
      return first < 0 || first + (rule.kernel[axis] - 1) * rule.dilation[axis] >= extent
    }
    let rows = (0..<rule.output[0]).map { reaches($0, 0, size.height) }
    let columns = (0..<rule.output[1]).map { reaches($0, 1, size.width) }
    guard rows.contains(false), columns.contains(false) else { return nil }
    let isBorder = differences.allSatisfy { difference in
      let pixel = difference.element / layer.shape.channels
      guard pixel < rows.count * columns.count else { return false }
      return rows[pixel / columns.count] || columns[pixel % columns.count]
    }
    guard isBorder else { return nil }
    return LayerVerdict(
      node: pair.node, quantiser: pair.modelNode,
      finding: "wrong padding value: only pixels whose window reaches into the padding differ",
      advice: advice(layer))
  }

  private func advice(_ layer: Layer) -> String {
    switch layer.kind {
    case .maxPool:
      "a maximum pool pads with the smallest code, not with 0"
    case .sum:
      "look at count_include_pad: is the padding among what the sum is divided by?"
    default:
      "padding inserts code 0: it must mean 0 there, so a stream with a zero point is padded with the zero "
        + "point, or carries codes less the zero point"
    }
  }
}
