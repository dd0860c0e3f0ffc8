/// The signals of a trace as waveform viewers list them: a scope per node with valid and ready of its streams,
/// what a FIFO holds, and what the node does.
struct WaveLayout {
  enum Kind {
    case bit
    /// A number of words.
    case occupancy
    /// 0 starved, 1 busy, 2 blocked.
    case state
    /// The word on a stream, as its wires carry it.
    case data
  }

  struct Signal {
    /// Name in its scope.
    var name: String
    /// The variable it shows; the two ends of a stream show the same.
    var variable: Int
    var width: Int
    var kind: Kind
  }

  struct Scope {
    var name: String
    var signals: [Signal]
  }

  struct FIFO {
    /// Place in the design's nodes.
    var node: Int
    var depth: Int
    /// Places in `streams`.
    var input: Int
    var output: Int
    var width: Int { Int.bitWidth - depth.leadingZeroBitCount }
  }

  /// The design's name as a scope.
  let top: String
  let scopes: [Scope]
  let streams: [String]
  let fifos: [FIFO]
  /// Nodes with a state, by place in the design's nodes.
  let stateNodes: [Int]
  /// By stream: whether a FIFO's occupancy tells its ready.
  let isEntered: [Bool]

  /// What the words were, where that is known.
  let values: TraceValues?
  /// By stream: bits of a word; nil where words are not known.
  let dataWidth: [Int?]

  var variables: Int {
    2 * streams.count + fifos.count + stateNodes.count + (values == nil ? 0 : streams.count)
  }
  func data(_ stream: Int) -> Int? {
    dataWidth[stream].map { _ in 2 * streams.count + fifos.count + stateNodes.count + stream }
  }
  /// The stream whose words a variable shows.
  func dataStream(of variable: Int) -> Int? {
    let stream = variable - 2 * streams.count - fifos.count - stateNodes.count
    return stream >= 0 ? stream : nil
  }

  func valid(_ stream: Int) -> Int { 2 * stream }
  func ready(_ stream: Int) -> Int { 2 * stream + 1 }
  func occupancy(_ fifo: Int) -> Int { 2 * streams.count + fifo }
  func state(_ node: Int) -> Int { 2 * streams.count + fifos.count + node }

  init(_ trace: TraceFile, _ selection: TraceSelection) throws {
    streams = selection.streams
    let values = trace.hasValues ? try TraceValues(trace, streams: Set(selection.streams)) : nil
    self.values = values
    let dataWidth = selection.streams.map { values?[$0]?.width }
    self.dataWidth = dataWidth
    let number = Dictionary(
      streams.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var fifos: [FIFO] = []
    var states: [Int] = []
    var isEntered = [Bool](repeating: false, count: streams.count)
    for (n, node) in trace.design.nodes.enumerated() {
      if node.isFIFO {
        guard node.inputs.count == 1, node.outputs.count == 1, let input = number[node.inputs[0]],
          let output = number[node.outputs[0]], let depth = trace.depth(of: node)
        else { continue }
        isEntered[input] = true
        fifos.append(FIFO(node: n, depth: depth, input: input, output: output))
      } else if (node.inputs + node.outputs).contains(where: { number[$0] != nil }) {
        states.append(n)
      }
    }
    self.fifos = fifos
    self.isEntered = isEntered
    stateNodes = states
    var names = WaveNames()
    top = names.unique(trace.design.name, in: "")
    let fifoOf = Dictionary(uniqueKeysWithValues: fifos.enumerated().map { ($1.node, $0) })
    let stateOf = Dictionary(uniqueKeysWithValues: states.enumerated().map { ($1, $0) })
    let (base, count) = (2 * streams.count, fifos.count)
    scopes = trace.design.nodes.enumerated().compactMap { n, node in
      let ports = (node.inputs + node.outputs).filter { number[$0] != nil }
      guard !ports.isEmpty else { return nil }
      let scope = names.unique(node.name, in: "design")
      var signals: [Signal] = []
      if let state = stateOf[n] {
        signals.append(
          Signal(
            name: names.unique("state", in: scope), variable: base + count + state, width: 2,
            kind: .state))
      }
      for stream in ports {
        for (offset, signal) in ["valid", "ready"].enumerated() {
          signals.append(
            Signal(
              name: names.unique("\(stream)_\(signal)", in: scope),
              variable: 2 * number[stream]! + offset, width: 1, kind: .bit))
        }
        if let width = dataWidth[number[stream]!] {
          signals.append(
            Signal(
              name: names.unique("\(stream)_data", in: scope),
              variable: base + count + states.count + number[stream]!, width: width, kind: .data))
        }
      }
      if let fifo = fifoOf[n] {
        signals.append(
          Signal(
            name: names.unique("occupancy", in: scope), variable: base + fifo,
            width: fifos[fifo].width, kind: .occupancy))
      }
      return Scope(name: scope, signals: signals)
    }
  }
}

/// Names as waveform formats allow them: no blanks, no brackets, no dots, each once per scope.
struct WaveNames {
  private var used: [String: Set<String>] = [:]

  mutating func unique(_ name: String, in scope: String) -> String {
    let plain = Self.plain(name)
    var candidate = plain
    var n = 2
    while !used[scope, default: []].insert(candidate).inserted {
      candidate = "\(plain)_\(n)"
      n += 1
    }
    return candidate
  }

  static func plain(_ name: String) -> String {
    let text = String(
      name.unicodeScalars.map { scalar -> Character in
        scalar.isASCII && scalar.properties.isAlphabetic
          || scalar.properties.numericType != nil && scalar.isASCII
          ? Character(scalar) : "_"
      })
    return text.isEmpty ? "_" : text
  }
}

extension TraceFile {
  /// Words a FIFO node holds.
  func depth(of node: Node) -> Int? {
    report?.fifos.first { $0.name == node.name }?.depth
      ?? ((try? design.block(of: node)) as? StreamingFIFO)?.adjustedDepth
  }
}
