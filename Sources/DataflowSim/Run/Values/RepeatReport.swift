/// The same frame many times over: does it always come out the same, and if not, why.
public struct RepeatReport: Codable, Sendable, Equatable {
  public var schemaVersion = 1
  public var design: String
  /// How often the frame was sent in each run.
  public var repeats: Int
  public var seed: UInt64
  public var runs: [Run] = []

  /// One stimulus.
  public struct Run: Codable, Sendable, Equatable {
    /// `ideal`, `scenario`, or the style of the random stalls.
    public var stimulus: String
    public var outcome: RunResult.Outcome
    public var difference: Difference?
    /// Hazards that struck; nil: none. Old values in place of new ones do not show when all frames are equal.
    public var hazards: [HazardCount]?
  }

  /// The first frame that differs.
  public struct Difference: Codable, Sendable, Equatable {
    public var output: String
    public var frame: Int
    /// Word in the frame and element in the word.
    public var word: Int
    public var element: Int
    public var expected: String
    /// `nil`: the word never came.
    public var actual: String?
    /// Frames that differ in all.
    public var frames: Int
    /// What caused it, most likely first; hazards by name.
    public var causes: [String]
    public var explanation: String
  }

  public var allEqual: Bool { runs.allSatisfy { $0.difference == nil } }

  /// What struck without a difference.
  private func struck(_ run: Run) -> String {
    guard let hazards = run.hazards else { return "" }
    return "\n  yet struck: "
      + hazards.map { "\($0.hazard) at \($0.node), \($0.words) words" }.joined(separator: "; ")
      + " (hidden: surplus words, or old values of an equal frame)"
  }

  /// The report for a person.
  public var text: String {
    var lines = ["\(design): one frame \(repeats) times, seed \(seed)"]
    for run in runs {
      guard let found = run.difference else {
        lines.append("\(run.stimulus): all \(repeats) frames are equal" + struck(run))
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
