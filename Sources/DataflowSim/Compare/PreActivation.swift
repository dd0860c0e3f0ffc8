import SimKernels

/// What a thresholding node compared with its thresholds, for single elements: the evidence that a
/// difference sits on a rounding boundary.
struct PreActivation {
  /// Values in front of the thresholds at an element of the node's output, `nil` where unknown.
  let value: (_ position: Int) -> Int?
  /// Thresholds of a channel, ascending.
  let thresholds: (_ channel: Int) -> [Int]

  /// For Thresholding and for MVAU with thresholds; nil for every other node.
  init?(
    _ node: Node, plane: Dataplane, parameters: ParameterStore?, result: DataplaneResult
  ) {
    guard let parameters, let name = node.initializers["thresholds"],
      let tensor = try? parameters.tensor(name), let table = try? tensor.asIntegers(name: name),
      let steps = tensor.shape.last, steps > 0, let input = node.inputs.first,
      let elements = result.streams[input]
    else { return nil }
    let rows = table.count / steps
    thresholds = { channel in
      let row = rows == 1 ? 0 : channel % rows
      return table[row * steps..<(row + 1) * steps].sorted()
    }
    if node.opType.hasPrefix("Thresholding") {
      value = { elements.int($0) }
      return
    }
    guard node.opType.hasPrefix("MVAU"),
      let sums = DotProduct(node, elements, plane: plane, parameters: parameters)
    else { return nil }
    value = sums.value
  }
}

/// The accumulator of one element of an MVAU.
private struct DotProduct {
  let value: (Int) -> Int?

  init?(_ node: Node, _ input: Integers, plane: Dataplane, parameters: ParameterStore) {
    guard let name = node.initializers["weights"],
      let tensor = try? parameters.tensor(name), tensor.shape.count == 2,
      let weights = try? tensor.asIntegers(name: name),
      let block = try? BlockCatalogue.make(
        opType: node.opType, attributes: node.attributes, part: plane.design.part,
        clockMHz: plane.design.clockMHz, unknownAttributes: .ignore) as? MatrixVector
    else { return nil }
    let (mw, mh) = (block.mw, block.mh)
    let bothBipolar =
      block.compute.inputType == .bipolar && block.compute.weightType == .bipolar
    let isXnor = bothBipolar || block.compute.binaryXnorMode
    value = { position in
      let (vector, row) = (position / mh, position % mh)
      guard (vector + 1) * mw <= input.count else { return nil }
      var sum = 0
      for i in 0..<mw {
        guard let x = input.int(vector * mw + i) else { return nil }
        let w = weights[i * mh + row]
        sum += isXnor ? (x == w ? 1 : 0) : x * w
      }
      return sum
    }
  }
}
