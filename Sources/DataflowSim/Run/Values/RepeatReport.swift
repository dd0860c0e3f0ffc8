/// The same frame many times over: does it always come out the same, and if not, why.
public struct RepeatReport: ResultDocument, Equatable {
  public static let kind = "repeat"
  public static let summary = "One frame many times over: whether it always comes out the same."

  /// The design's name.
  public var design: String
  /// How often the frame was sent in each run.
  public var repeats: Int
  /// Of the random stalls.
  public var seed: UInt64
  /// One per stimulus.
  public var runs: [Run] = []

  /// One stimulus.
  public struct Run: Codable, Sendable, Equatable {
    /// `ideal`, `scenario`, or the style of the random stalls.
    public var stimulus: String
    /// How the run ended.
    public var outcome: RunResult.Outcome
    /// nil when all frames are equal.
    public var difference: Difference?
    /// Hazards that struck; nil: none. Old values in place of new ones do not show when all frames are equal.
    public var hazards: [HazardCount]?
  }

  /// The first frame that differs.
  public struct Difference: Codable, Sendable, Equatable {
    /// The graph output.
    public var output: String
    /// From 0.
    public var frame: Int
    /// Word in the frame and element in the word.
    public var word: Int
    /// In the word, 0 the least significant.
    public var element: Int
    /// What the first frame has there.
    public var expected: String
    /// `nil`: the word never came.
    public var actual: String?
    /// Frames that differ in all.
    public var frames: Int
    /// What caused it, most likely first; hazards by name.
    public var causes: [String]
    /// What the causes mean, in one sentence.
    public var explanation: String
  }

  /// Whether every frame of every run came out the same.
  public var allEqual: Bool { runs.allSatisfy { $0.difference == nil } }

  /// What struck without a difference.
  private func struck(_ run: Run) -> String {
    guard let hazards = run.hazards else { return "" }
    return "\n  yet struck: "
      + hazards.map { "\($0.hazard) at \($0.node), \($0.words) words" }.joined(separator: "; ")
      + " (no output shows it: surplus words, old values of an equal frame, or values that a later layer absorbs)"
  }

  /// The report for a person.
  public var text: String {
    var lines = ["\(design): one frame \(repeats.of("time")), seed \(seed)"]
    for run in runs {
      guard let found = run.difference else {
        let frames = repeats == 1 ? "the frame is" : "all \(repeats) frames are"
        lines.append("\(run.stimulus): \(frames) equal" + struck(run))
        continue
      }
      let got = found.actual.map { "\(found.expected) expected, \($0) came" } ?? "never came"
      lines.append(
        "\(run.stimulus): frame \(found.frame) differs at \(found.output), word \(found.word), "
          + "element \(found.element): \(got) (\(found.frames) frames differ)\n"
          + "  cause: \(found.causes.joined(separator: ", ")). \(found.explanation)")
    }
    return lines.joined(separator: "\n")
  }
}
