import DataflowSim
import FoundationEssentials
import ONNXFormat
import SwiftProtobuf

/// FINNLoop: the graph inside the node is read as a design of its own and measured, and the loop becomes a
/// block that repeats it.
extension ONNXImporter {
  /// The node of a loop. Throws `InputError` for a body that is no dataflow graph.
  mutating func loop(_ proto: ONNXNodeProto, _ name: String) throws -> Node {
    guard var body = try proto.attribute.first(where: { $0.name == "body" })?.embeddedGraph() else {
      throw InputError("has no graph in its attribute 'body'", hint: "is the file complete?")
    }
    body.makeParametersConstant()
    var model = ONNXModelProto()
    model.graph = body
    var options = options
    options.name = name
    options.clockMHz =
      options.clockMHz ?? metadata["clk_ns"].flatMap(Double.init).map { 1000 / $0 } ?? 100
    var importer = try ONNXImporter(try model.serializedData(), file: file, options: options)
    importer.generation = max(generation, .dev2026_04)
    let measured = try LoopBody(try importer.run().design)
    var node = Node(name: name, opType: "FINNLoop", attributes: measured.attributes)
    if let passes = try proto.attribute.first(where: { $0.name == "iteration" })?.value() {
      node.attributes["iteration"] = passes
    }
    node.inputs = Array(proto.input.filter { !$0.isEmpty }.prefix(1))
    node.outputs = Array(proto.output.filter { !$0.isEmpty }.prefix(1))
    notes.append(
      "\(name): FINNLoop of \(measured.nodes) blocks is predicted, not exact: its loop control, the "
        + "fetching of weights and the memory between two passes were not measured")
    return node
  }
}

extension ONNXGraphProto {
  /// The inputs behind the first bring parameters, a set per pass: constants, as far as one pass goes.
  fileprivate mutating func makeParametersConstant() {
    let known = Set(initializer.map(\.name))
    let streams = input.filter { !known.contains($0.name) }
    for parameter in streams.dropFirst() {
      var constant = ONNXTensorProto()
      constant.name = parameter.name
      initializer.append(constant)
    }
  }
}

/// What is known of a loop's body.
struct LoopBody {
  let nodes: Int
  let attributes: [String: AttributeValue]

  /// Simulates one frame with all the room there is.
  init(_ design: Design) throws {
    nodes = design.nodes.count
    var wide = try design.bridgingWidths().design
    let graph = try DesignGraph(wide)
    let words = try Plan(wide).wordsPerFrame
    for stream in graph.streams where stream.writer != nil && stream.reader != nil {
      wide.streams[stream.name, default: .init()].depth = max(2, words[stream.name] ?? 2)
    }
    let plan = try Plan(wide)
    let result = try Simulation(plan).run()
    guard let latency = result.frameEnds.values.compactMap(\.first).max() else {
      throw InputError("the body of the loop stops before its first frame is complete")
    }
    guard let first = graph.streams.first(where: { $0.writer == nil })?.reader,
      let last = graph.streams.first(where: { $0.reader == nil })?.writer
    else { throw InputError("the body of the loop has no input or no output") }
    let blocks = try wide.makeBlocks()
    let (input, output) = (
      blocks[first.node].inputs[first.port], blocks[last.node].outputs[last.port]
    )
    guard let taken = input.foldedShape, let given = output.foldedShape, let type = input.dataType,
      let made = output.dataType
    else { throw InputError("the tensors at the ends of the loop's body are not known") }
    attributes = [
      "body_nodes": .int(nodes), "body_period": .int(max(1, try plan.cyclesAlone().max() ?? 1)),
      "body_latency": .int(latency + 1), "in_shape": .ints(taken), "out_shape": .ints(given),
      "inputDataType": .string(type.name), "outputDataType": .string(made.name),
    ]
  }
}

extension ONNXAttributeProto {
  /// The graph of a graph attribute: field 6, which the excerpt of ONNX this project reads leaves out.
  ///
  /// Throws `InputError` when it cannot be decoded.
  func embeddedGraph() throws -> ONNXGraphProto? {
    var rest = unknownFields.data[...]
    while let tag = rest.takeVarint() {
      switch tag & 7 {
      case 0: _ = rest.takeVarint()
      case 1: rest = rest.dropFirst(8)
      case 5: rest = rest.dropFirst(4)
      case 2:
        guard let length = rest.takeVarint(), length <= UInt64(rest.count) else { return nil }
        let bytes = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        guard tag >> 3 == 6 else { continue }
        guard let graph = try? ONNXGraphProto(serializedBytes: Data(bytes)) else {
          throw InputError("is no graph", at: "attribute '\(name)'")
        }
        return graph
      default: return nil
      }
    }
    return nil
  }
}

extension Data {
  /// A number in protobuf's base-128 form; nil at the end or where it is damaged.
  fileprivate mutating func takeVarint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = popFirst() else { return nil }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }
}
