/// What a design moves under a scenario, for a comparison.
struct MovedValues {
  let result: DataplaneResult
  private let timed: TimedDataplane
  private let moved: MovedWords
  /// By stream, the words that a run without stalls and faults moves; nil when every word of every
  /// frame is due.
  private let due: [String: Int]?

  init(
    _ design: Design, _ parameters: ParameterStore?, _ inputs: [String: Tensor],
    _ scenario: Scenario
  ) throws {
    timed = try TimedDataplane(try Plan(design), parameters: parameters)
    let data = try timed.plane.sourceData(inputs)
    var scenario = scenario
    scenario.frames = data.frames
    moved = try timed.words(of: data, in: try timed.simulate(scenario), scenario: scenario)
    var layouts: [String: StreamLayout] = [:]
    for name in moved.words.keys { layouts[name] = try timed.plane.layout(of: name) }
    due = try Self.due(data.frames, timed, moved, layouts)
    result = DataplaneResult(
      frames: data.frames, streams: moved.words.mapValues(\.elements), findings: [],
      layouts: layouts)
  }

  /// Words of a stream that should have come and did not, of `words` in the compared frames.
  func missing(_ stream: String, of words: Int) -> Range<Int>? {
    let came = moved.words[stream]?.count ?? 0
    let due = min(words, due?[stream] ?? words)
    return came < due ? came..<due : nil
  }

  /// Words behind the last window of the last frame may rightly stay where they are.
  private static func due(
    _ frames: Int, _ timed: TimedDataplane, _ moved: MovedWords, _ layouts: [String: StreamLayout]
  ) throws -> [String: Int]? {
    func isShort(_ stream: String, _ count: Int) -> Bool {
      count < (layouts[stream].map { $0.words * frames } ?? 0)
    }
    guard moved.words.contains(where: { isShort($0.key, $0.value.count) }) else { return nil }
    let ideal = try timed.simulate(Scenario(frames: frames)).handshakeCounts
    // A design that gets stuck by itself owes all its words.
    let isStuck = timed.plan.design.graphOutputs.contains { isShort($0, ideal[$0] ?? 0) }
    return isStuck ? nil : ideal
  }

  /// What struck the word of a divergence.
  func origin(of first: Divergence, on stream: String, _ layout: StreamLayout) -> WordOrigin? {
    timed.origin(of: first.frame * layout.words + first.word, on: stream, in: moved)
  }
}
