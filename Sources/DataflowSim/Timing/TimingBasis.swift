/// What a node's cycles rest on, in the words of every report.
public enum TimingBasis: String, Codable, Sendable, CaseIterable {
  /// A measured rule without anything that varies from build to build; exact.
  case measured
  /// The HLS schedule was read from a file of the build; exact.
  case read
  /// The HLS schedule is stated by the design; exact.
  case stated
  /// The HLS schedule is predicted; the hardware's is one of a range.
  case predicted
  /// No measured rule; approximate.
  case approximate
}

/// What a node's cycles rest on, with the schedule where it is an HLS block.
public struct TimingReport: Codable, Sendable, Equatable {
  /// What the cycles rest on.
  public var basis: TimingBasis
  /// `call`, `continuous`, …; nil: no HLS block.
  public var structure: String?
  /// Pipeline stages; nil where the structure has none that vary.
  public var stages: Int?
  /// The schedules the hardware may have, where this one is predicted.
  public var possible: [Option]?
  /// The file a schedule was read from.
  public var file: String?
  /// Why the cycles are predicted or approximate.
  public var reason: String?

  /// Schedules of one structure.
  public struct Option: Codable, Sendable, Equatable {
    /// `call`, `continuous`, …, and its pipeline stages.
    public var structure: String
    public var leastStages: Int
    public var mostStages: Int
  }

  /// What is told of `timing`.
  public init(_ timing: BlockTiming) {
    basis = timing.basis
    if let schedule = timing.schedule {
      structure = schedule.structure.rawValue
      stages = schedule.structure.usesStages ? schedule.stages : nil
      if case .predicted(let options) = schedule.basis {
        possible = options.map {
          Option(
            structure: $0.structure.rawValue, leastStages: $0.stages.lowerBound,
            mostStages: $0.stages.upperBound)
        }
      }
      if case .read(let source) = schedule.basis { file = source }
    }
    if case .approximate(let why) = timing.exactness { reason = why }
  }

  /// A few words for a table.
  public var summary: String {
    let stages = stages.map { " \($0)" } ?? ""
    let known = (structure ?? "") + stages
    return switch basis {
    case .measured: "exact"
    case .read: "exact, read: \(known)"
    case .stated: "exact, stated: \(known)"
    case .predicted: "predicted: \(known)\(range)"
    case .approximate: "approximate"
    }
  }

  private var range: String {
    if let only = possible?.first, possible?.count == 1, only.leastStages == only.mostStages {
      return ""
    }
    let options = (possible ?? []).map { option in
      let stages =
        option.leastStages == option.mostStages
        ? "\(option.leastStages)" : "\(option.leastStages)-\(option.mostStages)"
      return "\(option.structure == structure ? "" : "\(option.structure) ")\(stages)"
    }
    return options.isEmpty ? "" : " of \(options.joined(separator: " or "))"
  }
}

extension BlockTiming {
  /// What its cycles rest on.
  public var basis: TimingBasis {
    switch schedule?.basis {
    case .measured: .measured
    case .read: .read
    case .stated: .stated
    case .predicted: .predicted
    case .unknown: .approximate
    case nil: exactness == .exact ? .measured : .approximate
    }
  }
}
