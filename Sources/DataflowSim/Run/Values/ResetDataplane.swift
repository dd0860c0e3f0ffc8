import SimKernels

/// The values of a run in which blocks were reset.
///
/// From one reset to the next every block is a function of all words it has taken since it was last reset
/// itself; a block that was reset begins with the words it takes afterwards, and what it held is lost.
struct ResetDataplane {
  let timed: TimedDataplane
  let data: SourceData
  let result: RunResult
  let scenario: Scenario

  /// What lies between two resets.
  private struct Segment {
    /// Nodes that were reset at its beginning, and whether the host started a frame anew.
    var struck: Set<String> = []
    var restartsHost = false
    var frame = 0
    /// Words moved within it, by stream.
    var moved: [String: Int] = [:]
    var isLast = false
  }

  /// What a block has taken and given since it was last reset.
  private struct History {
    var inputs: [WordSequence]
    var given: [Int]
  }

  private var plane: Dataplane { timed.plane }

  func words() throws -> MovedWords {
    let segments = self.segments
    let faults = WordFaults.all(scenario, plane.design)
    var histories: [String: History] = [:]
    /// By stream, the number by which faults know the next word, and the position of its source.
    var bases: [String: Int] = [:]
    var moved: [String: WordSequence] = [:]
    var ideal = Ideal(timed: timed)
    for (index, segment) in segments.enumerated() {
      for node in segment.struck { histories[node] = nil }
      if segment.restartsHost {
        for stream in plane.graph.streams.map(\.name) {
          bases[stream] = segment.frame * (timed.plan.wordsPerFrame[stream] ?? 0)
        }
        try ideal.restart()
      }
      var values: [String: WordSequence] = [:]
      for name in plane.inputs {
        let start = bases[name, default: 0]
        let end = start + segment.moved[name, default: 0] + (segment.isLast ? 1 : 0)
        guard let all = data.words[name] else { continue }
        let words = all.cycled(min(end, timed.offered(name, scenario))).dropFirst(start)
        values[name] = faults[name]?.applied(to: words, from: start) ?? words
        moved.append(words.prefix(segment.moved[name, default: 0]), to: name)
        ideal.sources.append(words, to: name)
      }
      for step in plane.steps {
        let fresh = try advance(step, values, &histories, segment, index: index)
        for (stream, words) in zip(step.outputs, fresh) {
          let name = plane.graph.streams[stream].name
          values[name] =
            faults[name]?.applied(to: words, from: bases[name, default: 0]) ?? words
          let seen = words.prefix(segment.moved[name, default: 0])
          moved.append(seen, to: name)
          ideal.moved.append(seen, to: name)
        }
      }
      for (name, count) in segment.moved { bases[name, default: 0] += count }
    }
    return MovedWords(
      words: moved, differing: try ideal.finished(), staleFrames: [], expected: [:],
      cores: timed.plan.coreResults(result), faults: faults)
  }

  /// What `step` gives in a segment, of the words it takes in it.
  private func advance(
    _ step: Dataplane.Step, _ values: [String: WordSequence], _ histories: inout [String: History],
    _ segment: Segment, index: Int
  ) throws -> [WordSequence] {
    let node = step.node.name
    let taken = step.inputs.indices.map { i in
      step.words(values[plane.graph.streams[step.inputs[i]].name]!, at: i)
    }
    var history =
      histories[node]
      ?? History(inputs: [], given: Array(repeating: 0, count: step.outputs.count))
    history.inputs =
      history.inputs.isEmpty
      ? taken : zip(history.inputs, taken).map { $0.followed(by: $1) }
    let counts = step.outputs.map { segment.moved[plane.graph.streams[$0].name, default: 0] }
    var core = coreResults(node, index)
    if !segment.isLast { core = core.map { Array($0.prefix(history.given[0] + counts[0])) } }
    let all = try plane.perform(step) { try plane.words(step, history.inputs, core) }
    let fresh = all.indices.map { i in
      let words = all[i].dropFirst(history.given[i])
      return segment.isLast ? words : words.prefix(counts[i])
    }
    for (i, words) in fresh.enumerated() { history.given[i] += words.count }
    histories[node] = history
    return fresh
  }

  /// What the compute core of `node` put out since its last reset before segment `index`.
  private func coreResults(_ node: String, _ index: Int) -> [CoreResult]? {
    let retired = result.resets.dropFirst(index).first { $0.nodes.contains(node) }
    var seen = RunResult()
    seen.cores[node] = retired == nil ? result.cores[node] : retired?.cores[node]
    return timed.plan.coreResults(seen)[node]
  }

  private var segments: [Segment] {
    var segments: [Segment] = []
    var before: [String: Int] = [:]
    for index in 0...result.resets.count {
      var segment = Segment()
      if index > 0 {
        let reset = result.resets[index - 1]
        segment.struck = reset.nodes
        segment.restartsHost = reset.restartsHost
        segment.frame = reset.frame
      }
      segment.isLast = index == result.resets.count
      let after = segment.isLast ? result.handshakeCounts : result.resets[index].moved
      segment.moved = after
      for (name, count) in before { segment.moved[name, default: 0] -= count }
      before = after
      segments.append(segment)
    }
    return segments
  }
}

/// The words of hardware that is never disturbed, from one start of the host to the next.
private struct Ideal {
  let timed: TimedDataplane
  var sources: [String: WordSequence] = [:]
  var moved: [String: WordSequence] = [:]
  private var differing: [String: Int] = [:]

  init(timed: TimedDataplane) { self.timed = timed }

  mutating func restart() throws {
    try compare()
    (sources, moved) = ([:], [:])
  }

  mutating func finished() throws -> [String: Int] {
    try compare()
    return differing
  }

  private mutating func compare() throws {
    guard !sources.isEmpty else { return }
    let clean = try timed.clean.words(of: sources)
    for (name, words) in moved {
      let count = clean[name].map { words.countDifferences(from: $0) } ?? 0
      if count > 0 { differing[name, default: 0] += count }
    }
  }
}

extension [String: WordSequence] {
  fileprivate mutating func append(_ words: WordSequence, to name: String) {
    self[name] = self[name].map { $0.followed(by: words) } ?? words
  }
}
