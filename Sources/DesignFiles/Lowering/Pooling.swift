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
    let edge = try single(node.inputs[0])
    let rule = try PoolRule(WindowRule(node), currentShape(edge))
    try pool(edge, rule, step)
  }

  mutating func globalMaximum(_ step: Reference.Step) throws {
    let node = step.node
    let edge = try single(node.inputs[0])
    try requireSpatial(node)
    let shape = currentShape(edge)
    let size = [shape.height, shape.width]
    try pool(
      edge,
      PoolRule(
        kernel: size, stride: size, dilation: [1, 1], padding: [0, 0, 0, 0], output: [1, 1]), step)
  }

  /// The edge of a tensor, several streams of it as one.
  private mutating func single(_ name: String) throws -> Edge {
    let edge = try edge(name)
    guard !edge.isHost else { throw unquantised(name) }
    guard edge.starts.count > 1 else { return edge }
    let sum = try carried(edge)
    edges[name] = sum
    return sum
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
    // Codes of many bits rise as their scale does.
    let isWide =
      edge.isStream && codes[edge.starts[0].tensor] != nil && layer.scale.allSatisfy { $0 > 0 }
    let isCodes = isWide || layer.range.upperBound - layer.range.lowerBound <= 1 << 12
    if isCodes, edge.pools.allSatisfy({ settledPools.contains($0.output) }),
      try isWide || isRising(edge)
    {
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
    let stated = try PoolRule(WindowRule(node), source.shape)
    layouts[node.outputs[0]] = layouts[node.inputs[0]]
    let windows = try averagedWindows(input, stated, node)
    let rule = windows.rule
    guard let divisor = windows.divisor else {
      return try unequalAverage(windows.input, rule, node)
    }
    let lows = source.low.map { rule.isPadded ? min($0, 0) : $0 }
    let highs = source.high.map { rule.isPadded ? max($0, 0) : $0 }
    var shape = source.shape
    (shape.height, shape.width) = (rule.output[0], rule.output[1])
    add(
      Layer(
        kind: .sum(rule), inputs: [input.layer], shape: shape, low: lows.map { $0 * rule.taps },
        high: highs.map { $0 * rule.taps }, scale: input.scale, divisor: divisor,
        tensor: node.outputs[0], node: node.name),
      carrying: node.outputs[0])
  }

  /// The stream and its windows, and how many pixels each divides by; `nil` where they differ in that.
  private mutating func averagedWindows(
    _ input: Proportional, _ rule: PoolRule, _ node: ModelNode
  ) throws -> (input: Proportional, rule: PoolRule, divisor: Int?) {
    let size = [layers[input.layer].shape.height, layers[input.layer].shape.width]
    var (inner, rule) = (input, rule)
    if try node.int("count_include_pad", default: 0) != 0 {
      // Stated padding counts; what ceil_mode adds behind it does not.
      let stated = try node.ints("pads") ?? []
      let axes = stated.count / 2
      func two(_ list: ArraySlice<Int>) -> [Int] { axes == 1 ? [0] + list : Array(list) }
      let automatic = try node.string("auto_pad") ?? "NOTSET"
      let isStated = axes > 0 && automatic == "NOTSET"
      let ends = isStated ? two(stated[axes...]) : [rule.padding[2], rule.padding[3]]
      let reach = [0, 1].map { axis -> Int in
        let extent = (rule.kernel[axis] - 1) * rule.dilation[axis] + 1
        return (rule.output[axis] - 1) * rule.stride[axis] + extent - rule.padding[axis]
          - size[axis]
      }
      guard reach[0] > ends[0] || reach[1] > ends[1] else { return (inner, rule, rule.taps) }
      let border = [rule.padding[0], rule.padding[1], ends[0], ends[1]]
      if border.contains(where: { $0 > 0 }) { inner.layer = bordered(input, border, node) }
      rule.padding = [0, 0, max(0, reach[0] - ends[0]), max(0, reach[1] - ends[1])]
    }
    let shape = layers[inner.layer].shape
    let (rows, columns) = (rule.inside(0, of: shape.height), rule.inside(1, of: shape.width))
    guard rows.count == 1, columns.count == 1, inner.layer == input.layer else {
      return (inner, rule, nil)
    }
    let pixels = rows.first! * columns.first!
    // Windows without a pixel are refused where they are counted.
    return (inner, rule, pixels > 0 ? pixels : nil)
  }

  /// Zeros around a stream, as pixels of their own.
  private mutating func bordered(_ input: Proportional, _ padding: [Int], _ node: ModelNode) -> Int
  {
    var layer = layers[input.layer]
    layer.kind = .pad(padding)
    layer.inputs = [input.layer]
    layer.shape.height += padding[0] + padding[2]
    layer.shape.width += padding[1] + padding[3]
    (layer.low, layer.high) = (layer.low.map { min($0, 0) }, layer.high.map { max($0, 0) })
    (layer.isBipolar, layer.node) = (false, node.name)
    return add(layer)
  }

  mutating func globalAverage(_ step: Reference.Step) throws {
    let node = step.node
    try requireSpatial(node)
    let input = try proportional(node.inputs[0])
    let source = layers[input.layer]
    let count = source.shape.pixels
    let target = node.outputs[0]
    layouts[target] = try layoutBehindPool(step)
    var shape = source.shape
    (shape.height, shape.width) = (1, 1)
    // GlobalAccPool_hls is right for square maps only; a window sums up any.
    let window = PoolRule(
      kernel: [source.shape.height, source.shape.width], stride: [1, 1], dilation: [1, 1],
      padding: [0, 0, 0, 0], output: [1, 1])
    add(
      Layer(
        kind: source.shape.height == source.shape.width ? .globalSum : .sum(window),
        inputs: [input.layer], shape: shape, low: source.low.map { $0 * count },
        high: source.high.map { $0 * count }, scale: input.scale, divisor: count, tensor: target,
        node: node.name),
      carrying: target)
  }

  /// A reduction over all spatial axes and nothing else; of a global pool these are all behind the second.
  private func requireSpatial(_ node: ModelNode) throws {
    let layout = layouts[node.inputs[0]]!
    guard node.opType.hasPrefix("Reduce") else {
      guard layout.axes.count < 3 || layout.axes[1].contains(.channel) else {
        throw LayoutMismatch()
      }
      return
    }
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
}
