import DataflowSim
import OriginalModel
import SimModel

// Sums of streams, concatenations, and labels.

extension Lowering {
  /// Several streams in front of a quantiser as one: their sum in whole multiples.
  ///
  /// Where every combination of their integers can be looked at, the multiples are the smallest for which each
  /// of them gives the code of the reference; otherwise they are as exact as a float32 sum.
  mutating func join(_ edge: Edge, _ grid: Grid, _ step: Reference.Step) throws -> Edge {
    if edge.starts.count == 2, let pair = try joinPair(edge, grid, step) { return pair }
    if edge.starts.count > 2, let small = try joinSmall(edge, grid, step) { return small }
    let sum = try carried(edge)
    notes.append(
      "'\(step.node.name)' quantises a sum of streams with too many combinations to look at, or none of whose "
        + "multiples give every code: single sums may lie inside the float error of the training framework "
        + "(simrun compare lists them)")
    return sum
  }

  /// Two streams such that every pair of codes gives the code of the reference; `nil` when there is no such sum.
  private mutating func joinPair(_ edge: Edge, _ grid: Grid, _ step: Reference.Step) throws -> Edge?
  {
    let streams = edge.starts.map { layers[$0.layer] }
    let codes = PairCodes(edge: edge, grid: grid, probe: probe(), streams: streams)
    guard codes.isSearchable else { return nil }
    guard let pair = try PairSum(codes) else {
      guard let separated = try separated(edge) else { return nil }
      return try joinPair(separated, grid, step)
    }
    return try joined(edge, pair.factors, pair.table, step)
  }

  /// Three streams or more.
  private mutating func joinSmall(_ edge: Edge, _ grid: Grid, _ step: Reference.Step) throws
    -> Edge?
  {
    guard
      let last = edge.steps.last(where: { step in
        step.node.inputs.filter { !$0.isEmpty && constants[$0] == nil }.count > 1
      }), let sum = try? affine(last.node.outputs[0]),
      sum.terms.map(\.layer).sorted() == edge.starts.map(\.layer).sorted(),
      let small = try SmallSum(edge, grid, sum, probe())
    else { return nil }
    return try joined(edge, small.factors, small.table, step)
  }

  /// The sum of an edge's streams, and thresholds on it: the code of any combination that gives it.
  private mutating func joined(
    _ edge: Edge, _ factors: [[Int]], _ table: SumTable, _ step: Reference.Step
  ) throws -> Edge {
    let sum = try added(edge.starts.map(\.layer), factors, edge.tensor, step.node.name)
    pairTables[sum] = table
    return Edge(
      starts: [.init(layer: sum, tensor: edge.tensor)], steps: [], pools: [], tensor: edge.tensor)
  }

  /// The same edge with what bends the branches in front of the addition (a Clip, a ReLU) as thresholds
  /// of their own; `nil` when nothing does.
  private mutating func separated(_ edge: Edge) throws -> Edge? {
    guard
      let place = edge.steps.firstIndex(where: { step in
        step.node.inputs.filter { constants[$0] == nil }.count == 2
      })
    else { return nil }
    var joined = Edge(starts: [], steps: [], pools: [], tensor: edge.tensor)
    var isChanged = false
    for name in edge.steps[place].node.inputs {
      guard let branch = edges[name], branch.starts.count == 1 else { return nil }
      var part = branch
      if !branch.isPlain, let found = try? proportional(name),
        found.layer != branch.starts[0].layer, layers[found.layer].tensor == name
      {
        part = Edge(
          starts: [.init(layer: found.layer, tensor: name)], steps: [], pools: [], tensor: name)
        edges[name] = part
        isChanged = true
      }
      joined.starts += part.starts
      joined.steps += part.steps
    }
    guard isChanged else { return nil }
    joined.steps += edge.steps[place...]
    return joined
  }

  /// Streams in whole multiples as one; each list of factors is one number, or one per channel.
  mutating func added(_ sources: [Int], _ factors: [[Int]], _ tensor: String, _ node: String) throws
    -> Int
  {
    let shapes = sources.map { layers[$0].shape.tensor }
    if let other = shapes.first(where: { $0 != shapes[0] }) {
      throw InputError("adds streams of shape \(shapes[0]) and \(other)")
    }
    let parts = zip(sources, factors).map { multiplied($0, $1, node) }
    guard parts.count > 1 else {
      return parts[0] == sources[0] ? multiplied(parts[0], [1], node, always: true) : parts[0]
    }
    return parts.dropFirst().reduce(parts[0]) { sum, part in
      let (a, b) = (layers[sum], layers[part])
      return add(
        Layer(
          kind: .add, inputs: [sum, part], shape: a.shape, low: zip(a.low, b.low).map(+),
          high: zip(a.high, b.high).map(+), scale: a.scale, tensor: tensor, node: node))
    }
  }

  /// A stream times whole numbers, itself when they are 1.
  private mutating func multiplied(
    _ source: Int, _ factors: [Int], _ node: String, always: Bool = false
  ) -> Int {
    guard always || factors.contains(where: { $0 != 1 }) else { return source }
    var layer = layers[source]
    let channels = layer.shape.channels
    let each = factors.count == 1 ? Array(repeating: factors[0], count: channels) : factors
    let ends = (0..<channels).map { (layer.low[$0] * each[$0], layer.high[$0] * each[$0]) }
    layer.kind = .multiply(each)
    layer.inputs = [source]
    layer.low = ends.map { min($0.0, $0.1) }
    layer.high = ends.map { max($0.0, $0.1) }
    let scales = (0..<channels).map { layer.scale($0) / Double(each[$0] == 0 ? 1 : each[$0]) }
    layer.scale = Set(scales).count == 1 ? [scales[0]] : scales
    layer.isBipolar = false
    layer.node = node
    return add(layer)
  }

  /// Streams side by side on the channels; their scales may differ between channels.
  mutating func concatenate(_ step: Reference.Step) throws {
    let node = step.node
    let target = node.outputs[0]
    var layout = layouts[node.inputs[0]]!
    let rank = shapes[target]!.count
    let stated = try node.int("axis", default: 1)
    guard let axis = layout.joiningAxis, (stated < 0 ? stated + rank : stated) == axis else {
      throw InputError("concatenates on axis \(stated), which is not that of the channels")
    }
    guard node.inputs.allSatisfy({ layouts[$0]!.isLike(layout) }) else { throw LayoutMismatch() }
    let parts = try node.inputs.map { try proportional($0) }
    let sources = parts.map { layers[$0.layer] }
    var shape = sources[0].shape
    shape.channels = sources.reduce(0) { $0 + $1.shape.channels }
    let scales = zip(parts, sources).flatMap { part, layer in
      part.scale.count == 1
        ? Array(repeating: part.scale[0], count: layer.shape.channels) : part.scale
    }
    if layout.sizes[.channel] != nil { layout.sizes[.channel] = shape.channels }
    layouts[target] = layout
    let isBipolar = sources.allSatisfy(\.isBipolar)
    let index = add(
      Layer(
        kind: .concat, inputs: parts.map(\.layer), shape: shape, low: sources.flatMap(\.low),
        high: sources.flatMap(\.high), scale: Set(scales).count == 1 ? [scales[0]] : scales,
        isBipolar: isBipolar, tensor: target, node: node.name),
      carrying: target)
    // Codes side by side are codes, though no quantiser has made them one.
    if node.inputs.allSatisfy({ codes[$0] != nil }) {
      note(target, index, layers[index].scale, node.name, isInner: true)
    }
  }

  /// The index of the largest element, when one rising function gives all of them.
  mutating func labels(_ step: Reference.Step) throws {
    let node = step.node
    let input = node.inputs[0]
    guard try node.int("largest", default: 1) != 0 else {
      throw InputError("picks the smallest elements, which LabelSelect does not")
    }
    let edge = try edge(input)
    let k =
      node.opType == "ArgMax"
      ? 1
      : node.inputs.count > 1
        ? constants[node.inputs[1]]?.integers?.first ?? 1
        : try node.int("k", default: 1)
    let rank = shapes[input]!.count
    let stated = try node.int("axis", default: node.opType == "ArgMax" ? 0 : -1)
    let isOverChannels = layouts[input]!.channelAxis == (stated < 0 ? stated + rank : stated)
    guard isOverChannels, edge.starts.count == 1, edge.pools.isEmpty,
      let source = try orderedLabels(edge)
    else {
      notes.append(
        "'\(node.name)' stays on the host: "
          + (isOverChannels
            ? "the scale or offset of its channels differs, so the largest integer need not be the largest value"
            : "it goes over other elements than the channels of a pixel, which are what LabelSelect compares")
      )
      for name in node.outputs { tails.insert(name) }
      for name in node.outputs {
        edges[name] = edge
        layouts[name] = layouts[input]
      }
      return
    }
    let layer = layers[source]
    let target = node.outputs.last!
    var shape = layer.shape
    shape.channels = k
    layouts[target] = layouts[input]
    if node.outputs.count > 1 {
      edges[node.outputs[0]] = edge
      layouts[node.outputs[0]] = layouts[input]
      tails.insert(node.outputs[0])
    }
    add(
      Layer(
        kind: .labels(k), inputs: [source], shape: shape, low: Array(repeating: 0, count: k),
        high: Array(repeating: layer.shape.channels - 1, count: k), scale: [1], tensor: target,
        node: node.name),
      carrying: target)
  }

  /// The stream whose largest element is the largest value; a bias on its grid is added.
  private mutating func orderedLabels(_ edge: Edge) throws -> Int? {
    let source = edge.starts[0].layer
    let layer = layers[source]
    let channels = layer.shape.channels
    let count = 9
    let low = layer.range.lowerBound
    let high = layer.range.upperBound
    let points = (0..<count).map { low + (high - low) * $0 / (count - 1) }
    let integers = points.flatMap { q in Array(repeating: q, count: channels) }
    let values = try probe().evaluate(edge, [integers], count: count)[0].map { Double($0) }
    guard high > low else { return nil }
    // The affine function of each channel; rising and equal but for whole steps of offset.
    let slope = (values[(count - 1) * channels] - values[0]) / Double(points[count - 1] - points[0])
    guard slope > 0 else { return nil }
    var steps: [Int] = []
    for c in 0..<channels {
      let offset = (values[c] - values[0]) / slope
      guard abs(offset - offset.rounded()) < 1e-3 else { return nil }
      for i in 0..<count {
        let expected = values[c] + slope * Double(points[i] - points[0])
        let bound = 1e-5 * (abs(expected) + slope)
        guard abs(values[i * channels + c] - expected) <= bound else { return nil }
      }
      steps.append(Int(offset.rounded()))
    }
    if Set(steps) == [0] { return source }
    return add(
      Layer(
        kind: .offset(steps), inputs: [source], shape: layer.shape,
        low: zip(layer.low, steps).map(+),
        high: zip(layer.high, steps).map(+), scale: layer.scale, divisor: layer.divisor,
        tensor: edge.tensor, node: layer.node))
  }
}
