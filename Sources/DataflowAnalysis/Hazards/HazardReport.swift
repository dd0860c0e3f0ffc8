/// `simrun hazards`: where a design can meet hazards.
public struct HazardReport: ResultDocument, Equatable {
  public static let kind = "hazards"
  public static let summary = "Where a design can meet known defects of its blocks."

  /// How sure it is that the design meets it.
  public enum Status: String, Codable, Sendable, CaseIterable {
    /// A run that meets it is known, or every run does.
    case confirmed
    /// The block can, but no run that was tried met it.
    case possible
    /// Depends on values alone, not on time.
    case byValue = "by-value"
    /// Depends on a wrong number of words.
    case byCount = "by-count"
  }

  /// One hazard at one node.
  public struct Entry: Codable, Sendable, Equatable {
    /// By its name, as `--without` takes it.
    public var hazard: String
    /// The node it strikes.
    public var node: String
    public var opType: String
    /// How sure that is.
    public var status: Status
    /// What has to come together at this node.
    public var condition: String
    /// Of a confirmed one: words wrong or surplus, the stimulus in words, and as a scenario.
    public var words: Int?
    public var stimulus: String?
    public var scenario: Scenario?
  }

  /// The design's name.
  public var design: String
  /// Of the random stalls.
  public var seed: UInt64
  /// Stimuli tried.
  public var runsTried: Int
  /// Frames of each stimulus; more where a frame is but a few words.
  public var frames: Int
  /// By hazard, then in the design's order.
  public var entries: [Entry]
  /// What to type next; nil from the library, and where no run met a hazard.
  public var next: NextStep?
  /// An interruption ended it: what is missing was not looked at.
  public var interrupted: Bool

  /// One paragraph per hazard.
  public var text: String {
    guard !entries.isEmpty else { return "\(design): no block of it has a known hazard." }
    let paragraphs = Hazard.allCases.compactMap { hazard -> String? in
      let here = entries.filter { $0.hazard == hazard.rawValue }
      guard !here.isEmpty else { return nil }
      return "\(hazard.rawValue): \(hazard.explanation)\n"
        + here.map { "  " + line($0) }.joined(separator: "\n")
    }
    return paragraphs.joined(separator: "\n\n")
  }

  private func line(_ entry: Entry) -> String {
    let head = "\(entry.node) (\(entry.opType)): \(entry.condition)"
    switch entry.status {
    case .confirmed where entry.stimulus == nil: return head + ". Strikes under every stimulus"
    case .confirmed:
      return "\(head). Confirmed: \(entry.words ?? 0) words wrong or surplus in "
        + "\(entry.scenario?.frames ?? frames) frames with \(entry.stimulus ?? "")"
    case .possible: return "\(head). Not met in \(runsTried) runs"
    case .byValue, .byCount: return head
    }
  }
}
