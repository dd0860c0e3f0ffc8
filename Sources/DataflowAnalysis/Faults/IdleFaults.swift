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

  private func idleReason(_ fault: Fault, _ plan: Plan) -> String? {
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

  /// Faults may add words to a stream, one each at most.
  private func lacks(_ word: Int, of stream: String, _ plan: Plan) -> String? {
    guard let perFrame = plan.wordsPerFrame[stream], perFrame > 0 else { return nil }
    let (words, isLong) = perFrame.multipliedReportingOverflow(by: frames)
    guard !isLong, word >= words, word - words >= faults.count else { return nil }
    return "word \(word) of '\(stream)', which has \(words.of("word")) in \(frames.of("frame"))"
  }
}
