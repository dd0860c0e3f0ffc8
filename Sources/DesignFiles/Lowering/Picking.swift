import OriginalModel
import SimModel

// Parts of a tensor: rows, columns and channels of it.

extension Lowering {
  /// Slice, Gather and Split with constant places: a border cut off, every n-th pixel, some channels.
  mutating func pick(_ step: Reference.Step) throws {
    let source = step.node.inputs[0]
    let (shape, layout) = (shapes[source]!, layouts[source]!)
    let count = shape.reduce(1, *)
    guard count < 1 << 24 else { throw InputError("takes a part of \(count) elements") }
    // Each element says where it is.
    let places = Value((0..<count).map { Float($0) }, shape: shape)
    let parts = try reference.evaluate(step, on: [source: places])
    let whole = LoweredModel.channelsLast(places, layout).values
    var position = [Int](repeating: 0, count: count)
    for (i, place) in whole.enumerated() { position[Int(place)] = i }
    let input = try proportional(source)
    for target in step.node.outputs where !target.isEmpty {
      let part = parts[target]!
      guard part.shape.count == shape.count else {
        throw InputError(
          "takes one index of an axis and drops the axis", hint: "slice with a range of one instead"
        )
      }
      guard !part.shape.contains(0) else {
        throw InputError("leaves nothing of a tensor of shape \(shape)")
      }
      layouts[target] = layout
      let found = LoweredModel.channelsLast(part, layout).values.map { position[Int($0)] }
      try pick(found, of: input, as: target, step.node)
      if let code = codes[source], code.scale.count == 1,
        let layer = edges[target]?.starts.first?.layer
      {
        note(target, layer, code.scale, step.node.name)
      }
    }
  }

  /// The elements at `found` (row, column, channel) of a stream, as another.
  private mutating func pick(
    _ found: [Int], of input: Proportional, as target: String, _ node: ModelNode
  ) throws {
    let size = layers[input.layer].shape
    let out = streamShape(of: target)
    let channels = (0..<out.channels).map { found[$0] % size.channels }
    let columns = (0..<out.width).map { found[$0 * out.channels] / size.channels % size.width }
    let rows = (0..<out.height).map {
      found[$0 * out.width * out.channels] / size.channels / size.width
    }
    let isGrid = found.indices.allSatisfy { i in
      let (y, x) = (i / out.channels / out.width, i / out.channels % out.width)
      return found[i] == (rows[y] * size.width + columns[x]) * size.channels
        + channels[i % out.channels]
    }
    guard isGrid, let y = Self.steps(rows), let x = Self.steps(columns) else {
      throw InputError(
        "takes rows or columns in another order than they come",
        hint: "only ranges of rows and columns can be taken from a stream")
    }
    var index = input.layer
    func moved(_ kind: Layer.Kind, _ height: Int, _ width: Int) -> Layer {
      var layer = layers[index]
      layer.kind = kind
      layer.inputs = [index]
      (layer.shape.height, layer.shape.width) = (height, width)
      (layer.scale, layer.divisor) = (input.scale, 1)
      (layer.tensor, layer.node) = (target, node.name)
      return layer
    }
    let (height, width) = (
      (out.height - 1) * y.step + 1, (out.width - 1) * x.step + 1
    )
    if (height, width) != (size.height, size.width) {
      let cut = [y.first, x.first, size.height - y.first - height, size.width - x.first - width]
      index = add(moved(.crop(cut), height, width))
    }
    if y.step > 1 || x.step > 1 {
      let rule = PoolRule(
        kernel: [1, 1], stride: [y.step, x.step], dilation: [1, 1], padding: [0, 0, 0, 0],
        output: [out.height, out.width])
      index = add(moved(.pick(rule), out.height, out.width))
    }
    var scale = input.scale
    if channels != Array(0..<size.channels) {
      index = add(
        selection(channels, of: moved(.crop([0, 0, 0, 0]), out.height, out.width), index))
      if scale.count > 1 { scale = channels.map { scale[$0] } }
      notes.append(
        "'\(node.name)' takes channels with a matrix of zeros and ones; taking the rows of the weights in "
          + "front instead costs nothing")
    }
    layers[index].scale = scale
    layers[index].tensor = target
    edges[target] = Edge(
      starts: [.init(layer: index, tensor: target)], steps: [], pools: [], tensor: target)
  }

  /// Zeros around the picture.
  mutating func pad(_ step: Reference.Step) throws {
    let (source, target) = (step.node.inputs[0], step.node.outputs[0])
    let (shape, layout) = (shapes[source]!, layouts[source]!)
    let count = shape.reduce(1, *)
    guard count < 1 << 24 else { throw InputError("pads \(count) elements") }
    // Each element says where it is, from 1 on; what is 0 is padding.
    let places = Value((1...count).map { Float($0) }, shape: shape)
    let padded = try reference.evaluate(step, on: [source: places])[target]!
    layouts[target] = layout
    let size = streamShape(of: source)
    let out = streamShape(of: target)
    let inner = LoweredModel.channelsLast(places, layout).values
    let outer = LoweredModel.channelsLast(padded, layout).values
    let first = outer.firstIndex { $0 != 0 } ?? 0
    let (top, left) = (first / out.channels / out.width, first / out.channels % out.width)
    let padding = [top, left, out.height - top - size.height, out.width - left - size.width]
    let isBorder =
      out.channels == size.channels && padding.allSatisfy { $0 >= 0 }
      && outer.indices.allSatisfy { i in
        let (pixel, c) = (i / out.channels, i % out.channels)
        let (y, x) = (pixel / out.width - top, pixel % out.width - left)
        guard (0..<size.height).contains(y), (0..<size.width).contains(x) else {
          return outer[i] == 0
        }
        return outer[i] == inner[(y * size.width + x) * size.channels + c]
      }
    guard isBorder else {
      throw InputError(
        "pads with something else than 0, or other axes than rows and columns",
        hint: "use constant padding with 0 around the picture in the training code")
    }
    let input = try proportional(source)
    var layer = layers[input.layer]
    layer.kind = .pad(padding)
    layer.inputs = [input.layer]
    layer.shape = out
    (layer.low, layer.high) = (layer.low.map { min($0, 0) }, layer.high.map { max($0, 0) })
    (layer.scale, layer.divisor, layer.isBipolar) = (input.scale, 1, false)
    (layer.tensor, layer.node) = (target, step.node.name)
    let index = add(layer, carrying: target)
    if codes[source] != nil {
      note(target, index, input.scale, step.node.name, isInner: true)
    }
  }

  /// Some channels of a stream, by a matrix of zeros and ones.
  private func selection(_ channels: [Int], of source: Layer, _ index: Int) -> Layer {
    let depth = source.shape.channels
    var weights = [Int](repeating: 0, count: channels.count * depth)
    for (row, channel) in channels.enumerated() { weights[row * depth + channel] = 1 }
    var layer = source
    layer.kind = .linear(
      LinearRule(
        weights: weights, rows: channels.count, columns: depth, window: nil, isDepthwise: false,
        isBipolar: false))
    layer.inputs = [index]
    layer.shape.channels = channels.count
    layer.low = channels.map { min(0, source.low[$0]) }
    layer.high = channels.map { max(0, source.high[$0]) }
    layer.isBipolar = false
    return layer
  }

  /// First place and distance of places that are equally far apart; `nil` otherwise.
  private static func steps(_ places: [Int]) -> (first: Int, step: Int)? {
    guard places.count > 1 else { return (places[0], 1) }
    let step = places[1] - places[0]
    let isEven = zip(places, places.dropFirst()).allSatisfy { $1 - $0 == step }
    return step > 0 && isEven ? (places[0], step) : nil
  }
}
