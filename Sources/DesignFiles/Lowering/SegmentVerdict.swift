import DataflowSim
import SimModel

// What carries numbers between the codes in front of a layer and its own: zero points, biases and factors per
// channel, and weights and thresholds that no stream of their own is compared for.

extension LayerComparison {
  /// Something with numbers on the way to a stream.
  private struct Part {
    enum Kind: Hashable {
      /// `add` or `mul`; on sums of the layer, or on what goes into them.
      case constants(String, isBehindSums: Bool)
      case weights
      case thresholds
    }

    var kind: Kind
    /// Of the design.
    var node: Node?
    /// Of the model.
    var layer = 0
    /// Of constants.
    var values: [Int] = []

    var isConstant: Bool { if case .constants = kind { true } else { false } }
  }

  /// What is wrong with the parts of a layer, each by itself; right ones are left out.
  ///
  /// - Parameter index: the layer of the model that the node should be.
  func inner(_ node: Node, _ index: Int, _ pair: ModelPairing.Pair) throws -> [LayerVerdict] {
    let stream = pair.stream
    let start = places[stream] ?? index
    let wanted = parts(of: start)
    let found = try parts(of: node)
    // A stream of shifted codes has a constant of its own.
    let hasOwn =
      pair.shift != 0 && start == index && Node.baseName(node.opType) == "ChannelwiseOp"
    var verdicts = hasOwn ? [] : constants(found, wanted, pair)
    verdicts += try weights(found, wanted, pair, but: known(node, index))
    let (lists, tables) = (
      found.filter { $0.kind == .thresholds }, wanted.filter { $0.kind == .thresholds }
    )
    if lists.count == tables.count {
      verdicts += try zip(lists, tables).compactMap { list, table in
        try list.node.flatMap { try verdict($0, table.layer, pair) }
      }
    }
    return verdicts
  }

  /// The node whose weights are compared with the layer itself.
  private func known(_ node: Node, _ index: Int) -> String? {
    var place = layer(index)
    for _ in 0..<8 {
      switch place.kind {
      case .linear: return summing(node)?.name
      case .thresholds, .maxPool: place = layer(place.inputs[0])
      default: return nil
      }
    }
    return nil
  }

  private func constants(_ found: [Part], _ wanted: [Part], _ pair: ModelPairing.Pair)
    -> [LayerVerdict]
  {
    let (found, wanted) = (found.filter(\.isConstant), wanted.filter(\.isConstant))
    guard found.map(\.kind) == wanted.map(\.kind) else { return [] }
    // Branches may come in another order than the model's: then the values tell whether they are exchanged.
    let isReordered = found.map(\.values).isPermutation(of: wanted.map(\.values))
    return zip(found, wanted).compactMap { found, wanted -> LayerVerdict? in
      guard case .constants(let function, _) = found.kind, let node = found.node else { return nil }
      let channels = max(found.values.count, wanted.values.count)
      let differing = (0..<channels).filter {
        found.values[$0 % found.values.count] != wanted.values[$0 % wanted.values.count]
      }
      guard let first = differing.first else { return nil }
      let isFactor = function == "mul"
      let verdict = LayerVerdict(
        node: node.name, quantiser: pair.modelNode,
        finding:
          "\(isFactor ? "multiplies" : "adds") another number in \(differing.count) of \(channels) channels",
        advice: "channel \(first): \(found.values[first % found.values.count]) should be "
          + "\(wanted.values[first % wanted.values.count])"
          + (isFactor
            ? "; it makes the steps of both branches of an addition the same"
            : "; it is the zero point of the stream, or a bias in steps of the sum"))
      return isReordered ? verdict.ifWrong : verdict
    }
  }

  /// Weights against the model's: of branches in whatever order, so equal ones first.
  ///
  /// - Parameter known: a node whose weights are compared with its thresholds.
  private func weights(
    _ found: [Part], _ wanted: [Part], _ pair: ModelPairing.Pair, but known: String?
  ) throws -> [LayerVerdict] {
    var open = wanted.filter { $0.kind == .weights }
    var left: [Part] = []
    for part in found where part.kind == .weights {
      let place = try open.firstIndex { layer in
        try match(part, layer).map { $0.isEqual && $0.finding == nil } ?? false
      }
      if let place {
        open.remove(at: place)
      } else {
        left.append(part)
      }
    }
    // Sums under windows are weights of 1, or a block without any.
    if left.count != open.count {
      open.removeAll { if case .sum = layer($0.layer).kind { true } else { false } }
    }
    guard left.count == open.count else { return [] }
    return try zip(left, open).compactMap { part, layer in
      guard let node = part.node, node.name != known, let what = try match(part, layer)?.finding
      else { return nil }
      return LayerVerdict(
        node: node.name, quantiser: pair.modelNode, finding: what.finding, advice: what.advice)
    }
  }

  private func match(_ part: Part, _ wanted: Part) throws -> WeightMatch? {
    guard let node = part.node else { return nil }
    switch layer(wanted.layer).kind {
    case .linear(let rule): return try match(node, rule)
    case .sum(let rule):
      let rows = layer(wanted.layer).shape.channels
      return try match(
        node,
        LinearRule(
          weights: Array(repeating: 1, count: rows * rule.taps), rows: rows, columns: rule.taps,
          window: rule, isDepthwise: true, isBipolar: true))
    default: return nil
    }
  }

  /// What the model has between the paired streams in front of a layer and the layer.
  private func parts(of index: Int) -> [Part] {
    let borders = Set(places.values)
    var found: [Part] = []
    var seen: Set<Int> = []
    func walk(_ index: Int, _ isBehindSums: Bool, isFirst: Bool) {
      guard isFirst || !borders.contains(index), seen.insert(index).inserted else { return }
      let layer = layer(index)
      var isBehindSums = isBehindSums
      switch layer.kind {
      case .input: return
      case .thresholds: if !isFirst { found.append(Part(kind: .thresholds, layer: index)) }
      case .globalSum: isBehindSums = false
      case .linear, .sum:
        isBehindSums = false
        found.append(Part(kind: .weights, layer: index))
      case .multiply(let list):
        found.append(Part(kind: .constants("mul", isBehindSums: isBehindSums), values: list))
      case .offset(let list):
        found.append(Part(kind: .constants("add", isBehindSums: isBehindSums), values: list))
      default: break
      }
      for input in layer.inputs { walk(input, isBehindSums, isFirst: false) }
    }
    walk(index, true, isFirst: true)
    return found
  }

  /// Whether a node without weights sums up pixels.
  private static func sums(_ node: Node) -> Bool {
    switch Node.baseName(node.opType) {
    case "GlobalAccPool": true
    case "Pool": node.attributes["Function"] != .string("MaxPool")
    default: false
    }
  }

  /// The same in the design.
  private func parts(of node: Node) throws -> [Part] {
    guard let parameters else { return [] }
    var found: [Part] = []
    var seen: Set<String> = []
    func walk(_ node: Node, _ isBehindSums: Bool, isFirst: Bool) throws {
      guard seen.insert(node.name).inserted else { return }
      var isBehindSums = isBehindSums
      if !isFirst, node.initializers["thresholds"] != nil {
        found.append(Part(kind: .thresholds, node: node))
      }
      if node.initializers["weights"] != nil {
        isBehindSums = false
        found.append(Part(kind: .weights, node: node))
      }
      if Self.sums(node) { isBehindSums = false }
      if Node.baseName(node.opType) == "ChannelwiseOp", let name = node.initializers["parameters"],
        case .string(let function)? = node.attributes["Func"]
      {
        let values = try parameters.tensor(name).asIntegers(name: name)
        if !values.isEmpty {
          found.append(
            Part(
              kind: .constants(function, isBehindSums: isBehindSums), node: node, values: values))
        }
      }
      for input in node.inputs where places[input] == nil {
        guard let writer = design.nodes.first(where: { $0.outputs.contains(input) }) else {
          continue
        }
        try walk(writer, isBehindSums, isFirst: false)
      }
    }
    try walk(node, true, isFirst: true)
    return found
  }
}

extension [[Int]] {
  fileprivate func isPermutation(of other: [[Int]]) -> Bool {
    sorted { $0.lexicographicallyPrecedes($1) } == other.sorted { $0.lexicographicallyPrecedes($1) }
  }
}
