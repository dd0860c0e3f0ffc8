import SimKernels

/// What faults do to the values of a design: both planes run with and without them.
public struct FaultMeasurement {
  let timed: TimedDataplane
  let scenario: Scenario
  /// Seed of the input data.
  var seed: UInt64 = 1

  private var plan: Plan { timed.plan }

  /// Throws `InputError` where the bit plane lacks parameters.
  public init(_ plan: Plan, parameters: ParameterStore?, scenario: Scenario) throws {
    self.scenario = scenario
    timed = try TimedDataplane(plan, parameters: parameters)
  }

  /// The effect on every graph output, by comparing the words that come out one by one over the frames
  /// of the scenario, with random input data.
  public func effects() throws -> [FaultEffect] {
    let data = try timed.plane.randomData(frames: scenario.frames, seed: seed)
    var calm = scenario
    calm.faults = []
    let (undisturbed, _) = try timed.moved(data, under: calm)
    let (struck, result) = try timed.moved(data, under: scenario)
    return plan.design.graphOutputs.map { output in
      guard let wanted = undisturbed[output], let seen = struck[output] else {
        return FaultEffect(output: output, effect: .masked, missingFrames: 0, isMeasured: true)
      }
      return effect(output, wanted, seen, result.resets)
    }
  }

  /// Compares what the host reads, which starts at a frame anew with every reset it knows of. A word
  /// that never comes is as wrong as one with other bits.
  private func effect(
    _ output: String, _ wanted: WordSequence, _ seen: WordSequence, _ resets: [ResetRecord]
  ) -> FaultEffect {
    let words = max(plan.wordsPerFrame[output] ?? 1, 1)
    let restarts = resets.filter(\.restartsHost)
    typealias Start = (frame: Int, word: Int)
    let later = restarts.map { Start($0.frame, $0.moved[output] ?? 0) }
    let starts = [Start(0, 0)] + later
    var wrong: [Int] = []
    var missing = 0
    for (i, start) in starts.enumerated() {
      let end = i + 1 < starts.count ? starts[i + 1].word : seen.count
      let lastFrame = i + 1 < starts.count ? starts[i + 1].frame : scenario.frames
      let expected = (lastFrame - start.frame) * words
      let come = min(end - start.word, expected)
      missing += lastFrame - start.frame - come / words
      for word in 0..<expected {
        let (own, other) = (word + start.word, word + start.frame * words)
        guard other < wanted.count else { break }
        if word >= come || !seen.hasSameWord(own, as: wanted, at: other) { wrong.append(other) }
      }
    }
    return FaultEffect(
      output: output, wrong: wrong, wordsPerFrame: words, frames: scenario.frames, missing: missing)
  }
}

extension TimedDataplane {
  /// The words that move when `data` is sent under `scenario`, and the run.
  func moved(_ data: SourceData, under scenario: Scenario) throws -> (
    words: [String: WordSequence], result: RunResult
  ) {
    let result = try Simulation(
      plan, scenario: scenario, observing: Observation(streams: true, cores: true)
    ).run()
    return (try words(of: data, in: result, scenario: scenario).words, result)
  }
}

extension Dataplane {
  /// Random words for every graph input: the same for the same seed.
  func randomData(frames: Int, seed: UInt64) throws -> SourceData {
    var random = SeededGenerator(seed: seed)
    var sources: [String: WordSequence] = [:]
    for name in inputs {
      let layout = try layout(of: name)
      let range = layout.format.range ?? -1 << 20...1 << 20
      let values = (0..<layout.count * frames).map { _ in
        layout.format.encoding == .bipolar
          ? (Bool.random(using: &random) ? 1 : -1) : Int.random(in: range, using: &random)
      }
      sources[name] = WordSequence(
        elementsPerWord: layout.elements,
        elements: Integers(values, rowLength: layout.elements, format: layout.format))
    }
    return SourceData(frames: frames, words: sources)
  }
}
