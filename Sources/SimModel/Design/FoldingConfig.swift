import FoundationEssentials

/// FINN's folding configuration (`folding_config.json`, `auto_folding_config.json`,
/// `final_hw_config.json`): attribute values by node name, and defaults by op type.
///
/// Source: docs/reference/finn-files.md#folding-configuration.
public struct FoldingConfig: Sendable, Equatable {
  /// A value for one attribute of many nodes.
  public struct Default: Sendable, Equatable {
    /// The attribute, and the value it gets.
    public var attribute: String
    public var value: AttributeValue
    /// The op types it is for; `nil`: all.
    public var opTypes: [String]?

    /// A value for all nodes, or those of some op types.
    public init(attribute: String, value: AttributeValue, opTypes: [String]?) {
      self.attribute = attribute
      self.value = value
      self.opTypes = opTypes
    }
  }

  /// Applied first, in this order.
  public var defaults: [Default]
  /// Applied after the defaults.
  public var nodes: [String: [String: AttributeValue]]

  /// Values for all nodes, and by node name.
  public init(defaults: [Default] = [], nodes: [String: [String: AttributeValue]] = [:]) {
    self.defaults = defaults
    self.nodes = nodes
  }
}

extension FoldingConfig.Default {
  /// Whether the value is for nodes of `opType`; a file for an old graph has old names.
  fileprivate func applies(to opType: String, of generation: FINNGeneration) -> Bool {
    guard let opTypes else { return true }
    if opTypes.contains(opType) { return true }
    return opTypes.contains { name in
      generation.hasOldNames ? OldNames.current(name) == opType : OldNames.opTypes[name] == opType
    }
  }
}

// MARK: Applying

extension FoldingConfig {
  /// Sets the attributes in `design`; returns what could not be set, one sentence each.
  ///
  /// As in FINN, a name that no node has is no error: files outlive a renumbering of FIFOs.
  /// `attributeNames` gives the attributes an op type has, `nil` when that is not known.
  public func apply(
    to design: inout Design, attributeNames: (_ opType: String) -> [String]? = { _ in nil }
  ) -> [String] {
    var warnings: [String] = []
    for index in design.nodes.indices {
      let opType = design.nodes[index].opType
      let known = attributeNames(opType)
      for rule in defaults where rule.applies(to: opType, of: design.finnGeneration) {
        // "all" means every op that has the attribute.
        if rule.opTypes == nil, known.map({ !$0.contains(rule.attribute) }) ?? false { continue }
        set(rule.attribute, rule.value, in: &design.nodes[index], known, &warnings)
      }
      for (name, value) in (nodes[design.nodes[index].name] ?? [:]).sorted(by: { $0.key < $1.key })
      {
        set(name, value, in: &design.nodes[index], known, &warnings)
      }
    }
    return warnings + unknownNames(in: design)
  }

  private func set(
    _ written: String, _ writtenValue: AttributeValue, in node: inout Node, _ known: [String]?,
    _ warnings: inout [String]
  ) {
    let (name, value) = OldNames.current(written, writtenValue) { _ in false }
    if let known, !known.contains(name) {
      let near = nearestName(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
      warnings.append("node '\(node.name)': \(node.opType) has no attribute '\(name)'\(near)")
    } else {
      node.fold([name: value])
    }
  }

  private func unknownNames(in design: Design) -> [String] {
    let known = design.nodes.map(\.name)
    let unknown = Set(nodes.keys).subtracting(known)
    let fifos = unknown.filter { nodes[$0]?["depth"] != nil }.naturalOrder(first: 3)
    let others = unknown.filter { nodes[$0]?["depth"] == nil }
      .naturalOrder(first: Self.mostUnknownNames)
    // A name costs as much as there are nodes, and nobody reads hundreds of lines.
    var warnings = others.prefix(Self.mostUnknownNames).map { name in
      let near = nearestName(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
      return "the design has no node '\(name)'\(near)"
    }
    if others.count > warnings.count {
      warnings.append("the design lacks \(others.count - warnings.count) more of its nodes")
    }
    return warnings + ignoredDepths(fifos)
  }

  private static let mostUnknownNames = 20

  /// One sentence on all FIFOs that the design does not have.
  private func ignoredDepths(_ fifos: [String]) -> [String] {
    guard !fifos.isEmpty else { return [] }
    let names = fifos.listed(atMost: 3)
    let depths =
      fifos.count == 1 ? "the depth of 1 FIFO is" : "the depths of \(fifos.count) FIFOs are"
    return [
      "\(depths) ignored, the design has no such FIFO (\(names)): "
        + "it does not reach the rate they were sized for"
    ]
  }

  /// The attributes FINN writes to `final_hw_config.json`.
  public static let exportedAttributes = [
    "PE", "SIMD", "parallel_window", "ram_style", "resType", "mem_mode",
    "runtime_writeable_weights", "depth_trigger_uram", "depth_trigger_bram", "depth",
    "impl_style", "inFIFODepths", "outFIFODepths",
  ]

  /// What `design` says about `attributes`, as the FINN it comes from would export it.
  public init(of design: Design, attributes: [String] = exportedAttributes) {
    self.init()
    for node in design.nodes {
      let values = node.attributes.filter { attributes.contains($0.key) }
        .map { OldNames.old($0.key, $0.value, for: design.finnGeneration) }
      guard !values.isEmpty else { continue }
      nodes[node.name] = Dictionary(values.map { ($0.name, $0.value) }) { first, _ in first }
    }
  }
}

// MARK: JSON

extension FoldingConfig {
  /// Reads FINN's file.
  ///
  /// Throws `InputError` with `file` and the JSON path.
  public init(json data: Data, file: String) throws {
    try self.init(document: try JSONValue(parsing: data, file: file), file: file)
  }

  /// Reads the same file, parsed already.
  public init(document: JSONValue, file: String) throws {
    let root = JSONCursor(document)
    do {
      self.init()
      for (name, cursor) in try root.members() {
        if name == "Defaults" {
          defaults = try cursor.members().flatMap { try Self.defaults($0.key, $0.value) }
        } else {
          var values: [String: AttributeValue] = [:]
          for (key, value) in try cursor.members() { values[key] = try AttributeValue(value) }
          nodes[name] = values
        }
      }
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  /// Reads the folding file at `path`.
  public init(contentsOf path: String) throws {
    try self.init(json: try InputFile.readJSON(path), file: path)
  }

  /// FINN's form: a flat list of value, target, value, target, …, where a target is `"all"`, an op type or a
  /// list of them.
  private static func defaults(_ attribute: String, _ cursor: JSONCursor) throws -> [Default] {
    let items = try cursor.elements()
    guard items.count % 2 == 0 else {
      throw cursor.error("expected pairs of a value and a target, found \(items.count) items")
    }
    return try stride(from: 0, to: items.count, by: 2).map { i in
      let target = items[i + 1]
      let opTypes: [String]? =
        switch target.value {
        case .string("all"): nil
        case .string: [try target.name()]
        default: try target.names()
        }
      return Default(
        attribute: attribute, value: try AttributeValue(items[i]), opTypes: opTypes)
    }
  }

  /// FINN's file; nodes in the order of `names`, then the rest sorted.
  public func json(order names: [String] = []) -> Data {
    var grouped: [(attribute: String, items: [JSONValue])] = []
    for rule in defaults {
      let target = rule.opTypes.map { JSONValue.array($0.map(JSONValue.string)) } ?? .string("all")
      let pair = [rule.value.jsonValue, target]
      if let index = grouped.firstIndex(where: { $0.attribute == rule.attribute }) {
        grouped[index].items += pair
      } else {
        grouped.append((rule.attribute, pair))
      }
    }
    var members = [
      ("Defaults", grouped.map { ($0.attribute, JSONValue.array($0.items).compactText) })
    ]
    let rest = Set(nodes.keys).subtracting(names).sorted()
    for name in names + rest {
      guard let values = nodes[name] else { continue }
      members.append((name, values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }))
    }
    let blocks = members.map { name, values in
      let lines = values.map { "    \(JSONValue.quoted($0.0)): \($0.1)" }
      let body = lines.isEmpty ? "{}" : "{\n" + lines.joined(separator: ",\n") + "\n  }"
      return "  \(JSONValue.quoted(name)): \(body)"
    }
    return Data(("{\n" + blocks.joined(separator: ",\n") + "\n}\n").utf8)
  }
}
