extension SteadyState {
  /// What was not proven, no faster than the streams and DMAs move the words of a frame: a core that goes on without
  /// weights puts out words that are no frames.
  package func within(_ plan: Plan) -> SteadyState {
    let words =
      plan.blocks.compactMap { $0 as? IODMA }.map { max($0.memoryWords, $0.streamWords) }
      + plan.wordsPerFrame.values
    guard !isProven, let most = words.max(), cyclesPerFrame < Double(most) else { return self }
    var state = self
    (state.cycles, state.frames) = (most, 1)
    return state
  }
}
