import SimKernels

/// Sends one frame many times through both planes and compares every copy with the frame's values.
public struct RepeatCheck {
  /// The design made ready for values under time.
  public let timed: TimedDataplane
  /// One frame.
  private let data: SourceData
  private let reference: [String: WordSequence]

  /// Of every tensor in `inputs` the first frame is taken.
  ///
  /// - Throws: `InputError` as `Dataplane.run` does.
  public init(_ timed: TimedDataplane, inputs: [String: Tensor]) throws {
    self.timed = timed
    let all = try timed.plane.sourceData(inputs)
    var first: [String: WordSequence] = [:]
    for (name, words) in all.words { first[name] = words.prefix(words.count / all.frames) }
    data = SourceData(frames: 1, words: first)
    var frame: [String: Tensor] = [:]
    for (name, words) in first {
      frame[name] = try timed.plane.tensor(words, of: name)
    }
    let result = try timed.plane.run(frame)
    var reference: [String: WordSequence] = [:]
    for (name, elements) in result.streams {
      let n = try timed.plane.layout(of: name).elements
      reference[name] = WordSequence(
        elementsPerWord: n, elements: elements.reshaped(rowLength: n))
    }
    self.reference = reference
  }

  /// The frame `repeats` times in one go: ideal, under `scenario` if there is one, and under random
  /// stalls of every style.
  ///
  /// - Parameters:
  ///   - repeats: how often the frame is sent.
  ///   - seed: of the random stalls.
  ///   - scenario: its patterns and faults count; the words and cycles of its own run do not.
  ///   - maxCycles: the end of every run.
  ///   - progress: called after every run with the number of runs done and of all.
  public func run(
    repeats: Int, seed: UInt64, scenario: Scenario? = nil, maxCycles: Int? = nil,
    progress: ((_ done: Int, _ all: Int) -> Void)? = nil
  ) throws -> RepeatReport {
    let base = Scenario(frames: repeats, maxCycles: maxCycles)
    var stimuli = [("ideal", base)]
    if let scenario {
      var own = base
      own.sources = scenario.sources.mapValues { Scenario.Source(pattern: $0.pattern) }
      own.sinks = scenario.sinks
      own.faults = scenario.faults
      stimuli.append(("scenario", own))
    }
    var stalls = RandomStalls(seed: seed)
    for style in RandomStalls.Style.allCases {
      stimuli.append(
        (
          "random stalls (\(style))",
          stalls.scenario(for: timed.plan.design, base: base, style: style)
        ))
    }
    var report = RepeatReport(design: timed.plan.design.name, repeats: repeats, seed: seed)
    for (name, scenario) in stimuli {
      report.runs.append(try run(name, scenario))
      progress?(report.runs.count, stimuli.count)
    }
    return report
  }

  private func run(_ name: String, _ scenario: Scenario) throws -> RepeatReport.Run {
    let result = try timed.simulate(scenario)
    let moved = try timed.words(of: data, in: result, scenario: scenario)
    var run = RepeatReport.Run(stimulus: name, outcome: result.outcome)
    let hazards = HazardCount.all(timed.plan, result)
    if !hazards.isEmpty { run.hazards = hazards }
    for output in timed.plan.design.graphOutputs {
      guard let words = moved.words[output], let frame = reference[output] else { continue }
      let wanted = frame.cycled(frame.count * scenario.frames)
      if words.prefix(wanted.count) == wanted { continue }
      run.difference = difference(output, words, wanted, frame, moved, result)
      break
    }
    return run
  }

  private func difference(
    _ output: String, _ words: WordSequence, _ wanted: WordSequence, _ frame: WordSequence,
    _ moved: MovedWords, _ result: RunResult
  ) -> RepeatReport.Difference? {
    let n = frame.elementsPerWord
    let shared = min(words.count, wanted.count)
    let differing = (0..<wanted.count).filter { word in
      word >= shared || !words.hasSameWord(word, as: wanted, at: word)
    }
    guard let first = differing.first else { return nil }
    let element =
      first < shared
      ? (0..<n).first {
        words.elements.text(first * n + $0) != wanted.elements.text(first * n + $0)
      } ?? 0 : 0
    let (causes, explanation) = cause(output, first, moved, result)
    return RepeatReport.Difference(
      output: output, frame: first / frame.count, word: first % frame.count, element: element,
      expected: wanted.elements.text(first * n + element),
      actual: first < shared ? words.elements.text(first * n + element) : nil,
      frames: Set(differing.map { $0 / frame.count }).count, causes: causes,
      explanation: explanation)
  }

  /// Why word `first` is not there or not right, in names and in words.
  private func cause(
    _ output: String, _ first: Int, _ moved: MovedWords, _ result: RunResult
  ) -> (names: [String], text: String) {
    guard first < moved.words[output]?.count ?? 0 else { return missing(result, moved) }
    guard let origin = timed.origin(of: first, on: output, in: moved) else {
      return (["unknown"], "Nothing struck a word; the bits of two equal frames must not differ.")
    }
    return describe(origin, on: output)
  }

  private func describe(_ origin: WordOrigin, on output: String) -> ([String], String) {
    var names = [origin.cause]
    var text = "It first struck \(origin.place): \(origin.event)."
    if origin.shiftsWords {
      names.append("stale words")
      text += " Every later word is not in its place."
      if !origin.heldAt.isEmpty {
        names.append(Hazard.staleFrame.rawValue)
        text += " \(origin.heldAt.joined(separator: ", ")) hold words over the frame border."
      }
    }
    return (names, text)
  }

  /// The run ended too early: it got stuck, was stopped, or lacks words that a fault took.
  private func missing(_ result: RunResult, _ moved: MovedWords) -> ([String], String) {
    let waiting = result.unfinished.sorted { $0.value < $1.value }.prefix(3)
      .map { "\($0.key) (since cycle \($0.value))" }
    let stuck = waiting.isEmpty ? "" : " Words wait at \(waiting.joined(separator: ", "))."
    for stream in timed.plane.graph.streams.map(\.name) {
      guard let wrong = moved.firstWrong(stream, below: .max),
        let origin = timed.origin(of: wrong, on: stream, in: moved)
      else { continue }
      let (names, text) = describe(origin, on: stream)
      return (names + [result.outcome.rawValue], text + stuck)
    }
    let faults = moved.faults.compactMap { stream, all in
      all.first.map { "fault \($0.kind) of word \($0.word) of \(stream)" }
    }.sorted()
    let told = faults.isEmpty ? "" : " The scenario has \(faults.joined(separator: ", "))."
    return (
      [result.outcome.rawValue], "The run ends before the word comes." + stuck + told
    )
  }
}

extension WordSequence {
  /// Whether word `i` equals word `j` of `other`, which has words of the same kind.
  package func hasSameWord(_ i: Int, as other: WordSequence, at j: Int) -> Bool {
    let n = elementsPerWord
    return (0..<n).allSatisfy { k in
      let (a, b) = (elements.int(i * n + k), other.elements.int(j * n + k))
      return a == b
        && (a != nil || elements.text(i * n + k) == other.elements.text(j * n + k))
    }
  }
}
