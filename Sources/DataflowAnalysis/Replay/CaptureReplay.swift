extension ReplayReport {
  /// Drives `design` as a board was driven and compares every stream the capture knows.
  ///
  /// Throws `InputError` when a mapped stream is none of the design's, or when no word moved on any.
  public init(_ capture: VCDCapture, on source: Design) throws {
    self = try CaptureReplay(capture, on: source).report
  }

  /// Compares what was captured with a run of `scenario` that ends with the capture.
  fileprivate init(
    _ capture: VCDCapture, _ plan: Plan, driven scenario: Scenario, from place: CapturePlace?
  ) throws {
    let start = place?.cycle ?? 0
    var scenario = scenario
    scenario.maxCycles = start + max(capture.cycles, 1)
    for name in plan.design.graphInputs where scenario.sources[name] == nil {
      scenario.sources[name] = Scenario.Source(endless: true)
    }
    let names = capture.streams.keys.sorted()
    let recorder = StreamRecorder(names, of: plan)
    let result = try Simulation(
      plan, scenario: scenario, observing: Observation(listener: recorder)
    ).run()
    design = plan.design.name
    outcome = result.outcome
    capturePlace = place
    (streams, unknownStreams, handshakes, unknownHandshakes) = (names, [], 0, 0)
    for (name, moves) in zip(names, recorder.moves) {
      let recorded = capture.streams[name]!.handshakes.map { $0 + start }
      let before = moves.prefix { $0 < start }.count
      compare(name, recorded, Array(moves.dropFirst(before)), before: before)
    }
  }
}

/// A board's capture, repeated.
public struct CaptureReplay {
  /// What is the same, and what is not.
  public let report: ReplayReport
  /// The stalls of the board as a scenario.
  public let scenario: Scenario

  /// A capture of fewer handshakes is not looked for in the middle of a run: it would fit anywhere.
  public static let fewestToPlace = CaptureSearch.fewest

  /// Drives `design` as a board was driven.
  ///
  /// Where the capture does not say that it begins with the run, and does not go as the run begins, it is looked for in
  /// the middle of one.
  ///
  /// Throws `InputError` when a captured stream is none of the design's, or when no word moved on any.
  public init(_ capture: VCDCapture, on source: Design) throws {
    let plan = try Plan(source)
    try ReplayReport.requireStreams(capture.streams.keys, of: plan.design)
    guard capture.streams.values.contains(where: { !$0.handshakes.isEmpty }) else {
      throw InputError(
        "nothing to compare: valid and ready are never high together in the capture's "
          + "\(capture.cycles) cycles", at: "streams",
        hint: "are the signals the right ones, and is \"first_cycle\"?")
    }
    let scenario = capture.scenario(plan)
    let start = Self(
      report: try ReplayReport(capture, plan, driven: scenario, from: nil), scenario: scenario)
    guard !start.report.isSame, !capture.isStartKnown, let search = try CaptureSearch(capture, plan)
    else {
      self = start
      return
    }
    let found = try Self.best(search, capture, plan)
    let least = max(CaptureSearch.fewest, 2 * start.alike(capture))
    self = found.flatMap { $0.report.isSame || $0.alike(capture) >= least ? $0 : nil } ?? start
  }

  private init(report: ReplayReport, scenario: Scenario) {
    (self.report, self.scenario) = (report, scenario)
  }

  /// Of the places where the capture may lie that where most is the same.
  private static func best(_ search: CaptureSearch, _ capture: VCDCapture, _ plan: Plan) throws
    -> Self?
  {
    let found = search.places()
    var best: Self?
    let captured = capture.streams.keys.sorted()
    let stream = plan.design.graphInputs.first { captured.contains($0) } ?? captured[0]
    for place in found.whole.map({ [$0] }) ?? found.parts {
      let words = search.words(before: place.cycle)
      var told = CapturePlace(
        cycle: place.cycle, words: words, stream: stream,
        frames: words[stream, default: 0] / max(plan.wordsPerFrame[stream] ?? 1, 1),
        others: found.others)
      let scenario = capture.scenario(plan, from: told) {
        search.lastMove(of: $0, before: place.cycle)
      }
      for hasStalls in [false, true] {
        told.hasStalls = hasStalls
        let next = Self(
          report: try ReplayReport(
            capture, plan, driven: hasStalls ? scenario : Scenario(), from: told),
          scenario: scenario)
        if next.report.isSame { return next }
        if next.alike(capture) > best?.alike(capture) ?? 0 { best = next }
      }
    }
    return best
  }

  /// Captured handshakes before the first that differs.
  private func alike(_ capture: VCDCapture) -> Int {
    guard let difference = report.firstDifference else { return report.handshakes }
    let end = difference.cycle - (report.capturePlace?.cycle ?? 0)
    return capture.streams.values.reduce(0) { $0 + $1.handshakes.count { $0 < end } }
  }
}

extension VCDCapture {
  /// The stall patterns at the borders of a design: a source starts a word where the board did, a sink is
  /// ready where the board was. Borders that were not captured are never in the way, and none is before the capture.
  ///
  /// A source that still held out a word at the end would have gone on: it offers whole frames. One that
  /// was silent had no more words. The patterns repeat behind the end of the capture.
  ///
  /// - Parameters:
  ///   - place: where in the run it lies; nil: it begins with the run.
  ///   - lastMove: when the last word before moved at a stream.
  public func scenario(
    _ plan: Plan, from place: CapturePlace? = nil, lastMove: (String) -> Cycle? = { _ in nil }
  ) -> Scenario {
    var scenario = Scenario()
    let start = place?.cycle ?? 0
    for name in plan.design.graphInputs {
      guard let levels = streams[name] else { continue }
      let starts = levels.valid.indices.map { c in
        levels.valid[c] && (c == 0 || !levels.valid[c - 1] || levels.ready[c - 1])
      }
      let words = starts.count { $0 } + (place?.words[name] ?? 0)
      let perFrame = max(plan.wordsPerFrame[name] ?? 1, 1)
      scenario.frames = max(scenario.frames, (words + perFrame - 1) / perFrame)
      let holdsWord = levels.valid.last == true && levels.ready.last == false
      var before = Array(repeating: true, count: start)
      if levels.valid.first == false {
        // Nor is a word held out that the capture does not show.
        for cycle in (lastMove(name).map { $0 + 1 } ?? 0)..<start { before[cycle] = false }
      }
      scenario.sources[name] = Scenario.Source(
        pattern: Pattern(bits: before + starts), words: holdsWord ? nil : words)
    }
    for name in plan.design.graphOutputs {
      guard let levels = streams[name] else { continue }
      scenario.sinks[name] = Scenario.Sink(
        pattern: Pattern(bits: Array(repeating: true, count: start) + levels.ready))
    }
    return scenario
  }
}
