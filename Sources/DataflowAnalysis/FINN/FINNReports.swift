import FoundationEssentials

/// FINN's estimate reports of a design, under FINN's names and in FINN's shapes.
///
/// Source: docs/reference/finn-files.md#reports. The numbers are FINN's own estimates, uncorrected.
public struct FINNReports: Sendable {
  /// File name and content of each report.
  public let files: [(name: String, content: Data)]

  /// The names of all of them.
  package static let names = [
    "estimate_layer_cycles.json", "estimate_layer_resources.json",
    "estimate_layer_config_alternatives.json", "estimate_network_performance.json",
    "op_and_param_counts.json",
  ]

  /// Throws `InputError` for a design whose blocks cannot be made.
  public init(_ design: Design) throws {
    let blocks = try design.makeBlocks()
    let family = design.dspFamily
    let rows = zip(design.nodes, blocks).filter { node, _ in
      node.opType.hasSuffix("_hls") || node.opType.hasSuffix("_rtl")
    }
    let cycles = rows.map { ($0.0.name, JSONValue.int($0.1.expectedCycles)) }
    let resources = rows.map { ($0.0.name, Self.resources($0.1.resources(on: family))) }
    let counts = rows.map { node, block in
      (node.name, block.operationAndParameterCounts.sorted { $0.key < $1.key })
    }
    files = [
      ("estimate_layer_cycles.json", Self.document(cycles.map { ($0.0, $0.1.compactText) })),
      (
        "estimate_layer_resources.json",
        Self.document(
          resources.map { ($0.0, Self.object($0.1)) }
            + [("total", Self.object(Self.total(resources.map(\.1))))])
      ),
      (
        "estimate_layer_config_alternatives.json",
        Self.document(
          try rows.map { node, _ in
            (
              node.name,
              "[" + (try Self.alternatives(node, design, family)).joined(separator: ", ") + "]"
            )
          })
      ),
      (
        "estimate_network_performance.json",
        Self.document(try Self.performance(design, blocks))
      ),
      (
        "op_and_param_counts.json",
        Self.document(
          counts.map { ($0.0, Self.object($0.1.map { ($0.key, String($0.value)) })) }
            + [
              (
                "total",
                Self.object(Self.total(counts.map { $0.1.map { ($0.key, String($0.value)) } }))
              )
            ])
      ),
    ]
  }

  /// Writes the files into `directory`, which is made if it is missing.
  ///
  /// Throws `InputError`; then nothing has been written.
  public func write(to directory: String) throws {
    try OutputFiles.write(files.map { ($0.name, $0.content) }, below: directory)
  }

  private static func resources(_ estimate: ResourceEstimate) -> [(String, String)] {
    func ratio(_ x: Double) -> String { x == 1 ? "1" : "\(x)" }
    return [
      ("BRAM_18K", String(estimate.finn.bram18)),
      ("BRAM_efficiency", ratio(estimate.bramEfficiency)),
      ("LUT", String(estimate.finn.lut)), ("URAM", String(estimate.finn.uram)),
      ("URAM_efficiency", ratio(estimate.uramEfficiency)), ("DSP", String(estimate.finn.dsp)),
    ]
  }

  /// Sums by key, efficiencies left out, as the floats FINN writes.
  private static func total(_ rows: [[(String, String)]]) -> [(String, String)] {
    var order: [String] = []
    var sums: [String: Double] = [:]
    for (key, value) in rows.joined() where !key.contains("efficiency") {
      if sums[key] == nil { order.append(key) }
      sums[key, default: 0] += Double(value) ?? 0
    }
    return order.map { ($0, "\(sums[$0]!)") }
  }

  /// The estimates of the settings FINN compares: multipliers in DSPs or LUTs, window buffers in
  /// each memory.
  private static func alternatives(_ node: Node, _ design: Design, _ family: DSPFamily) throws
    -> [String]
  {
    func estimate(_ changed: Node) throws -> String {
      object(resources(try design.block(of: changed).resources(on: family)))
    }
    let all = try design.block(of: node).comparedEstimates.map { changes in
      var changed = node
      changed.attributes.merge(changes) { $1 }
      return changed
    }
    // A setting the block refuses (LUT multipliers in RTL) is estimated as the node stands.
    return try all.map { changed in try (try? estimate(changed)) ?? estimate(node) }
  }

  private static func performance(_ design: Design, _ blocks: [any Block]) throws
    -> [(String, String)]
  {
    let graph = try DesignGraph(design)
    var latency = [Int](repeating: 0, count: blocks.count)
    for n in graph.order {
      let before = design.nodes[n].inputs.compactMap { graph[$0].writer.map { latency[$0.node] } }
      let (sum, overflow) = blocks[n].expectedCycles.addingReportingOverflow(before.max() ?? 0)
      latency[n] = overflow ? .max : sum
    }
    let cycles = blocks.map(\.expectedCycles)
    let slowest = cycles.max() ?? 0
    let name = cycles.firstIndex(of: slowest).map { design.nodes[$0].name } ?? ""
    let critical = latency.max() ?? 0
    let period = 1000 / design.clockMHz
    return [
      ("critical_path_cycles", String(critical)), ("max_cycles", String(slowest)),
      ("max_cycles_node_name", JSONValue.quoted(name)),
      ("estimated_throughput_fps", "\(slowest > 0 ? 1e9 / period / Double(slowest) : 0)"),
      ("estimated_latency_ns", "\(Double(critical) * period)"),
    ]
  }

  private static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\(JSONValue.quoted($0)): \($1)" }.joined(separator: ", ") + "}"
  }

  private static func document(_ members: [(String, String)]) -> Data {
    let lines = members.map { "  \(JSONValue.quoted($0)): \($1)" }
    return Data(("{\n" + lines.joined(separator: ",\n") + "\n}\n").utf8)
  }
}
