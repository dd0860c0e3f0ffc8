import DataflowSim
import OriginalModel
import SimModel

/// An original model as a dataflow design, and how the two belong together.
public struct LoweredModel: Sendable {
  /// The hardware, and the model it was made of.
  public var loaded: LoadedDesign
  public let reference: Reference
  /// Quantised tensors of the model in dataflow order, and the streams that carry their codes.
  public let codes: [QuantisedTensor]
  /// Tensors at which the design's inputs enter.
  public let inputs: [String]
  private let lowering: Lowering
  private let outputs: [(name: String, layer: Int)]

  /// A tensor of the model whose numbers are integers on a stream times a scale.
  public struct QuantisedTensor: Sendable {
    /// A tensor of the model.
    public let tensor: String
    public let node: String
    /// The stream that carries it.
    public let stream: String
    /// One number, or one per channel.
    public let scale: [Double]
    let isBipolar: Bool
    /// Tensor axes: 0 frame, 1 channel, 2 row, 3 column, in the order they have in the tensor.
    let layout: Layout
  }

  /// Lowers a model.
  ///
  /// Throws `InputError` naming the node that cannot be exact and what to change.
  public init(
    _ reference: Reference, name: String, part: String? = nil, clockMHz: Double? = nil
  ) throws {
    self.reference = reference
    let lowering = try Lowering.walked(reference)
    let outputs = try Self.outputs(lowering)
    let emitter: Emitter
    do {
      emitter = try Emitter(
        lowering, name: name, outputs: outputs, part: part, clockMHz: clockMHz ?? 100)
    } catch let error as InputError {
      throw error.inFile(reference.graph.file)
    }
    let arrays = emitter.arrays
    var notes = lowering.notes
    if clockMHz == nil { notes.append(ONNXImporter.noClock) }
    if emitter.joined > 0 {
      notes.append(
        "the \(emitter.joined) streams that join branches have FIFOs of a frame"
          + (emitter.shortened > 0
            ? ", but for \(emitter.shortened), of which a frame is more than simrun buffers" : "")
          + "; simrun fifo finds the least depths")
    }
    notes += Self.leftOut(lowering, outputs) + Self.endNotes(lowering, outputs)
    loaded = LoadedDesign(
      design: emitter.design, parameters: ParameterStore(arrays), notes: notes)
    let order = Dictionary(
      reference.steps.enumerated().flatMap { i, step in step.node.outputs.map { ($0, i) } }
    ) { first, _ in first }
    codes = lowering.codes.compactMap { tensor, code in
      emitter.carrier[code.layer].map {
        QuantisedTensor(
          tensor: tensor, node: code.node, stream: $0, scale: code.scale,
          isBipolar: lowering.layers[code.layer].isBipolar, layout: code.layout)
      }
    }.sorted { (order[$0.tensor] ?? -1, $0.tensor) < (order[$1.tensor] ?? -1, $1.tensor) }
    inputs = emitter.design.graphInputs
    (self.lowering, self.outputs) = (lowering, outputs)
  }

  private static func outputs(_ lowering: Lowering) throws -> [(name: String, layer: Int)] {
    var found: [(name: String, layer: Int)] = []
    for name in lowering.reference.graph.outputs where lowering.constants[name] == nil {
      guard let edge = lowering.edges[name], !edge.isHost else { continue }
      guard edge.starts.count == 1 else {
        throw InputError(
          "ends in a sum of two streams that is not quantised", file: lowering.reference.graph.file,
          at: "graph output '\(name)'", hint: "quantise the sum in the training code")
      }
      let layer = edge.starts[0].layer
      if !found.contains(where: { $0.layer == layer }) { found.append((name, layer)) }
    }
    guard !found.isEmpty else {
      throw InputError(
        "nothing in it is quantised, so there is nothing to put into hardware",
        file: lowering.reference.graph.file,
        hint: "add quantisers (QuantIdentity, QuantReLU, quantised layers) in the training code; "
          + "simrun run --input executes the model as it is")
    }
    return found
  }

  /// The model's outputs that are none of the design's.
  private static func leftOut(_ lowering: Lowering, _ outputs: [(name: String, layer: Int)])
    -> [String]
  {
    let inputs = Set(lowering.reference.graph.inputs.map(\.name))
    return lowering.reference.graph.outputs.compactMap { name in
      if outputs.contains(where: { $0.name == name }) { return nil }
      let own = "output '\(name)' is no output of the design: "
      if lowering.constants[name] != nil { return own + "it is constant, whatever enters" }
      guard let edge = lowering.edges[name], let start = edge.starts.first,
        let same = outputs.first(where: { $0.layer == start.layer })
      else {
        return own
          + (inputs.contains(name)
            ? "it is the model's input as it enters"
            : "nothing in front of it is quantised, so it is the host's work")
      }
      return own + "its integers are those of '\(same.name)'"
        + (edge.steps.isEmpty ? "" : ", what follows is the host's work")
    }
  }

  private static func endNotes(_ lowering: Lowering, _ outputs: [(name: String, layer: Int)])
    -> [String]
  {
    outputs.compactMap { name, layer in
      let steps = lowering.edges[name]!.steps.map(\.node.name)
      let scale = lowering.layers[layer]
      let factor =
        scale.scale.count == 1
        ? "\(Float(scale.scale[0] / Double(scale.divisor)))" : "a scale per channel"
      let tail = lowering.tails.contains(name) ? steps + ["what follows"] : steps
      let bias = scale.isProportional ? "" : " plus a bias per channel"
      guard !tail.isEmpty || !bias.isEmpty || factor != "1.0" else { return nil }
      return "output '\(name)' is the integer times \(factor)\(bias)"
        + (tail.isEmpty ? "" : ", then \(tail.joined(separator: ", "))") + ": the host's work"
    }
  }
}

extension LoweredModel {
  /// What a stream carries when a tensor of the model has these values: codes, channels last.
  ///
  /// Throws `InputError` when a value is on no step of the scale.
  public func tensor(of code: QuantisedTensor, _ value: Value) throws -> Tensor {
    let moved = Self.channelsLast(value, code.layout)
    let channels = moved.shape.last ?? 1
    let floats = moved.values
    let isBinary = loaded.design.streams[code.stream]?.dataType == "BINARY" && code.isBipolar
    let integers = try floats.indices.map { i in
      let step = code.scale.count == 1 ? code.scale[0] : code.scale[i % channels]
      let integer = try LoweredModel.whole(Double(floats[i]) / step, code.tensor)
      // ±1 in front of an XNOR product are stored as 0 and 1.
      return isBinary ? (integer + 1) / 2 : integer
    }
    return try Tensor(integers, shape: [1] + (shape(of: code.stream) ?? moved.shape))
  }

  /// The nearest integer.
  ///
  /// Throws `InputError` for what is no number.
  static func whole(_ steps: Double, _ tensor: String) throws -> Int {
    guard let integer = Int(exactly: steps.rounded()) else {
      throw InputError(
        "holds \(steps), which is no number of steps", at: "tensor '\(tensor)' of the model",
        hint: "look for NaN or infinite values in the input data")
    }
    return integer
  }

  /// An integer input as it enters the design.
  public func raw(_ input: String, _ value: Value) throws -> Tensor {
    let layout = lowering.layouts[input] ?? .vector
    let moved = Self.channelsLast(value, layout)
    return try Tensor(moved.values.map { Int($0) }, shape: [1] + (shape(of: input) ?? moved.shape))
  }

  /// The shape of a stream's frame as the design has it.
  private func shape(of stream: String) -> [Int]? { loaded.design.streams[stream]?.shape }

  static func channelsLast(_ value: Value, _ layout: Layout) -> (
    values: [Float], shape: [Int]
  ) {
    let parts = layout.parts(of: value.shape)
    func place(_ wanted: Role) -> [Int] { parts.indices.filter { parts[$0].role == wanted } }
    let order = place(.frame) + place(.row) + place(.column) + place(.channel)
    return (
      Probe.permuted(value.floats, parts.map(\.length), order), order.map { parts[$0].length }
    )
  }
}

extension LoweredModel {
  /// What enters the design when the model's tensors have these values: the host's part is done.
  public func feed(_ values: [String: Value]) throws -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for input in inputs {
      guard let value = values[input] else { continue }
      // An integer input enters as it is, whatever scale a DequantizeLinear behind it has.
      let code = codes.first { $0.stream == input && $0.tensor == input }
      tensors[input] = try code.map { try tensor(of: $0, value) } ?? raw(input, value)
    }
    return tensors
  }
}

// MARK: Outputs

extension LoweredModel {
  /// Whether the first output is the index of the largest element already.
  public var endsInLabels: Bool {
    if case .labels = lowering.layers[outputs[0].layer].kind { true } else { false }
  }

  /// The tensor behind which the host goes on with what the numbers of the first output leave out (Softmax,
  /// and what follows it); nil where nothing does.
  var tailStart: String? {
    var name = outputs[0].name
    guard !endsInLabels, lowering.tails.contains(name) else { return nil }
    while lowering.tails.contains(name) {
      guard let step = reference.steps.first(where: { $0.node.outputs.contains(name) }),
        let source = step.node.inputs.first(where: {
          lowering.tails.contains($0)
            || (lowering.edges[$0] != nil && lowering.constants[$0] == nil)
        })
      else { return nil }
      name = source
    }
    return name
  }

  /// The name of the first output, of those that hardware has a part in.
  public var firstOutput: String { outputs[0].name }

  /// A tensor of the model from its numbers, channels last; nil where its shape is not known.
  func value(_ numbers: [Float], of tensor: String) -> Value? {
    guard let shape = lowering.shapes[tensor], shape.reduce(1, *) == numbers.count else {
      return nil
    }
    let places = Self.channelsLast(
      Value(numbers.indices.map { Float($0) }, shape: shape),
      lowering.layouts[tensor] ?? .vector)
    var ordered = numbers
    for (number, place) in zip(numbers, places.values) { ordered[Int(place)] = number }
    return Value(ordered, shape: shape)
  }

  /// What integers on an output of the design mean in the model: its numbers, channels last.
  public func values(of integers: [Int], output place: Int) throws -> [Float] {
    let edge = lowering.edges[outputs[place].name]!
    let layer = lowering.layers[outputs[place].layer]
    let channels = layer.shape.channels
    let steps = edge.steps.filter { !LayoutOperations.names.contains($0.node.opType) }
    guard !steps.isEmpty else {
      return integers.indices.map { layer.value(integers[$0], $0 % channels) }
    }
    return try lowering.probe().evaluate(edge, [integers], count: integers.count / channels)[0]
  }

  /// Numbers of the first output, channels last, in the order of the model's tensor.
  public func inModelOrder(_ values: [Float]) -> [Float] {
    let shape = lowering.layers[outputs[0].layer].shape
    guard let layout = lowering.layouts[outputs[0].name],
      let axis = layout.order.firstIndex(of: .channel),
      layout.order.firstIndex(of: .row).map({ axis < $0 }) ?? false, shape.pixels > 1
    else { return values }
    return Probe.permuted(values, [shape.pixels, shape.channels], [1, 0])
  }
}
