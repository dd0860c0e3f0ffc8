import SimKernels

/// What faults do to the values of a design: the bit plane run with and without them.
public struct FaultMeasurement {
  let plan: Plan
  let plane: Dataplane
  let scenario: Scenario
  /// Seed of the input data.
  var seed: UInt64 = 1

  /// Throws `InputError` where the bit plane lacks parameters.
  public init(_ plan: Plan, parameters: ParameterStore?, scenario: Scenario) throws {
    self.plan = plan
    self.scenario = scenario
    plane = try Dataplane(plan.design, parameters: parameters)
  }

  /// The effect on every graph output, by comparing words one by one over the frames of the scenario,
  /// with random input data.
  public func effects() throws -> [FaultEffect] {
    var wrong: [String: [Int]] = [:]
    var missing: [String: Int] = [:]
    var start = 0
    for (index, segment) in scenario.segments(plan).enumerated() {
      let sources = try self.sources(frames: segment.frames, seed: seed &+ UInt64(index))
      let clean = try plane.words(of: sources)
      let struck = try plane.words(of: sources, faults: WordFaults.all(segment, plan.design))
      for output in plan.design.graphOutputs {
        guard let a = clean[output], let b = struck[output] else { continue }
        let words = plan.wordsPerFrame[output] ?? 0
        let expected = words * segment.frames
        wrong[output, default: []] += Self.differences(a, b, upTo: expected)
          .map { start * words + $0 }
        let whole = words > 0 ? min(b.count, expected) / words : segment.frames
        missing[output, default: 0] += segment.frames - whole
      }
      start += segment.frames
    }
    return plan.design.graphOutputs.map {
      effect($0, wrong[$0] ?? [], missing[$0] ?? 0)
    }
  }

  private func effect(_ output: String, _ wrong: [Int], _ missing: Int) -> FaultEffect {
    let words = max(plan.wordsPerFrame[output] ?? 1, 1)
    var effect = FaultEffect(
      output: output, effect: .masked, missingFrames: missing, isMeasured: true)
    guard let first = wrong.first, let last = wrong.last else { return effect }
    effect.firstFrame = first / words
    effect.firstWord = first % words
    if last / words == scenario.frames - 1, first / words < scenario.frames - 1 || missing > 0 {
      effect.effect = .never
    } else {
      effect.effect = .heals
      effect.frames = last / words - first / words + 1
    }
    return effect
  }

  private static func differences(_ a: WordSequence, _ b: WordSequence, upTo count: Int) -> [Int] {
    let n = a.elementsPerWord
    return (0..<count).filter { word in
      guard word < a.count, word < b.count else { return word < a.count }
      return (word * n..<(word + 1) * n).contains { a.elements.text($0) != b.elements.text($0) }
    }
  }

  private func sources(frames: Int, seed: UInt64) throws -> [String: WordSequence] {
    var random = SplitMix(seed: seed)
    var sources: [String: WordSequence] = [:]
    for name in plane.inputs {
      let layout = try plane.layout(of: name)
      let range = layout.format.range ?? -1 << 20...1 << 20
      let values = (0..<layout.count * frames).map { _ in
        layout.format.encoding == .bipolar
          ? (Bool.random(using: &random) ? 1 : -1) : Int.random(in: range, using: &random)
      }
      sources[name] = WordSequence(
        elementsPerWord: layout.elements,
        elements: Integers(values, rowLength: layout.elements, format: layout.format))
    }
    return sources
  }
}

extension HangReport {
  /// Replaces what may be wrong by what is: runs the bit plane with and without the scenario's faults.
  ///
  /// Leaves the report as it is where parameters are missing or the run is too large.
  public mutating func measureFaults(
    _ plan: Plan, parameters: ParameterStore?, scenario: Scenario
  ) throws {
    guard !scenario.faults.isEmpty else { return }
    var scenario = scenario
    scenario.frames = frames
    let words = plan.wordsPerFrame.values.reduce(0, +).multipliedReportingOverflow(by: frames)
    guard !words.overflow, words.partialValue < 50_000_000,
      let measurement = try? FaultMeasurement(plan, parameters: parameters, scenario: scenario)
    else { return }
    faultEffects = try measurement.effects()
  }
}
