import DataflowSim
import OriginalModel
import SimKernels
import SimModel

/// A design in the place of what it computes of a model: it is fed what the model makes of the data up to there, and its
/// output is taken on by the model's own steps behind.
public struct PlacedDesign: Sendable {
  /// The model's tensors that enter the design, by its graph input.
  public var entering: [String: String] { inputs.mapValues(\.pair.tensor) }
  /// The model's tensor that the design's output takes the place of; nil when its integers stand for themselves.
  public var leaving: String? { output?.pair.tensor }
  /// Streams that carry the model's codes instead of the design's own: what it does to raw data is not in the model.
  public var given: [String] { replaced.keys.sorted() }

  private let reference: Reference
  private let pairing: ModelPairing
  private let inputs: [String: Place]
  private let replaced: [String: Place]
  private let output: Place?
  private let front: Reference.Part
  private let behind: Reference.Part
  /// How many labels leave, where the design chooses them.
  private let named: Int?
  /// The design's own data.
  private let own: [String: Tensor]?

  /// What a design is run on.
  public struct Feed: Sendable {
    /// By graph input.
    public var inputs: [String: Tensor]
    /// Streams that carry these integers whatever their node computes.
    public var given: [String: Integers] = [:]
  }

  /// A stream in the place of a tensor.
  private struct Place: Sendable {
    let pair: ModelPairing.Pair
    /// The axes of the tensor.
    let layout: Layout

    /// The integers of the stream, channels last.
    func integers(_ value: Value) throws -> [Int] {
      let moved = LoweredModel.channelsLast(value, layout)
      let channels = moved.shape.last ?? 1
      return try moved.values.enumerated().map { i, number in
        let c = i % channels
        let steps =
          (Double(number) - pair.offset[c % pair.offset.count]) / pair.scale[c % pair.scale.count]
        return try LoweredModel.whole(steps, pair.tensor)
      }
    }

    /// The tensor that integers of the stream mean.
    func value(_ integers: [Double], shape: [Int]) -> Value {
      let count = shape.reduce(1, *)
      let places = LoweredModel.channelsLast(
        Value((0..<count).map { Float($0) }, shape: shape), layout)
      let channels = places.shape.last ?? 1
      var numbers = [Float](repeating: 0, count: count)
      for (i, place) in places.values.enumerated() {
        let c = i % channels
        numbers[Int(place)] = Float(
          integers[i] * pair.scale[c % pair.scale.count] + pair.offset[c % pair.offset.count])
      }
      return Value(numbers, shape: shape)
    }
  }

  /// Frames that the two are paired by.
  private static let looked = 4

  /// Finds out where in the model the design belongs.
  ///
  /// - Parameters:
  ///   - arrays: the model's input data, as read from `file`.
  ///   - own: the design's input data, when the model prepares it in another way.
  /// Throws `InputError` when the two have nothing in common.
  public init(
    _ plane: Dataplane, in reference: Reference, arrays: [String: Tensor], file: String,
    own: [String: Tensor]? = nil, threads: Int = 1
  ) throws {
    self.reference = reference
    self.own = own
    let pairing = try ModelPairing(
      plane, reference, arrays: arrays, file: file, designArrays: own, limit: Self.looked,
      threads: threads)
    self.pairing = pairing
    let lowering = pairing.codes.lowering
    func place(_ pair: ModelPairing.Pair) -> (String, Place)? {
      let layout = lowering.codes[pair.tensor]?.layout ?? lowering.layouts[pair.tensor]
      return layout.map { (pair.stream, Place(pair: pair, layout: $0)) }
    }
    func places(_ pairs: [ModelPairing.Pair]) -> [String: Place] {
      Dictionary(pairs.compactMap(place)) { first, _ in first }
    }
    let paired = places(pairing.pairs)
    inputs = paired.filter { plane.inputs.contains($0.key) }
    replaced = places(pairing.givenPairs)
    let stream = plane.design.origin(of: plane.design.graphOutputs[0])
    output =
      try paired[stream]
      ?? pairing.sum(in: stream, plane).flatMap { place($0)?.1 }
    named = plane.design.labelChoice?.named
    front = reference.part(
      for: inputs.values.map(\.pair.tensor) + replaced.values.map(\.pair.tensor))
    behind = reference.part(
      for: [reference.graph.outputs[0]], given: Set([output?.pair.tensor].compactMap { $0 }))
    let elements = try plane.layout(of: stream).count
    let wanted = lowering.shapes[reference.graph.outputs[0]]?.reduce(1, *)
    guard output != nil || named != nil || elements == wanted else {
      throw InputError(
        "its output '\(stream)' of \(elements) elements is no tensor that the model quantises, so nobody knows "
          + "how the model goes on from there",
        hint: "measure it alone, on its own input data")
    }
  }

}

extension Design {
  /// Among how many classes the first output chooses labels, and how many it names; nil where it chooses none.
  var labelChoice: (classes: Int?, named: Int)? {
    let stream = origin(of: graphOutputs[0])
    guard let writer = nodes.first(where: { $0.outputs.contains(stream) }),
      Node.baseName(writer.opType) == "LabelSelect"
    else { return nil }
    let block = try? block(of: writer)
    return (block?.inputs.first?.normalShape?.last, block?.outputs.first?.normalShape?.last ?? 1)
  }
}

extension ModelPairing {
  /// The tensor of sums of a paired stream that an average pool divides: designs leave the quotient to the host.
  fileprivate func sum(in stream: String, _ plane: Dataplane) throws -> Pair? {
    guard let node = plane.design.nodes.first(where: { $0.outputs.contains(stream) }),
      ["GlobalAccPool", "Pool"].contains(Node.baseName(node.opType))
    else { return nil }
    var front = node.inputs[0]
    while !pairs.contains(where: { $0.stream == front }),
      let writer = plane.design.nodes.first(where: { $0.outputs.contains(front) }),
      let input = writer.inputs.first,
      writer.passesValuesOn || Node.baseName(writer.opType) == "ConvolutionInputGenerator"
    { front = input }
    guard let pair = pairs.first(where: { $0.stream == front && $0.shift == 0 }),
      let index = codes.lowering.codes[pair.tensor]?.layer
    else { return nil }
    let layer = codes.lowering.layers.first {
      $0.isAverage && $0.inputs == [index] && $0.marks == nil
    }
    return layer.map {
      Pair(
        stream: stream, node: node.name, tensor: $0.tensor, modelNode: $0.node,
        scale: zip($0.scale, repeatElement(Double($0.divisor), count: $0.scale.count)).map(/),
        offset: [0], shift: 0, agreement: 1)
    }
  }
}

extension PlacedDesign {
  /// What enters the design for some frames, and streams whose integers are given.
  ///
  /// Throws `InputError` for numbers that are no integers of the streams.
  public func feed(_ frames: ModelFrames, _ range: Range<Int>, plane: Dataplane, threads: Int)
    throws -> Feed
  {
    let runs = try Parallel.all(range.count, workers: threads) {
      try reference.run(front, frames.frame(range.lowerBound + $0))
    }
    func integers(_ place: Place) throws -> [Int] {
      try runs.flatMap { try place.integers($0[place.pair.tensor]!) }
    }
    var tensors: [String: Tensor] = [:]
    for name in plane.inputs {
      let layout = try plane.layout(of: name)
      if let own = own?[name] {
        tensors[name] = try own.frames(range)
      } else {
        let values = try inputs[name].map(integers)
        tensors[name] = try Tensor(
          values ?? [Int](repeating: 0, count: range.count * layout.count),
          shape: [range.count] + layout.shape)
      }
    }
    var given: [String: Integers] = [:]
    for (stream, place) in replaced {
      guard let like = pairing.given[stream] else { continue }
      given[stream] = Integers(
        try integers(place), rowLength: try plane.layout(of: stream).rowLength, format: like.format)
    }
    return Feed(inputs: tensors, given: given)
  }

  /// The model's first output when the design gives these integers, and how many labels it holds (`Reference.named`).
  func outcome(_ integers: [Double], _ frame: [String: Value]) throws -> (
    values: [Float], named: Int?
  ) {
    guard let output, named == nil else { return (integers.map { Float($0) }, named) }
    let shape = pairing.codes.lowering.shapes[output.pair.tensor] ?? [1, integers.count]
    let value = output.value(integers, shape: shape)
    var values = frame
    values[output.pair.tensor] = value
    let result = try reference.run(behind, values)[reference.graph.outputs[0]] ?? value
    return (result.floats, reference.named(in: result))
  }
}

extension Tensor {
  /// Some of the frames on the leading axis.
  func frames(_ range: Range<Int>) throws -> Tensor {
    let size = bytes.count / max(1, shape[0])
    return try Tensor(
      shape: [range.count] + shape.dropFirst(), elementType: elementType,
      bytes: Array(bytes[range.lowerBound * size..<range.upperBound * size]))
  }
}
