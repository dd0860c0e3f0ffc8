import DataflowAnalysis
import Foundation

/// What a person reads after `simrun hang`.
struct HangText {
  let report: HangReport
  let next: [NextStep]
  private let places: FIFOPlaces?

  init(_ report: HangReport, design: Design? = nil, next: [NextStep] = []) {
    self.report = report
    self.next = next
    places = design.map { FIFOPlaces($0) }
  }

  var text: String {
    let steps = next.isEmpty ? nil : next.map(\.text).joined(separator: "\n")
    return [headline, wait, blocked, starvation, faults, occupancy, fixes, certificate, steps]
      .compactMap(\.self).joined(separator: "\n\n")
  }

  private var headline: String {
    let done = "\(report.completedFrames) of \(report.frames.of("frame")) came out"
    let last = report.cycle.map { "nothing moves after cycle \($0)" } ?? "no word ever moved"
    return switch report.outcome {
    case .complete: "\(report.design) runs: \(done)."
    case .maxCycles: "\(report.design) was stopped by max_cycles: \(done)."
    case .deadlock: "Deadlock in \(report.design): \(done), \(last).".bad
    case .starved: "Starvation in \(report.design): \(done), \(last).".bad
    }
  }

  private var wait: String? {
    if let first = report.waitCycle.first {
      return "Wait cycle:\n  " + chain(report.waitCycle.map(\.sentence) + [first.node])
    }
    return report.waits.isEmpty ? nil : "Waits:\n  " + chain(report.waits.map(\.sentence))
  }

  /// On one line if it fits, else a line per link.
  private func chain(_ links: [String]) -> String {
    let line = links.joined(separator: " ← ")
    return line.count <= 100 ? line : links.joined(separator: "\n  ← ")
  }

  private var blocked: String? {
    report.firstBlocked.map {
      "First blocked: word \($0.word) of \($0.stream), offered by \($0.node) since cycle "
        + "\($0.cycle)."
    }
  }

  private var starvation: String? {
    report.starvation.isEmpty
      ? nil : "Word counts:\n" + report.starvation.map { "  " + $0 }.joined(separator: "\n")
  }

  private var faults: String? {
    report.faultEffects.isEmpty
      ? nil : "Faults:\n" + report.faultEffects.map { "  " + $0.sentence }.joined(separator: "\n")
  }

  private var occupancy: String? {
    guard report.outcome == .deadlock else { return nil }
    let used = report.occupancies.filter { $0.final > 0 }
    guard !used.isEmpty else { return nil }
    var table = TextTable(hasHeading: true)
    table.add(["FIFO", "holds", "depth", "between"])
    for fifo in used.prefix(40) {
      table.add([
        fifo.fifo, String(fifo.final), String(fifo.depth), "\(fifo.from) → \(fifo.to)",
      ])
    }
    let more = used.count > 40 ? "\n… and \(used.count - 40) more" : ""
    let empty = report.occupancies.count - used.count
    return table.text + more
      + (empty > 0 ? "\n\(empty.of("other FIFO")) \(empty == 1 ? "is" : "are") empty." : "")
  }

  private var fixes: String? {
    guard report.outcome == .deadlock, !report.fixes.isEmpty else { return nil }
    var table = TextTable(hasHeading: true)
    table.add([
      "Fix: FIFO", "depth now", "smallest that alone suffices", "cycles per frame then", "between",
    ])
    for fix in report.fixes {
      table.add([
        fix.fifo, fix.depth == 0 ? "none" : String(fix.depth),
        fix.minimalDepth.map { String($0) + (fix.isConfirmed ? "" : " (not confirmed)") }
          ?? (isOneOfSeveral ? "none: others are too shallow too" : "no depth"),
        fix.cyclesPerFrame.map { (fix.isSteady ? "" : "about ") + number($0) } ?? "-",
        places?[fix.fifo]?.text ?? "-",
      ])
    }
    guard let joint = report.minimalTotal else { return table.text + sizing }
    let depths = joint.depths.sorted { naturally($0.key, $1.key) }.map {
      "\($0.key) to \($0.value)"
    }
    .joined(separator: ", ")
    let least = joint.isMinimal ? "Smallest change in all" : "Smallest change found"
    return table.text + "\n\(least): \(depths), \(joint.addedWords.of("word")) more"
      + (joint.cyclesPerFrame.map { "; \(number($0)) cycles per frame then." } ?? ".") + sizing
  }

  /// A graph from before InsertFIFO wants FIFOs everywhere, not only where it hangs.
  private var sizing: String {
    guard report.occupancies.isEmpty else { return "" }
    return "\nNo stream has a FIFO yet; simrun fifo inserts and sizes them all."
  }

  /// Whether more FIFOs than one have to grow.
  private var isOneOfSeveral: Bool { (report.minimalTotal?.depths.count ?? 0) > 1 }

  private var certificate: String? {
    guard report.outcome == .complete || report.outcome == .maxCycles else { return nil }
    return report.certificate.text
  }

  private func number(_ x: Double) -> String {
    x == x.rounded() ? String(Int(x)) : String(format: "%.1f", x)
  }
}

extension HangReport.Proof {
  /// The verdict as the last words of a report.
  var text: String {
    switch verdict {
    case .live: "Live for every arrival pattern: \(reason)"
    case .fragile: "Fragile: \(reason)"
    case .none: "No certificate: \(reason)"
    }
  }
}
