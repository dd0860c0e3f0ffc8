import DataflowSim
import Foundation
import ONNXFormat
import SwiftProtobuf

/// What an importer may be told beyond the file.
public struct ImportOptions: Sendable {
  /// The design's name; the file's stem otherwise.
  public var name: String?
  /// The FPGA part, which an ONNX file does not name.
  public var part: String?
  /// The clock; otherwise the model's `clk_ns`, otherwise 100 MHz.
  public var clockMHz: Double?
  /// Files with constant arrays that the model leaves out: `.npz` by array name, or another
  /// `.onnx` of the same accelerator by node name.
  public var parameterFiles: [String]

  public init(
    name: String? = nil, part: String? = nil, clockMHz: Double? = nil,
    parameterFiles: [String] = []
  ) {
    self.name = name
    self.part = part
    self.clockMHz = clockMHz
    self.parameterFiles = parameterFiles
  }
}

/// Reads a FINN dataflow graph into a design, node by node and name by name.
///
/// Every attribute keeps FINN's name and value except records of builds. Streamed inputs become
/// streams; constant inputs become initializers named as in the file.
struct ONNXImporter {
  let file: String
  let options: ImportOptions
  private let graph: ONNXGraphProto
  private let metadata: [String: String]
  private let initializers: [String: ONNXTensorProto]
  private var notes: [String] = []

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
        hint: "is the file truncated? simrun reads FINN dataflow graphs (.onnx) and designs (.json)"
      )
    }
    guard model.hasGraph, !model.graph.node.isEmpty else {
      throw InputError("is not an ONNX model with nodes", file: file)
    }
    graph = model.graph
    let entries = model.metadataProps + model.graph.metadataProps
    metadata = Dictionary(entries.map { ($0.key, $0.value) }) { _, last in last }
    initializers = Dictionary(graph.initializer.map { ($0.name, $0) }) { first, _ in first }
  }

  /// The child models of a parent graph, as written in its `StreamingDataflowPartition` nodes.
  var partitions: [String] {
    graph.node.filter { $0.opType == "StreamingDataflowPartition" }.compactMap { node in
      node.attribute.first { $0.name == "model" }.map { String(decoding: $0.s, as: UTF8.self) }
    }
  }

  /// Converts the graph.
  ///
  /// Throws `InputError` naming file, node and what to do.
  mutating func run() throws -> LoadedDesign {
    do {
      var design = Design(
        name: options.name ?? URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent,
        part: options.part ?? metadata["fpga_part"], clockMHz: try clock())
      try addNodes(to: &design)
      try addStreams(to: &design)
      _ = try DesignGraph(design)
      return LoadedDesign(design: design, parameters: parameters(of: design), notes: notes)
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  private mutating func clock() throws -> Double {
    if let stated = options.clockMHz { return stated }
    guard let text = metadata["clk_ns"] else {
      notes.append("the model states no clock; 100 MHz is assumed (--clock-mhz)")
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

// MARK: Nodes

extension ONNXImporter {
  private mutating func addNodes(to design: inout Design) throws {
    let produced = Set(graph.node.flatMap(\.output) + graph.input.map(\.name))
      .subtracting(initializers.keys)
    let specialization = Specialization(part: design.part) { [initializers] node in
      node.initializers["weights"].flatMap { try? initializers[$0]?.tensor() }
    }
    var names = UniqueNames(taken: graph.node.map(\.name))
    for (index, proto) in graph.node.enumerated() {
      let name = proto.name.isEmpty ? names.make("\(proto.opType)_\(index)") : proto.name
      do {
        try requireHardware(proto)
        var node = Node(name: name, opType: currentName(proto), outputs: proto.output)
        node.outputs.removeAll(where: \.isEmpty)
        try addAttributes(proto, to: &node)
        addInputs(proto, produced, to: &node)
        specialise(&node, proto, specialization)
        dropUnknownAttributes(of: &node)
        addExternalWeights(of: &node, to: &design)
        design.nodes.append(node)
      } catch let error as InputError {
        throw error.at("node '\(name)'")
      }
    }
  }

  private func requireHardware(_ proto: ONNXNodeProto) throws {
    let isMarked = proto.attribute.contains {
      $0.name == "backend" && $0.s == Data("fpgadataflow".utf8)
    }
    guard !proto.domain.hasPrefix(FINNNames.domain), !isMarked else {
      guard proto.opType != "FINNLoop" else {
        throw InputError("FINNLoop (multi-layer offload) is not supported")
      }
      return
    }
    let domain = proto.domain.isEmpty ? "standard ONNX" : "domain \(proto.domain)"
    throw InputError(
      "\(proto.opType) (\(domain)) is not a hardware block",
      hint: "run FINN's create_dataflow_partition step; simrun takes the child dataflow graph")
  }

  /// Today's op type; a node of the specialised domains has its suffix.
  private func currentName(_ proto: ONNXNodeProto) -> String {
    if let renamed = FINNNames.renamedOps[proto.opType] { return renamed }
    let isPlain = FINNNames.baseName(proto.opType) == proto.opType
    for style in ["hls", "rtl"] where isPlain && proto.domain == "\(FINNNames.domain).\(style)" {
      return "\(proto.opType)_\(style)"
    }
    return proto.opType
  }

  private func addAttributes(_ proto: ONNXNodeProto, to node: inout Node) throws {
    for attribute in proto.attribute where !FINNNames.isBuildProduct(attribute.name) {
      node.attributes[attribute.name] = try attribute.value()
    }
    if let mode = node.string("mem_mode"), let renamed = FINNNames.renamedMemoryModes[mode] {
      node.attributes["mem_mode"] = .string(renamed)
    }
    if proto.opType == "ConvolutionInputGenerator1D" { node.attributes["is1D"] = .int(1) }
  }

  /// Separates streams from constants. A name that nothing produces is a constant if its place
  /// takes one: large weights are often left out of the file.
  private func addInputs(
    _ proto: ONNXNodeProto, _ produced: Set<String>, to node: inout Node
  ) {
    let roles = FINNNames.roles(of: node.opType)
    for (position, name) in proto.input.enumerated() where !name.isEmpty {
      let hasRole = position > 0 && position <= roles.count
      let isConstant = initializers[name] != nil || (hasRole && !produced.contains(name))
      guard isConstant else {
        node.inputs.append(name)
        continue
      }
      let role = hasRole ? roles[position - 1] : "parameters"
      node.initializers[node.initializers[role] == nil ? role : "\(role)\(position)"] = name
    }
  }

  private mutating func specialise(
    _ node: inout Node, _ proto: ONNXNodeProto, _ specialization: Specialization
  ) {
    guard proto.domain == FINNNames.domain, FINNNames.baseName(node.opType) == node.opType else {
      return
    }
    let preference = proto.attribute.first { $0.name == "preferred_impl_style" }
      .map { String(decoding: $0.s, as: UTF8.self) }
    let choice = specialization.opType(of: node, preference: preference ?? "")
    node.opType = choice.opType
    if let remark = choice.remark { notes.append(remark) }
  }

  /// Drops attributes of other tools, as FINN does; what is written could not be read again
  /// otherwise. A misspelt one that is required is reported as missing later.
  private mutating func dropUnknownAttributes(of node: inout Node) {
    guard let specs = try? BlockCatalogue.attributes(of: node.opType) else { return }
    let known = Set(specs.map(\.name))
    let strangers = node.attributes.keys.filter { !known.contains($0) }.sorted()
    guard !strangers.isEmpty else { return }
    for name in strangers { node.attributes[name] = nil }
    notes.append("\(node.name): \(node.opType) does not use \(strangers.joined(separator: ", "))")
  }

  /// External weights whose DMA is not in the graph yet arrive at a port of the accelerator.
  private mutating func addExternalWeights(of node: inout Node, to design: inout Design) {
    guard node.string("mem_mode") == "external", node.inputs.count == 1,
      FINNNames.roles(of: node.opType).first == "weights"
    else { return }
    let stream = "\(node.name)_weights"
    design.graphInputs.append(stream)
    node.inputs.append(stream)
    notes.append("\(node.name): external weights enter at the graph input '\(stream)'")
  }
}

// MARK: Streams

extension ONNXImporter {
  /// Graph inputs and outputs, and what is known about every stream's tensor.
  private func addStreams(to design: inout Design) throws {
    let inputs = graph.input.map(\.name).filter { initializers[$0] == nil }
    design.graphInputs = inputs + design.graphInputs
    design.graphOutputs = graph.output.map(\.name)
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
