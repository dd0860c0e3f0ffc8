import FoundationEssentials

extension Scenario {
  /// The version of `simrun-scenario` that is read and written.
  public static let formatVersion = 1

  /// Reads `simrun-scenario` version 1.
  ///
  /// Throws `InputError` with `file` and the JSON path.
  public init(json data: Data, file: String) throws {
    try self.init(document: try JSONValue(parsing: data, file: file), file: file)
  }

  /// Reads a scenario that stands inside another document.
  public init(document: JSONValue, file: String) throws {
    do {
      self = try Scenario(JSONCursor(document))
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  /// Reads the scenario file at `path`.
  public init(contentsOf path: String) throws {
    try self.init(json: try InputFile.readJSON(path), file: path)
  }

  private init(_ root: JSONCursor) throws {
    try root.requireFormat("simrun-scenario", version: Self.formatVersion)
    try root.requireKeys([
      "format", "version", "frames", "sources", "sinks", "faults", "max_cycles", "$schema",
    ])
    self.init()
    frames = try root.optional("frames")?.int(1...Int.largestStated) ?? 1
    for (name, source) in try root.optional("sources")?.members() ?? [] {
      sources[name] = try Source(source)
    }
    for (name, sink) in try root.optional("sinks")?.members() ?? [] {
      try sink.requireKeys(["pattern"])
      sinks[name] = Sink(pattern: try sink.optional("pattern")?.pattern() ?? .always)
    }
    faults = try root.optional("faults")?.elements().map(Fault.init) ?? []
    maxCycles = try root.optional("max_cycles")?.int(1...Int.max >> 2)
  }

  /// Checks that every source and sink names an input or output of `design`.
  ///
  /// Throws `InputError` with the nearest known name.
  public func requireNames(of design: Design) throws {
    func check(_ names: [String], _ known: [String], _ place: String, _ what: String) throws {
      guard let wrong = names.filter({ !known.contains($0) }).min() else { return }
      let near = nearestName(to: wrong, among: known)
      throw InputError(
        "the design has no \(what) '\(wrong)'", at: "\(place).\(wrong)",
        hint: near.map { "did you mean '\($0)'?" } ?? "\(what)s: \(known.joined(separator: ", "))")
    }
    try check(Array(sources.keys), design.graphInputs, "sources", "graph input")
    try check(Array(sinks.keys), design.graphOutputs, "sinks", "graph output")
    let targets = FaultTargets(design)
    for (index, fault) in faults.enumerated() {
      try targets.require(fault, at: "faults[\(index)]")
    }
  }
}

extension Scenario.Source {
  fileprivate init(_ cursor: JSONCursor) throws {
    try cursor.requireKeys(["pattern", "words", "endless", "data"])
    self.init(
      pattern: try cursor.optional("pattern")?.pattern() ?? .always,
      words: try cursor.optional("words")?.int(0...Int.largestStated),
      endless: try cursor.optional("endless")?.bool() ?? false,
      data: try cursor.optional("data")?.string())
    if endless, words != nil {
      throw cursor.error(
        "\"words\" and \"endless\" contradict each other", hint: "state one of them")
    }
  }
}

extension JSONCursor {
  fileprivate func pattern() throws -> Pattern {
    let text = try string()
    do {
      return try Pattern(text)
    } catch let problem as InputError {
      throw error(problem.message, hint: problem.hint)
    }
  }
}

// MARK: Writing

extension Scenario {
  /// The scenario as `simrun-scenario` JSON, one source, sink or fault a line.
  public func json() -> Data {
    var fields = [
      "\"format\": \"simrun-scenario\"", "\"version\": \(Self.formatVersion)",
      "\"frames\": \(frames)",
    ]
    if let maxCycles { fields.append("\"max_cycles\": \(maxCycles)") }
    let sources = sources.mapValues(\.json).sorted { $0.key < $1.key }
    let sinks = sinks.mapValues(\.json).sorted { $0.key < $1.key }
    if !sources.isEmpty { fields.append("\"sources\": \(Self.block(sources))") }
    if !sinks.isEmpty { fields.append("\"sinks\": \(Self.block(sinks))") }
    if !faults.isEmpty {
      let lines = faults.map { "    " + $0.json.compactText }.joined(separator: ",\n")
      fields.append("\"faults\": [\n\(lines)\n  ]")
    }
    return Data(("{\n  " + fields.joined(separator: ",\n  ") + "\n}\n").utf8)
  }

  private static func block(_ members: [(key: String, value: JSONValue)]) -> String {
    let lines = members.map { "    \(JSONValue.quoted($0.key)): \($0.value.compactText)" }
    return "{\n" + lines.joined(separator: ",\n") + "\n  }"
  }
}

extension Scenario.Source {
  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = [:]
    if pattern != .always { members["pattern"] = .string(pattern.description) }
    if let words { members["words"] = .int(words) }
    if endless { members["endless"] = .bool(true) }
    if let data { members["data"] = .string(data) }
    return .object(members)
  }
}

extension Scenario.Sink {
  fileprivate var json: JSONValue {
    pattern == .always ? .object([:]) : .object(["pattern": .string(pattern.description)])
  }
}
