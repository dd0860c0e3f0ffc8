/// Where the words go that a fault has made wrong, and whether the design heals.
///
/// Without values no more can be known than which words *may* be wrong: a word that a fault concerns,
/// and everything computed from it. Blocks that give a word for every word pass the damage on word by
/// word; a block that mixes words of a frame passes it on to the whole frame. A lost or repeated word
/// shifts every later word of its stream, for ever or until the design is reset.
struct FaultReach {
  let plan: Plan
  let scenario: Scenario
  /// The resets of a run that observed its streams.
  private let resets: [ResetRecord]
  private let graph: DesignGraph
  /// The faults that concern words of a stream, in their order.
  private let strikes: [String: [Fault]]
  /// The frames before which the whole design is reset, in order.
  private let wholeResets: [Int]

  init(_ plan: Plan, _ scenario: Scenario) throws {
    self.plan = plan
    self.scenario = scenario
    resets =
      ResetPlan(scenario, plan.design).isEmpty
      ? []
      : try Simulation(plan, scenario: scenario, observing: Observation(streams: true)).run().resets
    graph = try DesignGraph(plan.design)
    let sides = Dictionary(
      plan.design.nodes.compactMap { node in node.streamSide.map { (node.name, $0) } }
    ) { first, _ in first }
    var strikes: [String: [Fault]] = [:]
    for fault in scenario.faults {
      if case .burstOrder(let node, _, _) = fault {
        if let stream = sides[node] { strikes[stream, default: []].append(fault) }
      } else if let stream = fault.target.stream {
        strikes[stream, default: []].append(fault)
      }
    }
    self.strikes = strikes
    wholeResets = scenario.faults.compactMap { fault in
      if case .reset(let frame, .design) = fault { frame } else { nil }
    }.sorted()
  }

  /// Wrong words of every graph output, as index ranges without overlap, in order; a range that ends
  /// at `Int.max` goes on for ever.
  func wrongWords() -> [String: [Range<Int>]] {
    var wrong: [String: [Range<Int>]] = [:]
    for stream in plan.design.graphInputs { strike(stream, &wrong) }
    for n in graph.order {
      let node = plan.design.nodes[n]
      for (port, stream) in node.outputs.enumerated() {
        var reached: [Range<Int>] = []
        for (input, name) in node.inputs.enumerated() {
          reached += (wrong[name] ?? []).map {
            passed($0, node: n, from: plan.inputPorts[n][input].words, port: port)
          }
        }
        wrong[stream] = Self.merged(reached + displaced(node, stream))
        strike(stream, &wrong)
      }
    }
    return wrong.filter { plan.design.graphOutputs.contains($0.key) && !$0.value.isEmpty }
  }

  /// Adds what the faults of `stream` itself do.
  private func strike(_ stream: String, _ wrong: inout [String: [Range<Int>]]) {
    let perFrame = plan.wordsPerFrame[stream] ?? 0
    let own = (strikes[stream] ?? []).compactMap { fault -> Range<Int>? in
      switch fault {
      case .drop(_, let word), .duplicate(_, let word):
        let from = fault == .drop(stream: stream, word: word) ? word : word + 1
        return from..<max(healed(after: from, perFrame), from + 1)
      case .swap(_, let word): return word..<word + 2
      case .corrupt(_, let word, _): return word..<word + 1
      case .burstOrder(_, let burst, let beats):
        guard let start = burst.times(beats), let words = beats.times(2) else { return nil }
        return start..<start + words
      default: return nil
      }
    }
    if !own.isEmpty { wrong[stream] = Self.merged((wrong[stream] ?? []) + own) }
  }

  /// What a reset does to a stream whose writer loses words by it, or keeps words that all others lose.
  private func displaced(_ node: Node, _ stream: String) -> [Range<Int>] {
    guard let perFrame = plan.wordsPerFrame[stream] else { return [] }
    return resets.indices.compactMap { index in
      let reset = resets[index]
      let isStruck = reset.nodes.contains(node.name)
      guard isStruck != reset.restartsHost, !isBetweenFrames(node, at: index) else { return nil }
      let start = reset.frame * perFrame
      return start..<max(healed(after: start, perFrame), start + 1)
    }
  }

  /// Whether a block has taken and given whole frames only, and the same number, when a reset comes.
  private func isBetweenFrames(_ node: Node, at index: Int) -> Bool {
    let last = resets[..<index].last(where: \.restartsHost)
    let frames = resets[index].frame - (last?.frame ?? 0)
    return (node.inputs + node.outputs).allSatisfy { stream in
      let moved = (resets[index].moved[stream] ?? 0) - (last?.moved[stream] ?? 0)
      return moved == frames * (plan.wordsPerFrame[stream] ?? 0)
    }
  }

  /// The first word that is right again after the words of a stream have shifted.
  private func healed(after word: Int, _ perFrame: Int) -> Int {
    // Frames in order begin with words in order; what no number holds comes last.
    wholeResets.lazy.compactMap { $0.times(perFrame) }.first { $0 > word } ?? .max
  }

  private func passed(_ range: Range<Int>, node: Int, from words: Int?, port: Int) -> Range<Int> {
    let given = plan.outputPorts[node][port].words
    guard let words, let given, words > 0, given > 0 else { return range }
    if words == given, plan.blocks[node].isWordWise { return range }
    let first = range.lowerBound / words * given
    guard range.upperBound != .max else { return first..<Int.max }
    let frames = (range.upperBound - 1) / words + 1
    return first..<(frames.times(given) ?? .max)
  }

  private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, range.lowerBound <= last.upperBound {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }
}

extension Int {
  /// The product, or nil where it does not fit.
  fileprivate func times(_ other: Int) -> Int? {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? nil : product
  }
}
