/// Where a design can meet the hazards of its blocks, and under which stimulus it really does.
public struct HazardSearch {
  public let plan: Plan

  public init(_ plan: Plan) { self.plan = plan }

  /// Lists every place and looks for a run that meets those which depend on time.
  ///
  /// - Parameters:
  ///   - runs: how many stimuli to try; the first is the ideal one, the others stall.
  ///   - frames: frames of each.
  public func report(runs: Int = 16, frames: Int = 2, seed: UInt64 = 1) throws -> HazardReport {
    var entries = zip(plan.design.nodes, plan.blocks).flatMap { Self.entries($0, $1) }
    var tried = 0
    for (stimulus, scenario) in stimuli(runs, frames, seed) {
      guard entries.contains(where: { $0.status == .possible }) else { break }
      tried += 1
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
        entries[i].scenario = StimulusReport(scenario)
      }
    }
    return HazardReport(
      design: plan.design.name, seed: seed, runs: tried, frames: frames, entries: entries)
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

// MARK: What the blocks say

extension HazardSearch {
  private static func entries(_ node: Node, _ block: any Block) -> [HazardReport.Entry] {
    func entry(_ hazard: Hazard, _ status: HazardReport.Status, _ condition: String)
      -> HazardReport.Entry
    {
      HazardReport.Entry(
        hazard: hazard.rawValue, node: node.name, opType: node.opType, status: status,
        condition: condition)
    }
    if let core = DotProductShape(block) {
      return coreConditions(core).map { entry($0, .possible, $1) }
    }
    switch block {
    case let thresholds as Thresholding where thresholds.canWrapNarrowly:
      let (input, table) = (thresholds.inputType, thresholds.thresholdType)
      let low = 1 << (table.bits - 1)
      return [
        entry(
          .narrowWrap, .byValue,
          "inputs from \(low) to \(2 * low - 1) and from \(-2 * low) to \(-low - 1) wrap: the input "
            + "is \(input), the thresholds \(table)")
      ]
    case let padding as FMPadding where padding.holdsWordsOverFrames:
      return [
        entry(
          .staleFrame, .byCount,
          "the padding before an image's first pixel is emitted before its first word comes; "
            + Self.countCondition)
      ]
    case let window as SlidingWindow where window.holdsWordsOverFrames:
      return [
        entry(
          .staleFrame, .byCount,
          "no window uses the last \(window.unusedTrailingWords) words of a frame; they leave the "
            + "buffer only with the next frame's words; " + Self.countCondition)
      ]
    default: return []
    }
  }

  /// Stalls alone never shift a frame: every pattern leaves the number of words as it is.
  private static let countCondition =
    "strikes under no stall pattern by itself, only from the frame on in which its input has a word "
    + "too few or too many (fault drop or duplicate, a source of another length, surplus words of a "
    + "core before it)"

  private static func coreConditions(_ core: DotProductShape) -> [(Hazard, String)] {
    var list: [(Hazard, String)] = []
    if core.losesProducts, let name = core.compute.computeCore {
      list.append(
        (
          .frozenZero,
          "core \(name.rawValue): needs back-pressure on the result right after a pair whose "
            + "successor is late"
        ))
    }
    if core.compute.weightStream == .memstream, core.everySlotEnds {
      list.append((.startUpWords, "every slot ends a result: needs an activation in cycle 0 or 1"))
    }
    if core.compute.weightStream == .external {
      list.append(
        (.weightStallLast, "weights from a stream: needs the last weight of a row to be late"))
    }
    return list
  }
}
