import FoundationEssentials
import ONNXFormat
import SimModel

/// A QONNX, QDQ or FINN graph as the file says it: operations, constants, inputs and outputs.
///
/// It knows ONNX and nothing of hardware.
public struct ModelGraph: Sendable {
  /// The file it was read from, its nodes in the file's order, and its constants by tensor name.
  public var file: String
  public var nodes: [ModelNode]
  public var constants: [String: Value]
  public var inputs: [ModelInput]
  /// Graph outputs, each named once.
  public var outputs: [String]
  /// FINN's integer types by tensor.
  public var annotations: [String: String]
  /// The version of the default operator domain.
  public var opset: Int
}

/// What a person may say about a model beyond its file.
public struct ModelOptions: Sendable {
  /// Shapes by graph input, for dimensions that the file leaves open.
  public var shapes: [String: [Int]]
  /// Integer types by graph input, such as `UINT8`, for exports that say only that it is float.
  public var inputTypes: [String: String]
  /// Files with constants that the model leaves out, by name.
  public var archives: [NPZ]

  /// Options; empty where the file says it all.
  public init(
    shapes: [String: [Int]] = [:], inputTypes: [String: String] = [:], archives: [NPZ] = []
  ) {
    self.shapes = shapes
    self.inputTypes = inputTypes
    self.archives = archives
  }

  /// A constant that the model leaves out.
  fileprivate func constant(_ name: String) throws -> Value? {
    guard let archive = archives.last(where: { $0.contains(name) }) else { return nil }
    let tensor = try archive.tensor(name)
    return Value(tensor.asDoubles().map { Float($0) }, shape: tensor.shape)
  }

  fileprivate func check(_ inputs: [String]) throws {
    for (option, names) in [
      ("--shape", shapes.keys.sorted()), ("--input-type", inputTypes.keys.sorted()),
    ] {
      for name in names where !inputs.contains(name) {
        let near = nearestName(to: name, among: inputs)
        throw InputError(
          "\(option) names '\(name)', which is no graph input",
          hint: near.map { "did you mean '\($0)'?" } ?? "it has \(inputs.joined(separator: ", "))")
      }
    }
  }
}

extension ModelGraph {
  /// The operator set versions whose rules are known.
  static let knownOpsets = 7...24

  /// Reads the model at `path`; external data is taken from the model's folder.
  ///
  /// Throws `InputError` with file and place.
  public init(contentsOf path: String, options: ModelOptions = ModelOptions()) throws {
    try self.init(InputFile.read(path), file: path, options: options)
  }

  /// Reads a model that is in memory; `file` says where external data may lie.
  public init(_ data: Data, file: String, options: ModelOptions = ModelOptions()) throws {
    do {
      try self.init(decoding: data, file: file, options: options)
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  private init(decoding data: Data, file: String, options: ModelOptions) throws {
    guard let model = try? ONNXModelProto(serializedBytes: data), model.hasGraph else {
      throw InputError(
        "is not a complete ONNX model (the protobuf cannot be decoded)",
        hint: NotAModel.hint(data)
          ?? "is the file truncated? give the export of the training, QONNX or QDQ (.onnx)")
    }
    guard !model.graph.node.isEmpty else { throw InputError("is a model without nodes") }
    self.file = file
    opset = Self.opset(of: model)
    guard Self.knownOpsets.contains(opset) else {
      throw InputError(
        "uses operator set \(opset) (known: \(Self.knownOpsets.lowerBound) to "
          + "\(Self.knownOpsets.upperBound))",
        hint: "export with an opset_version that is known, 13 for instance")
    }
    let reader = TensorReader(folder: URL(fileURLWithPath: file).deletingLastPathComponent().path)
    constants = [:]
    for tensor in model.graph.initializer {
      constants[tensor.name] = try reader.value(tensor, at: "initializer '\(tensor.name)'")
    }
    nodes = try Self.nodes(of: model.graph, reader)
    let pairs = model.graph.quantizationAnnotation.compactMap { annotation in
      annotation.quantParameterTensorNames.first { $0.key == "finn_datatype" }
        .map { (annotation.tensorName, $0.value) }
    }
    annotations = Dictionary(pairs) { first, _ in first }
    var seen: Set<String> = []
    outputs = model.graph.output.map(\.name).filter { seen.insert($0).inserted }
    inputs = []
    for info in model.graph.input where constants[info.name] == nil {
      guard !inputs.contains(where: { $0.name == info.name }) else {
        throw InputError(
          "lists the graph input '\(info.name)' twice",
          hint: "export the model again; an input has one entry")
      }
      inputs.append(
        try Self.input(
          info, options.shapes, options.inputTypes[info.name] ?? annotations[info.name]))
    }
    try options.check(inputs.map(\.name))
    try addMissingConstants(options)
    let expanded = try QuantizedExpansion(ChannelsLastWeights.marked(nodes, constants), constants)
    (nodes, constants) = (expanded.nodes, expanded.constants)
    try requireOutputs()
  }

  private mutating func addMissingConstants(_ options: ModelOptions) throws {
    guard !options.archives.isEmpty else { return }
    let made = Set(nodes.flatMap(\.outputs)).union(inputs.map(\.name))
    for name in Set(nodes.flatMap(\.inputs))
    where !name.isEmpty && !made.contains(name) && constants[name] == nil {
      constants[name] = try options.constant(name)
    }
  }

  private static func opset(of model: ONNXModelProto) -> Int {
    let standard = model.opsetImport.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }
    return standard.map { Int($0.version) }.max() ?? 11
  }

  private static func nodes(of graph: ONNXGraphProto, _ reader: TensorReader) throws -> [ModelNode]
  {
    try graph.node.enumerated().map { index, proto in
      let name = proto.name.isEmpty ? "\(proto.opType)_\(index)" : proto.name
      var attributes: [String: ModelNode.Attribute] = [:]
      for attribute in proto.attribute {
        let place = "node '\(name)' (\(proto.opType)), attribute '\(attribute.name)'"
        attributes[attribute.name] = try reader.attribute(attribute, at: place)
      }
      return ModelNode(
        name: name, opType: proto.opType, domain: proto.domain, inputs: proto.input,
        outputs: proto.output, attributes: attributes)
    }
  }

  private static func input(
    _ info: ONNXValueInfoProto, _ shapes: [String: [Int]], _ dataType: String?
  ) throws -> ModelInput {
    let tensor = info.type.tensorType
    guard let kind = TensorReader.kinds[tensor.elemType] ?? (tensor.elemType == 0 ? .float32 : nil)
    else {
      throw InputError(
        "ONNX element type \(tensor.elemType) is not supported", at: "graph input '\(info.name)'")
    }
    var shape = tensor.shape.dim.map { dimension -> Int? in
      dimension.hasDimValue && dimension.dimValue > 0 ? Int(dimension.dimValue) : nil
    }
    if let stated = shapes[info.name] {
      guard !tensor.hasShape || stated.count == shape.count else {
        throw InputError(
          "--shape states \(stated.count) dimensions, but there are \(shape.count)",
          at: "graph input '\(info.name)'")
      }
      shape = stated
    }
    return ModelInput(name: info.name, shape: shape, kind: kind, dataType: dataType)
  }

  /// Tools that clean up a model may leave names of outputs that nothing makes any more.
  private mutating func requireOutputs() throws {
    let made = Set(nodes.flatMap(\.outputs)).union(constants.keys).union(inputs.map(\.name))
    let missing = outputs.filter { !made.contains($0) }
    outputs.removeAll(where: missing.contains)
    guard outputs.isEmpty else { return }
    guard let name = missing.first else { throw InputError("has no graph output") }
    let near = nearestName(to: name, among: made)
    throw InputError(
      "nothing produces the graph output '\(name)'", hint: near.map { "did you mean '\($0)'?" })
  }
}

extension ModelNode {
  /// Op types that round to levels.
  package static let quantizers: Set<String> = [
    "Quant", "IntQuant", "BipolarQuant", "FloatQuant", "Trunc", "MultiThreshold", "QuantizeLinear",
  ]
}

extension ModelGraph {
  /// Whether anything in it quantises.
  public var hasQuantizers: Bool {
    nodes.contains { ModelNode.quantizers.contains($0.opType) }
  }

  /// Makes the graph output called `name` the first. Throws `InputError` where there is none of that name.
  public mutating func putFirst(output name: String) throws {
    guard outputs.contains(name) else {
      let near = nearestName(to: name, among: outputs)
      throw InputError(
        "the model has no output '\(name)'", file: file,
        hint: near.map { "did you mean '\($0)'?" } ?? "it has \(outputs.joined(separator: ", "))")
    }
    outputs = [name] + outputs.filter { $0 != name }
  }

  /// The shape of a frame at a graph input. A batch that is left open is one frame.
  ///
  /// Throws `InputError` naming another dimension that the file leaves open.
  func frameShape(of input: ModelInput) throws -> [Int] {
    let frame = input.shape.dropFirst()
    if !frame.isEmpty, !frame.contains(nil) { return [input.shape[0] ?? 1] + frame.map { $0! } }
    return try input.shape.enumerated().map { axis, size in
      if let size { return size }
      let shown = input.shape.map { $0.map(String.init) ?? "?" }.joined(separator: ",")
      let example = input.shape.enumerated().map { $1.map(String.init) ?? ($0 == 0 ? "1" : "32") }
      throw InputError(
        "dimension \(axis) of shape [\(shown)] is not stated in the model",
        at: "graph input '\(input.name)'",
        hint: "state it, for instance --shape \(input.name)=\(example.joined(separator: ","))")
    }
  }
}
