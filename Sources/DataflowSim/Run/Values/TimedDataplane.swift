import SimKernels

/// Input tensors as the words of their streams.
public struct SourceData: Sendable {
  /// Frames in it.
  public let frames: Int
  /// All words of these frames, by graph input.
  public let words: [String: WordSequence]

  package init(frames: Int, words: [String: WordSequence]) {
    self.frames = frames
    self.words = words
  }
}

/// The values of a run of the time plane: what every stream really moved.
public struct MovedWords: Sendable {
  /// By stream, as many words as had a handshake.
  public let words: [String: WordSequence]
  /// By stream: moved words that are not those of hardware without hazards. Only streams with any.
  public let differing: [String: Int]
  /// Blocks that got a wrong number of words and hold some of them over a frame border, and windows
  /// that leave rows to the next frame.
  public let staleFrames: [HazardCount]
  /// Every word that can follow from the sources when no hazard of time and no fault strikes.
  let expected: [String: WordSequence]
  /// By node, what its compute core put out, and by stream, the faults that struck its words.
  let cores: [String: [CoreResult]]
  let faults: [String: WordFaults]
}

extension Dataplane {
  /// The words of input tensors, shaped as for `run`.
  ///
  /// Throws `InputError` for missing inputs, wrong shapes and values outside their type.
  public func sourceData(_ tensors: [String: Tensor]) throws -> SourceData {
    let sources = try elements(of: tensors)
    var words: [String: WordSequence] = [:]
    for source in sources {
      words[graph.streams[source.stream].name] = WordSequence(
        elementsPerWord: source.layout.elements, elements: source.elements)
    }
    return SourceData(frames: sources.first?.frames ?? 1, words: words)
  }

  /// Elements of a stream as an array: `(frames, normal shape…)` for whole frames, else
  /// `(words, elements)`.
  public func tensor(_ words: WordSequence, of stream: String) throws -> Tensor {
    let layout = try layout(of: stream)
    let isWhole = layout.words > 0 && words.count % layout.words == 0 && words.count > 0
    let shape =
      isWhole
      ? [words.count / layout.words] + layout.shape : [words.count, words.elementsPerWord]
    return try words.elements.tensor(type: layout.dataType, shape: shape, name: stream)
  }

  /// The whole frames among the words of a stream as an array `(frames, normal shape…)`, elements in the order that a
  /// reference has. What is behind them is left out: padding puts out the border of a frame that never comes.
  /// Where no frame is whole, `(words, elements)`.
  package func wholeFrames(_ words: WordSequence, of stream: String) throws -> Tensor {
    let layout = try layout(of: stream)
    guard layout.words > 0, words.count >= layout.words else {
      return try tensor(words, of: stream)
    }
    let frames = words.count / layout.words
    let elements = words.prefix(frames * layout.words).elements
    let ordered = referenceOrder(of: stream)?(elements) ?? elements
    return try ordered.tensor(
      type: layout.dataType, shape: [frames] + layout.shape, name: stream)
  }
}

extension WordSequence {
  /// `count` words, the sequence repeated as often as it takes.
  func cycled(_ count: Int) -> WordSequence {
    guard count > self.count, self.count > 0 else { return prefix(count) }
    let (whole, rest) = count.quotientAndRemainder(dividingBy: self.count)
    let parts = [Integers](repeating: elements, count: whole) + [prefix(rest).elements]
    return WordSequence(
      elementsPerWord: elementsPerWord,
      elements: .joined(parts, rowLength: elementsPerWord, format: elements.format))
  }

  /// The words from `start` on.
  func dropFirst(_ start: Int) -> WordSequence {
    let first = min(max(0, start), count)
    return WordSequence(
      elementsPerWord: elementsPerWord,
      elements: elements.elements(
        first * elementsPerWord..<count * elementsPerWord, rowLength: elementsPerWord))
  }

  /// This sequence and then `other`, which has words of the same kind.
  func followed(by other: WordSequence) -> WordSequence {
    guard count > 0 else { return other }
    guard other.count > 0 else { return self }
    return WordSequence(
      elementsPerWord: elementsPerWord,
      elements: .joined(
        [elements, other.elements], rowLength: elementsPerWord, format: elements.format))
  }

  /// Words of this sequence that `other` does not have in the same place.
  func countDifferences(from other: WordSequence) -> Int {
    let shared = min(count, other.count)
    if prefix(shared) == other.prefix(shared) { return count - shared }
    let n = elementsPerWord
    let differing = (0..<shared).count { word in
      let range = word * n..<(word + 1) * n
      return elements.elements(range, rowLength: n) != other.elements.elements(range, rowLength: n)
    }
    return differing + count - shared
  }
}

/// Both planes of a design: how it moves words and what is in them.
public struct TimedDataplane: Sendable {
  /// The design made ready.
  public let plan: Plan
  /// The bits as the hardware makes them.
  public let plane: Dataplane
  /// The bits without any hazard.
  public let clean: Dataplane
  /// Hazards taken as if the hardware did not have them.
  public let without: Set<Hazard>
  /// Whether values can be wrong besides those of shifted frames.
  private let hasValueHazards: Bool
  /// The bits with every frame where it belongs.
  private let unshifted: Dataplane
  private let shifting: Set<String>

  /// Prepares the bits of a planned design.
  ///
  /// Throws `InputError` as `Dataplane` does.
  public init(_ plan: Plan, parameters: ParameterStore?, without: Set<Hazard> = []) throws {
    self.plan = plan
    self.without = without
    let clean = try Dataplane(plan.design, parameters: parameters, options: .init(hazards: .none))
    self.clean = clean
    func plane(_ hazards: ValueHazards) throws -> Dataplane {
      guard hazards != .none else { return clean }
      return try Dataplane(plan.design, parameters: parameters, options: .init(hazards: hazards))
    }
    var hazards = ValueHazards(
      thresholdingNarrowWrap: !without.contains(.narrowWrap)
        && plan.canMeet(.narrowWrap),
      requantWideInput: !without.contains(.wideInput)
        && plan.canMeet(.wideInput),
      windowLeftoverRows: !without.contains(.windowLeftoverRows)
        && plan.canMeet(.windowLeftoverRows))
    let own = try plane(hazards)
    self.plane = own
    shifting = Set(own.shiftingNodes)
    guard hazards.windowLeftoverRows else {
      unshifted = own
      hasValueHazards = hazards != .none
      return
    }
    hazards.windowLeftoverRows = false
    unshifted = try plane(hazards)
    hasValueHazards = hazards != .none
  }

  /// Whether a node takes words of one frame for the next one's.
  func isShifting(_ node: String) -> Bool { shifting.contains(node) }

  /// A run of the time plane on the same hardware.
  public func simulate(_ scenario: Scenario) throws -> RunResult {
    try Simulation(
      plan, scenario: scenario, observing: Observation(streams: true, cores: true),
      without: without
    ).run()
  }

  /// What a run moved.
  ///
  /// The data of each source repeats when the run asks for more than there is.
  /// - Parameters:
  ///   - result: of a run of `plan` under `scenario`, without the same hazards, that observed streams
  ///     and cores.
  public func words(
    of data: SourceData, in result: RunResult, scenario: Scenario
  ) throws -> MovedWords {
    guard result.resets.isEmpty else {
      return try ResetDataplane(timed: self, data: data, result: result, scenario: scenario).words()
    }
    var sources: [String: WordSequence] = [:]
    for (name, words) in data.words {
      // A word beyond those taken can have been offered, and no more than one.
      let taken = (result.handshakeCounts[name] ?? 0) + 1
      sources[name] = words.cycled(min(taken, offered(name, scenario)))
    }
    let cores = plan.coreResults(result)
    let faults = WordFaults.all(scenario, plan.design)
    let all = try plane.words(of: sources, cores: cores, faults: faults)
    let moved = cut(all, to: result.handshakeCounts)
    let expected = try unshifted.words(of: sources)
    let ideal = hasValueHazards ? try clean.words(of: sources) : expected
    var differing: [String: Int] = [:]
    for (name, words) in moved {
      let count = ideal[name].map { words.countDifferences(from: $0) } ?? 0
      if count > 0 { differing[name] = count }
    }
    let shifting = plan.design.nodes.compactMap { node -> HazardCount? in
      guard isShifting(node.name), let words = node.outputs.first.flatMap({ differing[$0] }) else {
        return nil
      }
      return HazardCount(
        hazard: Hazard.windowLeftoverRows.rawValue, node: node.name, words: words)
    }
    let stale = zip(plan.design.nodes, plan.blocks).compactMap { node, block -> HazardCount? in
      guard block.holdsWordsOverFrames, let input = node.inputs.first,
        let output = node.outputs.first, let got = all[input], let due = ideal[input],
        got.count != due.count, let words = differing[output]
      else { return nil }
      return HazardCount(hazard: Hazard.staleFrame.rawValue, node: node.name, words: words)
    }
    return MovedWords(
      words: moved, differing: differing, staleFrames: shifting + stale, expected: expected,
      cores: cores,
      faults: faults)
  }

  func offered(_ source: String, _ scenario: Scenario) -> Int {
    let settings = scenario.sources[source] ?? Scenario.Source()
    if settings.endless { return .max }
    return settings.words ?? (plan.wordsPerFrame[source] ?? 0) * scenario.frames
  }

  private func cut(_ all: [String: WordSequence], to counts: [String: Int])
    -> [String: WordSequence]
  {
    Dictionary(
      uniqueKeysWithValues: all.map { name, words in (name, words.prefix(counts[name] ?? 0)) })
  }
}

extension Plan {
  fileprivate func canMeet(_ hazard: Hazard) -> Bool {
    blocks.contains { $0.hazardConditions.contains { $0.hazard == hazard } }
  }
}
