import DataflowSim
import FoundationEssentials
import ONNXFormat
import OriginalModel
import SwiftProtobuf

/// What an importer may be told beyond the file.
public struct ImportOptions: Sendable {
  /// The design's name; the file's stem otherwise.
  public var name: String?
  /// The FPGA part, which an ONNX file does not name.
  public var part: String?
  /// The clock; otherwise the model's `clk_ns`, otherwise 100 MHz.
  public var clockMHz: Double?
  /// The FINN the hardware comes from; otherwise read off the graph.
  public var finnGeneration: FINNGeneration?
  /// Files with constant arrays that the model leaves out: `.npz` by array name, or another
  /// `.onnx` of the same accelerator by node name.
  public var parameterFiles: [String]
  /// Where to look for the files of HLS besides the model's own folder.
  public var hlsBuild: HLSBuildPlace?
  /// A folding file will be applied, so that a build's own is not.
  public var hasFolding = false
  /// What is said about an original model beyond its file.
  public var model: ModelOptions
  /// Files that the file names (parameters, children of a parent) may lie outside its folder.
  public var allowsOutside = false

  /// The defaults of an import.
  public init(
    name: String? = nil, part: String? = nil, clockMHz: Double? = nil,
    finnGeneration: FINNGeneration? = nil, parameterFiles: [String] = [],
    model: ModelOptions = ModelOptions()
  ) {
    self.model = model
    self.name = name
    self.part = part
    self.clockMHz = clockMHz
    self.finnGeneration = finnGeneration
    self.parameterFiles = parameterFiles
  }
}

/// Reads a FINN dataflow graph into a design, node by node and name by name.
///
/// Every attribute keeps FINN's name and value except records of builds and what releases up to 0.9
/// called otherwise. Streamed inputs become streams; constant inputs become initializers named as in
/// the file.
struct ONNXImporter {
  let file: String
  let options: ImportOptions
  /// Which FINN the graph is taken for.
  var generation: FINNGeneration
  /// What the graph's names say about its age.
  let age: GraphAge
  let graph: ONNXGraphProto
  let metadata: [String: String]
  let initializers: [String: ONNXTensorProto]
  var notes: [String] = []
  /// Attributes that no block uses, by node.
  var unused: [(node: String, opType: String, names: [String])] = []

  /// Decodes the file.
  ///
  /// Throws `InputError` when it is not an ONNX model.
  init(_ data: Data, file: String, options: ImportOptions) throws {
    self.file = file
    self.options = options
    let model: ONNXModelProto
    do {
      model = try ONNXModelProto(serializedBytes: data)
    } catch {
      throw InputError(
        "is not a complete ONNX model (the protobuf cannot be decoded)", file: file,
        hint: NotAModel.hint(data)
          ?? "is the file truncated? simrun reads FINN dataflow graphs (.onnx) and designs (.json)"
      )
    }
    guard model.hasGraph, !model.graph.node.isEmpty else {
      throw InputError("is not an ONNX model with nodes", file: file)
    }
    do {
      try Design.requirePlausible(nodes: model.graph.node.count)
    } catch let error as InputError {
      throw error.inFile(file)
    }
    graph = model.graph.withPrintableNames
    let entries = model.metadataProps + model.graph.metadataProps
    metadata = Dictionary(entries.map { ($0.key, $0.value) }) { _, last in last }
    do {
      age = try GraphAge(graph.node, stated: metadata["finn_generation"])
    } catch let error as InputError {
      throw error.inFile(file)
    }
    generation = age.generation
    initializers = Dictionary(graph.initializer.map { ($0.name, $0) }) { first, _ in first }
  }

  /// No node is hardware, nor stands for some: the file is a model as training exports it, or one of
  /// FINN's steps on the way to hardware.
  var isOriginalModel: Bool {
    !graph.node.contains { node in
      node.opType == FINNNames.partition || node.domain.hasPrefix(FINNNames.domain)
        || node.attribute.contains { $0.name == "backend" && $0.s == Data("fpgadataflow".utf8) }
    }
  }

  /// The partitions of a parent graph: the index of each node, and its child model as written there.
  var partitions: [(index: Int, model: String)] {
    graph.node.enumerated().compactMap { index, node in
      guard node.opType == FINNNames.partition else { return nil }
      let model = node.attribute.first { $0.name == "model" }
      return (index, model.map { String(decoding: $0.s, as: UTF8.self) } ?? "")
    }
  }

  /// The node that is all the hardware of the graph, when it is a partition.
  ///
  /// Throws `InputError` for a graph without hardware or with something else in its middle.
  func onlyPartition() throws -> Int? {
    guard partitions.count == 1 else { return nil }
    do {
      let part = try HardwarePart(graph, initializers: Set(initializers.keys))
      return part.nodes == [partitions[0].index] ? part.nodes[0] : nil
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  /// Converts the graph.
  ///
  /// - Parameter child: the design a partition node, by index, stands for.
  /// - Throws: `InputError` naming file, node and what to do.
  mutating func run(child: (Int) throws -> LoadedDesign? = { _ in nil }) throws -> LoadedDesign {
    do {
      let part = try HardwarePart(graph, initializers: Set(initializers.keys))
      if let note = part.note { notes.append(note) }
      let design = Design(
        name: options.name ?? URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent,
        part: options.part ?? metadata["fpga_part"], clockMHz: try clock(),
        finnGeneration: generation)
      var join = PartitionJoin(
        design, streams: tensorNames, nodes: graph.node.map(\.name))
      try addNodes(part, to: &join, child: child)
      var joined = join.design
      addStreamEnds(part, to: &joined)
      notes += [unusedAttributes].compactMap { $0 } + joined.connectExternalWeights() + join.notes
      try addStreams(to: &joined)
      _ = try DesignGraph(joined)
      let own = parameters(of: joined)
      return LoadedDesign(
        design: joined, parameters: join.parameters.map { own?.merging($0) ?? $0 } ?? own,
        notes: notes)
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  static let noClock = "the model states no clock; 100 MHz is assumed (--clock-mhz)"

  /// Names of every tensor of the graph.
  private var tensorNames: [String] {
    graph.node.flatMap { $0.input + $0.output } + graph.input.map(\.name) + graph.output.map(\.name)
  }

  private mutating func clock() throws -> Double {
    if let stated = options.clockMHz { return stated }
    guard let text = metadata["clk_ns"] else {
      notes.append(Self.noClock)
      return 100
    }
    guard let period = Double(text), period >= 0.1, period <= 1e6 else {
      throw InputError("'\(text)' is not a clock period in ns", at: "metadata 'clk_ns'")
    }
    return 1000 / period
  }

  /// The file's own arrays, as far as the design uses them.
  private func parameters(of design: Design) -> ParameterStore? {
    let used = Set(design.nodes.flatMap(\.initializers.values))
    let arrays = initializers.filter { used.contains($0.key) }
    guard !arrays.isEmpty else { return nil }
    let file = file
    return ParameterStore(names: arrays.keys) { name in
      do {
        return try arrays[name]!.tensor()
      } catch let error as InputError {
        throw error.inFile(file)
      }
    }
  }
}

// MARK: Streams

extension ONNXImporter {
  private func addStreamEnds(_ part: HardwarePart, to design: inout Design) {
    design.graphInputs = part.inputs + design.graphInputs
    design.graphOutputs = part.outputs + design.graphOutputs
    design.dropChecksums()
  }

  /// What is known about every stream's tensor.
  private func addStreams(to design: inout Design) throws {
    let used = Set(design.graphInputs + design.graphOutputs + design.nodes.flatMap(\.outputs))
    for info in graph.input + graph.output + graph.valueInfo where used.contains(info.name) {
      if let shape = try shape(of: info) {
        design.streams[info.name, default: .init()].shape = shape
      }
    }
    for annotation in graph.quantizationAnnotation where used.contains(annotation.tensorName) {
      guard let type = try dataType(of: annotation) else { continue }
      design.streams[annotation.tensorName, default: .init()].dataType = type.name
    }
  }

  /// `nil` when a dimension is not a number.
  private func shape(of info: ONNXValueInfoProto) throws -> [Int]? {
    guard info.type.tensorType.hasShape else { return nil }
    let dimensions = info.type.tensorType.shape.dim
    guard dimensions.allSatisfy(\.hasDimValue) else { return nil }
    let shape = dimensions.map { Int($0.dimValue) }
    guard StreamSettings.isPlausible(shape: shape) else {
      throw InputError(
        "shape \(shape) is not that of a streamed tensor", at: "tensor '\(info.name)'",
        hint: "every dimension is at least 1 and the elements number less than 2^31")
    }
    return shape
  }

  private func dataType(of annotation: ONNXTensorAnnotation) throws -> DataType? {
    let entry = annotation.quantParameterTensorNames.first { $0.key == "finn_datatype" }
    guard let name = entry?.value else { return nil }
    guard let type = DataType(name) else {
      let near = nearestName(to: name, among: DataType.knownNames)
      throw InputError(
        "unknown data type '\(name)'", at: "tensor '\(annotation.tensorName)'",
        hint: near.map { "did you mean '\($0)'?" })
    }
    return type
  }
}
