/// A disturbance of a run that would not happen in sound hardware with a sound host. Deterministic: it
/// names the word or the cycles it strikes.
///
/// JSON: an object with `"kind"` and the fields of the case, e.g.
/// `{"kind": "drop", "stream": "s3", "word": 17}`.
public enum Fault: Sendable, Equatable {
  /// Word `word` (from 0) leaves its writer and never arrives.
  case drop(stream: String, word: Int)
  /// Word `word` arrives twice.
  case duplicate(stream: String, word: Int)
  /// Words `word` and `word + 1` change places.
  case swap(stream: String, word: Int)
  /// Bits of word `word` are inverted where `mask`, a hexadecimal number, has ones.
  case corrupt(stream: String, word: Int, mask: String)
  /// Word `word` comes `cycles` later than it would.
  case delay(stream: String, word: Int, cycles: Int)
  /// No word of the stream is offered to its reader from cycle `from` on, for `cycles` cycles: a
  /// source or a sink that stops for a while.
  case stop(stream: String, from: Int, cycles: Int)
  /// The same for the stream side of a DMA.
  case holdDMA(node: String, from: Int, cycles: Int)
  /// Bursts `burst` and `burst + 1` of a DMA, `beats` stream words each, come in the wrong order.
  case burstOrder(node: String, burst: Int, beats: Int)
  /// Before frame `frame` (from 1) starts, once all is quiet, blocks are reset: each loses its state
  /// and the words it holds, and begins anew.
  case reset(frame: Int, scope: ResetScope = .design)
}

/// Which blocks a reset reaches.
public enum ResetScope: Sendable, Equatable {
  /// All of them; the host starts frame `frame` anew.
  case design
  /// Only these nodes, unnoticed by the host: words it has not got rid of yet come first.
  case only([String])
  /// A reset of the design that fails to reach these nodes: they keep what they hold.
  case except([String])

  /// The nodes it names.
  package var nodes: [String] {
    switch self {
    case .design: []
    case .only(let names), .except(let names): names
    }
  }
}

extension Fault {
  static let kinds = [
    "burst_order", "corrupt", "delay", "drop", "duplicate", "hold_dma", "reset", "stop", "swap",
  ]

  init(_ cursor: JSONCursor) throws {
    let kindCursor = try cursor.member("kind")
    let kind = try kindCursor.name()
    func name(_ key: String) throws -> String { try cursor.member(key).name() }
    func count(_ key: String, from least: Int = 0) throws -> Int {
      try cursor.member(key).int(least...Int.largestStated)
    }
    func fields(_ keys: String...) throws { try cursor.requireKeys(["kind"] + keys) }
    switch kind {
    case "drop", "duplicate", "swap":
      try fields("stream", "word")
      let (stream, word) = (try name("stream"), try count("word"))
      self =
        kind == "drop"
        ? .drop(stream: stream, word: word)
        : kind == "swap"
          ? .swap(stream: stream, word: word) : .duplicate(stream: stream, word: word)
    case "corrupt":
      try fields("stream", "word", "mask")
      let mask = try cursor.member("mask")
      let text = try mask.name()
      guard text.count <= 4096, text.allSatisfy(\.isHexDigit) else {
        throw mask.error("'\(text.prefix(40))' is not a hexadecimal number (e.g. \"01\")")
      }
      self = .corrupt(stream: try name("stream"), word: try count("word"), mask: text)
    case "delay":
      try fields("stream", "word", "cycles")
      self = .delay(
        stream: try name("stream"), word: try count("word"), cycles: try count("cycles"))
    case "stop":
      try fields("stream", "from", "cycles")
      self = .stop(stream: try name("stream"), from: try count("from"), cycles: try count("cycles"))
    case "hold_dma":
      try fields("node", "from", "cycles")
      self = .holdDMA(node: try name("node"), from: try count("from"), cycles: try count("cycles"))
    case "burst_order":
      try fields("node", "burst", "beats")
      self = .burstOrder(
        node: try name("node"), burst: try count("burst"), beats: try count("beats", from: 1))
    case "reset":
      try fields("frame", "only", "except")
      self = .reset(frame: try count("frame", from: 1), scope: try ResetScope(cursor))
    default:
      let near = nearestName(to: kind, among: Self.kinds).map { "did you mean \"\($0)\"? " } ?? ""
      throw kindCursor.error(
        "unknown kind of fault \"\(kind)\"",
        hint: near + "known: " + Self.kinds.joined(separator: ", "))
    }
  }

  var json: JSONValue {
    func fault(_ kind: String, _ fields: [String: JSONValue]) -> JSONValue {
      .object(fields.merging(["kind": .string(kind)]) { _, kind in kind })
    }
    func word(_ kind: String, _ stream: String, _ word: Int, _ more: [String: JSONValue] = [:])
      -> JSONValue
    {
      fault(kind, more.merging(["stream": .string(stream), "word": .int(word)]) { a, _ in a })
    }
    return switch self {
    case .drop(let s, let w): word("drop", s, w)
    case .duplicate(let s, let w): word("duplicate", s, w)
    case .swap(let s, let w): word("swap", s, w)
    case .corrupt(let s, let w, let mask): word("corrupt", s, w, ["mask": .string(mask)])
    case .delay(let s, let w, let cycles): word("delay", s, w, ["cycles": .int(cycles)])
    case .stop(let s, let from, let cycles):
      fault("stop", ["stream": .string(s), "from": .int(from), "cycles": .int(cycles)])
    case .holdDMA(let node, let from, let cycles):
      fault("hold_dma", ["node": .string(node), "from": .int(from), "cycles": .int(cycles)])
    case .burstOrder(let node, let burst, let beats):
      fault("burst_order", ["node": .string(node), "burst": .int(burst), "beats": .int(beats)])
    case .reset(let frame, let scope):
      fault("reset", scope.json.merging(["frame": .int(frame)]) { a, _ in a })
    }
  }

  /// The stream or the nodes the fault names.
  package var target: (stream: String?, nodes: [String]) {
    switch self {
    case .drop(let s, _), .duplicate(let s, _), .swap(let s, _), .corrupt(let s, _, _),
      .delay(let s, _, _), .stop(let s, _, _):
      (s, [])
    case .holdDMA(let n, _, _), .burstOrder(let n, _, _): (nil, [n])
    case .reset(_, let scope): (nil, scope.nodes)
    }
  }
}

extension ResetScope {
  fileprivate init(_ cursor: JSONCursor) throws {
    func names(_ key: String) throws -> [String]? {
      try cursor.optional(key)?.names()
    }
    switch (try names("only"), try names("except")) {
    case (nil, nil): self = .design
    case (let only?, nil): self = .only(only)
    case (nil, let kept?): self = .except(kept)
    case (_?, _?):
      throw cursor.error("\"only\" and \"except\" contradict each other", hint: "state one of them")
    }
  }

  fileprivate var json: [String: JSONValue] {
    func list(_ names: [String]) -> JSONValue { .array(names.map(JSONValue.string)) }
    return switch self {
    case .design: [:]
    case .only(let names): ["only": list(names)]
    case .except(let names): ["except": list(names)]
    }
  }
}

/// What faults may strike in a design; made once for all faults of a scenario.
package struct FaultTargets {
  private let streams: Set<String>
  /// The op type of every node.
  private let nodes: [String: String]

  package init(_ design: Design) {
    streams = Set(
      design.nodes.flatMap { $0.inputs + $0.outputs } + design.graphInputs + design.graphOutputs)
    nodes = Dictionary(design.nodes.map { ($0.name, $0.opType) }) { first, _ in first }
  }

  /// Checks that a fault strikes something the design has.
  ///
  /// Throws `InputError` with the nearest known name.
  package func require(_ fault: Fault, at place: String) throws {
    if let stream = fault.target.stream {
      guard !streams.contains(stream) else { return }
      let near = nearestName(to: stream, among: streams).map { "did you mean '\($0)'?" }
      throw InputError("the design has no stream '\(stream)'", at: place, hint: near)
    }
    for name in fault.target.nodes { try requireNode(name, for: fault, at: place) }
  }

  private func requireNode(_ name: String, for fault: Fault, at place: String) throws {
    guard let opType = nodes[name] else {
      let near = nearestName(to: name, among: nodes.keys).map { "did you mean '\($0)'?" }
      throw InputError("the design has no node '\(name)'", at: place, hint: near)
    }
    switch fault {
    case .holdDMA, .burstOrder:
      guard !opType.hasPrefix("IODMA") else { return }
      let dmas = nodes.filter { $0.value.hasPrefix("IODMA") }.keys.sorted(by: naturally)
      throw InputError(
        "'\(name)' is a \(opType), not a DMA", at: place,
        hint: dmas.isEmpty
          ? "the design has no IODMA; use \"stop\" on a stream"
          : "DMAs: \(dmas.joined(separator: ", "))")
    default: return
    }
  }
}
