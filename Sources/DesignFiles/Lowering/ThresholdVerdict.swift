import DataflowSim
import OriginalModel
import SimModel

/// A layer's weights and thresholds in a design against those that the model asks for, without any data.
public struct LayerVerdict: Sendable, Codable, Equatable {
  /// The node of the design, and the quantiser of the model.
  public var node: String
  public var quantiser: String
  public var finding: String
  /// What to change.
  public var advice: String
  /// Holds by itself; otherwise only where the data show that the layer is wrong.
  public var isCertain = true

  /// A verdict that holds by itself.
  public init(node: String, quantiser: String, finding: String, advice: String) {
    (self.node, self.quantiser) = (node, quantiser)
    (self.finding, self.advice) = (finding, advice)
  }
}

extension LayerVerdict {
  /// Windows that never read the last rows of a frame: known of the block, whatever the data.
  public static func leftoverRows(_ node: String) -> LayerVerdict {
    LayerVerdict(
      node: node, quantiser: "",
      finding:
        "\(Hazard.windowLeftoverRows.rawValue), a defect of the hardware: the window never reads the last "
        + "rows of a frame, so every frame but the first is shifted; here frames were compared by themselves",
      advice: "take ConvolutionInputGenerator_rtl, or crop the picture to a whole number of strides"
    )
  }
}

extension LayerVerdict {
  /// A hazard or a fault that struck a word of a run under a scenario.
  public static func struck(_ origin: WordOrigin) -> LayerVerdict {
    let isFault = origin.cause.hasPrefix("fault")
    let held =
      origin.heldAt.isEmpty
      ? "" : ", held over a frame's end in \(origin.heldAt.joined(separator: ", "))"
    return LayerVerdict(
      node: origin.node ?? origin.stream, quantiser: "",
      finding:
        "\(origin.cause)\(isFault ? " of the scenario" : ", a defect of the hardware,") strikes \(origin.place) "
        + "(\(origin.event))\(held)\(origin.shiftsWords ? ": later words come too early or too late" : "")",
      advice: isFault
        ? "compare what this leaves with a dump of the board: is it the same from here on?"
        : "simrun hazards lists where it can strike and what to change; simrun run --without-hazard "
          + "\(origin.cause) shows the words without it")
  }

  /// Words that never come in a run under a scenario.
  public static func missing(_ words: Int, _ stream: String, node: String) -> LayerVerdict {
    LayerVerdict(
      node: node.isEmpty ? stream : node, quantiser: "",
      finding: "\(words) words of \(stream) never come under the scenario",
      advice: "simrun hang says who waits for whom")
  }
}

extension LayerVerdict {
  fileprivate var ifWrong: LayerVerdict {
    var copy = self
    copy.isCertain = false
    return copy
  }
}

/// Compares layers of a design with the same layers as the model lowers to.
public struct LayerComparison: Sendable {
  private let design: Design
  private let parameters: ParameterStore?
  private let lowering: Lowering
  /// Layers of sums that no quantiser follows, by tensor.
  private let sums: [String: Int]

  /// Compares `loaded` with what `reference` lowers to. Throws `InputError` where it cannot be
  /// lowered.
  public init(_ loaded: LoadedDesign, _ reference: Reference) throws {
    design = loaded.design
    parameters = loaded.parameters
    let codes = try ModelCodes(reference)
    lowering = codes.lowering
    sums = Dictionary(codes.sums.map { ($0.tensor, $0.layer) }) { first, _ in first }
  }

  /// What is wrong with the nodes that write some paired streams; right ones are left out.
  public func verdicts(_ pairs: [ModelPairing.Pair]) -> [LayerVerdict] {
    pairs.compactMap { pair in
      guard let node = design.nodes.first(where: { $0.name == pair.node }) else { return nil }
      if let layer = layer(of: pair.tensor) {
        return (try? verdict(node, layer, pair)) ?? nil
      }
      guard let sum = sums[pair.tensor], case .linear(let rule) = lowering.layers[sum].kind,
        let what = (try? match(node, rule))?.finding
      else { return nil }
      return LayerVerdict(
        node: node.name, quantiser: pair.modelNode, finding: what.finding, advice: what.advice)
    }
  }

  /// The thresholds that make a tensor, behind pools.
  private func layer(of tensor: String) -> Int? {
    guard var index = lowering.codes[tensor]?.layer else { return nil }
    while case .maxPool = lowering.layers[index].kind { index = lowering.layers[index].inputs[0] }
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
  private func summing(_ node: Node) -> Node? {
    var node = node
    for _ in 0..<8 {
      if node.initializers["weights"] != nil { return node }
      guard
        ["Thresholding", "StreamingDataWidthConverter", "StreamingFIFO"]
          .contains(Node.baseName(node.opType)), let input = node.inputs.first,
        let writer = design.nodes.first(where: { $0.outputs.contains(input) })
      else { return nil }
      node = writer
    }
    return nil
  }

  /// The weights in front of a node against the model's; `nil` when it has none.
  private func match(_ node: Node, _ rule: LinearRule) throws -> WeightMatch? {
    guard let parameters, let summing = summing(node), let name = summing.initializers["weights"]
    else { return nil }
    return WeightMatch(
      try parameters.tensor(name).asIntegers(name: name), rule,
      isBinary: summing.attributes["binaryXnorMode"] == .int(1))
  }

  private func verdict(_ node: Node, _ index: Int, _ pair: ModelPairing.Pair) throws
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
    if case .add = source.kind {
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
    var (low, high) = (source.low, source.high)
    if isBinary, case .linear(let rule) = source.kind {
      // The popcount of n equal bits is (sum + n) / 2.
      wanted.values = wanted.values.map { ($0 + rule.columns + 1) >> 1 }
      (low, high) = (low.map { _ in 0 }, high.map { _ in rule.columns })
    }
    guard values.count == channels * steps else { return nil }
    return compare(values, steps, wanted, index, low, high, isPopcount: isBinary)
      .map { found($0.finding, $0.advice) }
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
  ) -> (finding: String, advice: String)? {
    let source = lowering.layers[lowering.layers[index].inputs[0]]
    let channels = source.shape.channels
    let isPaired = steps == wanted.steps || (steps == 1 && lowering.layers[index].isBipolar)
    guard isPaired else {
      return (
        "has \(steps) thresholds per channel, but the model's quantiser has \(wanted.steps) steps",
        "the range is clipped differently: look at narrow_range and at the signedness of the quantiser"
      )
    }
    var differing: [(channel: Int, found: Int, wanted: Int)] = []
    for c in 0..<channels {
      for k in 0..<steps {
        let f = min(max(values[c * steps + k], low[c]), high[c] + 1)
        let w = min(max(wanted.values[c * wanted.steps + k], low[c]), high[c] + 1)
        if f != w { differing.append((c, f, w)) }
      }
    }
    guard !differing.isEmpty else { return nil }
    let shifts = differing.map { $0.wanted - $0.found }
    // Thresholds made in floating point may be one off, where they are large or now and then.
    if Set(shifts).isSubset(of: [1, -1]) {
      let areHalves = differing.prefix(32).allSatisfy { item in
        isHalf(index, item.channel, sum(item.found, isPopcount, high))
      }
      if Set(shifts) == [1], areHalves {
        return (
          "\(differing.count) thresholds are one too low: the model's quantiser rounds halves to even, "
            + "thresholds (≥) round them up, and these lie on an exact half",
          "raise these thresholds by one, for instance channel \(differing[0].channel): "
            + "\(differing[0].found) → \(differing[0].wanted)"
        )
      }
      if Set(shifts).count == 2 || differing.count <= max(3, channels * steps / 500)
        || differing.allSatisfy({ abs($0.found) > 1 << 12 })
      {
        return nil
      }
    }
    if let finding = stuck(values, steps, wanted, low, high) { return finding }
    let gaps = StepWidths(values, steps, wanted, low, high)
    if let finding = gaps.scale(source) { return finding }
    if let advice = offset(differing, gaps, source, low, high) { return advice }
    let first = differing[0]
    return (
      "\(differing.count) of \(channels * steps) thresholds differ",
      "channel \(first.channel): \(first.found) should be \(first.wanted)"
    )
  }

  /// A threshold as a sum: a popcount of n equal bits is (sum + n) / 2.
  private func sum(_ threshold: Int, _ isPopcount: Bool, _ high: [Int]) -> Int {
    isPopcount ? 2 * threshold - (high.max() ?? 0) : threshold
  }

  /// Whether a sum lies exactly on a half that rounds down: the next float32 number above it rounds up.
  private func isHalf(_ index: Int, _ channel: Int, _ sum: Int) -> Bool {
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
    guard let exact = value(0), let above = value(1), let below = value(-1) else { return false }
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

  /// One shift for all thresholds of a channel: a bias, or another rounding.
  private func offset(
    _ differing: [(channel: Int, found: Int, wanted: Int)], _ gaps: StepWidths, _ source: Layer,
    _ low: [Int], _ high: [Int]
  ) -> (finding: String, advice: String)? {
    var shifts: [Int: [Int]] = [:]
    // Thresholds at an end of the range are cut off there.
    for item in differing
    where ![item.found, item.wanted].contains(where: {
      $0 == low[item.channel] || $0 > high[item.channel]
    }) {
      shifts[item.channel, default: []].append(item.wanted - item.found)
    }
    guard !shifts.isEmpty, shifts.values.allSatisfy({ ($0.max()! - $0.min()!) <= 1 }) else {
      return nil
    }
    let mean = shifts.mapValues { Double($0.reduce(0, +)) / Double($0.count) }
    if let finding = gaps.rounding(mean) { return finding }
    if let finding = Self.zeroPoint(mean, source) { return finding }
    let many = "\(shifts.count) channel\(shifts.count == 1 ? "" : "s")"
    guard let bias = source.bias else {
      return (
        "the thresholds of \(many) are shifted by a constant each",
        "a bias is in the design that the model does not have, or is missing there"
      )
    }
    // The bias in steps of the accumulator, and by how much of it the thresholds are off.
    let pairs = mean.map { (shift: $1, bias: Double(bias[$0]) / source.scale($0)) }
    let square = pairs.reduce(0) { $0 + $1.bias * $1.bias }
    let share = square > 0 ? pairs.reduce(0) { $0 + $1.shift * $1.bias } / square : 0
    guard square > 0, pairs.allSatisfy({ abs($0.shift - share * $0.bias) <= 1.5 }) else {
      return ("the thresholds of \(many) are shifted by a constant each", "the bias differs")
    }
    if abs(share + 1) < 0.05 {
      return (
        "the bias of \(many) is missing in the thresholds",
        "absorb the bias before the thresholds are made: as an integer on the accumulator it is "
          + "bias / (weight scale · input scale)"
      )
    }
    if abs(share - 1) < 0.05 {
      return (
        "the bias of \(many) is applied twice",
        "it is in the thresholds and somewhere in front of them: leave one out"
      )
    }
    return (
      "the bias comes in with another scale: it is \(Self.short(share + 1)) times what it should be",
      "a quantised bias is in units of its own scale, the accumulator in weight scale · input scale: "
        + "was its scale applied twice, or not at all?"
    )
  }

  /// Shifts that are a constant times the sum of each channel's weights.
  private static func zeroPoint(_ shifts: [Int: Double], _ source: Layer)
    -> (finding: String, advice: String)?
  {
    guard case .linear(let rule) = source.kind, shifts.count > 1 else { return nil }
    let pairs = shifts.map { channel, shift in
      (
        shift: shift,
        sum: Double(
          rule.weights[channel * rule.columns..<(channel + 1) * rule.columns].reduce(0, +))
      )
    }
    let square = pairs.reduce(0) { $0 + $1.sum * $1.sum }
    guard square > 0 else { return nil }
    let constant = (pairs.reduce(0) { $0 + $1.shift * $1.sum } / square).rounded()
    guard constant != 0, Set(pairs.map(\.sum)).count > 1,
      pairs.allSatisfy({ abs($0.shift - constant * $0.sum) <= 1 })
    else { return nil }
    return (
      "the thresholds are off by \(Int(abs(constant))) times the sum of each channel's weights: the zero "
        + "point of the layer's input is not taken off, or taken off twice",
      "the thresholds must hold zero point · Σ weights of their channel, unless the stream carries codes "
        + "less the zero point"
    )
  }

  private static func short(_ x: Double) -> String {
    abs(x - x.rounded()) < 0.05
      ? String(Int(x.rounded())) : String(Float((x * 100).rounded() / 100))
  }
}
