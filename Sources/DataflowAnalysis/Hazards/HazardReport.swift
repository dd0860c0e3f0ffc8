/// `simrun hazards`: where a design can meet hazards.
public struct HazardReport: Codable, Sendable, Equatable {
  public enum Status: String, Codable, Sendable {
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
    public var hazard: String
    public var node: String
    public var opType: String
    public var status: Status
    /// What has to come together at this node.
    public var condition: String
    /// Of a confirmed one: words wrong or surplus, the stimulus in words, and as a scenario.
    public var words: Int?
    public var stimulus: String?
    public var scenario: StimulusReport?
  }

  public var schemaVersion = 1
  public var design: String
  public var seed: UInt64
  /// Stimuli tried, and frames of each; more where a frame is but a few words.
  public var runs: Int
  public var frames: Int
  public var entries: [Entry]

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
    case .possible: return "\(head). Not met in \(runs) runs"
    case .byValue, .byCount: return head
    }
  }
}

/// A scenario inside a report, in the form of a scenario file.
public struct StimulusReport: Codable, Sendable, Equatable {
  public struct Border: Codable, Sendable, Equatable {
    public var pattern: String
  }

  public var format = "simrun-scenario"
  public var version = Scenario.formatVersion
  public var frames: Int
  public var sources: [String: Border]
  public var sinks: [String: Border]

  public init(_ scenario: Scenario) {
    frames = scenario.frames
    sources = scenario.sources.mapValues { Border(pattern: $0.pattern.description) }
    sinks = scenario.sinks.mapValues { Border(pattern: $0.pattern.description) }
  }
}
