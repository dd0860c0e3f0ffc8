import DataflowAnalysis

/// What a person reads after a run.
struct RunSummary {
  let report: RunReport

  init(_ report: RunReport) {
    self.report = report
  }

  var text: String {
    [sentence, stuck, frames, fifos, hazards, values, exactness, report.next?.text].compactMap(
      \.self
    )
    .joined(separator: "\n\n")
  }

  private var sentence: String {
    let last = report.lastHandshakeCycle.map { "the last handshake is in cycle \($0)" }
    let done = report.frameEndCycles.count
    let what = "\(report.design): \(done) of \(report.frames.of("frame"))"
    return switch report.outcome {
    case .complete: "Complete. \(what), \(last ?? "no word moved")."
    case .deadlock: "Deadlock. \(what), then words are stuck; \(last ?? "no word moved")."
    case .starved: "Starved. \(what), then words are missing; \(last ?? "no word moved")."
    case .maxCycles: "Stopped at \(report.maxCycles ?? 0) cycles. \(what) so far."
    }
  }

  private var stuck: String? {
    guard report.outcome == .deadlock || report.outcome == .starved else { return nil }
    let full = report.fifos.filter { $0.finalOccupancy == $0.depth }.map {
      "\($0.name) (\($0.depth))"
    }
    let empty = report.fifos.filter { $0.finalOccupancy == 0 }.map(\.name)
    let waiting = report.unfinished.sorted { naturally($0.key, $1.key) }.map {
      "\($0.key) (since \($0.value))"
    }
    let lines = [
      ("full FIFOs", full), ("empty FIFOs", empty), ("streams with a waiting word", waiting),
    ]
    .map { "\($0.0): \($0.1.isEmpty ? "none" : Self.list($0.1))" }
    return (lines + [report.cause.map { "cause: \($0)" }].compactMap(\.self)).joined(
      separator: "\n")
  }

  private var frames: String? {
    guard !report.frameEndCycles.isEmpty else { return nil }
    let ends = report.frameEndCyclesByOutput.sorted { naturally($0.key, $1.key) }
    return ends.map { output, cycles in
      "last word of each frame at \(output): cycle \(Self.list(cycles.map(String.init)))"
    }.joined(separator: "\n")
  }

  private var fifos: String? {
    guard !report.fifos.isEmpty else { return nil }
    var table = TextTable(hasHeading: true)
    table.add(["FIFO", "depth", "max", "final"])
    let all = report.fifos.sorted { naturally($0.name, $1.name) }
    // Of many, those that hold something or may hold more than the two words every stream gets.
    let telling = all.filter { $0.finalOccupancy > 0 || $0.depth > 2 }
    let shown = all.count > Self.mostFIFOs ? Array(telling.prefix(Self.mostFIFOs)) : all
    for fifo in shown {
      table.add([
        fifo.name, "\(fifo.depth)", fifo.maxOccupancy.map(String.init) ?? "-",
        "\(fifo.finalOccupancy)",
      ])
    }
    let rest = all.count - shown.count
    let more = rest > 0 ? "… and \(rest.of("FIFO")) more (--json has all)" : ""
    return [shown.isEmpty ? "" : table.text, more].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var hazards: String? {
    guard !report.hazards.isEmpty else { return nil }
    return report.hazards.map {
      "hazard \($0.hazard): \($0.words.of("word")) \(Self.harm($0.hazard)) at \($0.node)"
        + (report.endless?.contains($0.node) ?? false
          ? ", and it would go on for ever; the run was ended" : "")
    }.joined(separator: "\n")
  }

  private static let mostFIFOs = 40

  private static func harm(_ hazard: String) -> String {
    switch Hazard(rawValue: hazard) {
    case .queueOverflow: "lost or undefined"
    case .lostWord: "lost"
    default: "wrong or surplus"
    }
  }

  private var values: String? { report.bits.map { BitSummary($0).text } }

  private var exactness: String {
    let open = [
      ("predicted", report.exactness.predicted), ("approximate", report.exactness.approximate),
    ].filter { !$0.1.isEmpty }
    let rules = ThroughputText.rules(report.exactness)
    guard !open.isEmpty else { return "Every cycle is the hardware's\(rules)." }
    let exact = report.exactness.exact.count
    let count = open.reduce(exact) { $0 + $1.1.count }
    let nodes =
      exact == 0 ? "No node is" : "\(exact) of \(count) nodes \(exact == 1 ? "is" : "are")"
    return "\(nodes) cycle-exact\(rules)"
      + open.map { kind, nodes in
        let names = nodes.keys.sorted(by: naturally)
        return "; \(kind): \(Self.list(names)) (\(names[0]): \(nodes[names[0]]!))"
      }.joined()
  }

  private static func list(_ items: [String]) -> String {
    let shown = items.count > 12 ? items.prefix(11) + ["… \(items.count - 11) more"] : items[...]
    return shown.joined(separator: ", ")
  }
}
