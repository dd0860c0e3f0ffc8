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
  ///   - limit: frames that are compared.
  /// Throws `InputError` when the two have nothing in common.
  public init(
    _ plane: Dataplane, _ reference: Reference, arrays: [String: Tensor], file: String,
    designArrays: [String: Tensor]? = nil, limit: Int = Self.mostFrames, threads: Int = 1
  ) throws {
    let frames = try reference.frames(of: arrays, file: file)
    let count = min(frames.count, limit)
    let codes = try ModelCodes(reference)
    let runs = try Parallel.all(count, workers: threads, telling: "frames of the model") {
      try reference.run(frames.frame($0), keep: .all)
    }
    var tensors = try codes.quantised.map { try ModelTensor($0, runs, codes) }
    tensors += try codes.sums.map { try ModelTensor(sum: $0, runs, codes) }
    if let raw = try ModelTensor(input: reference, runs, codes) { tensors.insert(raw, at: 0) }
    self.codes = codes
    var search = Search(
      plane: plane, tensors: tensors, ancestry: Ancestry(reference, codes, plane), threads: threads,
      frames: count)
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
  /// Sums that no quantiser follows: the model's end.
  let sums: [(tensor: String, layer: Int)]
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
    for name in reference.graph.outputs {
      guard let edge = lowering.edges[name], edge.starts.count == 1,
        var index = edge.starts.first?.layer
      else { continue }
      // Labels are chosen among sums.
      while case .labels = lowering.layers[index].kind { index = lowering.layers[index].inputs[0] }
      let tensor =
        index == edge.starts[0].layer ? edge.starts[0].tensor : lowering.layers[index].tensor
      guard lowering.codes[tensor] == nil, lowering.layouts[tensor] != nil,
        case .linear = lowering.layers[index].kind
      else { continue }
      ends[tensor] = index
    }
    sums = ends.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
