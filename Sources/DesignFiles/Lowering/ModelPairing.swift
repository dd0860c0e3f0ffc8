import DataflowSim
import OriginalModel
import SimKernels
import SimModel

/// Which streams of a design carry which quantised tensors of a model, found without a map: by order,
/// shape and levels, and by an exact affine fit of the values.
public struct ModelPairing: Sendable {
  /// A stream and the tensor it should carry: the model's number is scale · integer + offset.
  public struct Pair: Sendable {
    public let stream: String
    public let node: String
    public let tensor: String
    /// The node of the model that makes the tensor.
    public let modelNode: String
    /// One number, or one per channel.
    public let scale: [Double]
    public let offset: [Double]
    /// The share of the elements that agree when every layer in front has the model's codes.
    public let agreement: Double
  }

  public let pairs: [Pair]
  /// Quantised tensors of the model that no stream carries.
  public let unpaired: [String]
  /// What enters the design.
  public let inputs: [String: Tensor]
  /// The model's numbers by tensor, channels last, frames in front.
  public let values: [String: Tensor]
  /// Streams that get the model's codes without being compared: the design prepares raw pixels in a way
  /// that the model does not contain.
  public let given: [String: Integers]

  /// Runs both sides on the data and pairs them.
  ///
  /// - Parameters:
  ///   - arrays: the model's input data, as read from `file`.
  ///   - designArrays: the design's own input data, when it is not the model's.
  ///   - limit: frames that are compared.
  /// Throws `InputError` when the two have nothing in common.
  public init(
    _ plane: Dataplane, _ reference: Reference, arrays: [String: Tensor], file: String,
    designArrays: [String: Tensor]? = nil, limit: Int = 32, threads: Int = 1
  ) throws {
    let frames = try reference.frames(of: arrays, file: file)
    let count = min(frames.count, limit)
    let codes = try ModelCodes(reference)
    let runs = try Parallel.all(count, workers: threads) {
      try reference.run(frames.frame($0), keep: .all)
    }
    var tensors = try codes.quantised.map { try ModelTensor($0, runs, codes) }
    if let raw = try ModelTensor(input: reference, runs, codes) { tensors.insert(raw, at: 0) }
    var search = Search(plane: plane, tensors: tensors, threads: threads, frames: count)
    if let designArrays {
      try search.enter(plane.namedInputs(designArrays, file: file))
    } else {
      try search.enter()
    }
    try search.walk()
    pairs = search.pairs
    guard pairs.contains(where: { !plane.inputs.contains($0.stream) }) else {
      throw InputError(
        "no stream of the design has the shape of a quantised tensor of the model",
        hint: "is this the model the design was made of?")
    }
    let used = Set(pairs.map(\.tensor))
    unpaired = tensors.map(\.name).filter { !used.contains($0) }
    inputs = search.inputs
    given = search.given
    values = Dictionary(
      try tensors.filter { used.contains($0.name) }.map { ($0.name, try $0.real()) }
    ) { first, _ in first }
  }
}

/// The quantised tensors of a model, whether or not all of it can be lowered.
struct ModelCodes {
  let quantised: [(tensor: String, code: Lowering.CodeStream)]
  let lowering: Lowering

  init(_ reference: Reference) throws {
    var lowering = try Lowering(reference)
    do {
      try lowering.run(isChannelsLast: false, isLenient: true)
    } catch is Lowering.LayoutMismatch {
      lowering = try Lowering(reference)
      try lowering.run(isChannelsLast: true, isLenient: true)
    }
    self.lowering = lowering
    let order = Dictionary(
      reference.steps.enumerated().flatMap { i, step in step.node.outputs.map { ($0, i) } }
    ) { first, _ in first }
    quantised = lowering.codes.map { ($0.key, $0.value) }
      .sorted { (order[$0.0] ?? -1, $0.0) < (order[$1.0] ?? -1, $1.0) }
  }
}

/// A tensor of the model as integers, channels last.
private struct ModelTensor {
  let name: String
  let node: String
  let scale: [Double]
  let low: Int
  let high: Int
  let channels: Int
  /// Elements of a frame.
  let count: Int
  /// All frames.
  let integers: [Int]
  private let shape: [Int]

  init(
    _ item: (tensor: String, code: Lowering.CodeStream), _ runs: [[String: Value]],
    _ codes: ModelCodes
  ) throws {
    name = item.tensor
    node = item.code.node
    scale = item.code.scale
    let layer = codes.lowering.layers[item.code.layer]
    (low, high) = (layer.range.lowerBound, layer.range.upperBound)
    var shape: [Int] = []
    var integers: [Int] = []
    for run in runs {
      let moved = LoweredModel.channelsLast(run[item.tensor]!, item.code.layout)
      shape = moved.shape
      let channels = shape.last ?? 1
      for (i, value) in moved.values.enumerated() {
        let step = scale.count == 1 ? scale[0] : scale[i % channels]
        integers.append(Int((Double(value) / step).rounded()))
      }
    }
    (self.shape, self.integers) = (shape, integers)
    channels = shape.last ?? 1
    count = shape.reduce(1, *)
  }

  /// The model's own input when it holds whole numbers.
  init?(input reference: Reference, _ runs: [[String: Value]], _ codes: ModelCodes) throws {
    guard reference.graph.inputs.count == 1, let input = reference.graph.inputs.first,
      let layout = codes.lowering.layouts[input.name]
    else { return nil }
    var integers: [Int] = []
    var shape: [Int] = []
    for run in runs {
      let moved = LoweredModel.channelsLast(run[input.name]!, layout)
      shape = moved.shape
      for value in moved.values {
        guard let whole = Int(exactly: value) else { return nil }
        integers.append(whole)
      }
    }
    (name, node, scale) = (input.name, "", [1])
    (low, high) = (integers.min() ?? 0, integers.max() ?? 0)
    (self.shape, self.integers) = (shape, integers)
    channels = shape.last ?? 1
    count = shape.reduce(1, *)
  }

  /// The model's numbers.
  func real() throws -> Tensor {
    let numbers = integers.enumerated().map { i, q in
      Double(q) * (scale.count == 1 ? scale[0] : scale[i % channels])
    }
    return try Tensor(numbers, shape: [integers.count / max(1, count)] + shape)
  }
}

extension ModelPairing {
  /// Walks the streams in dataflow order; each that is paired gets the model's codes, so that those
  /// behind it are judged by themselves.
  private struct Search {
    let plane: Dataplane
    let tensors: [ModelTensor]
    let threads: Int
    let frames: Int
    var pairs: [Pair] = []
    var inputs: [String: Tensor] = [:]
    private var isTaken: [Bool]
    private var replaced: [String: Integers] = [:]
    var given: [String: Integers] = [:]
    /// Nodes that prepare input which only the design's own data could be.
    private var blind: Set<String> = []

    init(plane: Dataplane, tensors: [ModelTensor], threads: Int, frames: Int) {
      self.plane = plane
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

    /// Feeds each input of the design with the first tensor of the model that it can take.
    mutating func enter() throws {
      for name in plane.inputs {
        let layout = try plane.layout(of: name)
        let type = layout.dataType
        // A design that simrun lowered names its input after the model's tensor.
        let named = tensors.indices.filter { tensors[$0].name == name }
        let match = (named + tensors.indices).first { i in
          let tensor = tensors[i]
          guard !isTaken[i], tensor.count == layout.count,
            layout.shape.count <= 2 || tensor.channels == layout.shape.last
          else { return false }
          return entering(tensor, type) != nil
        }
        guard let match, let values = entering(tensors[match], type) else {
          throw InputError(
            "takes \(layout.shape) of \(type); no tensor of the model is that",
            at: "graph input '\(name)' of the design",
            hint: "is this the model the design was made of?")
        }
        let shape = [frames] + layout.shape
        inputs[name] = try Tensor(values.integers, shape: shape)
        if values.isShifted,
          readers(of: name).contains(where: { $0.opType.hasPrefix("Thresholding") })
        {
          blind.formUnion(readers(of: name).map(\.name))
          inputs[name] = try Tensor([Int](repeating: 0, count: values.integers.count), shape: shape)
          continue
        }
        isTaken[match] = true
        pairs.append(
          pair(name, match, Fit(factor: values.factor, offset: values.offset, share: 1)))
      }
    }

    /// A tensor's integers as an input of this type takes them.
    private func entering(_ tensor: ModelTensor, _ type: DataType)
      -> (integers: [Int], factor: Int, offset: Int, isShifted: Bool)?
    {
      if tensor.integers.allSatisfy({ type.contains($0) }) { return (tensor.integers, 1, 0, false) }
      // ±1 as 0 and 1.
      if type == .binary, tensor.integers.allSatisfy({ abs($0) == 1 }) {
        return (tensor.integers.map { ($0 + 1) / 2 }, 2, -1, false)
      }
      // Unsigned codes of a signed quantiser.
      if let range = type.range, tensor.high - tensor.low <= range.upperBound - range.lowerBound {
        let shift = range.lowerBound - tensor.low
        return (tensor.integers.map { $0 + shift }, 1, -shift, shift != 0)
      }
      return nil
    }

    /// What reads a stream, seen through nodes that change no value.
    private func readers(of stream: String) -> [Node] {
      plane.design.nodes.filter { $0.inputs.contains(stream) }.flatMap { node in
        ["StreamingDataWidthConverter", "StreamingFIFO", "DuplicateStreams"]
          .contains(Node.baseName(node.opType)) ? node.outputs.flatMap { readers(of: $0) } : [node]
      }
    }

    private func pair(_ stream: String, _ index: Int, _ fit: Fit) -> Pair {
      let tensor = tensors[index]
      let writer = plane.graph[stream].writer.map { plane.design.nodes[$0.node].name } ?? ""
      return Pair(
        stream: stream, node: writer, tensor: tensor.name, modelNode: tensor.node,
        scale: tensor.scale.map { $0 * Double(fit.factor) },
        offset: tensor.scale.map { $0 * Double(fit.offset) }, agreement: fit.share)
    }

    /// Nodes whose outputs are worth pairing: those that compute codes, not those that move them.
    private static func computes(_ op: String) -> Bool {
      [
        "Thresholding", "MVAU", "VVAU", "StreamingMaxPool", "Pool", "Lookup", "Requant",
        "AddStreams",
        "ChannelwiseOp", "UpsampleNearestNeighbour", "OuterShuffle", "InnerShuffle",
        "StreamingConcat",
      ]
      .contains(Node.baseName(op))
    }

    mutating func walk() throws {
      var result = try plane.run(inputs, keep: .all, threads: threads) { _ in }
      for step in plane.steps where Self.computes(step.node.opType) {
        let hasCodes = step.node.initializers["thresholds"] != nil
        for output in step.outputs {
          let stream = plane.graph.streams[output].name
          guard
            let found = try best(
              stream, result, hasCodes: hasCodes,
              isGiven: blind.contains(step.node.name))
          else { continue }
          isTaken[found.index] = true
          if blind.contains(step.node.name) {
            given[stream] = try codes(of: found, for: stream, result)
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

    private func codes(
      of found: (index: Int, fit: Fit), for stream: String, _ result: DataplaneResult
    ) throws -> Integers {
      Integers(
        tensors[found.index].integers.map { ($0 - found.fit.offset) / found.fit.factor },
        rowLength: try plane.layout(of: stream).rowLength, format: result.streams[stream]!.format)
    }

    /// The tensor that a stream carries: of those that fit best the first in the model's order.
    private func best(_ stream: String, _ result: DataplaneResult, hasCodes: Bool, isGiven: Bool)
      throws
      -> (index: Int, fit: Fit)?
    {
      let layout = try plane.layout(of: stream)
      guard let actual = result.streams[stream]?.int64s else { return nil }
      var best: (index: Int, fit: Fit)?
      for i in tensors.indices where !isTaken[i] && tensors[i].count == layout.count {
        guard tensors[i].channels == (layout.shape.last ?? 1) || layout.shape.count <= 2 else {
          continue
        }
        var fit = fit(actual, tensors[i], layout.dataType)
        if isGiven, fit.share < 0.5 { fit.share = 0.51 }
        // Sums in front of thresholds resemble what the thresholds make of them.
        if !hasCodes, fit.share < 1, !isReordered(actual, tensors[i], fit) { continue }
        if fit.share > (best?.fit.share ?? 0) + 1e-9 { best = (i, fit) }
        if fit.share == 1 { break }
      }
      // By chance alone values of few levels agree now and then.
      if let best, best.fit.share > 0.5 || !hasCodes || isNext(best.index, layout) { return best }
      // A layer that is wrong everywhere still stands where the model's does.
      guard hasCodes, let next = tensors.indices.first(where: { !isTaken[$0] }),
        tensors[next].count == layout.count, isNext(next, layout)
      else { return nil }
      return (next, fit(actual, tensors[next], layout.dataType))
    }

    /// The right values in another order: what a shuffle or a transposition gone wrong leaves.
    private func isReordered(_ actual: [Int64], _ tensor: ModelTensor, _ fit: Fit) -> Bool {
      let count = min(actual.count, tensor.integers.count)
      let found = actual.prefix(count).map { Int($0) * fit.factor + fit.offset }
      return Set(found).count > 2 && found.sorted() == tensor.integers.prefix(count).sorted()
    }

    /// A layer that is wrong everywhere still stands where the model's does.
    private func isNext(_ index: Int, _ layout: StreamLayout) -> Bool {
      guard let next = tensors.indices.first(where: { !isTaken[$0] }), next == index,
        let range = layout.dataType.range
      else { return false }
      let levels = tensors[index].high - tensors[index].low
      return levels <= range.upperBound - range.lowerBound
        && 2 * levels + 1 >= range.upperBound - range.lowerBound
    }

    private func fit(_ actual: [Int64], _ tensor: ModelTensor, _ type: DataType) -> Fit {
      let count = min(actual.count, tensor.integers.count)
      guard count > 0 else { return Fit(factor: 1, offset: 0, share: 0) }
      if type == .binary, tensor.low == -1, tensor.high == 1 {
        let equal = (0..<count).count { 2 * Int(actual[$0]) - 1 == tensor.integers[$0] }
        return Fit(factor: 2, offset: -1, share: Double(equal) / Double(count))
      }
      var differences: [Int: Int] = [:]
      for i in 0..<count { differences[tensor.integers[i] - Int(actual[i]), default: 0] += 1 }
      // The codes as they are, unless a shift by the quantiser's lowest code fits better.
      let shifts = [0, tensor.low - (type.range?.lowerBound ?? 0)]
      let shift = shifts.max { (differences[$0] ?? 0) < (differences[$1] ?? 0) } ?? 0
      return Fit(
        factor: 1, offset: shift, share: Double(differences[shift] ?? 0) / Double(count))
    }
  }
}
