/// What a design moves under a scenario, for a comparison.
struct MovedValues {
  let result: DataplaneResult
  private let timed: TimedDataplane
  private let moved: MovedWords

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
    result = DataplaneResult(
      frames: data.frames, streams: moved.words.mapValues(\.elements), findings: [],
      layouts: layouts)
  }

  /// What struck the word of a divergence.
  func origin(of first: Divergence, on stream: String, _ layout: StreamLayout) -> WordOrigin? {
    timed.origin(of: first.frame * layout.words + first.word, on: stream, in: moved)
  }
}
