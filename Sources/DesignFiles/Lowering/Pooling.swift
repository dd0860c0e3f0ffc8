import DataflowSim
import OriginalModel
import SimModel

// Pools, and pictures of another size.

extension Lowering {
  /// A maximum pool: on codes at once, on real numbers behind the quantiser that is to come.
  mutating func maximumPool(_ step: Reference.Step) throws {
    let node = step.node
    let isLast = node.domain == "qonnx.custom_op.channels_last" || node.opType == "MaxPoolNHWC"
    let rank = shapes[node.inputs[0]]!.count
    try require(
      node.inputs[0],
      isLast
        ? (rank == 4 ? .channelsLast : .channelsLast1D)
        : (rank == 4 ? .channelsFirst : .channelsFirst1D))
    let edge = try edge(node.inputs[0])
    guard edge.starts.count == 1 else { throw unquantised(node.inputs[0]) }
    let rule = try PoolRule(WindowRule(node), currentShape(edge))
    try pool(edge, rule, step)
  }

  mutating func globalMaximum(_ step: Reference.Step) throws {
    let node = step.node
    let edge = try edge(node.inputs[0])
    guard edge.starts.count == 1 else { throw unquantised(node.inputs[0]) }
    if node.opType == "ReduceMax" { try requireSpatial(node) }
    let shape = currentShape(edge)
    let size = [shape.height, shape.width]
    try pool(
      edge,
      PoolRule(
        kernel: size, stride: size, dilation: [1, 1], padding: [0, 0, 0, 0], output: [1, 1]), step)
  }

  private func currentShape(_ edge: Edge) -> StreamShape {
    var shape = layers[edge.starts[0].layer].shape
    for pool in edge.pools where !settledPools.contains(pool.output) {
      (shape.height, shape.width) = (pool.rule.output[0], pool.rule.output[1])
    }
    return shape
  }

  private mutating func pool(_ edge: Edge, _ rule: PoolRule, _ step: Reference.Step) throws {
    let (source, target) = (step.node.inputs[0], step.node.outputs[0])
    layouts[target] = try layoutBehindPool(step)
    let layer = layers[edge.starts[0].layer]
    let isCodes = layer.range.upperBound - layer.range.lowerBound <= 1 << 12
    if isCodes, edge.pools.allSatisfy({ settledPools.contains($0.output) }), try isRising(edge) {
      // The pool of the codes, then the same function of what it gives.
      let index = pooled(edge.starts[0].layer, rule, edge.starts[0].tensor, step.node.name)
      if edge.isPlain {
        edges[target] = Edge(
          starts: [.init(layer: index, tensor: target)], steps: [], pools: [], tensor: target)
        layers[index].tensor = target
      } else {
        var moved = edge
        moved.starts[0].layer = index
        moved.steps.append(step)
        moved.tensor = target
        // Its steps run on the probe as they did; the pool itself is the identity there.
        moved.pools.append(.init(rule: rule, input: source, output: target, node: step.node.name))
        settledPools.insert(target)
        edges[target] = moved
      }
      if let code = codes[source], code.layer == edge.starts[0].layer {
        note(target, index, code.scale, step.node.name)
      }
      return
    }
    var later = edge
    later.steps.append(step)
    later.pools.append(.init(rule: rule, input: source, output: target, node: step.node.name))
    later.tensor = target
    edges[target] = later
  }

  private func layoutBehindPool(_ step: Reference.Step) throws -> Layout {
    let (source, target) = (step.node.inputs[0], step.node.outputs[0])
    guard shapes[target]!.count != shapes[source]!.count else { return layouts[source]! }
    return .vector
  }

  /// Whether a function of codes never falls.
  private func isRising(_ edge: Edge) throws -> Bool {
    let layer = layers[edge.starts[0].layer]
    let channels = layer.shape.channels
    let span = Array(layer.range)
    let integers = span.flatMap { q in Array(repeating: q, count: channels) }
    let values = try probe().evaluate(edge, [integers], count: span.count)[0]
    return (0..<channels).allSatisfy { c in
      (1..<max(1, span.count)).allSatisfy {
        values[($0 - 1) * channels + c] <= values[$0 * channels + c]
      }
    }
  }

  /// The maximum of codes under windows. Padding is the least code, so codes below 0 are lifted first.
  mutating func pooled(_ source: Int, _ rule: PoolRule, _ tensor: String, _ node: String) -> Int {
    let layer = layers[source]
    let lift = rule.isPadded ? max(0, -layer.range.lowerBound) : 0
    var from = source
    if lift > 0 {
      from = add(
        Layer(
          kind: .offset(Array(repeating: lift, count: layer.shape.channels)), inputs: [source],
          shape: layer.shape, low: layer.low.map { $0 + lift }, high: layer.high.map { $0 + lift },
          scale: layer.scale, tensor: tensor, node: node))
    }
    var pooled = layers[from]
    pooled.kind = .maxPool(rule)
    pooled.inputs = [from]
    (pooled.shape.height, pooled.shape.width) = (rule.output[0], rule.output[1])
    (pooled.tensor, pooled.node) = (tensor, node)
    let index = add(pooled)
    guard lift > 0 else { return index }
    var back = layer
    back.kind = .offset(Array(repeating: -lift, count: layer.shape.channels))
    back.inputs = [index]
    back.shape = pooled.shape
    (back.tensor, back.node) = (tensor, node)
    return add(back)
  }

  /// The mean under windows: their sum; the quotient goes into what an integer means.
  mutating func averagePool(_ step: Reference.Step) throws {
    let node = step.node
    let rank = shapes[node.inputs[0]]!.count
    try require(node.inputs[0], rank == 4 ? .channelsFirst : .channelsFirst1D)
    let input = try proportional(node.inputs[0])
    let source = layers[input.layer]
    let rule = try PoolRule(WindowRule(node), source.shape)
    let counts = try node.int("count_include_pad", default: 0) != 0
    guard !rule.isPadded || counts else {
      throw InputError(
        "divides by the pixels inside the picture, which differ at the border",
        hint: "use count_include_pad=True, or no padding, in the training code")
    }
    if try node.int("ceil_mode", default: 0) != 0 {
      let span = zip(zip(rule.output, rule.stride), rule.kernel).map { ($0.0 - 1) * $0.1 + $1 }
      guard span[0] <= source.shape.height, span[1] <= source.shape.width else {
        throw InputError(
          "has incomplete windows (ceil_mode), whose divisor differs",
          hint: "pad the picture or leave ceil_mode out in the training code")
      }
    }
    let lows = source.low.map { rule.isPadded ? min($0, 0) : $0 }
    let highs = source.high.map { rule.isPadded ? max($0, 0) : $0 }
    var shape = source.shape
    (shape.height, shape.width) = (rule.output[0], rule.output[1])
    layouts[node.outputs[0]] = layouts[node.inputs[0]]
    add(
      Layer(
        kind: .sum(rule), inputs: [input.layer], shape: shape, low: lows.map { $0 * rule.taps },
        high: highs.map { $0 * rule.taps }, scale: input.scale, divisor: rule.taps,
        tensor: node.outputs[0], node: node.name),
      carrying: node.outputs[0])
  }

  mutating func globalAverage(_ step: Reference.Step) throws {
    let node = step.node
    if node.opType == "ReduceMean" { try requireSpatial(node) }
    let input = try proportional(node.inputs[0])
    let source = layers[input.layer]
    let count = source.shape.pixels
    let target = node.outputs[0]
    layouts[target] = try layoutBehindPool(step)
    var shape = source.shape
    (shape.height, shape.width) = (1, 1)
    add(
      Layer(
        kind: .globalSum, inputs: [input.layer], shape: shape, low: source.low.map { $0 * count },
        high: source.high.map { $0 * count }, scale: input.scale, divisor: count, tensor: target,
        node: node.name),
      carrying: target)
  }

  /// A reduction over all spatial axes and nothing else.
  private func requireSpatial(_ node: ModelNode) throws {
    let layout = layouts[node.inputs[0]]!
    let stated =
      try node.ints("axes") ?? (node.inputs.count > 1 ? constants[node.inputs[1]]?.integers : nil)
    let rank = layout.axes.count
    let axes = Set((stated ?? Array(0..<rank)).map { $0 < 0 ? $0 + rank : $0 })
    let spatial = Set(
      (0..<rank).filter { axis in
        layout.axes[axis].contains { $0 == .row || $0 == .column } && axis != 0
      })
    guard axes == spatial else {
      throw InputError(
        "reduces axes \(axes.sorted()), not just the picture's (\(spatial.sorted()))")
    }
  }

  mutating func upsample(_ step: Reference.Step) throws {
    let node = step.node
    let (source, target) = (node.inputs[0], node.outputs[0])
    let edge = try edge(source)
    guard edge.starts.count == 1, edge.pools.isEmpty else { throw unquantised(source) }
    let layer = layers[edge.starts[0].layer]
    layouts[target] = layouts[source]
    let shape = streamShape(of: target)
    guard shape.height % layer.shape.height == 0, shape.width % layer.shape.width == 0 else {
      throw InputError(
        "makes \(layer.shape.height) × \(layer.shape.width) into \(shape.height) × \(shape.width)",
        hint: "hardware repeats pixels a whole number of times")
    }
    let factors = (shape.height / layer.shape.height, shape.width / layer.shape.width)
    try requireRepeats(step, factors)
    let input = try proportional(source)
    if factors == (1, 1), edge.isPlain, input.layer == edge.starts[0].layer {
      // As large as before: nothing to do.
      edges[target] = Edge(
        starts: [.init(layer: input.layer, tensor: target)], steps: [], pools: [], tensor: target)
      if let code = codes[source] { note(target, input.layer, code.scale, node.name) }
      return
    }
    var up = layers[input.layer]
    up.kind = .upsample(rows: factors.0, columns: factors.1)
    up.inputs = [input.layer]
    up.shape = shape
    up.scale = input.scale
    up.divisor = 1
    (up.tensor, up.node) = (target, node.name)
    let index = add(up, carrying: target)
    if let code = codes[source] { note(target, index, code.scale, node.name) }
  }

  /// Nearest neighbours by any rule must mean that each pixel is repeated.
  private func requireRepeats(_ step: Reference.Step, _ factors: (Int, Int)) throws {
    let (source, target) = (step.node.inputs[0], step.node.outputs[0])
    let shape = shapes[source]!
    let count = shape.reduce(1, *)
    let numbers = (0..<count).map { Float($0 % 65_536) }
    let result = try reference.evaluate(step, on: [source: Value(numbers, shape: shape)])[target]!
    let size = streamShape(of: source)
    let out = streamShape(of: target)
    let isFirst = layouts[source] == .channelsFirst || layouts[source] == .channelsFirst1D
    for (i, value) in result.floats.enumerated() {
      let (channel, y, x) =
        isFirst
        ? (i / (out.height * out.width), i / out.width % out.height, i % out.width)
        : (i % out.channels, i / out.channels / out.width, i / out.channels % out.width)
      let (sy, sx) = (y / factors.0, x / factors.1)
      let from =
        isFirst
        ? (channel * size.height + sy) * size.width + sx
        : (sy * size.width + sx) * size.channels + channel
      guard value == numbers[from] else {
        throw InputError(
          "does not repeat each pixel \(factors.0) × \(factors.1) times",
          hint: "use nearest neighbours with asymmetric coordinates (nn.Upsample does)")
      }
    }
  }

  /// Blocks of channels become blocks of pixels.
  mutating func depthToSpace(_ step: Reference.Step) throws {
    let node = step.node
    let (source, target) = (node.inputs[0], node.outputs[0])
    try require(source, .channelsFirst)
    let block = try node.int("blocksize", default: 1)
    let isBlockFast = try node.string("mode") == "CRD"
    let input = try proportional(source)
    var layer = layers[input.layer]
    let shape = layer.shape
    let depth = shape.channels / (block * block)
    layouts[target] = .channelsFirst
    let split =
      isBlockFast
      ? [shape.height, shape.width, depth, block, block]
      : [shape.height, shape.width, block, block, depth]
    layer.kind = .shuffle(shape: split, order: isBlockFast ? [0, 3, 1, 4, 2] : [0, 2, 1, 3, 4])
    layer.inputs = [input.layer]
    layer.shape = streamShape(of: target)
    let range = layer.range
    layer.low = Array(repeating: range.lowerBound, count: depth)
    layer.high = Array(repeating: range.upperBound, count: depth)
    guard input.scale.count == 1 else {
      throw InputError("mixes channels of different scales into one picture")
    }
    layer.scale = input.scale
    layer.divisor = 1
    (layer.tensor, layer.node) = (target, node.name)
    let index = add(layer, carrying: target)
    if let code = codes[source] { note(target, index, code.scale, node.name) }
  }
}
