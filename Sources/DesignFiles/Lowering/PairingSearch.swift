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
    var isTaken: [Bool]
    private var replaced: [String: Integers] = [:]
    var given: [String: Integers] = [:]
    var givenPairs: [Pair] = []
    /// What enters is no quantiser's codes by its type: few of them, or moved ones.
    private(set) var entersLoosely = false
    var ancestry: Ancestry
    let signs: StructureSigns
    /// For each output of the model the tensor that leaves there.
    let leaving: [Int?]
    /// Nodes that prepare input which only the design's own data could be.
    private var blind: Set<String> = []

    init(
      plane: Dataplane, tensors: [ModelTensor], ancestry: Ancestry, signs: StructureSigns,
      leaving: [Int?], threads: Int, frames: Int
    ) {
      self.plane = plane
      (self.signs, self.leaving) = (signs, leaving)
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
          guard !isTaken[i], !tensor.isEnd, tensor.count == layout.count,
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
    func readers(of stream: String) -> [Node] {
      plane.design.nodes.filter { $0.inputs.contains(stream) }.flatMap { node in
        node.passesValuesOn ? node.outputs.flatMap { readers(of: $0) } : [node]
      }
    }

    func pair(_ stream: String, _ index: Int, _ fit: Fit) -> Pair {
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
        "OuterShuffle", "InnerShuffle", "StreamingConcat", "Crop", "DownSampler",
        "ConvolutionInputGenerator", "FMPadding", "FMPadding_Pixel", "StreamingSplit",
      ]
      .contains(Node.baseName(op))
    }

    mutating func walk() throws {
      WorkProgress.tell("streams paired with the model's tensors", 0, of: plane.steps.count)
      var result = try plane.run(inputs, keep: .all, threads: threads) { _ in }
      for (n, step) in plane.steps.enumerated() where Self.computes(step.node.opType) {
        WorkProgress.tell("streams paired with the model's tensors", n, of: plane.steps.count)
        let isGiven = blind.contains(step.node.name)
        for output in step.outputs {
          let stream = Stream(step.node, plane.graph.streams[output].name, self)
          if !stream.hasCodes, isSummed(step.node, stream.name) { continue }
          let isPart = isPartOfDifference(stream)
          guard let found = try best(stream, at: n, result, isGiven: isGiven),
            !isPart || found.fit.share == 1
          else { continue }
          if found.fit.share < 1, try isBetterBehind(stream, found, result) { continue }
          isTaken[found.index] = true
          ancestry.join(stream.name, tensors[found.index].name)
          if isGiven {
            given[stream.name] = try codes(of: found, for: stream.name, result)
            givenPairs.append(pair(stream.name, found.index, found.fit))
          } else {
            pairs.append(pair(stream.name, found.index, found.fit))
          }
          guard isGiven || found.fit.share < 1 else { continue }
          replaced[stream.name] = try codes(of: found, for: stream.name, result)
          result = try plane.run(inputs, keep: .all, replacing: replaced, threads: threads) { _ in }
        }
      }
      try pairEnds(result)
    }

    private func codes(
      of found: (index: Int, fit: Fit), for stream: String, _ result: DataplaneResult
    ) throws -> Integers {
      Integers(
        tensors[found.index].integers.map { ($0 - found.fit.offset) / found.fit.factor },
        rowLength: try plane.layout(of: stream).rowLength, format: result.streams[stream]!.format)
    }

    /// Whether a stream's type is that of a tensor's codes.
    func hasLevels(_ index: Int, _ layout: StreamLayout) -> Bool {
      guard let range = layout.dataType.range else { return false }
      let levels = tensors[index].high - tensors[index].low
      let width = range.upperBound - range.lowerBound
      if layout.dataType == .binary { return levels <= 2 }
      return levels <= width && 2 * levels + 1 >= width
    }

    /// What two lists of thresholds give: a function that rises and falls.
    func isDifference(_ node: Node) -> Bool {
      Node.baseName(node.opType) == "StreamingEltwise"
        && node.inputs.allSatisfy { thresholds(writing: $0) }
    }

    /// Whether a stream is one of two lists of thresholds on the same sums, whose difference is the tensor.
    private func isPartOfDifference(_ stream: Stream) -> Bool {
      let readers = readers(of: stream.name)
      return !readers.isEmpty
        && readers.allSatisfy { node in
          guard isDifference(node) else { return false }
          let parts = node.inputs.compactMap { input in
            plane.design.nodes.first { $0.outputs.contains(plane.design.origin(of: input)) }
          }
          return Set(parts.map { plane.design.origin(of: $0.inputs[0]) }).count == 1
        }
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
  }
}
