import DataflowSim
import OriginalModel
import SimModel

/// Compares layers of a design with the same layers as the model lowers to.
public struct LayerComparison: Sendable {
  let design: Design
  let parameters: ParameterStore?
  let lowering: Lowering
  /// What the model's codes are greater by than the integers of a stream.
  private let shifts: [String: Int]
  /// Layers that leave the model without a quantiser, by tensor.
  private let sums: [String: Int]
  /// The model's layers by the streams that carry their integers.
  private(set) var places: [String: Int] = [:]

  /// Compares `loaded` with what the model of `pairing` lowers to.
  public init(_ loaded: LoadedDesign, _ pairing: ModelPairing) {
    design = loaded.design
    parameters = loaded.parameters
    lowering = pairing.codes.lowering
    sums = Dictionary((pairing.codes.ends + pairing.codes.averages).map { ($0.tensor, $0.layer) }) {
      first, _ in first
    }
    shifts = Dictionary(pairing.pairs.map { ($0.stream, $0.shift) }) { first, _ in first }
    for pair in pairing.pairs + pairing.givenPairs { places[pair.stream] = place(of: pair) }
  }

  /// The layer whose integers a paired stream carries: codes that a number is taken off again lie in front of it.
  private func place(of pair: ModelPairing.Pair) -> Int? {
    guard let index = lowering.codes[pair.tensor]?.layer ?? sums[pair.tensor] else { return nil }
    let layer = lowering.layers[index]
    guard pair.shift != 0, case .offset(let list) = layer.kind,
      list.allSatisfy({ $0 == pair.shift })
    else { return index }
    return layer.inputs[0]
  }

  /// What is wrong with the nodes that write some paired streams; right ones are left out.
  public func verdicts(_ pairs: [ModelPairing.Pair]) -> [LayerVerdict] {
    var named: Set<String> = []
    return pairs.flatMap { pair -> [LayerVerdict] in
      guard let node = design.nodes.first(where: { $0.name == pair.node }) else { return [] }
      return ((try? verdicts(node, pair)) ?? []).filter { named.insert($0.node).inserted }
        .map { verdict in
          var verdict = verdict
          verdict.within = verdict.node == node.name ? nil : node.name
          return verdict
        }
    }
  }

  private func verdicts(_ node: Node, _ pair: ModelPairing.Pair) throws -> [LayerVerdict] {
    guard let index = lowering.codes[pair.tensor]?.layer ?? sums[pair.tensor] else { return [] }
    var own: [LayerVerdict] = []
    if let layer = thresholding(index) {
      own = (try verdict(node, layer, pair) ?? lowestCode(node, layer, pair)).map { [$0] } ?? []
    } else if case .linear(let rule) = lowering.layers[index].kind,
      let what = try match(node, rule)?.finding
    {
      own = [
        LayerVerdict(
          node: node.name, quantiser: pair.modelNode, finding: what.finding, advice: what.advice)
      ]
    }
    return try inner(node, index, pair) + own
  }

  /// The layer in front of maximum pools.
  private func behindPools(_ index: Int) -> Int {
    var index = index
    while case .maxPool = lowering.layers[index].kind { index = lowering.layers[index].inputs[0] }
    return index
  }

  /// The thresholds that a layer is, in front of pools.
  private func thresholding(_ index: Int) -> Int? {
    let index = behindPools(index)
    guard case .thresholds = lowering.layers[index].kind else { return nil }
    return index
  }

  func layer(_ index: Int) -> Layer { lowering.layers[index] }

  /// The window that makes a tensor, and the layer that moves it.
  func window(of tensor: String) -> (rule: PoolRule, layer: Int)? {
    guard var index = lowering.codes[tensor]?.layer ?? sums[tensor] else { return nil }
    for _ in 0..<4 {
      switch lowering.layers[index].kind {
      case .linear(let rule): return rule.window.map { ($0, index) }
      case .sum(let rule), .maxPool(let rule): return (rule, index)
      case .thresholds, .offset, .multiply: index = lowering.layers[index].inputs[0]
      default: return nil
      }
    }
    return nil
  }

  /// The node whose weights make what a node thresholds: itself, or the one in front of it.
  func summing(_ node: Node) -> Node? { design.summing(node) }

  /// The weights in front of a node against the model's; `nil` when it has none.
  func match(_ node: Node, _ rule: LinearRule) throws -> WeightMatch? {
    guard let parameters, let summing = summing(node), let name = summing.initializers["weights"]
    else { return nil }
    return WeightMatch(
      try parameters.tensor(name).asIntegers(name: name), rule,
      isBinary: summing.attributes["binaryXnorMode"] == .int(1))
  }

  func verdict(_ node: Node, _ index: Int, _ pair: ModelPairing.Pair) throws
    -> LayerVerdict?
  {
    guard let parameters, let name = node.initializers["thresholds"],
      case .thresholds(var wanted) = lowering.layers[index].kind
    else { return nil }
    func found(_ finding: String, _ advice: String) -> LayerVerdict {
      LayerVerdict(
        node: node.name, quantiser: pair.modelNode, finding: finding, advice: advice)
    }
    let source = lowering.layers[lowering.layers[index].inputs[0]]
    if case .add = source.kind, try branches(of: node, source) != .asInModel {
      return branches(source).map { found($0.finding, $0.advice).ifWrong }
    }
    let channels = source.shape.channels
    var isBinary = false
    if case .linear(let rule) = source.kind {
      if let weights = try match(node, rule) {
        if let what = weights.finding { return found(what.finding, what.advice) }
        guard weights.isEqual else { return nil }
      }
      isBinary = summing(node)?.attributes["binaryXnorMode"] == .int(1)
    }
    let table = try parameters.tensor(name)
    var values = try table.asIntegers(name: name)
    let steps = table.shape.last ?? 1
    if values.count == steps, channels > 1 {
      values = (0..<channels).flatMap { _ in values[..<steps] }
    }
    let pixels = source.shape.pixels
    if pixels > 1, steps > 0, values.count == pixels * channels * steps {
      values = Self.oddPixel(of: values, channels * steps)
    }
    var (low, high) = (source.low, source.high)
    if isBinary, case .linear(let rule) = source.kind {
      // The popcount of n equal bits is (sum + n) / 2.
      wanted.values = wanted.values.map { ($0 + rule.columns + 1) >> 1 }
      (low, high) = (low.map { _ in 0 }, high.map { _ in rule.columns })
    } else if values.count == channels * steps {
      guard let moved = moved(values, steps, source, above: node) else { return nil }
      values = moved
    }
    guard values.count == channels * steps else { return nil }
    if case .add = source.kind {
      guard let found = snapped(values, steps, source),
        let right = snapped(wanted.values, wanted.steps, source)
      else { return nil }
      (values, wanted.values) = (found, right)
    }
    return compare(values, steps, wanted, index, low, high, isPopcount: isBinary).map {
      let verdict = found($0.finding, $0.advice)
      return $0.isRare ? verdict.rare : verdict
    }
  }

  /// The rows of one pixel, where a design has rows for each: of the pixel that is least like the others.
  private static func oddPixel(of values: [Int], _ size: Int) -> [Int] {
    let pixels = stride(from: 0, to: values.count, by: size).map { Array(values[$0..<$0 + size]) }
    let counts = pixels.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    return pixels.min { counts[$0]! < counts[$1]! }!
  }

  /// Thresholds as they would be on the model's integers, where the design's are smaller by a number: unsigned
  /// streams for signed codes. `nil` where that cannot be said.
  private func moved(_ values: [Int], _ steps: Int, _ source: Layer, above node: Node) -> [Int]? {
    let shifts = shifts(above: node)
    guard shifts.contains(where: { $0 != 0 }) else { return values }
    switch source.kind {
    case .linear(let rule) where shifts.count == 1:
      return values.indices.map { i in
        let row = i / steps
        let sum = rule.weights[row * rule.columns..<(row + 1) * rule.columns].reduce(0, +)
        return values[i] + shifts[0] * sum
      }
    case .add where shifts.count == 2: return values.map { $0 + shifts[0] + shifts[1] }
    default: return nil
    }
  }

  /// The shifts of the nearest paired streams in front of a node, one for each way that leads to it.
  private func shifts(above node: Node) -> [Int] {
    var found: [Int] = []
    var open = node.inputs
    var seen: Set<String> = []
    while let stream = open.popLast() {
      if let shift = shifts[stream] {
        found.append(shift)
      } else if seen.insert(stream).inserted,
        let writer = design.nodes.first(where: { $0.outputs.contains(stream) })
      {
        // It is what takes the shift off again.
        if Node.baseName(writer.opType) == "ChannelwiseOp" { return [] }
        open += writer.inputs
      }
    }
    return found
  }

  /// An addition of streams whose steps mean different numbers.
  private func branches(_ sum: Layer) -> (finding: String, advice: String)? {
    let parts = sum.inputs.map { lowering.layers[$0] }
    let factors = parts.map { part -> Int in
      if case .multiply(let list) = part.kind { list[0] } else { 1 }
    }
    guard factors[0] != factors[1] else { return nil }
    let scales = zip(parts, factors).map { Float($0.scale(0) * Double($1)) }
    return (
      "the branches of the addition have scales \(scales[0]) and \(scales[1]); is it made as if they had "
        + "one?",
      "multiply them by \(factors[0]) and \(factors[1]) in front of the sum (ChannelwiseOp), or share "
        + "one quantiser in the training code"
    )
  }

  /// Thresholds of the design against those of the search; both on the same integers.
  private func compare(
    _ values: [Int], _ steps: Int, _ wanted: ThresholdTable, _ index: Int, _ low: [Int],
    _ high: [Int], isPopcount: Bool
  ) -> (finding: String, advice: String, isRare: Bool)? {
    let source = lowering.layers[lowering.layers[index].inputs[0]]
    let channels = source.shape.channels
    let isPaired = steps == wanted.steps || (steps == 1 && lowering.layers[index].isBipolar)
    guard isPaired else {
      return (
        "has \(steps) thresholds per channel, but the model's quantiser has \(wanted.steps) steps",
        "the range is clipped differently: look at narrow_range and at the signedness of the quantiser",
        false
      )
    }
    var differing: [Differing] = []
    for c in 0..<channels {
      for k in 0..<steps {
        let f = min(max(values[c * steps + k], low[c]), high[c] + 1)
        let w = min(max(wanted.values[c * wanted.steps + k], low[c]), high[c] + 1)
        if f != w { differing.append(Differing(channel: c, step: k, found: f, wanted: w)) }
      }
    }
    guard !differing.isEmpty else { return nil }
    let shifts = differing.map { $0.wanted - $0.found }
    // Thresholds made in floating point may be one off, where they are large or now and then.
    if Set(shifts).isSubset(of: [1, -1]) {
      if let ties = ties(differing, index, isPopcount, high) {
        return ties.finding.isEmpty ? nil : ties
      }
      if Set(shifts).count == 2 || differing.count <= max(3, channels * steps / 500)
        || differing.allSatisfy({ abs($0.found) > 1 << 12 })
      {
        return nil
      }
    }
    let known =
      stuck(values, steps, wanted, low, high)
      ?? ThresholdRows(values, steps, wanted, low, high).order
      ?? wholeRows(differing, values, steps, wanted, source, low, high)
    guard let known else { return Self.single(differing, of: channels * steps) }
    return (known.finding, known.advice, false)
  }

  /// A threshold as a sum: a popcount of n equal bits is (sum + n) / 2.
  private func sum(_ threshold: Int, _ isPopcount: Bool, _ high: [Int]) -> Int {
    isPopcount ? 2 * threshold - (high.max() ?? 0) : threshold
  }

  /// A threshold that is not the model's.
  struct Differing {
    var channel: Int
    var step: Int
    var found: Int
    var wanted: Int
  }

  /// Thresholds that are one off because sums lie exactly on a border between two codes: nothing to say of those
  /// that the quantiser's rule puts where the design has them (float32 has missed the border); `nil` where others
  /// are among them.
  private func ties(
    _ differing: [Differing], _ index: Int, _ isPopcount: Bool, _ high: [Int]
  ) -> (finding: String, advice: String, isRare: Bool)? {
    let layer = lowering.layers[index]
    guard let border = QuantizerBorder(layer.node, lowering.reference),
      case .thresholds(let table) = layer.kind
    else { return nil }
    // Each step behind the sum rounds once more.
    let steps = self.steps(to: layer.tensor)
    func areBorders(_ list: [Differing], _ reach: Int) -> Bool {
      list.prefix(32).allSatisfy { item in
        isBorder(index, item.channel, sum(min(item.found, item.wanted), isPopcount, high), reach)
      }
    }
    guard areBorders(differing, 2 + steps) else { return nil }
    let wrong = differing.filter {
      border.takesUpper(above: table.low + $0.step, $0.channel) != ($0.found < $0.wanted)
    }
    guard let first = wrong.first else { return ("", "", false) }
    // With free scales one sum in thousands falls on a border by chance.
    let isRare = wrong.count * 1000 <= table.values.count
    let isLow = first.found < first.wanted
    // Thresholds made in floating point are one too high now and then; a rule makes many so.
    guard wrong.allSatisfy({ ($0.found < $0.wanted) == isLow }), areBorders(wrong, 1),
      isRare || isLow || wrong.count * 50 > table.values.count
    else { return isRare ? ("", "", false) : nil }
    let many = wrong.count == 1 ? "1 threshold is" : "\(wrong.count) thresholds are"
    let place = "an exact \(border.isHalf ? "half" : "step")"
    let finding =
      isLow
      ? "\(many) one too low: the model's quantiser \(border.rule), thresholds (≥) round them up, and "
        + "\(wrong.count == 1 ? "this lies" : "these lie") on \(place)"
      : "\(many) one too high: the model's quantiser \(border.rule), and "
        + "\(wrong.count == 1 ? "this lies" : "these lie") on \(place), which must reach the next code"
    return (
      finding,
      "\(isLow ? "raise" : "lower") \(wrong.count == 1 ? "it" : "these thresholds") by one, for instance channel "
        + "\(first.channel): \(first.found) → \(first.wanted)", isRare
    )
  }

  /// What the model does between a sum and the quantiser that makes a tensor of it.
  private func steps(to tensor: String) -> Int {
    let quantiser = lowering.reference.steps.first { $0.node.outputs.contains(tensor) }
    return quantiser.flatMap { lowering.edges[$0.node.inputs[0]]?.steps.count } ?? 0
  }

  /// Whether a sum lies on a border between two codes: float32 numbers beside it give others.
  private func isBorder(_ index: Int, _ channel: Int, _ sum: Int, _ reach: Int) -> Bool {
    let tensor = lowering.layers[index].tensor
    guard let step = lowering.reference.steps.first(where: { $0.node.outputs.contains(tensor) }),
      var edge = lowering.edges[step.node.inputs[0]], edge.starts.count == 1
    else { return false }
    edge.steps.append(step)
    edge.tensor = tensor
    edge.starts[0].layer = lowering.layers[index].inputs[0]
    let source = lowering.layers[edge.starts[0].layer]
    var integers = source.low
    integers[channel] = sum
    func value(_ ulps: Int) -> Float? {
      var probe = lowering.probe()
      probe.ulps = ulps
      return (try? probe.evaluate(edge, [integers], count: 1))?[0][channel]
    }
    guard let exact = value(0), let above = value(reach), let below = value(-reach) else {
      return false
    }
    return exact != above || exact != below
  }

  /// Channels that can give one code only, although the model's give several.
  private func stuck(
    _ values: [Int], _ steps: Int, _ wanted: ThresholdTable, _ low: [Int], _ high: [Int]
  ) -> (finding: String, advice: String)? {
    func isStuck(_ list: [Int], _ count: Int, _ c: Int) -> Bool {
      let row = list[c * count..<(c + 1) * count]
      return row.allSatisfy { $0 <= low[c] } || row.allSatisfy { $0 > high[c] }
    }
    let channels = low.indices.filter {
      isStuck(values, steps, $0) && !isStuck(wanted.values, wanted.steps, $0)
    }
    guard let first = channels.first else { return nil }
    let isHigh = values[first * steps] <= low[first]
    return (
      "\(channels.count) of \(low.count) channels give one code for every input, channel \(first) always "
        + "the \(isHigh ? "highest" : "lowest")",
      "all thresholds lie \(isHigh ? "below" : "above") every sum: a bias or a scale is far too large, "
        + "for instance a quantised bias taken in units of another scale"
    )
  }
}
