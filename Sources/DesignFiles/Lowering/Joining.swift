import DataflowSim
import OriginalModel
import SimModel

// Sums of two streams, concatenations, and labels.

extension Lowering {
  /// Two streams in front of a quantiser as one sum of whole multiples, such that every pair of codes
  /// gives the code of the reference.
  mutating func joinPair(_ edge: Edge, _ grid: Grid, _ step: Reference.Step) throws -> Edge {
    var edge = edge
    let front = edge
    edge.steps.append(step)
    edge.tensor = step.node.outputs[0]
    guard edge.pools.isEmpty else { throw InputError("pools a sum that is not quantised") }
    let streams = edge.starts.map { layers[$0.layer] }
    let codes = PairCodes(edge: edge, grid: grid, probe: probe(), streams: streams)
    guard codes.isSearchable else { return try sumOfEqualScales(edge, step) }
    guard let pair = try PairSum(codes) else {
      if let separated = try separated(front) { return try joinPair(separated, grid, step) }
      if Self.haveOneScale(streams), let sum = try? sumOfEqualScales(edge, step) {
        notes.append(
          "'\(step.node.name)' adds two streams of one scale: single sums may lie inside the float error "
            + "of the training framework (simrun compare lists them)")
        return sum
      }
      throw InputError(
        "adds streams of scales \(streams[0].scale(0)) and \(streams[1].scale(0)): no small whole "
          + "multiples of the two give the model's code for every pair",
        hint: "use one shared quantiser for both branches of the addition in the training code")
    }
    let sum = try added(
      edge.starts.map(\.layer), pair.factors, edge.starts.map(\.tensor), step.node.name)
    // Thresholds on the sum: the code of any pair that gives it.
    pairTables[sum] = pair.table
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

  private static func haveOneScale(_ streams: [Layer]) -> Bool {
    Set(streams.map(\.scale)).count == 1 && streams[0].scale.count == 1
  }

  /// Two wide streams: exact only when one integer means the same on both.
  private mutating func sumOfEqualScales(_ edge: Edge, _ step: Reference.Step) throws -> Edge {
    var plain = edge
    plain.steps.removeLast()
    plain.tensor = step.node.inputs[0]
    guard let first = plain.steps.first(where: { $0.node.opType == "Add" }) else {
      throw unquantised(step.node.inputs[0])
    }
    let tensor = first.node.outputs[0]
    guard let place = plain.steps.firstIndex(where: { $0.node.outputs[0] == tensor }) else {
      throw unquantised(tensor)
    }
    let front = Edge(
      starts: plain.starts, steps: Array(plain.steps[...place]), pools: [], tensor: tensor)
    let sum = try sum(front)
    return Edge(
      starts: [.init(layer: sum.layer, tensor: tensor)],
      steps: Array(plain.steps[(place + 1)...]), pools: [], tensor: plain.tensor)
  }

  /// The sum of two streams with nothing behind it: scales must be whole multiples of one.
  mutating func sum(_ edge: Edge) throws -> Proportional {
    guard let last = edge.steps.last, ["Add", "Sub"].contains(last.node.opType) else {
      throw unquantised(edge.tensor)
    }
    let parts = try last.node.inputs.map { try proportional($0) }
    guard parts.allSatisfy({ $0.scale.count == 1 }) else {
      throw InputError("adds streams with a scale per channel", at: last.node.place)
    }
    let sign = last.node.opType == "Sub" ? -1 : 1
    let (base, factors) = try Self.commonScale(parts.map { $0.scale[0] })
    let layer = try added(
      parts.map(\.layer), [[factors[0]], [sign * factors[1]]], last.node.inputs, last.node.name)
    layers[layer].scale = [base]
    layers[layer].tensor = edge.tensor
    edges[edge.tensor] = Edge(
      starts: [.init(layer: layer, tensor: edge.tensor)], steps: [], pools: [], tensor: edge.tensor)
    return Proportional(layer: layer, scale: [base])
  }

  /// factors[0] · first + factors[1] · second as a stream; each one number, or one per channel.
  private mutating func added(
    _ sources: [Int], _ factors: [[Int]], _ tensors: [String], _ node: String
  ) throws -> Int {
    guard layers[sources[0]].shape.tensor == layers[sources[1]].shape.tensor else {
      throw InputError(
        "adds streams of shape \(layers[sources[0]].shape.tensor) and \(layers[sources[1]].shape.tensor)"
      )
    }
    var parts: [Int] = []
    for (source, list) in zip(sources, factors) {
      guard list.contains(where: { $0 != 1 }) else {
        parts.append(source)
        continue
      }
      var layer = layers[source]
      let channels = layer.shape.channels
      let each = list.count == 1 ? Array(repeating: list[0], count: channels) : list
      let ends = (0..<channels).map { (layer.low[$0] * each[$0], layer.high[$0] * each[$0]) }
      layer.kind = .multiply(each)
      layer.inputs = [source]
      layer.low = ends.map { min($0.0, $0.1) }
      layer.high = ends.map { max($0.0, $0.1) }
      let scales = (0..<channels).map { layer.scale($0) / Double(each[$0]) }
      layer.scale = Set(scales).count == 1 ? [scales[0]] : scales
      layer.isBipolar = false
      layer.node = node
      parts.append(add(layer))
    }
    let (a, b) = (layers[parts[0]], layers[parts[1]])
    return add(
      Layer(
        kind: .add, inputs: parts, shape: a.shape, low: zip(a.low, b.low).map(+),
        high: zip(a.high, b.high).map(+), scale: a.scale, tensor: tensors[0], node: node))
  }

  /// Streams side by side on the channels; their scales may differ between channels.
  mutating func concatenate(_ step: Reference.Step) throws {
    let node = step.node
    let target = node.outputs[0]
    let layout = layouts[node.inputs[0]]!
    let rank = shapes[target]!.count
    let stated = try node.int("axis", default: 1)
    guard let axis = layout.channelAxis, (stated < 0 ? stated + rank : stated) == axis else {
      throw InputError("concatenates on axis \(stated), which is not that of the channels")
    }
    guard node.inputs.allSatisfy({ layouts[$0] == layout }) else { throw LayoutMismatch() }
    let parts = try node.inputs.map { try proportional($0) }
    let sources = parts.map { layers[$0.layer] }
    var shape = sources[0].shape
    shape.channels = sources.reduce(0) { $0 + $1.shape.channels }
    let scales = zip(parts, sources).flatMap { part, layer in
      part.scale.count == 1
        ? Array(repeating: part.scale[0], count: layer.shape.channels) : part.scale
    }
    layouts[target] = layout
    let isBipolar = sources.allSatisfy(\.isBipolar)
    add(
      Layer(
        kind: .concat, inputs: parts.map(\.layer), shape: shape, low: sources.flatMap(\.low),
        high: sources.flatMap(\.high), scale: Set(scales).count == 1 ? [scales[0]] : scales,
        isBipolar: isBipolar, tensor: target, node: node.name),
      carrying: target)
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
    guard edge.starts.count == 1, edge.pools.isEmpty, let source = try orderedLabels(edge) else {
      notes.append(
        "'\(node.name)' stays on the host: the scale or offset of its channels differs, so the largest "
          + "integer need not be the largest value")
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
