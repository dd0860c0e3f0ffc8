import DataflowSim
import ONNXFormat

// Nodes of a graph: op types and attributes in today's words, constants told from streams.
extension ONNXImporter {
  mutating func addNodes(
    _ part: HardwarePart, to join: inout PartitionJoin, child: (Int) throws -> LoadedDesign?
  ) throws {
    let produced = Set(graph.node.flatMap(\.output) + graph.input.map(\.name))
      .subtracting(initializers.keys).subtracting(part.constants)
    let specialization = Specialization(part: join.design.part, generation: generation) {
      [initializers] node in
      node.initializers["weights"].flatMap { try? initializers[$0]?.tensor() }
    }
    var names = UniqueNames(taken: graph.node.map(\.name))
    var counts: [String: Int] = [:]
    let areNamed = part.nodes.allSatisfy { !graph.node[$0].name.isEmpty }
    for index in part.nodes {
      let proto = graph.node[index]
      let name =
        areNamed ? proto.name : uniqueName(proto, produced, specialization, &counts, &names)
      do {
        if proto.opType == FINNNames.partition {
          guard let child = try child(index) else { throw InputError("the partition has no graph") }
          try join.add(
            child, as: name, inputs: proto.input.filter { !$0.isEmpty },
            outputs: proto.output.filter { !$0.isEmpty })
        } else {
          join.append(try node(proto, name, produced, specialization))
        }
      } catch let error as InputError {
        throw error.at("node '\(name)'")
      }
    }
  }

  /// A node without a name gets the one that FINN's `GiveUniqueNodeNames` gives it before it reads a folding file:
  /// its op type, specialised, and how many of these come before it.
  private func uniqueName(
    _ proto: ONNXNodeProto, _ produced: Set<String>, _ specialization: Specialization,
    _ counts: inout [String: Int], _ names: inout UniqueNames
  ) -> String {
    // A loop is called what it is, and its body is not read twice.
    var trial = self
    let made =
      proto.opType.hasPrefix("FINNLoop")
      ? proto.opType : try? trial.node(proto, proto.opType, produced, specialization).opType
    let isRenamed = made.map(Node.baseName) != Node.baseName(proto.opType)
    let opType = isRenamed ? proto.opType : made ?? proto.opType
    let count = counts[opType, default: 0]
    counts[opType] = count + 1
    return proto.name.isEmpty ? names.make("\(opType)_\(count)") : proto.name
  }

  private mutating func node(
    _ proto: ONNXNodeProto, _ name: String, _ produced: Set<String>,
    _ specialization: Specialization
  ) throws -> Node {
    if proto.opType.hasPrefix("FINNLoop") { return try loop(proto, name) }
    var node = Node(name: name, opType: currentName(proto), outputs: proto.output)
    node.outputs.removeAll(where: \.isEmpty)
    try addAttributes(proto, to: &node)
    addInputs(proto, produced, to: &node)
    specialise(&node, proto, specialization)
    bringUpToDate(&node, proto)
    dropUnknownAttributes(of: &node)
    addThresholdType(to: &node)
    return node
  }

  /// Today's op type; a node of the specialised domains has its suffix.
  private func currentName(_ proto: ONNXNodeProto) -> String {
    // What is a block as it stands is no name of something to specialise.
    guard !BlockCatalogue.opTypes.contains(proto.opType) else { return proto.opType }
    if let renamed = OldNames.opTypes[proto.opType] { return renamed }
    let isPlain = Node.baseName(proto.opType) == proto.opType
    for style in ["hls", "rtl"] where isPlain && proto.domain == "\(FINNNames.domain).\(style)" {
      return "\(proto.opType)_\(style)"
    }
    return generation.hasOldNames ? OldNames.current(proto.opType) : proto.opType
  }

  private func addAttributes(_ proto: ONNXNodeProto, to node: inout Node) throws {
    for attribute in proto.attribute where !FINNNames.isBuildProduct(attribute.name) {
      node.attributes[attribute.name] = try attribute.value()
    }
  }

  /// Separates streams from constants. A name that nothing produces is a constant if its place
  /// takes one: large weights are often left out of the file.
  private func addInputs(
    _ proto: ONNXNodeProto, _ produced: Set<String>, to node: inout Node
  ) {
    let roles = Node.inputRoles(node.opType)
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
    guard proto.domain == FINNNames.domain, Node.baseName(node.opType) == node.opType,
      !BlockCatalogue.opTypes.contains(node.opType)
    else { return }
    let preference = proto.attribute.first { $0.name == "preferred_impl_style" }
      .map { String(decoding: $0.s, as: UTF8.self) }
    let choice = specialization.opType(of: node, preference: preference ?? "")
    node.opType = choice.opType
    if let remark = choice.remark { notes.append(remark) }
  }

  /// Attributes in today's words, and what an old file leaves to its block.
  private func bringUpToDate(_ node: inout Node, _ proto: ONNXNodeProto) {
    let specs = (try? BlockCatalogue.attributes(of: node.opType)) ?? []
    let lists = Set(
      specs.filter { if case .ints = $0.kind { true } else { false } }.map(\.name))
    if node.opType.hasPrefix("FMPadding"), let padding = OldNames.padding(node.attributes) {
      node.attributes["Padding"] = .ints(padding)
    }
    for (name, value) in node.attributes {
      let today = OldNames.current(name, value, takesList: lists.contains)
      guard today != (name, value) else { continue }
      node.attributes[name] = nil
      node.attributes[today.name] = today.value
    }
    if proto.opType == "ConvolutionInputGenerator1D" {
      node.addOneDimension(generation)
    }
    if generation.hasOldNames { addOldDefaults(to: &node) }
    if node.opType.hasPrefix("Thresholding"), node.attributes["numSteps"] == nil,
      let name = node.initializers["thresholds"], let steps = initializers[name]?.dims.last
    {
      node.attributes["numSteps"] = .int(Int(steps))
    }
  }

  /// What a file of an old release leaves out means what it meant there: weights and thresholds were `const` up to
  /// FINN 0.9, and a fork of the first releases had two outputs.
  private func addOldDefaults(to node: inout Node) {
    let hasMemory = ["MVAU", "VVAU", "Thresholding"].contains(Node.baseName(node.opType))
    if hasMemory, node.opType.hasSuffix("_hls"), node.attributes["mem_mode"] == nil {
      node.attributes["mem_mode"] = .string("internal_embedded")
    }
    if node.opType.hasPrefix("DuplicateStreams"), node.attributes["NumOutputStreams"] == nil {
      node.attributes["NumOutputStreams"] = .int(node.outputs.count)
    }
  }

  /// Drops attributes of other tools, as FINN does; what is written could not be read again
  /// otherwise. A misspelt one that is required is reported as missing later.
  private mutating func dropUnknownAttributes(of node: inout Node) {
    guard let specs = try? BlockCatalogue.attributes(of: node.opType) else { return }
    let known = Set(specs.map(\.name))
    let strangers = node.attributes.keys.filter { !known.contains($0) }.sorted()
    guard !strangers.isEmpty else { return }
    for name in strangers { node.attributes[name] = nil }
    unused.append((node.name, node.opType, strangers))
  }

  /// One note on all attributes that were dropped.
  var unusedAttributes: String? {
    guard let first = unused.first else { return nil }
    guard unused.count > 1 else {
      return "\(first.node): \(first.opType) does not use \(first.names.joined(separator: ", "))"
    }
    let names = Set(unused.flatMap(\.names)).sorted()
    let shown = names.listed(atMost: 8)
    return "\(unused.count) nodes have attributes that are not used: \(shown)"
  }

  /// A development version of FINN compared accumulators in the type the thresholds are annotated with.
  private mutating func addThresholdType(to node: inout Node) {
    guard let name = node.initializers["thresholds"],
      let accumulator = node.dataType("accDataType"),
      let annotation = graph.quantizationAnnotation.first(where: { $0.tensorName == name }),
      let text = annotation.quantParameterTensorNames.first(where: { $0.key == "finn_datatype" }),
      let type = DataType(text.value), type.isInteger, type.bits < accumulator.bits
    else { return }
    if node.initializers["weights"] != nil {
      node.attributes["thresholdDataType"] = .string(type.name)
    }
    notes.append(
      "\(node.name): its thresholds are annotated \(type), narrower than accDataType \(accumulator); "
        + "a FINN version that takes their type from there cuts the accumulator to \(type) before it "
        + "compares (simrun compares in \(accumulator))")
  }
}
