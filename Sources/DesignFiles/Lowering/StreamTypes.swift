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
    for root in Set(live.map { find($0) }) where canBeXnor(root, outputs) {
      for i in members(root) { isXnor[i] = true }
    }
  }

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
    let root = Self.root(of: i, passed)
    return live.sorted().first { other in
      guard Self.root(of: other, passed) == root else { return false }
      switch layers[other].kind {
      case .add, .difference, .globalSum: return true
      default: return false
      }
    }
  }

  private func members(_ root: Int) -> [Int] { live.filter { find($0) == root }.sorted() }

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

  /// Whether a user of the stream puts zeros among its elements, or adds to them.
  private func takesZeros(_ i: Int) -> Bool {
    (consumers[i] ?? []).contains { user in
      switch layers[user].kind {
      case .linear(let rule): rule.window?.isPadded ?? false
      case .maxPool(let rule), .sum(let rule): rule.isPadded
      case .spread, .pad, .add, .difference: true
      default: false
      }
    }
  }

  func type(_ index: Int) -> DataType {
    if let source = computing(index) { return computed(source) }
    let all = members(find(index))
    if isXnor[index] { return .binary }
    if all.allSatisfy({ layers[$0].isBipolar && !takesZeros($0) }) { return .bipolar }
    // What a block computes by itself has the type that the block gives it.
    let chosen = all.filter { computing($0) == nil }
    let low = chosen.map { layers[$0].range.lowerBound }.min()!
    let high = chosen.map { layers[$0].range.upperBound }.max()!
    return .holding(low...max(low, high))
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
    default: return .holding(layers[index].range)
    }
  }
}
