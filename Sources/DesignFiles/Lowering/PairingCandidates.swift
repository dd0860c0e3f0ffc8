import DataflowSim
import SimKernels
import SimModel

// Which tensor a stream carries: first by what stands in front of it and what makes it, then by its values.

extension ModelPairing.Search {
  /// A stream of the design and what makes it.
  struct Stream {
    let name: String
    let node: Node
    let makers: Set<Maker>
    /// Thresholds, or two lists of them, make it.
    let hasCodes: Bool
    /// Only cuts or pads a picture: as a rule a part of what a window takes, and no tensor of the model.
    let isOfWindow: Bool
    /// What thresholds rise by; nil where that is not known.
    let steps: Int?

    init(_ node: Node, _ name: String, _ search: ModelPairing.Search) {
      let isDifference = search.isDifference(node)
      (self.node, self.name) = (node, name)
      makers = isDifference ? [.quantiser] : node.makers
      hasCodes = isDifference || node.initializers["thresholds"] != nil
      isOfWindow = makers.isSubset(of: [.part, .padding])
      steps = search.signs.steps(of: node.name)
    }
  }

  /// A tensor that a stream may carry.
  struct Candidate {
    var index: Int
    var fit: Fit
    /// Its neighbours in front are those of the stream.
    var isBehind = false
    /// And nothing that could be paired yet stands in between.
    var isDirect = false
    /// What makes the one can make the other.
    var isLike = true
    /// The node has the weights that make it.
    var hasWeights = false
    /// As many codes as the node can give: 2, about as many: 1.
    var levels = 0
    /// All its elements tell it from any other.
    var isTelling = false

    /// What stands in the right place goes before what merely has the same values.
    private var tier: Int {
      let isExact = fit.share == 1
      guard isLike else { return isExact && (isTelling || isBehind) ? 1 : 0 }
      switch (isExact, isDirect) {
      case (_, true) where hasWeights: return 9
      case (true, true): return 8
      case (true, _) where isBehind && isTelling: return 7
      case (_, _) where isBehind && hasWeights: return 6
      case (true, _) where isTelling: return 5
      case (_, true) where levels > 0: return Self.standing
      case (true, _) where isBehind: return 3
      case (_, _) where isBehind && levels > 0 && fit.share > 0.5: return 2
      default: return isExact || fit.share > 0.5 ? 1 : 0
      }
    }
    private static let standing = 4

    /// Stands where the stream does, whatever its values.
    var stands: Bool { tier >= Self.standing }
    /// By chance alone values of few levels agree now and then.
    var isLikely: Bool { tier > 0 }

    func goes(before other: Candidate) -> Bool {
      (tier, levels) == (other.tier, other.levels)
        ? fit.share > other.fit.share + 1e-9 : (tier, levels) > (other.tier, other.levels)
    }
  }

  /// The tensor that a stream carries: of those that are as good the first in the model's order.
  func best(_ stream: Stream, at step: Int, _ result: DataplaneResult, isGiven: Bool) throws
    -> (index: Int, fit: Fit)?
  {
    let candidates = try candidates(stream, result, isGiven: isGiven)
    if let chosen = try chosen(stream, at: step, candidates, result) {
      return (chosen.index, chosen.fit)
    }
    // A layer that is wrong everywhere still stands where the model's does.
    guard stream.hasCodes else { return nil }
    let standing = candidates.filter { $0.isBehind && $0.levels > 0 && $0.isLike }
    if standing.count == 1 { return (standing[0].index, standing[0].fit) }
    return candidates.first { candidate in
      candidate.isLike && candidate.levels > 0
        && tensors.indices.first { !isTaken[$0] } == candidate.index
    }.map { ($0.index, $0.fit) }
  }

  private func chosen(
    _ stream: Stream, at step: Int, _ candidates: [Candidate], _ result: DataplaneResult
  ) throws -> Candidate? {
    let own = first(of: candidates)
    guard let own, own.isLikely else { return nil }
    guard stream.hasCodes else {
      if own.fit.share == 1 { return own }
      let moved = candidates.filter { candidate in
        candidate.stands
          && tensors[candidate.index].makers.contains { $0.moves && stream.makers.contains($0) }
          || isReordered(stream, candidate, result)
      }
      return first(of: moved)
    }
    let isSure = own.isDirect && own.fit.share == 1 && (own.hasWeights || own.isTelling)
    let rivals = !isSure && own.isDirect && candidates.count(where: \.isDirect) > 1
    return rivals ? try shared(stream, at: step, candidates, result) ?? own : own
  }

  private func first(of candidates: [Candidate]) -> Candidate? {
    candidates.reduce(nil) { best, next in
      guard let best else { return next }
      return next.goes(before: best) ? next : best
    }
  }

  /// Tensors of a stream's shape, in the model's order.
  private func candidates(_ stream: Stream, _ result: DataplaneResult, isGiven: Bool = false) throws
    -> [Candidate]
  {
    let layout = try plane.layout(of: stream.name)
    guard let actual = result.streams[stream.name]?.int64s else { return [] }
    let above = ancestry.aboveStream(stream.name)
    var found: [Candidate] = []
    for i in tensors.indices where !isTaken[i] && !tensors[i].isEnd && hasShape(i, of: layout) {
      let tensor = tensors[i]
      var fit = fit(actual, tensor, layout.dataType)
      if isGiven, fit.share < 0.5 { fit.share = 0.51 }
      let isBehind = ancestry.aboveTensor(tensor.name) == above
      // What is one number everywhere is a tensor only where it stands.
      if !stream.hasCodes, tensor.isConstant, !isBehind { continue }
      let isLike = isLike(stream, tensor)
      if stream.isOfWindow, !isLike { continue }
      found.append(
        Candidate(
          index: i, fit: fit, isBehind: isBehind,
          isDirect: isBehind && ancestry.isDirect(tensor.name),
          isLike: isLike,
          hasWeights: signs.haveEqualWeights(stream.node.name, i),
          levels: levels(i, stream, layout), isTelling: tensor.isTelling))
    }
    return found
  }

  /// Whether what makes a stream can make a tensor.
  private func isLike(_ stream: Stream, _ tensor: ModelTensor) -> Bool {
    let common = tensor.makers.intersection(stream.makers)
    // What puts codes down again stands behind the pool that they were lifted for.
    guard common == [.offset], tensor.makers.contains(.maximum) else { return !common.isEmpty }
    let pools = plane.steps.filter { $0.node.makers == [.maximum] }.flatMap(\.outputs)
    return !ancestry.isNext(
      stream.name, behind: Set(pools.map { plane.graph.streams[$0].name }))
  }

  func hasShape(_ index: Int, of layout: StreamLayout) -> Bool {
    tensors[index].count == layout.count
      && (tensors[index].channels == (layout.shape.last ?? 1) || layout.shape.count <= 2)
  }

  /// Whether a node gives as many codes as a tensor has: 2, about as many: 1.
  ///
  /// A stream's type says it only where nothing else does: what joins other streams is as wide as they are.
  private func levels(_ index: Int, _ stream: Stream, _ layout: StreamLayout) -> Int {
    let wanted = tensors[index].high - tensors[index].low
    guard stream.hasCodes else { return 1 }
    guard let steps = stream.steps else {
      guard stream.node.initializers["thresholds"] == nil, let range = layout.dataType.range else {
        return hasLevels(index, layout) ? 1 : 0
      }
      // A difference of two lists gives any part of what its type holds.
      return wanted <= range.upperBound - range.lowerBound ? 1 : 0
    }
    // ±1 are two codes.
    if wanted == steps || (steps == 1 && wanted == 2) { return 2 }
    return wanted <= 2 * steps + 1 && steps <= 2 * wanted + 1 ? 1 : 0
  }

  /// The right values in another order: what a shuffle or a transposition gone wrong leaves.
  private func isReordered(_ stream: Stream, _ candidate: Candidate, _ result: DataplaneResult)
    -> Bool
  {
    let integers = tensors[candidate.index].integers
    guard let actual = result.streams[stream.name]?.int64s else { return false }
    let count = min(actual.count, integers.count)
    let found = actual.prefix(count).map { Int($0) * candidate.fit.factor + candidate.fit.offset }
    return Set(found).count > 2 && found.sorted() == integers.prefix(count).sorted()
  }
}

// MARK: Streams that could carry the same tensors

extension ModelPairing.Search {
  /// Streams side by side that share their tensors out: each looks at all tensors of all of them.
  private static let mostSiblings = 32

  /// What a stream carries when the streams beside it, behind the same ones, get what they have the better claim
  /// to: a branch that is wrong does not take the tensor of one that is right.
  private func shared(
    _ stream: Stream, at step: Int, _ own: [Candidate], _ result: DataplaneResult
  ) throws -> Candidate? {
    let siblings = siblings(of: stream, at: step)
    guard !siblings.isEmpty, siblings.count < Self.mostSiblings else { return nil }
    var claims = own.filter(\.isDirect).map { (stream: stream.name, candidate: $0) }
    for sibling in siblings {
      claims += try candidates(sibling, result).filter(\.isDirect).map { (sibling.name, $0) }
    }
    // Equal claims in the order of streams and tensors.
    let sorted = claims.enumerated().sorted { one, two in
      if one.element.candidate.goes(before: two.element.candidate) { return true }
      if two.element.candidate.goes(before: one.element.candidate) { return false }
      return one.offset < two.offset
    }
    var served: Set<String> = []
    var given: Set<Int> = []
    for (_, claim) in sorted
    where !served.contains(claim.stream) && !given.contains(claim.candidate.index) {
      if claim.stream == stream.name { return claim.candidate }
      served.insert(claim.stream)
      given.insert(claim.candidate.index)
    }
    return nil
  }

  /// What thresholds give behind the same streams as a stream, with nothing to be paired in between.
  private func siblings(of stream: Stream, at step: Int) -> [Stream] {
    let open = plane.steps[step...].flatMap { step in
      step.outputs.map { Stream(step.node, plane.graph.streams[$0].name, self) }
    }.filter(\.hasCodes)
    let pending = Set(open.map(\.name))
    let above = ancestry.aboveStream(stream.name)
    return open.filter {
      $0.name != stream.name && ancestry.aboveStream($0.name) == above
        && ancestry.isNext($0.name, behind: pending)
    }
  }
}

// MARK: Streams behind

extension ModelPairing.Search {
  /// The share of equal elements from which on two are hardly so by chance.
  private static let alike = 0.9

  /// Nodes behind thresholds that a model may have in front of its quantiser.
  private static let carriesOn: Set<String> = [
    "AddStreams", "StreamingEltwise", "ChannelwiseOp", "StreamingMaxPool", "Pool",
    "StreamingConcat", "FMPadding", "ConvolutionInputGenerator", "OuterShuffle", "InnerShuffle",
  ]

  /// Whether a stream that sums or pools make of this one is more like the tensor, or just like another.
  func isBetterBehind(
    _ stream: Stream, _ found: (index: Int, fit: Fit), _ result: DataplaneResult
  ) throws -> Bool {
    if signs.haveEqualWeights(stream.node.name, found.index),
      !tensors[found.index].makers.contains(.maximum)
    {
      return false
    }
    // What stands in its place gives way to no resemblance by chance.
    let candidate = try candidates(stream, result).first { $0.index == found.index }
    let stands = candidate?.stands ?? false
    let least = stands ? Self.alike : 0
    var open = [stream.name]
    var seen: Set<String> = []
    while let name = open.popLast() {
      guard seen.insert(name).inserted else { continue }
      for node in readers(of: name) where Self.carriesOn.contains(Node.baseName(node.opType)) {
        for output in node.outputs {
          open.append(output)
          guard let layout = try? plane.layout(of: output),
            layout.count == tensors[found.index].count, !isWindow(node),
            let actual = result.streams[output]?.int64s
          else { continue }
          if isFinished(found.index, by: node, behind: stream) { return true }
          let other = fit(actual, tensors[found.index], layout.dataType)
          if other.share > max(found.fit.share, isDifference(node) ? 0 : least) { return true }
          if !stands, isAnother(actual, layout) { return true }
        }
      }
    }
    return false
  }

  /// Whether a node does the last of what makes a tensor of a stream that only moves values.
  private func isFinished(_ index: Int, by node: Node, behind stream: Stream) -> Bool {
    guard !stream.hasCodes else { return false }
    let (wanted, own) = (tensors[index].makers, stream.makers)
    // Codes that were lifted for a pool are put down again.
    if wanted.contains(.offset), !own.contains(.offset) { return node.makers.contains(.offset) }
    return [.shuffle, .part, .padding].contains { own.contains($0) && node.makers.contains($0) }
  }

  private func isWindow(_ node: Node) -> Bool {
    ["FMPadding", "ConvolutionInputGenerator"].contains(Node.baseName(node.opType))
  }

  /// Whether values are those of a tensor that no stream carries yet.
  private func isAnother(_ actual: [Int64], _ layout: StreamLayout) -> Bool {
    tensors.indices.contains { i in
      !isTaken[i] && !tensors[i].isEnd && !tensors[i].isConstant && tensors[i].count == layout.count
        && fit(actual, tensors[i], layout.dataType).share == 1
    }
  }
}
