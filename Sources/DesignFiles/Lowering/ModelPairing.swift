import DataflowSim
import OriginalModel
import SimKernels
import SimModel

/// Which streams of a design carry which quantised tensors of a model, found without a map: by order,
/// shape and levels, and by an exact affine fit of the values.
public struct ModelPairing: Sendable {
  /// A stream and the tensor it should carry: the model's number is scale · integer + offset.
  public struct Pair: Sendable {
    /// The design's stream.
    public let stream: String
    public let node: String
    /// The model's tensor.
    public let tensor: String
    /// The node of the model that makes the tensor.
    public let modelNode: String
    /// One number, or one per channel.
    public let scale: [Double]
    public let offset: [Double]
    /// What the model's codes are greater by than the stream's integers.
    let shift: Int
    /// The share of the elements that agree when every layer in front has the model's codes.
    public let agreement: Double
  }

  /// What enters the design is no quantiser's codes by its type, or codes that stand behind others which the
  /// design computes.
  public let entersLoosely: Bool
  /// In dataflow order.
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
  /// The tensors that those streams carry.
  let givenPairs: [Pair]
  /// The model as integer streams.
  let codes: ModelCodes

  /// Frames that are compared at most: every tensor of all of them is held at once.
  public static let mostFrames = 32

  /// Runs both sides on the data and pairs them.
  ///
  /// - Parameters:
  ///   - arrays: the model's input data, as read from `file`.
  ///   - designArrays: the design's own input data, when it is not the model's.
  ///   - parameters: weights and thresholds of the design, which tell layers of one shape apart.
  ///   - limit: frames that are compared.
  /// Throws `InputError` when the two have nothing in common.
  public init(
    _ plane: Dataplane, _ reference: Reference, arrays: [String: Tensor], file: String,
    designArrays: [String: Tensor]? = nil, parameters: ParameterStore? = nil,
    limit: Int = Self.mostFrames, threads: Int = 1
  ) throws {
    let frames = try reference.frames(of: arrays, file: file)
    let count = min(frames.count, limit)
    let codes = try ModelCodes(reference)
    let runs = try Parallel.all(count, workers: threads, telling: "frames of the model") {
      try reference.run(frames.frame($0), keep: .all)
    }
    var tensors = try codes.quantised.map { try ModelTensor($0, runs, codes) }
    // Numbers beyond all steps, as of a Gemm with huge factors, cannot be counted, nor compared.
    tensors += (codes.ends + codes.averages).compactMap { try? ModelTensor(end: $0, runs, codes) }
    if let raw = try ModelTensor(input: reference, runs, codes) { tensors.insert(raw, at: 0) }
    self.codes = codes
    var search = Search(
      plane: plane, tensors: tensors, ancestry: Ancestry(reference, codes, plane),
      signs: StructureSigns(plane.design, parameters, tensors, codes),
      leaving: codes.leaving(tensors), threads: threads, frames: count)
    if let designArrays {
      try search.enter(plane.namedInputs(designArrays, file: file))
      try search.walk()
    } else {
      search = try Self.entered(search)
    }
    pairs = search.pairs
    entersLoosely = search.entersLoosely || search.entersBehind
    guard pairs.contains(where: { !plane.inputs.contains($0.stream) }) else {
      throw InputError(
        "no stream of the design has the shape of a quantised tensor of the model",
        hint: "is this the model the design was made of?")
    }
    let used = Set(pairs.map(\.tensor))
    // A quantiser that changes nothing shares its stream with the tensor in front.
    let layers = Dictionary(
      codes.quantised.map { ($0.tensor, $0.code.layer) }, uniquingKeysWith: { first, _ in first })
    let carried = Set(used.compactMap { layers[$0] })
    let left = codes.quantised.filter {
      !$0.code.isInner && !used.contains($0.tensor) && !carried.contains($0.code.layer)
    }
    unpaired = left.map { $0.tensor }
    inputs = search.inputs
    (given, givenPairs) = (search.given, search.givenPairs)
    values = Dictionary(
      try tensors.filter { used.contains($0.name) }.map { ($0.name, try $0.real()) }
    ) { first, _ in first }
  }
}

extension ModelPairing {
  /// Whether what enters here is computed in the other pairing, so that the design begins in front of it, or
  /// can be nothing that enters.
  public func beginsLate(beside other: ModelPairing) -> Bool {
    let entered = Set(pairs.filter(\.node.isEmpty).map(\.tensor))
    return entersLoosely
      || other.pairs.contains { !$0.node.isEmpty && entered.contains($0.tensor) }
  }

  /// Streams that differ from the model with its codes in front.
  public var differing: Int { pairs.count { !$0.node.isEmpty && $0.agreement < 1 } }

  /// What several tensors of the model could be as the design's input is the one with which most agrees.
  private static func entered(_ search: Search) throws -> Search {
    var best: Search?
    for choice in 0..<4 {
      var tried = search
      guard try tried.enter(choice: choice) else { break }
      try tried.walk()
      if best.map({ tried.isBetter(than: $0) }) ?? true { best = tried }
      if tried.isPerfect { break }
    }
    return best!
  }
}

/// The quantised tensors of a model, whether or not all of it can be lowered.
struct ModelCodes {
  let quantised: [(tensor: String, code: Lowering.CodeStream)]
  /// What leaves the model without being a quantiser's codes.
  let ends: [(tensor: String, layer: Int)]
  /// Sums in front of an average's quotient: a design may leave that, and what follows, to the host.
  let averages: [(tensor: String, layer: Int)]
  /// By output of the model, the tensor whose integers leave; nil where no stream has them.
  private let outputs: [String?]
  let lowering: Lowering

  init(_ reference: Reference) throws {
    let lowering = try Lowering.walked(reference, isLenient: true)
    self.lowering = lowering
    let order = Dictionary(
      reference.steps.enumerated().flatMap { i, step in step.node.outputs.map { ($0, i) } }
    ) { first, _ in first }
    quantised = lowering.codes.map { ($0.key, $0.value) }
      .sorted { (order[$0.0] ?? -1, $0.0) < (order[$1.0] ?? -1, $1.0) }
    var ends: [String: Int] = [:]
    outputs = reference.graph.outputs.map { name in
      guard let end = Self.end(of: name, lowering) else { return nil }
      if lowering.codes[end.tensor] == nil { ends[end.tensor] = end.layer }
      return end.tensor
    }
    self.ends = ends.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    averages = lowering.layers.enumerated().filter { _, layer in
      layer.isAverage && layer.marks == nil && lowering.layouts[layer.tensor] != nil
        && lowering.codes[layer.tensor] == nil && ends[layer.tensor] == nil
        && order[layer.tensor] != nil
    }.map { ($0.element.tensor, $0.offset) }
  }

  /// The tensor in front of what the host does with an output: the last one that integers of a stream mean.
  private static func end(of output: String, _ lowering: Lowering) -> (tensor: String, layer: Int)?
  {
    guard let edge = lowering.edges[output], edge.starts.count == 1, let start = edge.starts.first
    else { return nil }
    var index = start.layer
    // Labels are chosen among sums.
    while case .labels = lowering.layers[index].kind { index = lowering.layers[index].inputs[0] }
    let tensor = index == start.layer ? start.tensor : lowering.layers[index].tensor
    guard lowering.layouts[tensor] != nil, lowering.shapes[tensor] != nil,
      lowering.layers[index].marks == nil
    else { return nil }
    return (tensor, index)
  }

  /// For each output of the model the place of the tensor that leaves there.
  func leaving(_ tensors: [ModelTensor]) -> [Int?] {
    outputs.map { name in name.flatMap { name in tensors.firstIndex { $0.name == name } } }
  }
}
