import DataflowSim
import OriginalModel
import SimModel

// Elementwise operations and quantisers.

extension Lowering {
  /// A change of shape or order: the same stream, its axes elsewhere.
  mutating func relayout(_ step: Reference.Step) throws {
    let (source, target) = (step.node.inputs[0], step.node.outputs[0])
    if cuts[source] != nil { return try shuffle(step) }
    var edge = try edge(source)
    edge.tensor = target
    edge.steps.append(step)
    let shape = shapes[target]!
    guard let layout = layouts[source] else { throw InputError("'\(source)' has no known axes") }
    if step.node.opType == "Transpose" {
      let order = try step.node.ints("perm") ?? Array(shape.indices.reversed())
      guard edge.isHost || layout.axes.count == order.count else {
        throw InputError("moves axes of '\(source)' that no stream has")
      }
      layouts[target] =
        layout.axes.count != order.count
        ? defaultLayout(order.count)
        : Layout(axes: order.map { layout.axes[$0] }, sizes: layout.sizes)
    } else {
      var size: [Role: Int]
      if let start = edge.starts.first {
        let s = layers[start.layer].shape
        size = [.frame: 1, .channel: s.channels, .row: s.height, .column: s.width]
        for pool in edge.pools where !settledPools.contains(pool.output) {
          (size[.row], size[.column]) = (pool.rule.output[0], pool.rule.output[1])
        }
      } else {
        size = hostSizes(source)
      }
      guard let moved = layout.reshaped(to: shape, size) else {
        if edge.isHost {
          edges[target] = Edge(starts: [], steps: [], pools: [], tensor: target)
          layouts[target] = defaultLayout(shape.count)
          return
        }
        return try shuffle(step)
      }
      layouts[target] = moved
    }
    if edge.isHost { edge.steps = [] }
    edges[target] = edge
  }

  private func hostSizes(_ name: String) -> [Role: Int] {
    let shape = streamShape(of: name)
    return [.frame: 1, .channel: shape.channels, .row: shape.height, .column: shape.width]
  }

  func defaultLayout(_ rank: Int) -> Layout {
    rank == 4 ? .channelsFirst : rank == 3 ? .channelsFirst1D : .vector
  }

  /// An operation on elements: its inputs' functions, and one step more.
  mutating func extend(_ step: Reference.Step) throws {
    let target = step.node.outputs[0]
    let (edge, layout) = try joined(step)
    layouts[target] = layout
    edges[target] = edge
  }

  /// The function of an elementwise step; its inputs must belong to the same pixels.
  private func joined(_ step: Reference.Step) throws -> (Edge, Layout) {
    let names = step.node.inputs.filter { !$0.isEmpty && constants[$0] == nil }
    let inputs: [Edge] = try names.map { try self.edge($0) }
    let layout = layouts[names[0]]!
    if inputs.contains(where: \.isHost) {
      guard inputs.allSatisfy(\.isHost) else {
        throw InputError(
          "combines a stream with '\(names[inputs.firstIndex { $0.isHost }!])', which is not quantised",
          hint: "add a quantiser (QuantIdentity) in front of it in the training code")
      }
      return (Edge(starts: [], steps: [], pools: [], tensor: step.node.outputs[0]), layout)
    }
    for name in names.dropFirst() where layouts[name] != layout {
      throw InputError("combines tensors whose axes are not in the same order")
    }
    let wanted = shapes[step.node.outputs[0]]!
    if let narrow = inputs.firstIndex(where: { shapes[$0.tensor]! != wanted }) {
      throw InputError(
        "spreads a stream of shape \(shapes[inputs[narrow].tensor]!) ('\(names[narrow])') over \(wanted)",
        hint: "only constants can be broadcast in hardware")
    }
    var edge: Edge = inputs[0]
    for other in inputs.dropFirst() {
      for start in other.starts where !edge.starts.contains(start) { edge.starts.append(start) }
      let known = Set(edge.steps.flatMap(\.node.outputs))
      edge.steps += other.steps.filter { !known.contains($0.node.outputs[0]) }
      guard edge.pools.isEmpty == other.pools.isEmpty else {
        throw InputError("combines a pooled stream with one that is not")
      }
    }
    guard edge.starts.count <= 16 else {
      throw InputError(
        "combines \(edge.starts.count) streams before any quantiser",
        hint: "quantise after each addition in the training code")
    }
    edge.steps.append(step)
    edge.tensor = step.node.outputs[0]
    return (edge, layout)
  }

  /// A quantiser: thresholds by search, or the host's work in front of the first stream.
  mutating func quantize(_ step: Reference.Step) throws {
    let target = step.node.outputs[0]
    let source = step.node.inputs[0]
    let (found, layout) = try joined(step)
    var edge = found
    layouts[target] = layout
    if edge.isHost { return try hostQuantizer(step, source, target) }
    try requireThresholdsOfChannels(step)
    let channels = layers[edge.starts[0].layer].shape.channels
    var grid = try Grid(
      step.node, reference, channels: channels, source: integerRanges[source])
    if edge.starts.count > 1 { edge = try join(edge, grid, step) }
    let layer = edge.starts[0].layer
    if let index = try shifted(edge, grid, step) {
      edges[target] = Edge(
        starts: [.init(layer: index, tensor: target)], steps: [], pools: [], tensor: target)
      note(target, index, grid.scale, step.node.name)
      return
    }
    if isIdentity(edge, grid) {
      note(target, layer, grid.scale, step.node.name)
      let stream = layers[layer]
      if stream.scale == grid.scale, stream.divisor == 1, stream.isProportional {
        // Its numbers are the stream's own again.
        edge = Edge(
          starts: [.init(layer: layer, tensor: target)], steps: [], pools: [], tensor: target)
      }
      edges[target] = edge
      return
    }
    if grid.low == Int.min { grid = try bounded(grid, edge) }
    let index = try thresholds(edge, grid, step)
    edges[target] = Edge(
      starts: [.init(layer: index, tensor: target)], steps: [], pools: [], tensor: target)
    note(target, index, grid.scale, step.node.name)
  }

  mutating func note(
    _ tensor: String, _ layer: Int, _ scale: [Double], _ node: String, isInner: Bool = false
  ) {
    codes[tensor] = CodeStream(
      layer: layer, scale: scale, node: node, layout: layouts[tensor]!, isInner: isInner)
  }

  /// A quantiser of codes that gives each its own value again needs no hardware.
  private func isIdentity(_ edge: Edge, _ grid: Grid) -> Bool {
    let layer = layers[edge.starts[0].layer]
    guard edge.pools.isEmpty, pairTables[edge.starts[0].layer] == nil,
      (1...1 << 10).contains(layer.range.upperBound - layer.range.lowerBound),
      grid.low != Int.min, layer.isProportional
    else { return false }
    let channels = layer.shape.channels
    let span = Array(layer.range)
    let integers = span.flatMap { q in Array(repeating: q, count: channels) }
    guard let values = try? probe().evaluate(edge, [integers], count: span.count)[0] else {
      return false
    }
    return integers.indices.allSatisfy { i in
      (try? grid.integer(values[i], i % channels)) == integers[i]
    }
  }

  /// Codes that are the stream's integers and a constant: another zero point.
  private mutating func shifted(_ edge: Edge, _ grid: Grid, _ step: Reference.Step) throws -> Int? {
    let source = edge.starts[0].layer
    let layer = layers[source]
    let channels = layer.shape.channels
    guard edge.pools.isEmpty, pairTables[source] == nil, layer.marks == nil, grid.low != Int.min,
      layer.range.count <= 1 << 10, !grid.isBipolar
    else { return nil }
    let span = Array(layer.range)
    let integers = span.flatMap { q in
      (0..<channels).map { min(max(q, layer.low[$0]), layer.high[$0]) }
    }
    guard let values = try? probe().evaluate(edge, [integers], count: span.count)[0] else {
      return nil
    }
    var shifts = [Int?](repeating: nil, count: channels)
    for (i, value) in values.enumerated() {
      let c = i % channels
      guard let code = try? grid.code(value, c),
        shifts[c] ?? (code - integers[i]) == code - integers[i]
      else { return nil }
      shifts[c] = code - integers[i]
    }
    let list = shifts.map { $0 ?? 0 }
    guard list.contains(where: { $0 != 0 }) else { return nil }
    return add(
      Layer(
        kind: .offset(list), inputs: [source], shape: layer.shape, low: zip(layer.low, list).map(+),
        high: zip(layer.high, list).map(+), scale: grid.scale, tensor: step.node.outputs[0],
        node: step.node.name))
  }

  /// Limits of a quantiser that has none of its own (Trunc of version 1).
  private func bounded(_ grid: Grid, _ edge: Edge) throws -> Grid {
    let layer = layers[edge.starts[0].layer]
    let channels = layer.shape.channels
    let values = try probe().evaluate(edge, [layer.low + layer.high], count: 2)[0]
    let codes = try values.indices.map { try grid.integer(values[$0], $0 % channels) }
    var grid = grid
    (grid.low, grid.high) = (codes.min()!, codes.max()!)
    return grid
  }

  /// The first quantiser of a float input stays with the host; its codes are the accelerator's input.
  private mutating func hostQuantizer(
    _ step: Reference.Step, _ source: String, _ target: String
  ) throws {
    // Its codes are the stream, in the order in which the model has them.
    layouts[target] = layouts[target]!.withElementsAsChannels
    let shape = streamShape(of: target)
    let grid = try Grid(
      step.node, reference, channels: shape.channels, source: integerRanges[source])
    guard grid.low != Int.min else {
      throw InputError(
        "truncates a float input, which has no integer form",
        hint: "quantise the input first (QuantIdentity) in the training code")
    }
    let layer = Layer(
      kind: .input, inputs: [], shape: shape,
      low: grid.lows(shape.channels), high: grid.highs(shape.channels), scale: grid.scale,
      isBipolar: grid.isBipolar, tensor: target, node: step.node.name)
    let index = add(layer, carrying: target)
    note(target, index, grid.scale, step.node.name)
    let zeros = Set(grid.zeros)
    let less =
      zeros == [0]
      ? ""
      : zeros.count == 1
        ? " less the zero point \(grid.zeros[0]) (\(grid.low) to \(grid.high))"
        : " less the zero points of their channels (\(grid.low) to \(grid.high))"
    notes.append(
      "the graph input is float: '\(step.node.name)' and what is in front of it stay on the host, "
        + "its codes\(less) are the accelerator's input")
  }
}

// MARK: Thresholds

extension Lowering {
  /// The stream of codes that a quantiser makes of an edge of one stream.
  mutating func thresholds(_ edge: Edge, _ grid: Grid, _ step: Reference.Step) throws -> Int {
    var source = edge.starts[0].layer
    var edge = edge
    let node = step.node.name
    if edge.pools.contains(where: { !settledPools.contains($0.output) }) {
      try checkPools(edge, grid)
    }
    let channels = layers[source].shape.channels
    let searching = try search(edge, grid)
    let result: ThresholdSearch.Result
    do {
      result = try searching.run(lowest: grid.low, highest: grid.high)
    } catch let error as ThresholdSearch.NotMonotone {
      return try turning(edge, searching, grid, step, error.message)
    }
    if result.isNegated.contains(true) { source = turned(source, result.isNegated, node) }
    edge.starts[0].layer = source
    let layer = layers[source]
    var index = add(
      Layer(
        kind: .thresholds(result.table), inputs: [source], shape: layer.shape,
        low: grid.lows(channels), high: grid.highs(channels), scale: grid.scale,
        isBipolar: grid.isBipolar, tensor: step.node.outputs[0], node: node))
    for pool in edge.pools where !settledPools.contains(pool.output) {
      index = pooled(index, pool.rule, pool.output, pool.node)
    }
    layers[index].tensor = step.node.outputs[0]
    return index
  }

  /// Codes of the integers of an edge's stream.
  private func search(_ edge: Edge, _ grid: Grid) throws -> ThresholdSearch {
    let source = edge.starts[0].layer
    let layer = layers[source]
    let channels = layer.shape.channels
    if let table = pairTables[source] {
      return ThresholdSearch(low: layer.low, high: layer.high) { integers, _ in
        integers.indices.map { table.code(integers[$0], $0 % channels) }
      }
    }
    let probe = probe()
    var search = ThresholdSearch(low: layer.low, high: layer.high) { integers, count in
      let values = try probe.evaluate(edge, [integers], count: count)[0]
      return try values.indices.map { try grid.code(values[$0], $0 % channels) }
    }
    search.mayTurn =
      layer.marks != nil
      || edge.steps.contains { ElementwiseOperations.mayTurn($0.node, constants) }
    return search
  }

  /// The codes of a function that rises and falls: what it has risen less what it has fallen.
  private mutating func turning(
    _ edge: Edge, _ search: ThresholdSearch, _ grid: Grid, _ step: Reference.Step, _ reason: String
  ) throws -> Int {
    let (source, node) = (edge.starts[0].layer, step.node.name)
    guard !edge.pools.contains(where: { !settledPools.contains($0.output) }),
      pairTables[source] == nil, let lists = try TurningSearch(search: search).run(lowest: grid.low)
    else {
      if layers[source].marks != nil { throw unequalWindows(reason) }
      throw InputError(
        reason,
        hint: "thresholds can express rising or falling functions only; use an activation that "
          + "is monotone (ReLU, a PReLU with slopes of at least 0)")
    }
    let layer = layers[source]
    let channels = layer.shape.channels
    func thresholds(_ table: ThresholdTable) -> Int {
      add(
        Layer(
          kind: .thresholds(table), inputs: [source], shape: layer.shape,
          low: Array(repeating: table.low, count: channels),
          high: Array(repeating: table.low + table.steps, count: channels), scale: grid.scale,
          tensor: step.node.outputs[0], node: node))
    }
    let parts = [thresholds(lists.rises), thresholds(lists.falls)]
    notes.append(
      layer.marks != nil
        ? "'\(node)' quantises averages over windows of unequal size: two lists of thresholds, the second taken "
          + "from the first; windows of one size (count_include_pad=True, no ceil_mode) would need one"
        : "'\(node)' quantises a function that rises and falls: two lists of thresholds, the second taken "
          + "from the first; a monotone activation would need one")
    return add(
      Layer(
        kind: .difference, inputs: parts, shape: layer.shape,
        low: grid.lows(channels), high: grid.highs(channels), scale: grid.scale,
        tensor: step.node.outputs[0], node: node))
  }

  /// The stream with the sign of some channels turned: for free where weights make it.
  private mutating func turned(_ source: Int, _ isNegated: [Bool], _ node: String) -> Int {
    var layer = layers[source]
    let pairs = zip(layer.low, layer.high).enumerated()
    let low = pairs.map { isNegated[$0.offset] ? -$0.element.1 : $0.element.0 }
    let high = pairs.map { isNegated[$0.offset] ? -$0.element.0 : $0.element.1 }
    let signs = isNegated.map { $0 ? -1.0 : 1.0 }
    let scale = (0..<layer.shape.channels).map { layer.scale($0) * signs[$0] }
    if case .linear(var rule) = layer.kind {
      rule.negate(isNegated)
      layer.kind = .linear(rule)
      (layer.low, layer.high, layer.scale) = (low, high, scale)
      return add(layer)
    }
    return add(
      Layer(
        kind: .multiply(isNegated.map { $0 ? -1 : 1 }), inputs: [source], shape: layer.shape,
        low: low, high: high, scale: scale, divisor: layer.divisor, bias: layer.bias,
        offset: layer.offset, tensor: layer.tensor, node: node))
  }

  /// A maximum commutes with the functions behind it only if these never fall.
  private func checkPools(_ edge: Edge, _ grid: Grid) throws {
    let layer = layers[edge.starts[0].layer]
    let channels = layer.shape.channels
    let count = 65
    var integers: [Int] = []
    for i in 0..<count {
      for c in 0..<channels {
        let share = Double(i) / Double(count - 1)
        integers.append(
          layer.low[c] + Int((Double(layer.high[c] - layer.low[c]) * share).rounded()))
      }
    }
    let pool = edge.pools[0]
    let found = try probe().evaluate(
      edge, [integers], count: count, tensors: [pool.input, edge.tensor])
    for c in 0..<channels {
      let order = (0..<count).sorted { found[0][$0 * channels + c] < found[0][$1 * channels + c] }
      for (a, b) in zip(order, order.dropFirst())
      where found[0][a * channels + c] < found[0][b * channels + c] {
        let (p, q) = (
          try grid.integer(found[1][a * channels + c], c),
          try grid.integer(found[1][b * channels + c], c)
        )
        guard p <= q else {
          throw InputError(
            "falls as its input rises in channel \(c), behind the maximum pool '\(pool.node)'",
            hint: "quantise in front of the pool in the training code")
        }
      }
    }
  }
}
