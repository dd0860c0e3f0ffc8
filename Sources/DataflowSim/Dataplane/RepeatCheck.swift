import SimKernels

/// Sends one frame many times through both planes and compares every copy with the frame's values.
public struct RepeatCheck {
  public let timed: TimedDataplane
  /// One frame.
  private let data: SourceData
  private let reference: [String: WordSequence]

  /// - Parameter inputs: tensors, of which the first frame is taken.
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
  public func run(repeats: Int, seed: UInt64, scenario: Scenario? = nil) throws -> RepeatReport {
    let base = Scenario(frames: repeats, maxCycles: scenario?.maxCycles)
    var stimuli = [("ideal", base)]
    if var scenario {
      scenario.frames = repeats
      stimuli.append(("scenario", scenario))
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
    for (name, scenario) in stimuli { report.runs.append(try run(name, scenario)) }
    return report
  }

  private func run(_ name: String, _ scenario: Scenario) throws -> RepeatReport.Run {
    let result = try Simulation(
      timed.plan, scenario: scenario, observing: Observation(streams: true, cores: true)
    ).run()
    let moved = try timed.words(of: data, in: result, scenario: scenario)
    var run = RepeatReport.Run(stimulus: name, outcome: result.outcome)
    for output in timed.plan.design.graphOutputs {
      guard let words = moved.words[output], let frame = reference[output] else { continue }
      let wanted = frame.cycled(frame.count * scenario.frames)
      if words.prefix(wanted.count) == wanted { continue }
      run.difference = difference(output, words, wanted, frame, result)
      break
    }
    return run
  }

  private func difference(
    _ output: String, _ words: WordSequence, _ wanted: WordSequence, _ frame: WordSequence,
    _ result: RunResult
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
    let (causes, explanation) = cause(words, wanted, first: first, result)
    return RepeatReport.Difference(
      output: output, frame: first / frame.count, word: first % frame.count, element: element,
      expected: wanted.elements.text(first * n + element),
      actual: first < shared ? words.elements.text(first * n + element) : nil,
      frames: Set(differing.map { $0 / frame.count }).count, causes: causes,
      explanation: explanation)
  }

  private func cause(
    _ words: WordSequence, _ wanted: WordSequence, first: Int, _ result: RunResult
  ) -> ([String], String) {
    let struck = HazardCount.all(timed.plan, result).filter { count in
      !timed.without.contains { $0.rawValue == count.hazard }
    }
    var names: [String] = []
    for hazard in struck.map(\.hazard) where !names.contains(hazard) { names.append(hazard) }
    let nodes = struck.map { "\($0.words) words at \($0.node)" }.joined(separator: ", ")
    let told = struck.isEmpty ? "" : " Hazards struck: \(nodes)."
    if let shift = shift(words, wanted, from: first) {
      let what =
        shift > 0
        ? "\(shift) surplus words come first and every later word is stale by as many."
        : "\(-shift) words are lost and every later word comes too early by as many."
      return (names + ["stale words"], what + told)
    }
    if !names.isEmpty {
      return (names, "The values differ from word \(first) of the run on." + told)
    }
    if first >= words.count {
      let stuck = result.outcome == .deadlock ? "deadlock" : "missing words"
      return ([stuck], "The run ends before word \(first) of \(wanted.count) comes.")
    }
    return (["unknown"], "No hazard struck; the bits of two equal frames must not differ.")
  }

  /// By how many words the sequence is late (early, if negative) from `first` on.
  private func shift(_ words: WordSequence, _ wanted: WordSequence, from first: Int) -> Int? {
    for size in 1...64 {
      for shift in [size, -size] {
        // Word i here is word i − shift of the wanted sequence; both must exist.
        let start = first + max(0, shift)
        let end = min(words.count, wanted.count + shift)
        guard end - start > 2 * size else { continue }
        let range = start..<end
        if range.allSatisfy({ words.hasSameWord($0, as: wanted, at: $0 - shift) }) { return shift }
      }
    }
    return nil
  }
}

extension WordSequence {
  /// Whether word `i` equals word `j` of `other`, which has words of the same kind.
  func hasSameWord(_ i: Int, as other: WordSequence, at j: Int) -> Bool {
    let n = elementsPerWord
    return (0..<n).allSatisfy { k in
      let (a, b) = (elements.int(i * n + k), other.elements.int(j * n + k))
      return a == b
        && (a != nil || elements.text(i * n + k) == other.elements.text(j * n + k))
    }
  }
}
