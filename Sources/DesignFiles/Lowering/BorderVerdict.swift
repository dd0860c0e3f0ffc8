import SimModel

extension LayerComparison {
  /// Whether the design pads other sides of a picture than the model, or just the pixels whose windows reach into the
  /// padding differ; `nil` otherwise.
  ///
  /// - Parameter differences: of the stream that `pair` names.
  public func border(
    _ pair: ModelPairing.Pair, _ differences: some Collection<ErrorZone.Difference>
  ) -> LayerVerdict? {
    guard let (rule, index) = window(of: pair.tensor), rule.isPadded else { return nil }
    if let verdict = sides(pair, rule) { return verdict }
    guard differences.count >= 4 else { return nil }
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

  /// Padding above or on the left that is not the model's: every window lies elsewhere.
  private func sides(_ pair: ModelPairing.Pair, _ rule: PoolRule) -> LayerVerdict? {
    guard let padding = padding(above: pair.node),
      case .ints(let found)? = padding.attributes["Padding"], found.count == 4,
      found.prefix(2) != rule.padding.prefix(2)
    else { return nil }
    // Of a sequence either axis may be the one that is written first.
    let turned = [found[1], found[0]]
    if rule.output.contains(1), turned == Array(rule.padding.prefix(2)) { return nil }
    return LayerVerdict(
      node: padding.name, quantiser: pair.modelNode,
      finding:
        "padding on the wrong side: it pads \(found) (top, left, bottom, right), the "
        + "model \(rule.padding)",
      advice: "give it the model's: every window lies elsewhere now")
  }

  /// The padding of the window that a node sums or pools.
  private func padding(above name: String) -> Node? {
    var node = design.nodes.first { $0.name == name }
    var isBehindWindow = true
    while let here = node {
      switch Node.baseName(here.opType) {
      case "FMPadding": return here
      case "ConvolutionInputGenerator" where isBehindWindow: isBehindWindow = false
      // It has its window inside.
      case "StreamingMaxPool" where isBehindWindow: isBehindWindow = false
      case "Thresholding", "ChannelwiseOp", "MVAU", "VVAU", "Pool":
        guard isBehindWindow else { return nil }
      default: guard here.passesValuesOn else { return nil }
      }
      node = here.inputs.first.flatMap { input in
        design.nodes.first { $0.outputs.contains(input) }
      }
    }
    return nil
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
