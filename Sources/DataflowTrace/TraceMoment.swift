/// What lies where in one cycle of a recorded run: the words in every FIFO, and the words that wait on streams.
public struct TraceMoment: Sendable {
  /// A word by its place in its stream's tensor.
  public struct Word: Sendable, Equatable {
    /// Counted over the whole run.
    public var index: Int
    public var frame: Int
    /// Word of the frame.
    public var word: Int
    /// Index of its first element in the frame's normal shape, channel last; null where the shape is not known.
    public var position: [Int]?
    /// Elements of the word.
    public var elements: Int?
    /// What it is, element 0 first; null where the trace has not kept it.
    public var values: [Int64]?

    /// "frame 0, word 37: [0, 1, 4, 0 to 15]".
    public var text: String { place + (values.map { " = \(Self.short($0))" } ?? "") }

    /// Some elements, enough to recognise a word.
    package static func short(_ values: [Int64]) -> String {
      values.prefix(8).map(String.init).joined(separator: " ") + (values.count > 8 ? " …" : "")
    }

    package var place: String {
      let place = "frame \(frame), word \(word)"
      guard let position, let last = position.last else { return place }
      let end = last + max(elements ?? 1, 1) - 1
      let channels = end > last ? "\(last) to \(end)" : "\(last)"
      return place + ": ["
        + (position.dropLast().map(String.init) + [channels])
        .joined(separator: ", ") + "]"
    }
  }

  /// A FIFO and what lies in it.
  public struct FIFO: Sendable {
    /// Its name in the design.
    public var name: String
    /// Words it can hold.
    public var depth: Int
    /// Words in it at the beginning of the cycle.
    public var held: Int
    /// The word that comes out next, and the one that went in last; null when it is empty.
    public var first: Word?
    public var last: Word?
  }

  /// A stream and what is offered on it.
  public struct Stream: Sendable {
    /// Its name in the design.
    public var name: String
    /// The word on the stream: it is valid in this cycle.
    public var word: Word
    /// Since when, and when it moves; null: never in the recording.
    public var since: Cycle
    public var moves: Cycle?
  }

  /// The design's name.
  public let design: String
  /// The cycle looked at, counted from 0.
  public let cycle: Cycle
  /// In the design's order.
  public let fifos: [FIFO]
  /// Those with a word waiting.
  public let streams: [Stream]

  /// Throws `InputError` for a damaged trace, or one whose design cannot be simulated.
  public init(_ trace: TraceFile, at cycle: Cycle) throws {
    let values = trace.hasValues ? try TraceValues(trace) : nil
    try self.init(
      trace, TraceWords(try Plan(trace.design)) { values?[$0]?[$1].map { Array($0) } }, at: cycle)
  }

  /// The same of a trace of which several cycles are looked at.
  package init(_ trace: TraceFile, _ words: TraceWords, at cycle: Cycle) throws {
    if let damage = trace.damage { throw damage }
    design = trace.design.name
    self.cycle = cycle
    func word(_ index: Int, on stream: String) -> Word { words[index, on: stream] }
    let runs = try Dictionary(
      uniqueKeysWithValues: trace.streamNames.map {
        ($0, try StreamRuns(trace, $0, from: cycle))
      })
    if let damage = runs.values.lazy.compactMap(\.damage).first { throw damage }
    fifos = trace.design.nodes.compactMap { node in
      guard trace.isRecordedFIFO(node), let writes = runs[node.inputs[0]]?.position,
        let reads = runs[node.outputs[0]]?.position
      else { return nil }
      let held = writes - reads
      return FIFO(
        name: node.name, depth: trace.depth(of: node) ?? 0, held: held,
        first: held > 0 ? word(reads, on: node.outputs[0]) : nil,
        last: held > 0 ? word(writes - 1, on: node.inputs[0]) : nil)
    }
    streams = trace.streamNames.compactMap { name in
      guard let ahead = runs[name] else { return nil }
      let offered = ahead.run?.offered ?? ahead.unfinishedFrom
      guard offered <= cycle else { return nil }
      return Stream(
        name: name, word: word(ahead.position, on: name), since: offered, moves: ahead.run?.cycle)
    }
  }
}

/// Words of streams by their number in a run: where in its frame each stands, and what it is.
package struct TraceWords {
  private let wordsPerFrame: [String: Int]
  private var ports: [String: Port] = [:]
  private let values: (_ stream: String, _ index: Int) -> [Int64]?

  /// - Parameter values: the elements of a word, element 0 first; nil where they are not known.
  package init(_ plan: Plan, values: @escaping (_ stream: String, _ index: Int) -> [Int64]?) {
    wordsPerFrame = plan.wordsPerFrame
    self.values = values
    for (n, node) in plan.design.nodes.enumerated() {
      for (stream, port) in zip(node.inputs, plan.inputPorts[n]) { ports[stream] = port }
      for (stream, port) in zip(node.outputs, plan.outputPorts[n]) { ports[stream] = port }
    }
  }

  package subscript(index: Int, on stream: String) -> TraceMoment.Word {
    let perFrame = max(wordsPerFrame[stream] ?? 1, 1)
    let port = ports[stream]
    let elements = port?.elements
    let inFrame = index % perFrame
    var position: [Int]?
    if let shape = port?.normalShape, let elements, shape.reduce(1, *) == perFrame * elements {
      position = Tensor.indices(of: inFrame * elements, in: shape)
    }
    return TraceMoment.Word(
      index: index, frame: index / perFrame, word: inFrame, position: position,
      elements: elements, values: values(stream, index))
  }
}
