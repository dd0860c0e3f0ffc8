import DataflowSim
import OriginalModel
import SimModel

/// Turns an original model into integer streams: what FINN's streamlining and conversion do, by exact
/// search instead of formulas.
///
/// Every tensor of the model is an elementwise function of one integer stream (or several, until a quantiser
/// has said how to join them). Linear layers, pools and quantisers make new streams; everything between
/// is absorbed into thresholds. What cannot be exact is refused by name.
struct Lowering: Sendable {
  let reference: Reference
  let shapes: [String: [Int]]
  /// Values that do not depend on the data although they are computed from it: shapes.
  let constants: [String: Value]
  var layers: [Layer] = []
  var edges: [String: Edge] = [:]
  var layouts: [String: Layout] = [:]
  /// Tensors between the reshapes of a shuffle.
  var cuts: [String: CutTensor] = [:]
  /// Which stream carries the codes of a tensor of the model, with its scale.
  var codes: [String: CodeStream] = [:]
  var notes: [String] = []
  /// Integer types of what DequantizeLinear takes.
  var integerRanges: [String: ClosedRange<Int>] = [:]
  /// Codes by sum for streams that join two.
  var pairTables: [Int: SumTable] = [:]
  /// Windows laid side by side (Im2Col), for the matrix behind them.
  var windows: [String: LaidWindow] = [:]
  /// Pools that are in hardware already, in front of the steps of an edge.
  var settledPools: Set<String> = []
  /// How many steps of the model came before the one at hand.
  private(set) var walkedSteps = 0
  /// Tensors behind the last stream, which the host computes.
  var tails: Set<String> = []

  /// A quantised tensor of the model and the stream that carries it.
  struct CodeStream: Sendable {
    var layer: Int
    var scale: [Double]
    var node: String
    var layout: Layout
    /// No quantiser of the model makes it: other designs need not have it.
    var isInner = false
  }

  init(_ reference: Reference) throws {
    self.reference = reference
    WorkProgress.tell("shapes of the model's tensors")
    let zero = try reference.zeroRun()
    shapes = zero.mapValues(\.shape)
    var constants = reference.constants
    for step in reference.steps where step.node.opType == "Shape" || step.node.opType == "Size" {
      constants[step.node.outputs[0]] = zero[step.node.outputs[0]]
    }
    for step in reference.steps where constants[step.node.outputs[0]] == nil {
      if step.node.inputs.allSatisfy({ $0.isEmpty || constants[$0] != nil }) {
        for name in step.node.outputs { constants[name] = zero[name] }
      }
    }
    self.constants = constants
  }

  /// Walks the model.
  ///
  /// - Parameters:
  ///   - isChannelsLast: how the axes of the model's inputs are read.
  ///   - isLenient: go on behind what cannot be lowered, as if the host computed it.
  mutating func run(isChannelsLast: Bool, isLenient: Bool = false) throws {
    for input in reference.graph.inputs { try start(input, isChannelsLast) }
    for (n, step) in reference.steps.enumerated() where constants[step.node.outputs[0]] == nil {
      WorkProgress.tell("lowering operations", n, of: reference.steps.count)
      walkedSteps = n
      do {
        try lower(step)
      } catch let error as InputError {
        guard isLenient else {
          throw error.at(step.node.place).inFile(reference.graph.file)
        }
        leave(step)
      }
    }
    for name in reference.graph.outputs {
      if try quantizeOutput(name) { continue }
      guard let edge = edges[name], edge.starts.count > 1 else { continue }
      do {
        edges[name] = try carried(edge)
      } catch let error as InputError where !isLenient {
        throw error.at("graph output '\(name)'").inFile(reference.graph.file)
      } catch is InputError {
        continue
      }
    }
  }

  /// What a step makes is taken as the host's.
  private mutating func leave(_ step: Reference.Step) {
    for name in step.node.outputs where !name.isEmpty {
      edges[name] = Edge(starts: [], steps: [], pools: [], tensor: name)
      layouts[name] = layoutLike(step.node.inputs.first, of: name)
    }
  }

  /// The axes of a tensor of the host: those of another of as many axes, if there is one.
  private func layoutLike(_ source: String?, of name: String) -> Layout {
    let rank = shapes[name]?.count ?? 0
    guard let known = source.flatMap({ layouts[$0] }), known.axes.count == rank else {
      return defaultLayout(rank)
    }
    return known
  }

  /// The walk of a model. Axes of its inputs are read channels first, or last where nothing tells, and the other way
  /// where that does not fit. What is refused both ways is refused for the reason that the walk that got further met.
  static func walked(_ reference: Reference, isLenient: Bool = false) throws -> Lowering {
    let usesWindows = reference.graph.nodes.contains { windowed.contains($0.opType) }
    let hasRank3 = reference.inputShapes.values.contains { $0.count == 3 }
    let likely = hasRank3 && !usesWindows
    let start = try Lowering(reference)
    var refusal: (error: InputError, steps: Int, isChannelsLast: Bool)?
    var mismatch: (found: LayoutMismatch, steps: Int)?
    for isChannelsLast in [likely, !likely] {
      var lowering = start
      do {
        try lowering.run(isChannelsLast: isChannelsLast)
        return lowering
      } catch let found as LayoutMismatch {
        guard lowering.walkedSteps > mismatch?.steps ?? -1 else { continue }
        mismatch = (found, lowering.walkedSteps)
      } catch let error as InputError {
        guard lowering.walkedSteps > refusal?.steps ?? -1 else { continue }
        refusal = (error, lowering.walkedSteps, isChannelsLast)
      }
    }
    guard let refusal else {
      throw InputError(
        "its layers do not agree about which axis holds the channels", file: reference.graph.file,
        at: mismatch?.found.place,
        hint: mismatch?.found.hint ?? "transpose the data once, at the input")
    }
    guard isLenient else { throw refusal.error }
    var lowering = start
    do {
      try lowering.run(isChannelsLast: refusal.isChannelsLast, isLenient: true)
    } catch is LayoutMismatch {
      throw refusal.error
    }
    return lowering
  }

  private static let windowed: Set<String> = [
    "Conv", "MaxPool", "AveragePool", "ConvTranspose", "GlobalAveragePool", "GlobalMaxPool",
  ]

  func probe() -> Probe {
    Probe(reference: reference, layers: layers, layouts: layouts, shapes: shapes)
  }

  func edge(_ name: String) throws -> Edge {
    guard let edge = edges[name] else {
      throw InputError("its input '\(name)' is not a stream of values")
    }
    return edge
  }
}

// MARK: Inputs

extension Lowering {
  /// An integer input is a stream; a float one stays with the host up to its first quantiser.
  private mutating func start(_ input: ModelInput, _ isChannelsLast: Bool) throws {
    let shape = reference.inputShapes[input.name]!
    guard (2...4).contains(shape.count) else {
      throw InputError(
        "has \(shape.count) axes", file: reference.graph.file,
        at: "graph input '\(input.name)'", hint: "2 to 4 axes can be streamed")
    }
    guard shape.first == 1 else {
      throw InputError(
        "has a batch of \(shape.first ?? 0) frames, shape \(shape)", file: reference.graph.file,
        at: "graph input '\(input.name)'",
        hint:
          "--shape \(input.name)=\(([1] + shape.dropFirst()).map(String.init).joined(separator: ",")), "
          + "or export the model with a batch of 1")
    }
    switch shape.count {
    case 2: layouts[input.name] = .vector
    case 3: layouts[input.name] = isChannelsLast ? .channelsLast1D : .channelsFirst1D
    default: layouts[input.name] = isChannelsLast ? .channelsLast : .channelsFirst
    }
    let range = try input.dataType.map { name in
      guard let type = DataType(name), let range = type.range else {
        throw InputError("'\(name)' is no integer type", at: "graph input '\(input.name)'")
      }
      return range
    }
    integerRanges[input.name] = input.kind.range
    guard let range = range ?? input.kind.range, range.upperBound - range.lowerBound < 1 << 32
    else {
      edges[input.name] = Edge(starts: [], steps: [], pools: [], tensor: input.name)
      return
    }
    let stream = streamShape(of: input.name)
    let layer = Layer(
      kind: .input, inputs: [], shape: stream,
      low: Array(repeating: range.lowerBound, count: stream.channels),
      high: Array(repeating: range.upperBound, count: stream.channels), scale: [1],
      isBipolar: input.dataType == "BIPOLAR", tensor: input.name, node: input.name)
    add(layer, carrying: input.name)
  }

  /// What a frame of a tensor is as a stream, by its axes.
  func streamShape(of name: String) -> StreamShape {
    let shape = shapes[name] ?? reference.inputShapes[name]!
    let layout = layouts[name]!
    var size: [Role: Int] = [.frame: 1, .channel: 1, .row: 1, .column: 1]
    for (axis, roles) in zip(shape, layout.axes) {
      if roles.contains(.channel) {
        size[.channel] = axis
      } else if roles.contains(.column) {
        size[.column] = axis
      } else if roles.contains(.row) {
        size[.row] = axis
      }
    }
    return StreamShape(
      height: size[.row]!, width: size[.column]!, channels: size[.channel]!,
      isVector: shape.count == 2)
  }

  /// Adds a layer whose integers are tensor `name` itself.
  @discardableResult
  mutating func add(_ layer: Layer, carrying name: String) -> Int {
    layers.append(layer)
    let index = layers.count - 1
    edges[name] = Edge(
      starts: [.init(layer: index, tensor: name)], steps: [], pools: [], tensor: name)
    return index
  }

  /// Adds a layer that carries no tensor of the model.
  mutating func add(_ layer: Layer) -> Int {
    layers.append(layer)
    return layers.count - 1
  }
}

// MARK: Steps

extension Lowering {
  private mutating func lower(_ step: Reference.Step) throws {
    let op = step.node.opType
    if step.node.inputs.contains(where: tails.contains) { return try stayBehind(step) }
    if op == "Clip" || op == "QuantizeLinear" || Self.keepsIntegers.contains(op) {
      noteIntegerRange(step.node)
    }
    let isHost = step.node.inputs.allSatisfy { edges[$0]?.isHost ?? true }
    if ElementwiseOperations.quantizers.contains(op) {
      try quantize(step)
    } else if LayoutOperations.names.contains(op) {
      try relayout(step)
    } else if ElementwiseOperations.names.contains(op) {
      try extend(step)
    } else if isHost, !Self.linear.contains(op) {
      try stayOnHost(step)
    } else {
      try lowerStructure(step)
    }
  }

  private static let linear: Set<String> = [
    "Conv", "ConvTranspose", "MatMul", "Gemm", "QLinearConv", "QLinearMatMul", "ConvInteger",
    "MatMulInteger", "Im2Col", "XnorPopcountMatMul",
  ]

  private mutating func lowerStructure(_ step: Reference.Step) throws {
    if Self.keepsIntegers.contains(step.node.opType) || step.node.opType == "Concat" {
      for name in step.node.inputs where integerRanges[name] != nil { try settle(name) }
    }
    switch step.node.opType {
    case "Conv": try convolution(step)
    case "ConvTranspose": try transposedConvolution(step)
    case "MatMul", "Gemm", "XnorPopcountMatMul": try matrixProduct(step)
    case "Im2Col": try slidingWindow(step)
    case "MaxPool", "MaxPoolNHWC": try maximumPool(step)
    case "AveragePool": try averagePool(step)
    case "GlobalAveragePool", "ReduceMean": try globalAverage(step)
    case "GlobalMaxPool", "ReduceMax": try globalMaximum(step)
    case "Concat": try concatenate(step)
    case "Resize", "Upsample": try upsample(step)
    case "Slice", "Gather", "Split": try pick(step)
    case "Pad": try pad(step)
    case "DepthToSpace", "SpaceToDepth": try depthToSpace(step)
    case "TopK", "ArgMax": try labels(step)
    case "Softmax", "LogSoftmax": try stayBehind(step)
    case "FloatQuant":
      throw InputError(
        "quantises to floating point, which the dataflow blocks do not compute",
        hint: "use an integer quantiser; simrun run executes the model as it is")
    default:
      if let refusal = quantizedRefusal(step.node) { throw refusal }
      throw InputError(
        "\(step.node.opType) cannot be lowered to a hardware block",
        hint: [
          "simrun run --input executes it",
          QuantizedNeighbours(of: step.node, in: reference.graph).text,
        ].compactMap(\.self).joined(separator: "; "))
    }
  }

  /// The model's end that no block computes: what follows is for the host.
  mutating func stayBehind(_ step: Reference.Step) throws {
    let input = try edge(step.node.inputs[0])
    guard !input.isHost else { return try stayOnHost(step) }
    let uses = reference.steps.filter { $0.node.inputs.contains(step.node.outputs[0]) }
    guard uses.allSatisfy({ constants[$0.node.outputs[0]] == nil && isTail($0) }) else {
      throw InputError(
        "\(step.node.opType) in the middle of a model cannot be lowered",
        hint: "simrun run --input executes it")
    }
    tails.insert(step.node.outputs[0])
    edges[step.node.outputs[0]] = input
    layouts[step.node.outputs[0]] = layouts[step.node.inputs[0]]
  }

  private func isTail(_ step: Reference.Step) -> Bool {
    ElementwiseOperations.names.contains(step.node.opType)
      || ElementwiseOperations.quantizers.contains(step.node.opType)
      || LayoutOperations.names.contains(step.node.opType)
      || ["Softmax", "LogSoftmax", "TopK", "ArgMax"].contains(step.node.opType)
  }

  private mutating func stayOnHost(_ step: Reference.Step) throws {
    for name in step.node.outputs where !name.isEmpty {
      edges[name] = Edge(starts: [], steps: [], pools: [], tensor: name)
      layouts[name] = layoutLike(step.node.inputs.first, of: name)
    }
  }

  /// Operations on integers that give some of them again.
  private static let keepsIntegers: Set<String> = LayoutOperations.names.union([
    "MaxPool", "GlobalMaxPool", "Slice", "Gather", "Split", "Resize", "Upsample", "DepthToSpace",
    "SpaceToDepth",
  ])

  private mutating func noteIntegerRange(_ node: ModelNode) {
    guard let output = node.outputs.first else { return }
    if Self.keepsIntegers.contains(node.opType) {
      if let range = integerRanges[node.inputs[0]] {
        for name in node.outputs { integerRanges[name] = range }
      }
    } else if node.opType == "QuantizeLinear" {
      let kind = node.inputs.count > 2 ? reference.constants[node.inputs[2]]?.kind : .uint8
      integerRanges[output] = kind?.range
    } else if let source = integerRanges[node.inputs[0]] {
      func limit(_ index: Int) -> Int? {
        index < node.inputs.count ? constants[node.inputs[index]]?.integers?.first : nil
      }
      let low = max(source.lowerBound, limit(1) ?? source.lowerBound)
      let high = min(source.upperBound, limit(2) ?? source.upperBound)
      if low <= high { integerRanges[output] = low...high }
    }
  }
}
