import FoundationEssentials

extension Design {
  /// Reads `simrun-design` version 1.
  ///
  /// Checks everything that needs no knowledge of blocks: keys, types, ranges, unique node names.
  /// Attributes are checked by the block catalogue, the wiring by `DesignGraph`.
  /// Throws `InputError` with `file` and the JSON path.
  public init(json data: Data, file: String) throws {
    try self.init(document: try JSONValue(parsing: data, file: file), file: file)
  }

  /// Reads a design that stands inside another document; the same checks as `init(json:file:)`.
  public init(document: JSONValue, file: String) throws {
    do {
      self = try Design(JSONCursor(document))
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  /// Reads the JSON design at `path`.
  public init(contentsOf path: String) throws {
    try self.init(json: try InputFile.readJSON(path), file: path)
  }

  /// The version of `simrun-design` that is read and written.
  public static let formatVersion = 1

  private static let keys = [
    "format", "version", "name", "part", "clock_mhz", "finn_generation", "nodes", "streams",
    "graph_inputs",
    "graph_outputs", "parameters", "$schema",
  ]

  private init(_ root: JSONCursor) throws {
    try root.requireFormat("simrun-design", version: Self.formatVersion)
    try root.requireKeys(Self.keys)
    self.init(name: try root.optional("name")?.name() ?? "design")
    part = try root.optional("part")?.name()
    if let clock = root.optional("clock_mhz") { clockMHz = try Self.clock(clock) }
    if let generation = root.optional("finn_generation") {
      finnGeneration = try Self.generation(generation)
    }
    let list = try root.member("nodes").elements()
    try Self.requirePlausible(nodes: list.count)
    nodes = try list.map(Node.init)
    for (name, settings) in try root.optional("streams")?.members() ?? [] {
      streams[name] = try StreamSettings(settings)
    }
    graphInputs = try root.member("graph_inputs").names()
    graphOutputs = try root.member("graph_outputs").names()
    parametersFile = try root.optional("parameters")?.string()
    try requireUniqueNodeNames()
  }

  private static func clock(_ cursor: JSONCursor) throws -> Double {
    let value = try cursor.double()
    guard Design.clockRange.contains(value) else {
      throw cursor.error("\(value) is not a clock frequency in MHz (allowed: 0.001 to 10000)")
    }
    return value
  }

  private static func generation(_ cursor: JSONCursor) throws -> FINNGeneration {
    let name = try cursor.string()
    guard let generation = FINNGeneration(rawValue: name) else {
      let known = FINNGeneration.allCases.map(\.rawValue).joined(separator: ", ")
      throw cursor.error("'\(name)' is no FINN generation (allowed: \(known))")
    }
    return generation
  }

  private func requireUniqueNodeNames() throws {
    var seen: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      if let first = seen.updateValue(index, forKey: node.name) {
        throw InputError(
          "the name '\(node.name)' is already that of nodes[\(first)]", at: "nodes[\(index)].name")
      }
    }
  }
}

extension Node {
  private static let keys = [
    "name", "op_type", "attributes", "inputs", "outputs", "initializers",
  ]

  fileprivate init(_ cursor: JSONCursor) throws {
    try cursor.requireKeys(Self.keys)
    self.init(
      name: try cursor.member("name").name(), opType: try cursor.member("op_type").name(),
      inputs: try cursor.optional("inputs")?.names() ?? [],
      outputs: try cursor.optional("outputs")?.names() ?? [])
    for (name, value) in try cursor.optional("attributes")?.members() ?? [] {
      attributes[name] = try AttributeValue(value)
    }
    for (role, value) in try cursor.optional("initializers")?.members() ?? [] {
      initializers[role] = try value.name()
    }
  }
}

extension StreamSettings {
  fileprivate init(_ cursor: JSONCursor) throws {
    try cursor.requireKeys(["depth", "shape", "data_type"])
    self.init(
      depth: try cursor.optional("depth")?.int(0...Int.largestStated),
      dataType: try cursor.optional("data_type")?.name())
    if let list = cursor.optional("shape") {
      let dimensions = try list.elements().map { try $0.int(1...Int.largestStated) }
      guard StreamSettings.isPlausible(shape: dimensions) else {
        throw list.error("a tensor of shape \(dimensions) is too large to be meant")
      }
      shape = dimensions
    }
  }
}

extension StreamSettings {
  /// False for a negative or empty dimension, or 2^31 elements and more: no accelerator streams
  /// such a tensor, but damaged files announce it.
  package static func isPlausible(shape: [Int]) -> Bool {
    guard shape.allSatisfy({ $0 > 0 }), let count = checkedProduct(shape) else { return false }
    return count < 1 << 31
  }
}

extension AttributeValue {
  /// A number, a string, or a list of one kind of them; `true` and `false` are FINN's 1 and 0.
  package init(_ cursor: JSONCursor) throws {
    switch cursor.value {
    case .int(let v): self = .int(v)
    case .bool(let v): self = .int(v ? 1 : 0)
    case .number(let v): self = .float(v)
    case .string(let v): self = .string(v)
    case .array(let list): self = try Self.list(list, cursor)
    case .null, .object:
      throw cursor.error(
        "expected a number, a string or a list of them, found \(cursor.value.kind)")
    }
  }

  private static func list(_ list: [JSONValue], _ cursor: JSONCursor) throws -> AttributeValue {
    if case .string? = list.first { return .strings(try cursor.elements().map { try $0.string() }) }
    let ints = list.compactMap { if case .int(let v) = $0 { v } else { nil } }
    if ints.count == list.count { return .ints(ints) }
    return .floats(try cursor.elements().map { try $0.double() })
  }
}

// MARK: Writing

extension Design {
  /// The design as `simrun-design` JSON: nodes in order, one attribute a line, lists on one line,
  /// so that a changed folding is a changed line.
  ///
  /// Throws `InputError` when an attribute is a number JSON cannot hold.
  public func json() throws -> Data {
    var fields = [
      "\"format\": \"simrun-design\"", "\"version\": \(Self.formatVersion)",
      "\"name\": \(JSONValue.quoted(name))",
    ]
    if let part { fields.append("\"part\": \(JSONValue.quoted(part))") }
    fields.append("\"clock_mhz\": \(Self.text(clockMHz))")
    if finnGeneration != .default {
      fields.append("\"finn_generation\": \(JSONValue.quoted(finnGeneration.rawValue))")
    }
    if let parametersFile { fields.append("\"parameters\": \(JSONValue.quoted(parametersFile))") }
    fields.append("\"graph_inputs\": \(Self.text(graphInputs))")
    fields.append("\"graph_outputs\": \(Self.text(graphOutputs))")
    fields.append("\"nodes\": " + Self.block("[", try nodes.map { try $0.json() }, "]", indent: 2))
    let settings = streams.sorted { $0.key < $1.key }
      .map { "\(JSONValue.quoted($0.key)): \($0.value.json)" }
    fields.append("\"streams\": " + Self.block("{", settings, "}", indent: 2))
    return Data((Self.block("{", fields, "}", indent: 0) + "\n").utf8)
  }

  fileprivate static func block(
    _ open: String, _ items: [String], _ close: String, indent: Int
  ) -> String {
    guard !items.isEmpty else { return open + close }
    let inner = "\n" + String(repeating: " ", count: indent + 2)
    let outer = "\n" + String(repeating: " ", count: indent)
    return open + inner + items.joined(separator: "," + inner) + outer + close
  }

  fileprivate static func text(_ names: [String]) -> String {
    "[" + names.map(JSONValue.quoted).joined(separator: ", ") + "]"
  }

  /// Whole frequencies without a fraction, as people write them.
  private static func text(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? String(value)
  }
}

extension Node {
  fileprivate func json() throws -> String {
    let lines = try attributes.sorted { $0.key < $1.key }.map { name, value in
      guard value.isFinite else {
        throw InputError(
          "\(value.text) cannot be written as JSON", at: "node '\(self.name)', attribute '\(name)'")
      }
      return "\(JSONValue.quoted(name)): \(value.json)"
    }
    var fields = [
      "\"name\": \(JSONValue.quoted(name))", "\"op_type\": \(JSONValue.quoted(opType))",
      "\"attributes\": " + Design.block("{", lines, "}", indent: 6),
      "\"inputs\": \(Design.text(inputs))", "\"outputs\": \(Design.text(outputs))",
    ]
    if !initializers.isEmpty {
      let object = JSONValue.object(initializers.mapValues(JSONValue.string))
      fields.append("\"initializers\": \(object.compactText)")
    }
    return Design.block("{", fields, "}", indent: 4)
  }
}

extension StreamSettings {
  fileprivate var json: String {
    var fields: [String] = []
    if let depth { fields.append("\"depth\": \(depth)") }
    if let shape { fields.append("\"shape\": \(AttributeValue.ints(shape).json)") }
    if let dataType { fields.append("\"data_type\": \(JSONValue.quoted(dataType))") }
    return "{" + fields.joined(separator: ", ") + "}"
  }
}

extension AttributeValue {
  /// The value on one line of JSON.
  package var json: String { jsonValue.compactText }

  package var jsonValue: JSONValue {
    switch self {
    case .int(let v): .int(v)
    case .ints(let v): .array(v.map(JSONValue.int))
    case .string(let v): .string(v)
    case .strings(let v): .array(v.map(JSONValue.string))
    case .float(let v): .number(v)
    case .floats(let v): .array(v.map(JSONValue.number))
    }
  }

  /// False for a NaN or infinity anywhere in the value.
  package var isFinite: Bool {
    switch self {
    case .float(let v): v.isFinite
    case .floats(let v): v.allSatisfy(\.isFinite)
    default: true
    }
  }
}
