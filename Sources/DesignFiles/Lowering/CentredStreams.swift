import SimModel

// Streams whose 0 does not mean 0, in front of a linear layer.

extension Lowering {
  /// The stream with a constant added, so that 0 means 0; nil where that is not to be had, or not for free.
  ///
  /// FINN writes signed codes as a MultiThreshold and the Add of a whole number behind it, which is where its block
  /// begins to count (ActVal). A constant on another stream is a block of its own, so it is added where a window pads
  /// with 0 only.
  mutating func centred(_ input: Proportional, _ name: String, isNeeded: Bool)
    -> Proportional?
  {
    guard let offset = input.offset, offset.contains(where: { $0 != 0 }) else { return nil }
    var layer = layers[input.layer]
    let stepped = offset.indices.map { c in
      offset[c] / (input.scale.count == 1 ? input.scale[0] : input.scale[c])
    }
    guard stepped.allSatisfy({ abs($0 - $0.rounded()) < 1e-4 && abs($0) < 0x1p20 }) else {
      return nil
    }
    let steps = stepped.map { Int($0.rounded()) }
    if case .thresholds(var table) = layer.kind, Set(steps).count == 1, !layer.isBipolar,
      isOnlyWay(from: input.layer, to: name)
    {
      table.low += steps[0]
      layer.kind = .thresholds(table)
      codes = codes.filter { $0.value.layer != input.layer }
    } else if isNeeded, layer.isProportional {
      layer.kind = .offset(steps)
      layer.inputs = [input.layer]
    } else {
      return nil
    }
    layer.low = zip(layer.low, steps).map(+)
    layer.high = zip(layer.high, steps).map(+)
    (layer.scale, layer.divisor, layer.isBipolar, layer.tensor) = (input.scale, 1, false, name)
    let index = add(layer, carrying: name)
    note(name, index, input.scale, layer.node, isInner: true)
    return Proportional(layer: index, scale: input.scale)
  }

  /// Whether nothing takes the integers of a layer but what makes tensor `name` of them, neither what is lowered
  /// already nor what is to come.
  private func isOnlyWay(from layer: Int, to name: String) -> Bool {
    var way: Set<String> = [name]
    var tensor = layers[layer].tensor
    while tensor != name {
      let users = reference.steps.filter { $0.node.inputs.contains(tensor) }
      guard users.count == 1, !reference.graph.outputs.contains(tensor),
        let next = users[0].node.outputs.first, way.insert(tensor).inserted
      else { return false }
      tensor = next
    }
    return !layers.contains { $0.inputs.contains(layer) }
      && edges.allSatisfy {
        way.contains($0.key) || !$0.value.starts.contains { $0.layer == layer }
      }
  }
}
