/// Which signals of a capture are handshakes of a design, found by their names.
///
/// A pair is `…_tvalid` and `…_tready` (or `…_valid` and `…_ready`) of one scope. It is taken for a stream
/// - that has its name;
/// - of the graph's border: `s_axis_N` is graph input N, `m_axis_N` graph output N, as FINN names them;
/// - of a node: port `inN_V` or `outN_V` in a scope, or behind a prefix, that is called like the node.
public struct CaptureSignals: Sendable {
  /// Which signals are which streams, as found.
  public let map: VCDMap
  /// Pairs that belong to no stream of the design, by their names.
  public let unknownPairs: [String]

  /// - Parameters:
  ///   - names: signals of one bit with their scopes, parts joined by `.` or `/`.
  ///   - needsClock: whether the capture is sampled at a clock that has to be among them.
  /// - Throws: `InputError` where no pair belongs to the design, or no clock is found.
  public init(_ names: [String], design: Design, needsClock: Bool, file: String) throws {
    let known = Set(names)
    let designStreams = Set(design.graphInputs + design.nodes.flatMap { $0.inputs + $0.outputs })
    var streams: [String: VCDMap.Pair] = [:]
    var unknown: [String] = []
    for valid in names.sorted(by: naturally) {
      guard let (base, ready) = Self.partner(valid), known.contains(ready) else { continue }
      guard let stream = Self.stream(base, design, designStreams) else {
        unknown.append(base)
        continue
      }
      if streams[stream] == nil { streams[stream] = VCDMap.Pair(valid: valid, ready: ready) }
    }
    guard !streams.isEmpty else {
      let found =
        unknown.isEmpty
        ? "it has no pair of …_tvalid and …_tready"
        : "its pairs are \(unknown.prefix(4).joined(separator: ", "))"
      throw InputError(
        "no handshake of the design is recognised: \(found)", file: file,
        hint: "--map says which signals are which streams")
    }
    let clock = names.first { Self.clocks.contains(Self.last($0)) }
    if needsClock, clock == nil {
      throw InputError(
        "no clock is recognised (\(Self.clocks.sorted().joined(separator: ", ")))", file: file,
        hint: "--map names it and the streams, or states the period with them")
    }
    let reset = names.first { Self.resets.contains(Self.last($0)) }
    map = VCDMap(clock: needsClock ? clock : nil, reset: reset, streams: streams)
    unknownPairs = unknown
  }

  /// Names of clocks, and of resets: those that end in n are low while they reset.
  private static let clocks: Set<String> = ["clk", "aclk", "ap_clk", "clock"]
  private static let resets: Set<String> = [
    "aresetn", "ap_rst_n", "rst_n", "resetn", "s_axi_aresetn", "reset", "rst", "ap_rst",
  ]

  /// The last part of a name, in small letters.
  private static func last(_ name: String) -> String {
    (name.split(whereSeparator: { $0 == "." || $0 == "/" }).last.map(String.init) ?? name)
      .lowercased()
  }

  /// The name in front of valid, and the ready that goes with it.
  private static func partner(_ valid: String) -> (base: String, ready: String)? {
    for (suffix, ready) in [
      ("_tvalid", "_tready"), ("_TVALID", "_TREADY"), ("_valid", "_ready"),
    ]
    where valid.hasSuffix(suffix) {
      let base = String(valid.dropLast(suffix.count))
      return (base, base + ready)
    }
    return nil
  }

  private static func stream(_ base: String, _ design: Design, _ streams: Set<String>) -> String? {
    let parts = base.split(whereSeparator: { $0 == "." || $0 == "/" }).map(String.init)
    guard let port = parts.last else { return nil }
    if streams.contains(port) { return port }
    if let n = number(in: port, behind: "s_axis_") { return element(n, of: design.graphInputs) }
    if let n = number(in: port, behind: "m_axis_") { return element(n, of: design.graphOutputs) }
    for node in design.nodes {
      if parts.dropLast().contains(node.name), let stream = stream(atPort: port, of: node) {
        return stream
      }
      if port.hasPrefix(node.name + "_"),
        let stream = stream(atPort: String(port.dropFirst(node.name.count + 1)), of: node)
      {
        return stream
      }
    }
    return nil
  }

  /// `in0_V`, `out_V`, `in1_V_V`: the stream at that port.
  private static func stream(atPort port: String, of node: Node) -> String? {
    var name = port.lowercased()
    while name.hasSuffix("_v") { name.removeLast(2) }
    for (prefix, streams) in [("in", node.inputs), ("out", node.outputs)] {
      if name == prefix { return element(0, of: streams) }
      if let n = number(in: name, behind: prefix) { return element(n, of: streams) }
    }
    return nil
  }

  private static func number(in name: String, behind prefix: String) -> Int? {
    name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count)) : nil
  }

  private static func element(_ n: Int, of list: [String]) -> String? {
    list.indices.contains(n) ? list[n] : nil
  }
}
