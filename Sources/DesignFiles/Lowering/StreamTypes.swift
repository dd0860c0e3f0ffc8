import SimModel

/// The element type of every stream, chosen as FINN would: the smallest that holds what can occur, one
/// type for streams that a block takes or hands on unchanged.
struct StreamTypes {
  private var parent: [Int]
  /// The same without streams that are alike only because they are added.
  private var passed: [Int]
  private let layers: [Layer]
  private let live: Set<Int>
  private let consumers: [Int: [Int]]
  /// Layers whose ±1 are stored as 0 and 1 for XNOR products.
  private(set) var isXnor: [Bool]
  /// What the sums of a matrix reach when its inputs are anything that their type holds, as FINN's
  /// `minimize_bit_width` has it. The codes that occur may be fewer.
  private var reach: [Int: ClosedRange<Int>] = [:]

  /// Streams, by their root, that are signed although no code of theirs is below 0, and sums of such.
  private var signed: Set<Int> = []
  private var signedSums: Set<Int> = []

  /// By root of `parent`, in order.
  private var membersByRoot: [Int: [Int]] = [:]
  /// By root of `passed`: the first layer whose block computes.
  private var computingByRoot: [Int: Int] = [:]
  /// Every live stream's, once all of this is known.
  private var known: [Int: DataType] = [:]

  /// Passes over the layers: streams of one type may come from a matrix further on.
  private static let passes = 3

  init(_ layers: [Layer], live: Set<Int>, outputs: Set<Int>) {
    self.layers = layers
    self.live = live
    parent = Array(layers.indices)
    passed = parent
    var consumers: [Int: [Int]] = [:]
    for i in live.sorted() {
      for source in layers[i].inputs { consumers[source, default: []].append(i) }
    }
    self.consumers = consumers
    isXnor = Array(repeating: false, count: layers.count)
    for i in live.sorted() {
      switch layers[i].kind {
      case .maxPool, .upsample, .shuffle, .spread, .crop, .pick, .pad: pass(i, layers[i].inputs[0])
      case .concat:
        for source in layers[i].inputs { pass(i, source) }
      case .add, .difference: join(layers[i].inputs[0], layers[i].inputs[1])
      default: break
      }
    }
    for i in live.sorted() {
      membersByRoot[find(i), default: []].append(i)
      switch layers[i].kind {
      case .add, .difference, .globalSum:
        let root = Self.root(of: i, passed)
        computingByRoot[root] = computingByRoot[root] ?? i
      default: break
      }
    }
    for root in membersByRoot.keys where canBeXnor(root, outputs) {
      for i in members(root) { isXnor[i] = true }
    }
    findSigned()
    findReach()
    findSigned()
    for i in live.sorted() { known[i] = type(i) }
  }

  /// An addition takes two signed streams or two unsigned ones, so what meets a signed one further on is signed from
  /// where it begins.
  private mutating func findSigned() {
    for i in live.sorted().reversed() {
      switch layers[i].kind {
      case .add, .difference:
        let isMixed = Set(layers[i].inputs.map { type($0).isSigned }).count > 1
        guard isMixed || signedSums.contains(i) else { continue }
        for source in layers[i].inputs { sign(source) }
      case .globalSum where signedSums.contains(i): sign(layers[i].inputs[0])
      default: continue
      }
    }
  }

  private mutating func sign(_ i: Int) {
    guard !type(i).isSigned else { return }
    if let sum = computing(i) { signedSums.insert(sum) } else { signed.insert(find(i)) }
  }

  private mutating func findReach() {
    var known: [Int: ClosedRange<Int>] = [:]
    for _ in 0..<Self.passes {
      let before = known
      for i in live.sorted() {
        guard let rule = layers[i].matrix, let inputs = type(layers[i].inputs[0]).range,
          known[i] != inputs, !isXnor[layers[i].inputs[0]]
        else { continue }
        known[i] = inputs
        reach[i] = rule.reach(of: inputs, over: layers[layers[i].inputs[0]])
      }
      if known == before { return }
    }
  }

  /// What a layer's integers may be.
  func range(_ i: Int) -> ClosedRange<Int> { reach[i] ?? layers[i].range }

  private func find(_ i: Int) -> Int { Self.root(of: i, parent) }

  private static func root(of i: Int, _ parents: [Int]) -> Int {
    var i = i
    while parents[i] != i { i = parents[i] }
    return i
  }

  private static func join(_ a: Int, _ b: Int, _ parents: inout [Int]) {
    let (p, q) = (root(of: a, parents), root(of: b, parents))
    parents[max(p, q)] = min(p, q)
  }

  private mutating func join(_ a: Int, _ b: Int) { Self.join(a, b, &parent) }

  /// Both have one type, whatever else they are joined with.
  private mutating func pass(_ a: Int, _ b: Int) {
    Self.join(a, b, &parent)
    Self.join(a, b, &passed)
  }

  /// The layer whose block gives a stream its type: one that computes, perhaps in front of blocks that hand on.
  private func computing(_ i: Int) -> Int? {
    computingByRoot[Self.root(of: i, passed)]
  }

  private func members(_ root: Int) -> [Int] { membersByRoot[root] ?? [] }

  /// ±1 that only one-bit products read.
  private func canBeXnor(_ root: Int, _ outputs: Set<Int>) -> Bool {
    members(root).allSatisfy { i in
      guard layers[i].isBipolar, !outputs.contains(i), !takesZeros(i) else { return false }
      if case .input = layers[i].kind { return false }
      return (consumers[i] ?? []).allSatisfy { user in
        if find(user) == root { return true }
        guard case .linear(let rule) = layers[user].kind else { return false }
        return rule.isBipolar && !rule.isDepthwise && countsAgreements(user, outputs)
      }
    }
  }

  /// Whether nothing but thresholds, or the host, reads what a matrix sums up: an XNOR product counts equal bits.
  private func countsAgreements(_ i: Int, _ outputs: Set<Int>) -> Bool {
    let users = consumers[i] ?? []
    if users.isEmpty { return outputs.contains(i) }
    guard users.count == 1, !outputs.contains(i), case .thresholds = layers[users[0]].kind else {
      return false
    }
    return true
  }

  /// Whether a user of the stream puts zeros among its elements, or adds them up.
  private func takesZeros(_ i: Int) -> Bool {
    (consumers[i] ?? []).contains { user in
      switch layers[user].kind {
      case .linear(let rule): rule.window?.isPadded ?? false
      case .maxPool(let rule), .sum(let rule): rule.isPadded
      case .spread, .pad, .add, .difference, .globalSum: true
      default: false
      }
    }
  }

  func type(_ index: Int) -> DataType {
    if let type = known[index] { return type }
    if let source = computing(index) { return computed(source) }
    let all = members(find(index))
    if isXnor[index] { return .binary }
    if all.allSatisfy({ layers[$0].isBipolar && !takesZeros($0) }) { return .bipolar }
    // What a block computes by itself has the type that the block gives it.
    let chosen = all.filter { computing($0) == nil }
    let low = chosen.map { range($0).lowerBound }.min()!
    let high = chosen.map { range($0).upperBound }.max()!
    return .holding((signed.contains(find(index)) ? min(low, -1) : low)...max(low, high))
  }

  /// The type that a block gives what it computes.
  private func computed(_ index: Int) -> DataType {
    switch layers[index].kind {
    case .add:
      let inputs = layers[index].inputs.map { type($0) }
      let ranges = inputs.compactMap(\.range)
      let isSigned = inputs.contains(where: \.isSigned)
      return .smallest(
        for: isSigned
          ? ranges.reduce(0) { $0 + $1.lowerBound } : ranges.reduce(0) { $0 + $1.upperBound })
    case .difference:
      let ranges = layers[index].inputs.compactMap { type($0).range }
      let widest = ranges.map { $0.upperBound - $0.lowerBound }.max() ?? 0
      return .smallest(for: -widest)
    case .globalSum:
      let input = type(layers[index].inputs[0])
      let count = layers[layers[index].inputs[0]].shape.pixels
      return .smallest(
        for: (input.isSigned ? input.range!.lowerBound : input.range!.upperBound) * count)
    default: return .holding(range(index))
    }
  }
}

extension Layer {
  /// What it multiplies its input with; sums under windows are products with ones.
  fileprivate var matrix: LinearRule? {
    switch kind {
    case .linear(let rule): rule
    case .sum(let rule): .ones(rule, channels: shape.channels)
    default: nil
    }
  }
}

extension LinearRule {
  /// Sums under windows as a depthwise product.
  static func ones(_ window: PoolRule, channels: Int) -> LinearRule {
    LinearRule(
      weights: Array(repeating: 1, count: channels * window.taps), rows: channels,
      columns: window.taps, window: window, isDepthwise: true, isBipolar: false)
  }

  /// The least and the greatest sum when every element of `source` is in `inputs`; nil beyond 48 bits.
  fileprivate func reach(of inputs: ClosedRange<Int>, over source: Layer) -> ClosedRange<Int>? {
    var wide = source
    wide.low = Array(repeating: inputs.lowerBound, count: source.shape.channels)
    wide.high = Array(repeating: inputs.upperBound, count: source.shape.channels)
    let widest = max(inputs.lowerBound.magnitude, inputs.upperBound.magnitude)
    let weight = weights.map(\.magnitude).max() ?? 0
    let (most, overflow) = (widest * UInt(columns)).multipliedReportingOverflow(by: weight)
    guard !overflow, widest < 1 << 40, most < 1 << 62 else { return nil }
    let (low, high) = Lowering.sums(self, wide)
    guard let least = low.min(), let greatest = high.max(), max(-least, greatest) < 1 << 47 else {
      return nil
    }
    return least...greatest
  }
}
