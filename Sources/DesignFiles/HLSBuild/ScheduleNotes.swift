import DataflowSim
import Foundation

/// What became of looking for the HLS schedules of a design, for the notes about it.
struct ScheduleSearch: Sendable {
  /// Whether somebody said where to look.
  var isAskedFor = false
  /// Nodes without a build.
  var missing: [String] = []
  /// Nodes whose build cannot be used as it is, and why.
  var problems: [(node: String, text: String)] = []
  /// Nodes whose schedule was of another folding than the design has now.
  var dropped: [String] = []
  /// The notes made of it last.
  var told: [String] = []
}

extension LoadedDesign {
  /// Folds the design. A schedule that was read for another folding is dropped, and said to be; returns
  /// what of `config` has no place in the design, a sentence each.
  ///
  /// Throws `InputError` where a block cannot be folded so.
  public mutating func apply(_ config: FoldingConfig) throws -> [String] {
    let before = nodesWithReadSchedule
    let warnings = try design.apply(config)
    let dropped = before.subtracting(nodesWithReadSchedule)
    for name in dropped { hlsReadings[name] = nil }
    schedules.problems.removeAll { dropped.contains($0.node) }
    schedules.dropped += dropped.sorted(by: naturally)
    tellSchedules()
    return warnings
  }

  private var nodesWithReadSchedule: Set<String> {
    Set(design.nodes.filter { !$0.text("hls_read_from").isEmpty }.map(\.name))
  }

  private static let mostProblems = 5

  /// Says what was read of builds and what could not be, as it is now: in the place of what was said before.
  mutating func tellSchedules() {
    let lines =
      summary + schedules.problems.prefix(Self.mostProblems).map { "\($0): \($1)" }
      + (schedules.problems.count > Self.mostProblems
        ? ["… and \(schedules.problems.count - Self.mostProblems) more nodes like these"] : [])
      + otherTargets
    let place = schedules.told.first.flatMap { notes.firstIndex(of: $0) } ?? notes.count
    notes.removeAll(where: schedules.told.contains)
    notes.insert(contentsOf: lines, at: min(place, notes.count))
    schedules.told = lines
  }

  private var summary: [String] {
    let (missing, dropped, count) = (schedules.missing, schedules.dropped, hlsReadings.count)
    var lines: [String] = []
    if count > 0 {
      lines.append("\(count.of("HLS schedule")) read from the build's files")
    }
    if !dropped.isEmpty {
      lines.append(
        "\(dropped.count.of("HLS schedule")) of a build with another folding dropped and predicted "
          + "(\(dropped.listed(atMost: 3)))")
    }
    if schedules.isAskedFor, !missing.isEmpty {
      lines.append(
        "no build of \(missing.count) HLS nodes was found (\(missing.listed(atMost: 3)))")
    }
    return lines
  }

  /// What schedules that were read are of another clock or part than the design, whether they were read now
  /// or stand in the design's file.
  private var otherTargets: [String] {
    var clocks: [String: Int] = [:]
    var parts: [String: Int] = [:]
    for node in design.nodes where !node.text("hls_read_from").isEmpty {
      let clock = node.number("hls_clock_ns")
      if clock > 0, abs(clock * design.clockMHz / 1000 - 1) > 0.01 {
        clocks[Self.text(clock), default: 0] += 1
      }
      let part = node.text("hls_part")
      if let own = design.part, !part.isEmpty, Self.plain(part) != Self.plain(own) {
        parts[part, default: 0] += 1
      }
    }
    func blocks(_ count: Int) -> String {
      "\(count.of("block")) \(count == 1 ? "was" : "were") synthesised for"
    }
    return clocks.sorted { $0.key < $1.key }.map { clock, count in
      "\(blocks(count)) \(clock) ns, the design runs at \(Self.text(1000 / design.clockMHz)) ns: built for "
        + "that, HLS may choose other stages"
    }
      + parts.sorted { $0.key < $1.key }.map { part, count in
        "\(blocks(count)) \(part), the design is for \(design.part ?? ""): built for that, HLS may choose "
          + "other stages"
      }
  }

  /// A part however it is written: HLS has `xc7z020-clg400-1` for FINN's `xc7z020clg400-1`.
  private static func plain(_ part: String) -> String {
    part.lowercased().filter { $0 != "-" }
  }
}

extension Node {
  /// A number that a node states; 0 where it states none.
  fileprivate func number(_ name: String) -> Double {
    switch attributes[name] {
    case .float(let value)?: value
    case .int(let value)?: Double(value)
    default: 0
    }
  }
}
