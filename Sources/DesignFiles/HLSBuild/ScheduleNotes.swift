import DataflowSim
import Foundation
import SimModel

/// What became of looking for the HLS schedules of a design, for the notes about it.
struct ScheduleSearch: Sendable {
  /// Folders of the files the design was read from; nil: nobody has looked.
  var folders: [String]?
  /// Where else somebody said to look.
  var place: HLSBuildPlace?
  /// What graphs say of the builds of nodes, where a design does not keep it.
  var builds: [String: (folder: String, module: String)] = [:]
  /// Nodes without a build.
  var missing: [String] = []
  /// Nodes whose build is not taken, and why.
  var problems: [(node: String, text: String)] = []
  /// Nodes whose schedule was of another folding than the design has now.
  var dropped: [String] = []
  /// The notes made of it last.
  var told: [String] = []
}

extension LoadedDesign {
  /// Folds the design. Builds are held against what it is folded to; a schedule that was read for another folding is
  /// dropped, and said to be. Returns what of `config` has no place in the design, a sentence each.
  ///
  /// Throws `InputError` where a block cannot be folded so; then nothing is changed.
  public mutating func apply(_ config: FoldingConfig) throws -> [String] {
    let before = self
    let warnings: [String]
    do {
      warnings = try design.apply(config)
    } catch {
      self = before
      throw error
    }
    readSchedules(of: keepSchedules(of: before.design))
    let dropped = before.nodesWithReadSchedule.subtracting(nodesWithReadSchedule)
    schedules.problems.removeAll { dropped.contains($0.node) }
    schedules.missing.removeAll(where: dropped.contains)
    schedules.dropped = (schedules.dropped + dropped).sorted(by: naturally)
    tellSchedules()
    return warnings
  }

  private var nodesWithReadSchedule: Set<String> {
    Set(design.nodes.filter { !$0.text("hls_read_from").isEmpty }.map(\.name))
  }

  /// Gives schedules back to nodes whose folding states no more than what was meant before; says which are others now.
  private mutating func keepSchedules(of before: Design) -> Set<String> {
    let old = Dictionary(before.nodes.map { ($0.name, $0) }) { first, _ in first }
    var others: Set<String> = []
    for (index, node) in design.nodes.enumerated() {
      guard let old = old[node.name], Self.isScheduledAlike(old, node) else {
        others.insert(node.name)
        continue
      }
      // The folding may state a schedule itself.
      guard node.attributes["hls_structure"] == nil else { continue }
      for name in Node.schedule { design.nodes[index].attributes[name] = old.attributes[name] }
    }
    return others
  }

  /// Whether two nodes of an op are the same to HLS, whether they state a default or leave it out.
  private static func isScheduledAlike(_ a: Node, _ b: Node) -> Bool {
    guard let specs = try? BlockCatalogue.attributes(of: b.opType) else { return true }
    return specs.allSatisfy { spec in
      !Node.scheduled.contains(spec.name)
        || (a.attributes[spec.name] ?? spec.defaultValue)
          == (b.attributes[spec.name] ?? spec.defaultValue)
    }
  }

  private static let mostProblems = 5

  /// Says what was read of builds and what could not be, as it is now: in the place of what was said before.
  mutating func tellSchedules() {
    let problems = schedules.problems + slowBlocks
    let lines =
      summary + problems.prefix(Self.mostProblems).map { "\($0): \($1)" }
      + (problems.count > Self.mostProblems
        ? ["… and \(problems.count - Self.mostProblems) more nodes like these"] : [])
      + ScheduleTargets(design).notes(clockMHz: design.clockMHz, part: design.part)
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
    if schedules.place != nil, !missing.isEmpty {
      lines.append(
        "no build of \(missing.count) HLS nodes was found (\(missing.listed(atMost: 3)))")
    }
    return lines
  }

  /// Blocks that HLS thinks too slow for the clock.
  private var slowBlocks: [(node: String, text: String)] {
    design.nodes.compactMap { node in
      guard let slow = hlsReadings[node.name]?.estimatedClock, slow * design.clockMHz > 1000
      else { return nil }
      return (
        node.name,
        "HLS estimates \(ScheduleTargets.text(slow)) ns, the design runs at \(ScheduleTargets.text(1000 / design.clockMHz)) ns: "
          + "its clock may not close"
      )
    }
  }
}
