/// Where a design can meet the hazards of its blocks, and under which stimulus it really does.
public struct HazardSearch {
  /// The design made ready.
  public let plan: Plan

  /// A search in this design.
  public init(_ plan: Plan) { self.plan = plan }

  /// Lists every place and looks for a run that meets those which depend on time.
  ///
  /// - Parameters:
  ///   - runs: how many stimuli to try; the first is the ideal one, the others stall.
  ///   - frames: frames of each.
  ///   - seed: of the random stalls.
  ///   - known: is told what is known so far, before every run.
  public func report(
    runs: Int = 16, frames: Int = 2, seed: UInt64 = 1, known: (HazardReport) -> Void = { _ in }
  ) throws -> HazardReport {
    var entries = zip(plan.design.nodes, plan.blocks).flatMap { Self.entries($0, $1) }
    var tried = 0
    func report(isWhole: Bool) -> HazardReport {
      HazardReport(
        design: plan.design.name, seed: seed, runsTried: tried, frames: frames, entries: entries,
        interrupted: !isWhole)
    }
    let lengths = enough > frames ? [frames, enough] : [frames]
    for (stimulus, scenario) in lengths.flatMap({ stimuli(runs, $0, seed) }) {
      guard entries.contains(where: { $0.status == .possible }) else { break }
      WorkProgress.tell(
        "stalled runs", tried, of: lengths.count * runs,
        best: "\(entries.count { $0.status == .confirmed }) confirmed")
      known(report(isWhole: false))
      let result = try Simulation(
        plan, scenario: scenario, observing: Observation(hazards: true)
      ).run()
      for hit in HazardCount.all(plan, result) {
        guard
          let i = entries.firstIndex(where: { $0.node == hit.node && $0.hazard == hit.hazard }),
          entries[i].status == .possible
        else { continue }
        entries[i].status = .confirmed
        entries[i].words = hit.words
        entries[i].stimulus = stimulus
        entries[i].scenario = scenario
      }
      tried += 1
    }
    return report(isWhole: true)
  }

  /// What strikes already where every word is offered and taken at once: no stall has to be met for it.
  public func idealStrikes(frames: Int) throws -> [HazardCount] {
    let dependsOnTime = plan.blocks.contains { block in
      block.hazardConditions.contains { $0.kind == .byTime }
    }
    guard dependsOnTime else { return [] }
    let result = try Simulation(
      plan, scenario: Scenario(frames: frames), observing: Observation(hazards: true)
    ).run()
    return HazardCount.all(plan, result)
  }

  private static let firstFrames = 3

  /// What makes surplus words so in the first frames.
  func surplus() throws -> [HazardCount] {
    let canStrike = plan.blocks.contains { $0.hazardConditions.contains { $0.hazard.makesWords } }
    return canStrike ? try idealStrikes(frames: Self.firstFrames).filter(\.makesWords) : []
  }

  /// What a person reads of what `surplus` finds, wherever a design's rate is told.
  package static func surplusSentence(_ hit: HazardCount) -> String {
    "\(hit.hazard): \(hit.words.of("word")) wrong or surplus at \(hit.node) in \(firstFrames.of("frame")) without any "
      + "stall; they are no frames, but later ones are shifted (simrun hazards)"
  }

  /// Frames that are long enough together for words to queue: a frame may be a single word.
  private var enough: Int {
    let borders = plan.design.graphInputs + plan.design.graphOutputs
    let words = borders.compactMap { plan.wordsPerFrame[$0] }.min() ?? 1
    return 256.dividedUp(by: max(words, 1))
  }

  private func stimuli(_ count: Int, _ frames: Int, _ seed: UInt64) -> [(String, Scenario)] {
    let base = Scenario(frames: frames)
    var list = [("a word offered and taken in every cycle", base)]
    for text in [
      "01", "0001", "10000000",
      String(repeating: "1", count: 32) + String(repeating: "0", count: 32),
    ] {
      guard let pattern = try? Pattern(text) else { continue }
      var slow = base
      for name in plan.design.graphOutputs { slow.sinks[name] = .init(pattern: pattern) }
      list.append(("every sink ready by \(text)", slow))
      var late = base
      for name in plan.design.graphInputs { late.sources[name] = .init(pattern: pattern) }
      list.append(("every source offering by \(text)", late))
    }
    var stalls = RandomStalls(seed: seed)
    while list.count < count {
      for style in RandomStalls.Style.allCases {
        let scenario = stalls.scenario(for: plan.design, base: base, style: style)
        list.append(("random stalls at sources and sinks (\(style), seed \(seed))", scenario))
      }
    }
    return Array(list.prefix(max(1, count)))
  }
}

extension HazardSearch {
  /// Every place that can meet a hazard, as far as the design alone tells.
  var places: [(node: String, hazard: Hazard, condition: String)] { places { _ in true } }

  /// Those that a design meets whatever happens.
  var certain: [(node: String, hazard: Hazard, condition: String)] { places { $0 == .always } }

  private func places(_ isMeant: (HazardCondition.Kind) -> Bool) -> [(
    node: String, hazard: Hazard, condition: String
  )] {
    zip(plan.design.nodes, plan.blocks).flatMap { node, block in
      block.hazardConditions.filter { isMeant($0.kind) }.map {
        (node.name, $0.hazard, $0.condition)
      }
    }
  }

  private static func entries(_ node: Node, _ block: any Block) -> [HazardReport.Entry] {
    block.hazardConditions.map { known in
      HazardReport.Entry(
        hazard: known.hazard.rawValue, node: node.name, opType: node.opType,
        status: HazardReport.Status(known.kind), condition: known.condition)
    }
  }
}

extension HazardReport.Status {
  /// Before any run has been tried.
  fileprivate init(_ kind: HazardCondition.Kind) {
    switch kind {
    case .byTime: self = .possible
    case .byValue: self = .byValue
    case .byCount: self = .byCount
    case .always: self = .confirmed
    }
  }
}
