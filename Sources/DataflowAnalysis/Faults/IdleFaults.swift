extension Scenario {
  /// Faults that strike nothing in the frames of a run, since what they name is never reached; a sentence
  /// each.
  ///
  /// Words of a stream and frames are counted from 0. Stops and held DMAs strike by the cycle, which only
  /// a run tells.
  public func idleFaults(in plan: Plan) -> [String] {
    faults.enumerated().compactMap { index, fault in
      idleReason(fault, plan).map { "fault \(index + 1) strikes nothing: \($0)" }
    }
  }

  /// Why a fault is never reached; nil: it is, or nobody can tell before the run.
  func idleReason(_ fault: Fault, _ plan: Plan) -> String? {
    switch fault {
    case .drop(let stream, let word), .duplicate(let stream, let word),
      .corrupt(let stream, let word, _), .delay(let stream, let word, _):
      return lacks(word, of: stream, plan)
    case .swap(let stream, let word):
      return lacks(word + 1, of: stream, plan)
    case .reset(let frame, _):
      return frame < frames
        ? nil : "frame \(frame) does not start in a run of \(frames.of("frame"))"
    case .stop, .holdDMA, .burstOrder: return nil
    }
  }

  /// Sources that state their words, words that come twice and padding put more on a stream than its frames.
  private func lacks(_ word: Int, of stream: String, _ plan: Plan) -> String? {
    let isOpen =
      sources.values.contains { $0.words != nil || $0.endless }
      || faults.contains { if case .duplicate = $0 { true } else { false } }
    guard !isOpen, let perFrame = plan.wordsPerFrame[stream], perFrame > 0 else { return nil }
    let (words, isLong) = perFrame.multipliedReportingOverflow(by: frames)
    guard !isLong, word / 2 >= words else { return nil }
    return "word \(word) of '\(stream)', which has \(words.of("word")) in \(frames.of("frame"))"
  }
}
