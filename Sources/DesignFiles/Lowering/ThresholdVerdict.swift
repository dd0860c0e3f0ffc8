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

  public init(_ loaded: LoadedDesign, _ reference: Reference) throws {
    design = loaded.design
    parameters = loaded.parameters
    lowering = try ModelCodes(reference).lowering
  }

  /// What is wrong with the nodes that write some paired streams; right ones are left out.
  public func verdicts(_ pairs: [ModelPairing.Pair]) -> [LayerVerdict] {
    pairs.compactMap { pair in
      guard let node = design.nodes.first(where: { $0.name == pair.node }),
        let layer = layer(of: pair.tensor)
      else { return nil }
      return (try? verdict(node, layer, pair)) ?? nil
    }
  }

  /// The thresholds that make a tensor, behind pools.
  private func layer(of tensor: String) -> Int? {
    guard var index = lowering.codes[tensor]?.layer else { return nil }
    while case .maxPool = lowering.layers[index].kind { index = lowering.layers[index].inputs[0] }
    guard case .thresholds = lowering.layers[index].kind else { return nil }
    return index
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
    var turned = [Bool](repeating: false, count: channels)
    if let weights = node.initializers["weights"], case .linear(let rule) = source.kind {
      let stated = try parameters.tensor(weights).asIntegers(name: weights)
      switch WeightMatch(stated, rule, isBinary: node.attributes["binaryXnorMode"] == .int(1)) {
      case .equal(let signs): turned = signs
      case .different(let what): return found(what.finding, what.advice)
      case .incomparable: return nil
      }
    }
    let table = try parameters.tensor(name)
    var values = try table.asIntegers(name: name)
    let steps = table.shape.last ?? 1
    if values.count == steps, channels > 1 {
      values = (0..<channels).flatMap { _ in values[..<steps] }
    }
    var (low, high) = (source.low, source.high)
    if node.attributes["binaryXnorMode"] == .int(1), case .linear(let rule) = source.kind {
      // The popcount of n equal bits is (sum + n) / 2.
      wanted.values = wanted.values.map { ($0 + rule.columns + 1) >> 1 }
      (low, high) = (low.map { _ in 0 }, high.map { _ in rule.columns })
    }
    guard values.count == channels * steps, !turned.contains(true) else { return nil }
    return compare(values, steps, wanted, index, low, high).map { found($0.finding, $0.advice) }
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
    _ high: [Int]
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
    // Thresholds made in floating point may be one off where they are large; that is no rule.
    if Set(shifts).isSubset(of: [1, -1]),
      Set(shifts).count == 2 || differing.allSatisfy({ abs($0.found) > 1 << 12 })
    {
      return nil
    }
    if Set(shifts) == [1] {
      return (
        "\(differing.count) thresholds are one too low: the model's quantiser rounds halves to even, "
          + "thresholds (≥) round them up, and these lie on an exact half",
        "raise these thresholds by one, for instance channel \(differing[0].channel): "
          + "\(differing[0].found) → \(differing[0].wanted)"
      )
    }
    if let finding = stuck(values, steps, wanted, low, high) { return finding }
    let gaps = StepWidths(values, steps, wanted, low, high)
    if let finding = gaps.scale() { return finding }
    if let advice = offset(differing, gaps, source) { return advice }
    let first = differing[0]
    return (
      "\(differing.count) of \(channels * steps) thresholds differ",
      "channel \(first.channel): \(first.found) should be \(first.wanted)"
    )
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
    _ differing: [(channel: Int, found: Int, wanted: Int)], _ gaps: StepWidths, _ source: Layer
  ) -> (finding: String, advice: String)? {
    var shifts: [Int: [Int]] = [:]
    for item in differing { shifts[item.channel, default: []].append(item.wanted - item.found) }
    guard shifts.values.allSatisfy({ ($0.max()! - $0.min()!) <= 1 }) else { return nil }
    let mean = shifts.mapValues { Double($0.reduce(0, +)) / Double($0.count) }
    if let finding = gaps.rounding(mean) { return finding }
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
    return (
      "the bias comes in with another scale: it is \(Self.short(share + 1)) times what it should be",
      "a quantised bias is in units of its own scale, the accumulator in weight scale · input scale: "
        + "was its scale applied twice, or not at all?"
    )
  }

  private static func short(_ x: Double) -> String {
    abs(x - x.rounded()) < 0.05
      ? String(Int(x.rounded())) : String(Float((x * 100).rounded() / 100))
  }
}

/// How far apart the thresholds of each channel are, in a design and as the model asks.
private struct StepWidths {
  private let found: [Double]
  private let wanted: [Double]

  /// Thresholds that no sum reaches, or every sum, say nothing.
  init(_ values: [Int], _ steps: Int, _ table: ThresholdTable, _ low: [Int], _ high: [Int]) {
    func mean(_ list: [Int], _ count: Int, _ c: Int) -> Double {
      let row = list[c * count..<(c + 1) * count].filter { $0 > low[c] && $0 <= high[c] }
      guard row.count > 1, let first = row.first, let last = row.last else { return 0 }
      return Double(last - first) / Double(row.count - 1)
    }
    found = low.indices.map { mean(values, steps, $0) }
    wanted = low.indices.map { mean(table.values, table.steps, $0) }
  }

  /// Steps of another width: a scale.
  func scale() -> (finding: String, advice: String)? {
    let ratios = zip(found, wanted).compactMap { $1 > 4 && $0 > 0 ? $0 / $1 : nil }
    guard let first = ratios.first, ratios.contains(where: { abs($0 - 1) > 0.05 }) else {
      return nil
    }
    if ratios.allSatisfy({ abs($0 / first - 1) < 0.05 }) {
      return (
        "every step is \(Float((first * 1000).rounded() / 1000)) times as wide as the model's: the scale "
          + "of the quantiser, of its input or of the weights differs",
        "compare the scales on both sides; branches of an addition may have been given one scale"
      )
    }
    return (
      "the steps of the channels are \(Float(ratios.min()!)) to \(Float(ratios.max()!)) times as wide as "
        + "the model's",
      "a scale per channel is lost: it must go into the thresholds of its channel"
    )
  }

  /// Thresholds half a step off: nearest against down or up.
  func rounding(_ shifts: [Int: Double]) -> (finding: String, advice: String)? {
    let shares = shifts.compactMap { channel, shift in
      wanted[channel] > 2 ? (shift / wanted[channel], 0.75 / wanted[channel]) : nil
    }
    guard let first = shares.first, shares.count == shifts.count,
      shares.allSatisfy({ abs(abs($0.0) - 0.5) <= $0.1 && ($0.0 > 0) == (first.0 > 0) })
    else { return nil }
    return first.0 > 0
      ? (
        "the thresholds are half a step too low: the design rounds to nearest where the model rounds "
          + "down (FLOOR)", "take the rounding mode of the model's quantiser or Trunc"
      )
      : (
        "the thresholds are half a step too high: the design rounds down where the model rounds to "
          + "nearest (ROUND)", "take the rounding mode of the model's quantiser or Trunc"
      )
  }
}

/// Weights of a node against a matrix of the model.
private enum WeightMatch {
  /// All equal, the rows marked with their signs turned.
  case equal([Bool])
  case different((finding: String, advice: String))
  case incomparable

  init(_ stated: [Int], _ rule: LinearRule, isBinary: Bool) {
    guard stated.count == rule.weights.count else {
      self = .incomparable
      return
    }
    let (rows, columns) = (rule.rows, rule.columns)
    let isMatrix = !rule.isDepthwise
    // `rows × columns`, as the model has them.
    let found = (0..<rows * columns).map { i -> Int in
      let value = isMatrix ? stated[i % columns * rows + i / columns] : stated[i]
      return isBinary ? 2 * value - 1 : value
    }
    func row(_ list: [Int], _ r: Int) -> ArraySlice<Int> { list[r * columns..<(r + 1) * columns] }
    var turned = [Bool](repeating: false, count: rows)
    var wrong = 0
    for r in 0..<rows {
      if row(found, r) == row(rule.weights, r) { continue }
      if Array(row(found, r)) == row(rule.weights, r).map({ -$0 }) {
        turned[r] = true
      } else {
        wrong += 1
      }
    }
    guard wrong > 0 else {
      self = .equal(turned)
      return
    }
    self = .different(Self.explain(found, rule, wrong))
  }

  private static func explain(_ found: [Int], _ rule: LinearRule, _ wrong: Int)
    -> (finding: String, advice: String)
  {
    let (rows, columns) = (rule.rows, rule.columns)
    guard let window = rule.window else {
      return (
        "the weights of \(wrong) of \(rows) rows differ from the model's",
        "behind a flatten the rows of the matrix must follow the stream's order (H, W, C)"
      )
    }
    let depth = rule.isDepthwise ? 1 : columns / window.taps
    let (kh, kw) = (window.kernel[0], window.kernel[1])
    func matches(_ source: (Int, Int, Int) -> (Int, Int, Int)?) -> Bool {
      for r in 0..<rows {
        for i in 0..<kh {
          for j in 0..<kw {
            for c in 0..<depth {
              guard let (si, sj, sc) = source(i, j, c) else { return false }
              let to = r * columns + (i * kw + j) * depth + c
              let from = r * columns + (si * kw + sj) * depth + sc
              if found[to] != rule.weights[from] { return false }
            }
          }
        }
      }
      return true
    }
    let candidates: [(String, String, (Int, Int, Int) -> (Int, Int, Int)?)] = [
      (
        "the kernels are turned by half a turn",
        "a convolution correlates; only a transposed "
          + "convolution turns its kernel", { (kh - 1 - $0, kw - 1 - $1, $2) }
      ),
      (
        "the kernels are mirrored left to right", "look at the order of the kernel's columns",
        { ($0, kw - 1 - $1, $2) }
      ),
      (
        "the kernels are mirrored top to bottom", "look at the order of the kernel's rows",
        { (kh - 1 - $0, $1, $2) }
      ),
      (
        "rows and columns of the kernels are exchanged", "the picture or the kernel is transposed",
        { i, j, c in kh == kw ? (j, i, c) : nil }
      ),
      (
        "the input channels are in reverse order (RGB against BGR)",
        "exchange the channels of the input, or of the first layer's weights",
        { ($0, $1, depth - 1 - $2) }
      ),
    ]
    for (finding, advice, source) in candidates where matches(source) { return (finding, advice) }
    return (
      "the weights of \(wrong) of \(rows) rows differ from the model's",
      "is the design made of this export? other weights have other scales or another training state"
    )
  }
}
