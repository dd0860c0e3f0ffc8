/// What the faults of a scenario do to one graph output.
public struct FaultEffect: Codable, Sendable, Equatable {
  /// What becomes of the words.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// No word is wrong.
    case masked
    /// Some words are wrong or never came, then all is well again.
    case heals
    /// Words are wrong up to the last frame.
    case never
  }

  /// The graph output.
  public var output: String
  /// What becomes of its words.
  public var effect: Kind
  /// The first word that may be wrong: frame and word within the frame, both from 0.
  public var firstFrame: Int?
  public var firstWord: Int?
  /// Frames with wrong words, for `heals`.
  public var frames: Int?
  /// Frames that never came out whole.
  public var missingFrames: Int
  /// True when values were compared; false when only the reach of the fault is known.
  public var isMeasured: Bool
}

extension FaultEffect {
  /// The effect that comparing words has shown.
  ///
  /// - Parameters:
  ///   - wrong: words that differ, counted over all frames, in order.
  ///   - missing: frames that did not come out whole.
  init(output: String, wrong: [Int], wordsPerFrame words: Int, frames: Int, missing: Int) {
    self.init(output: output, effect: .masked, missingFrames: missing, isMeasured: true)
    guard let first = wrong.first, let last = wrong.last else { return }
    firstFrame = first / words
    firstWord = first % words
    let isWrongToTheEnd = last / words == frames - 1
    if isWrongToTheEnd, first / words < frames - 1 || missing > 0 {
      effect = .never
    } else {
      effect = .heals
      self.frames = last / words - first / words + 1
    }
  }

  /// The effect on every graph output, as far as it is known without values.
  ///
  /// - Parameter missing: frames that did not come out, negative.
  static func all(_ plan: Plan, _ scenario: Scenario, missing: Int, sinks: [SinkRecord]) throws
    -> [FaultEffect]
  {
    guard !scenario.faults.isEmpty else { return [] }
    let wrong = try FaultReach(plan, scenario).wrongWords()
    let frames = scenario.frames
    return sinks.map { sink in
      let perFrame = max(sink.wordsPerFrame, 1)
      var effect = FaultEffect(
        output: sink.stream, effect: .masked, missingFrames: max(0, -missing), isMeasured: false)
      let seen = (wrong[sink.stream] ?? []).filter { $0.lowerBound < perFrame * frames }
      guard let first = seen.first, let last = seen.last else { return effect }
      effect.firstFrame = first.lowerBound / perFrame
      effect.firstWord = first.lowerBound % perFrame
      guard last.upperBound != .max else {
        effect.effect = .never
        return effect
      }
      effect.effect = .heals
      effect.frames = (last.upperBound - 1) / perFrame - first.lowerBound / perFrame + 1
      return effect
    }
  }

  /// "may be wrong from frame 1, word 3 on, and never heals".
  public var sentence: String {
    let count =
      missingFrames == 0
      ? "" : "; \(missingFrames) frame\(missingFrames == 1 ? "" : "s") never came out whole"
    guard let firstFrame, let firstWord else {
      return "\(output): \(isMeasured ? "no word is wrong" : "no word is touched")" + count
    }
    let from =
      "\(output): words \(isMeasured ? "are" : "may be") wrong from frame \(firstFrame), word "
      + "\(firstWord) on"
    return switch effect {
    case .masked: "\(output): no word is touched" + count
    case .heals: "\(from), and heal after \(frames ?? 1) frame\(frames == 1 ? "" : "s")" + count
    case .never: "\(from), and never heal without a reset" + count
    }
  }
}
