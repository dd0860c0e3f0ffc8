/// Where a wrong word of a run comes from: the first word upstream that is not what its node's
/// inputs ask for, and what struck it there.
public struct WordOrigin: Codable, Sendable, Equatable {
  /// A hazard by its name, or `fault drop`, `fault swap`, ….
  public var cause: String
  /// The stream whose word was struck, and its number in the run (from 0).
  public var stream: String
  public var word: Int
  /// The node that writes the stream; nil for a graph input.
  public var node: String?
  /// What happened to the word.
  public var event: String
  /// Whether words came out that should not have, or the other way round: later words then come
  /// too late or too early.
  public var shiftsWords: Bool
  /// Blocks on the way from there to the wrong word that hold words over a frame border.
  public var heldAt: [String]

  /// The struck word, in words.
  public var place: String {
    "word \(word) of \(stream)" + (node.map { ", written by \($0)" } ?? "")
  }
}

extension TimedDataplane {
  /// What struck the first wrong word of each of these streams; those without one are left out.
  public func origins(on streams: [String], in moved: MovedWords) -> [String: WordOrigin] {
    streams.reduce(into: [:]) { origins, stream in
      guard let word = moved.firstWrong(stream, below: .max) else { return }
      origins[stream] = origin(of: word, on: stream, in: moved)
    }
  }

  /// Follows a wrong word upstream: as long as one of the words it is made of is wrong, that word is
  /// where it comes from.
  ///
  /// - Parameter word: of the run, on `stream`, different from what it should be.
  /// - Returns: nil when no word upstream was struck by anything.
  package func origin(of word: Int, on stream: String, in moved: MovedWords) -> WordOrigin? {
    var (stream, word) = (stream, word)
    var held: [String] = []
    // Each turn goes to a stream before this one.
    for _ in 0...plane.steps.count {
      let index = plane.graph.index(of: stream)
      guard let step = plane.steps.first(where: { $0.outputs.contains(index) }),
        let port = step.outputs.firstIndex(of: index)
      else {
        return moved.fault(on: stream, upTo: word, node: nil, held)
      }
      if let next = wrongInput(of: step, for: word, port: port, moved) {
        if isHolding(step) { held.insert(step.node.name, at: 0) }
        (stream, word) = next
        continue
      }
      return struck(step, stream, word, moved, held)
    }
    return nil
  }

  private func isHolding(_ step: Dataplane.Step) -> Bool {
    zip(plan.design.nodes, plan.blocks).contains { node, block in
      node.name == step.node.name && block.holdsWordsOverFrames
    }
  }

  /// The first wrong word among those that output word `word` is made of.
  private func wrongInput(
    of step: Dataplane.Step, for word: Int, port: Int, _ moved: MovedWords
  ) -> (stream: String, word: Int)? {
    let needs = step.bits.schedule().needs(for: word, port: port, inputs: step.inputs.count)
    for (index, need) in zip(step.inputs, needs) {
      let name = plane.graph.streams[index].name
      if let wrong = moved.firstWrong(name, below: need) { return (name, wrong) }
    }
    return nil
  }

  /// What struck a word whose node had only right words to make it of.
  private func struck(
    _ step: Dataplane.Step, _ stream: String, _ word: Int, _ moved: MovedWords, _ held: [String]
  ) -> WordOrigin? {
    let node = step.node.name
    if isShifting(node) {
      return WordOrigin(
        cause: Hazard.windowLeftoverRows.rawValue, stream: stream, word: word, node: node,
        event: "it takes rows that a frame leaves over for the next one's", shiftsWords: true,
        heldAt: held)
    }
    guard let results = moved.cores[node], word < results.count else {
      return moved.fault(on: stream, upTo: word, node: node, held)
    }
    guard let core = plan.cores[node] else {
      return struckWord(results, word, stream, node, held)
        ?? moved.fault(on: stream, upTo: word, node: node, held)
    }
    switch results[word] {
    case .undefined, .read: return nil
    case .damaged(_, let lost):
      return WordOrigin(
        cause: Hazard.frozenZero.rawValue, stream: stream, word: word, node: node,
        event: "\(lost.count) of its products lost", shiftsWords: false, heldAt: held)
    case .whole(word):
      return moved.fault(on: stream, upTo: word, node: node, held)
    case .partial, .whole:
      let first = results.indices.first { results[$0] != .whole($0) && !results[$0].isDamaged }
      let whole = results.count { if case .partial = $0 { false } else { true } }
      let genuine = results.count { $0.ends(every: core.fold) }
      let surplus = results.count - max(whole, genuine)
      return WordOrigin(
        cause: core.compute.surplusHazard.rawValue, stream: stream, word: first ?? word,
        node: node, event: "\(surplus) surplus word\(surplus == 1 ? "" : "s") in all",
        shiftsWords: true, heldAt: held)
    }
  }
}

extension TimedDataplane {
  /// What struck a word of a block that tells its words one by one.
  private func struckWord(
    _ results: [CoreResult], _ word: Int, _ stream: String, _ node: String, _ held: [String]
  ) -> WordOrigin? {
    let opType = plan.design.nodes.first { $0.name == node }?.opType ?? ""
    func origin(_ hazard: Hazard, _ first: Int, _ event: String, shifts: Bool) -> WordOrigin {
      WordOrigin(
        cause: hazard.rawValue, stream: stream, word: first, node: node, event: event,
        shiftsWords: shifts, heldAt: held)
    }
    if case .read = results[word] {
      return origin(
        .stalePage, word, "read before the page held its words of this frame", shifts: false)
    }
    let isCrop = opType.hasPrefix("Crop") || opType.hasPrefix("SelectToken")
    let hazard = isCrop ? Hazard.lostWord : .queueOverflow
    // The first word that follows lost ones.
    let first = results.indices.first { results[$0].index != $0 }
    if let first, first <= word {
      let lost = (results[first].index ?? first) - first
      return origin(
        hazard, first, "\(lost) word\(lost == 1 ? "" : "s") lost before it", shifts: true)
    }
    if case .undefined = results[word] {
      return origin(
        hazard, word, "read from behind the end of the output queue: undefined", shifts: false)
    }
    return nil
  }
}

extension CoreResult {
  fileprivate var isDamaged: Bool { if case .damaged = self { true } else { false } }

  /// Whether the last slot of a group is in it, so that it is the group's genuine result.
  fileprivate func ends(every fold: Int) -> Bool {
    switch self {
    case .whole, .damaged, .undefined, .read: true
    case .partial(let slots, _): !slots.isEmpty && slots.upperBound % fold == 0
    }
  }
}

extension MovedWords {
  /// The first moved word below `limit` that is not the one expected there.
  func firstWrong(_ stream: String, below limit: Int) -> Int? {
    guard let got = words[stream], let due = expected[stream] else { return nil }
    let n = min(limit, got.count)
    let shared = min(n, due.count)
    if got.prefix(shared) == due.prefix(shared) { return shared < n ? shared : nil }
    return (0..<shared).first { !got.hasSameWord($0, as: due, at: $0) }
  }

  fileprivate func fault(on stream: String, upTo word: Int, node: String?, _ held: [String])
    -> WordOrigin?
  {
    guard let fault = faults[stream]?.first, fault.word <= word else { return nil }
    return WordOrigin(
      cause: "fault \(fault.kind)", stream: stream, word: fault.word, node: node,
      event: "the scenario's fault", shiftsWords: fault.changesCount, heldAt: held)
  }
}
