import DataflowSim
import OriginalModel
import SimKernels
import SimModel

extension ModelPairing {
  /// Walks the streams in dataflow order; each that is paired gets the model's codes, so that those
  /// behind it are judged by themselves.
  struct Search {
    let plane: Dataplane
    let tensors: [ModelTensor]
    let threads: Int
    let frames: Int
    var pairs: [Pair] = []
    var inputs: [String: Tensor] = [:]
    private var isTaken: [Bool]
    private var replaced: [String: Integers] = [:]
    var given: [String: Integers] = [:]
    var givenPairs: [Pair] = []
    /// What enters is no quantiser's codes by its type: few of them, or moved ones.
    private(set) var entersLoosely = false
    private var ancestry: Ancestry
    /// Nodes that prepare input which only the design's own data could be.
    private var blind: Set<String> = []

    init(
      plane: Dataplane, tensors: [ModelTensor], ancestry: Ancestry, threads: Int, frames: Int
    ) {
      self.plane = plane
      self.ancestry = ancestry
      self.tensors = tensors
      self.threads = threads
      self.frames = frames
      isTaken = tensors.map { _ in false }
    }

    /// How a stream's integers become the model's: a · x + b, and how many of the elements agree.
    struct Fit {
      var factor: Int
      var offset: Int
      var share: Double
    }

    /// The design's own data, first frames.
    mutating func enter(_ tensors: [String: Tensor]) throws {
      for (name, tensor) in tensors {
        let layout = try plane.layout(of: name)
        let values = try tensor.asIntegers(name: name)
        guard values.count >= frames * layout.count else {
          throw InputError("has fewer frames than the model's input", at: "input '\(name)'")
        }
        inputs[name] = try Tensor(
          Array(values.prefix(frames * layout.count)), shape: [frames] + layout.shape)
      }
    }

    /// Whether a tensor that enters stands behind one that the design computes.
    var entersBehind: Bool {
      let places = Dictionary(tensors.enumerated().map { ($1.name, $0) }) { first, _ in first }
      let entering = pairs.filter(\.node.isEmpty).compactMap { places[$0.tensor] }
      let first = computed.compactMap { places[$0.tensor] }.min() ?? .max
      return entering.contains { $0 > first }
    }

    /// More pairs, or as many that agree better; what enters agrees in any case.
    func isBetter(than other: Search) -> Bool {
      let (own, others) = (computed, other.computed)
      func agreement(_ pairs: [Pair]) -> Double { pairs.reduce(0) { $0 + $1.agreement } }
      return own.count == others.count
        ? agreement(own) > agreement(others) : own.count > others.count
    }

    private var computed: [Pair] { pairs.filter { !$0.node.isEmpty } }

    var isPerfect: Bool { pairs.allSatisfy { $0.agreement == 1 } }

    /// Feeds each input of the design with the first tensor of the model that it can take, or a later
    /// one by `choice`; false when there are not that many.
    mutating func enter(choice: Int) throws -> Bool {
      for (place, name) in plane.inputs.enumerated() {
        let layout = try plane.layout(of: name)
        let type = layout.dataType
        // A design that simrun lowered names its input after the model's tensor.
        let named = tensors.indices.filter { tensors[$0].name == name }
        let matches = (named + tensors.indices.filter { !named.contains($0) }).flatMap { i in
          let tensor = tensors[i]
          guard !isTaken[i], !tensor.isSum, tensor.count == layout.count,
            // With one channel a picture has the same order however its axes are written.
            layout.shape.count <= 2 || tensor.channels == layout.shape.last || tensor.channels == 1
          else { return [(Int, Entering)]() }
          return entering(tensor, type).map { (i, $0) }
        }
        if choice > 0, place == 0, choice >= matches.count || !named.isEmpty { return false }
        guard let (match, values) = matches.dropFirst(place == 0 ? choice : 0).first else {
          throw InputError(
            "takes \(layout.shape) of \(type); no tensor of the model is that",
            at: "graph input '\(name)' of the design",
            hint: "is this the model the design was made of? If its float input takes such "
              + "numbers, --input-type INPUT=\(type) says so")
        }
        let shape = [frames] + layout.shape
        entersLoosely = entersLoosely || values.isShifted || !hasLevels(match, layout)
        inputs[name] = try Tensor(values.integers, shape: shape)
        if values.isShifted,
          readers(of: name).contains(where: { $0.opType.hasPrefix("Thresholding") })
        {
          blind.formUnion(readers(of: name).map(\.name))
          inputs[name] = try Tensor([Int](repeating: 0, count: values.integers.count), shape: shape)
          continue
        }
        isTaken[match] = true
        ancestry.join(name, tensors[match].name)
        pairs.append(
          pair(name, match, Fit(factor: values.factor, offset: values.offset, share: 1)))
      }
      return true
    }

    /// A tensor's integers as an input takes them.
    private typealias Entering = (integers: [Int], factor: Int, offset: Int, isShifted: Bool)

    /// How an input of this type can take a tensor's integers, the likeliest first.
    private func entering(_ tensor: ModelTensor, _ type: DataType) -> [Entering] {
      var ways: [Entering] = []
      if tensor.integers.allSatisfy({ type.contains($0) }) {
        ways.append((tensor.integers, 1, 0, false))
        // A few frames may hold only such codes of a wider quantiser.
        if type.contains(tensor.low), type.contains(tensor.high) { return ways }
      } else if type == .binary, tensor.integers.allSatisfy({ abs($0) == 1 }) {
        // ±1 as 0 and 1.
        return [(tensor.integers.map { ($0 + 1) / 2 }, 2, -1, false)]
      }
      // Unsigned codes of a signed quantiser.
      if let range = type.range, tensor.high - tensor.low <= range.upperBound - range.lowerBound {
        let shift = range.lowerBound - tensor.low
        ways.append((tensor.integers.map { $0 + shift }, 1, -shift, shift != 0))
      }
      return ways
    }

    /// What reads a stream, seen through nodes that change no value.
    private func readers(of stream: String) -> [Node] {
      plane.design.nodes.filter { $0.inputs.contains(stream) }.flatMap { node in
        node.passesValuesOn ? node.outputs.flatMap { readers(of: $0) } : [node]
      }
    }

    private func pair(_ stream: String, _ index: Int, _ fit: Fit) -> Pair {
      let tensor = tensors[index]
      let writer = plane.graph[stream].writer.map { plane.design.nodes[$0.node].name } ?? ""
      let shift = Double(fit.offset)
      let width = max(tensor.scale.count, tensor.offset.count)
      let offset = (0..<width).map {
        tensor.scale[$0 % tensor.scale.count] * shift + tensor.offset[$0 % tensor.offset.count]
      }
      return Pair(
        stream: stream, node: writer, tensor: tensor.name, modelNode: tensor.node,
        scale: tensor.scale.map { $0 * Double(fit.factor) },
        offset: offset, shift: fit.offset, agreement: fit.share)
    }

    /// Nodes whose outputs are worth pairing: those that compute codes, not those that move them.
    private static func computes(_ op: String) -> Bool {
      [
        "Thresholding", "MVAU", "VVAU", "StreamingMaxPool", "Pool", "Lookup", "Requant",
        "AddStreams", "StreamingEltwise", "ChannelwiseOp", "UpsampleNearestNeighbour",
        "OuterShuffle", "InnerShuffle",
        "StreamingConcat",
      ]
      .contains(Node.baseName(op))
    }

    mutating func walk() throws {
      WorkProgress.tell("streams paired with the model's tensors", 0, of: plane.steps.count)
      var result = try plane.run(inputs, keep: .all, threads: threads) { _ in }
      for (n, step) in plane.steps.enumerated() where Self.computes(step.node.opType) {
        WorkProgress.tell("streams paired with the model's tensors", n, of: plane.steps.count)
        let hasCodes = step.node.initializers["thresholds"] != nil || isDifference(step.node)
        for output in step.outputs {
          let stream = plane.graph.streams[output].name
          if !hasCodes, isSummed(step.node, stream) { continue }
          guard
            let found = try best(
              stream, result, hasCodes: hasCodes,
              isGiven: blind.contains(step.node.name))
          else { continue }
          if found.fit.share < 1, isBetterBehind(stream, found, result) { continue }
          isTaken[found.index] = true
          ancestry.join(stream, tensors[found.index].name)
          if blind.contains(step.node.name) {
            given[stream] = try codes(of: found, for: stream, result)
            givenPairs.append(pair(stream, found.index, found.fit))
            replaced[stream] = given[stream]
            result = try plane.run(inputs, keep: .all, replacing: replaced, threads: threads) { _ in
            }
            continue
          }
          pairs.append(pair(stream, found.index, found.fit))
          guard found.fit.share < 1 else { continue }
          replaced[stream] = try codes(of: found, for: stream, result)
          result = try plane.run(inputs, keep: .all, replacing: replaced, threads: threads) { _ in }
        }
      }
    }

    /// Whether a stream that sums or pools make of this one is more like the tensor, or just like another.
    private func isBetterBehind(
      _ stream: String, _ found: (index: Int, fit: Fit), _ result: DataplaneResult
    ) -> Bool {
      var open = [stream]
      // What stands in its place gives way to no resemblance by chance.
      let own = try? plane.layout(of: stream)
      let least = own.map { stands(found.index, stream, $0) } ?? false ? Self.alike : 0
      while let name = open.popLast() {
        for node in readers(of: name)
        where [
          "AddStreams", "StreamingEltwise", "ChannelwiseOp", "StreamingMaxPool", "Pool",
          "StreamingConcat",
        ].contains(Node.baseName(node.opType)) {
          for output in node.outputs {
            open.append(output)
            guard let layout = try? plane.layout(of: output),
              layout.count == tensors[found.index].count,
              let actual = result.streams[output]?.int64s
            else { continue }
            let other = fit(actual, tensors[found.index], layout.dataType)
            if other.share > max(found.fit.share, isDifference(node) ? 0 : least) { return true }
            let isExact = tensors.indices.contains { i in
              !isTaken[i] && !tensors[i].isSum && !tensors[i].isConstant
                && tensors[i].count == layout.count
                && fit(actual, tensors[i], layout.dataType).share == 1
            }
            if isExact { return true }
          }
        }
      }
      return false
    }

    private func codes(
      of found: (index: Int, fit: Fit), for stream: String, _ result: DataplaneResult
    ) throws -> Integers {
      Integers(
        tensors[found.index].integers.map { ($0 - found.fit.offset) / found.fit.factor },
        rowLength: try plane.layout(of: stream).rowLength, format: result.streams[stream]!.format)
    }

    /// A tensor that a stream may carry.
    private struct Candidate {
      var index: Int
      var fit: Fit
      /// Its neighbours in front are those of the stream.
      var isInPlace: Bool
      var hasLevels: Bool

      /// What stands in the right place goes before what merely has the same values.
      var rank: (Int, Double) {
        isInPlace && fit.share > 0.5 ? (hasLevels ? 2 : 1, fit.share) : (0, fit.share)
      }
    }

    /// The tensor that a stream carries: of those that fit best the first in the model's order.
    private func best(_ stream: String, _ result: DataplaneResult, hasCodes: Bool, isGiven: Bool)
      throws
      -> (index: Int, fit: Fit)?
    {
      let layout = try plane.layout(of: stream)
      guard let actual = result.streams[stream]?.int64s else { return nil }
      let isEnd = !hasCodes && leadsOut(stream)
      let above = ancestry.aboveStream(stream)
      let possible = tensors.indices.filter { i in
        !isTaken[i] && tensors[i].count == layout.count
          && (tensors[i].channels == (layout.shape.last ?? 1) || layout.shape.count <= 2)
      }
      let places = Set(
        possible.filter { !tensors[$0].isSum && ancestry.aboveTensor(tensors[$0].name) == above })
      var best: Candidate?
      for i in possible.filter(places.contains) + possible.filter({ !places.contains($0) })
      where !tensors[i].isSum {
        // What stands there and has all values needs no rival.
        if let best, best.rank.0 > 0, best.fit.share == 1, !places.contains(i) { break }
        var fit = fit(actual, tensors[i], layout.dataType)
        if isGiven, fit.share < 0.5 { fit.share = 0.51 }
        // Sums in front of thresholds resemble what the thresholds make of them.
        if !hasCodes, fit.share < 1, !isReordered(actual, tensors[i], fit) { continue }
        if !hasCodes, tensors[i].isConstant, !places.contains(i) { continue }
        let candidate = Candidate(
          index: i, fit: fit, isInPlace: places.contains(i), hasLevels: hasLevels(i, layout))
        if let best, !(candidate.rank > (best.rank.0, best.rank.1 + 1e-9)) { continue }
        if fit.share > 0 || best == nil { best = candidate }
        if candidate.rank == (2, 1) { break }
      }
      if best == nil, isEnd, let i = possible.first(where: { tensors[$0].isSum }) {
        return (i, fit(actual, tensors[i], layout.dataType, popcount: popcount(stream)))
      }
      // What stands there goes before what resembles it by chance.
      let standing = places.filter { hasLevels($0, layout) }
      let direct = standing.filter { stands($0, stream, layout) }
      if hasCodes, direct.count == 1, let only = direct.first, let best, best.fit.share < Self.alike
      {
        return (only, fit(actual, tensors[only], layout.dataType))
      }
      // By chance alone values of few levels agree now and then.
      if let best, best.fit.share > 0.5 || !hasCodes || isNext(best.index, layout) {
        return (best.index, best.fit)
      }
      // A layer that is wrong everywhere still stands where the model's does.
      guard hasCodes else { return nil }
      if standing.count == 1, let only = standing.first {
        return (only, fit(actual, tensors[only], layout.dataType))
      }
      guard let next = tensors.indices.first(where: { !isTaken[$0] }),
        tensors[next].count == layout.count, !tensors[next].isSum, isNext(next, layout)
      else { return nil }
      return (next, fit(actual, tensors[next], layout.dataType))
    }

    /// The share of equal elements from which on two are hardly so by chance.
    private static let alike = 0.9

    /// Whether a stream is next behind the same streams as a tensor, with as many levels.
    private func stands(_ index: Int, _ stream: String, _ layout: StreamLayout) -> Bool {
      let name = tensors[index].name
      return !tensors[index].isSum && hasLevels(index, layout) && ancestry.isDirect(name)
        && ancestry.aboveTensor(name) == ancestry.aboveStream(stream)
    }

    /// Whether a stream's type is that of a tensor's codes.
    private func hasLevels(_ index: Int, _ layout: StreamLayout) -> Bool {
      guard let range = layout.dataType.range else { return false }
      let levels = tensors[index].high - tensors[index].low
      let width = range.upperBound - range.lowerBound
      if layout.dataType == .binary { return levels <= 2 }
      return levels <= width && 2 * levels + 1 >= width
    }

    /// What two lists of thresholds give: a function that rises and falls.
    private func isDifference(_ node: Node) -> Bool {
      Node.baseName(node.opType) == "StreamingEltwise"
        && node.inputs.allSatisfy { thresholds(writing: $0) }
    }

    /// Whether a Thresholding writes a stream, through nodes that change no value.
    private func thresholds(writing stream: String) -> Bool {
      guard let writer = plane.design.nodes.first(where: { $0.outputs.contains(stream) }) else {
        return false
      }
      return Node.baseName(writer.opType) == "Thresholding"
        || writer.passesValuesOn && writer.inputs.contains { thresholds(writing: $0) }
    }

    /// Sums that are thresholded: what the thresholds give is compared, however much the sums resemble it.
    private func isSummed(_ node: Node, _ stream: String) -> Bool {
      let readers = readers(of: stream)
      return ["AddStreams", "StreamingEltwise", "ChannelwiseOp", "MVAU", "VVAU"]
        .contains(Node.baseName(node.opType)) && !readers.isEmpty
        && readers.allSatisfy { Node.baseName($0.opType) == "Thresholding" }
    }

    /// Whether nothing but a bias or the choice of labels stands between a stream and an output.
    private func leadsOut(_ stream: String) -> Bool {
      if plane.design.graphOutputs.contains(stream) { return true }
      let next = readers(of: stream)
      return !next.isEmpty
        && next.allSatisfy { node in
          ["ChannelwiseOp", "LabelSelect"].contains(Node.baseName(node.opType))
            && (Node.baseName(node.opType) == "LabelSelect" || node.outputs.allSatisfy(leadsOut))
        }
    }

    /// The right values in another order: what a shuffle or a transposition gone wrong leaves.
    private func isReordered(_ actual: [Int64], _ tensor: ModelTensor, _ fit: Fit) -> Bool {
      let count = min(actual.count, tensor.integers.count)
      let found = actual.prefix(count).map { Int($0) * fit.factor + fit.offset }
      return Set(found).count > 2 && found.sorted() == tensor.integers.prefix(count).sorted()
    }

    /// A layer that is wrong everywhere still stands where the model's does.
    private func isNext(_ index: Int, _ layout: StreamLayout) -> Bool {
      tensors.indices.first { !isTaken[$0] } == index && layout.dataType != .binary
        && hasLevels(index, layout)
    }
  }
}
