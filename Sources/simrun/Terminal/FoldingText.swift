import DataflowAnalysis
import Foundation

/// `FoldingReport` for a person.
struct FoldingText {
  let report: FoldingReport
  /// Frames per second asked for; nil: the highest rate.
  let target: Double?

  var text: String {
    [results, safety, surplus, layers, fixed, chain, next, report.next?.text ?? ""].filter {
      !$0.isEmpty
    }
    .joined(separator: "\n\n")
  }

  /// Old → new, layer by layer.
  private var layers: String {
    let changed = report.layers.filter(\.isChanged)
    guard !changed.isEmpty else {
      return report.layers.isEmpty
        ? ""
        : report.layers.count == 1
          ? "The only layer stays as it is." : "All \(report.layers.count) layers stay as they are."
    }
    var table = TextTable(hasHeading: true)
    table.add(["layer", "PE", "SIMD", "memory", "cycles", "why"])
    for layer in changed {
      let (a, b) = (layer.before, layer.after)
      table.add([
        layer.node, step(a.pe.map(String.init), b.pe.map(String.init)),
        step(a.simd.map(String.init), b.simd.map(String.init)), step(a.memory, b.memory),
        step(String(a.cycles), String(b.cycles)), layer.reason,
      ])
    }
    let rest = report.layers.count - changed.count
    return table.text + (rest > 0 ? "\n\(rest.of("layer")) unchanged." : "")
  }

  private func step(_ before: String?, _ after: String?) -> String {
    guard let before, let after else { return "-" }
    return before == after ? before : "\(before) → \(after)"
  }

  /// What stays as it is, a line per reason.
  private var fixed: String {
    let groups = Dictionary(grouping: report.fixed) { "\($0.attribute) of \($0.opType)" }
    return groups.sorted { naturally($0.key, $1.key) }.map { what, nodes in
      let names = nodes.map(\.node).listed(atMost: 4)
      return "Not folded: \(what) (\(names)), \(nodes[0].reason)."
    }.joined(separator: "\n")
  }

  private var results: String {
    var lines: [String] = []
    var table = TextTable(hasHeading: true)
    table.add([
      "", "frames/s", "cycles/frame", "latency, cycles", "LUT", "FF", "BRAM18", "URAM", "DSP",
      "FIFO words",
    ])
    table.add(row("chosen (\(report.chosen.algorithm))", report.chosen))
    if report.chosen.high != report.chosen.resources {
      table.add(["high end (90 %)", "", "", ""] + report.chosen.high.cells)
    }
    table.add(["FINN's estimate", "", "", ""] + report.chosen.finnResources.cells)
    if let finn = report.finn { table.add(row("FINN's SetFolding", finn)) }
    if let budget = report.budget {
      table.add(["may use", "", "", ""] + budget.cells)
    }
    if report.finn == nil { lines.append("FINN's SetFolding finds no folding for this goal.") }
    if !report.meetsGoal { lines.append(missed.bad) }
    return ([table.text] + lines).joined(separator: "\n")
  }

  /// What is too slow or too large, and by how much.
  private var missed: String {
    var causes: [String] = []
    if let target, report.chosen.fps < target {
      causes.append(String(format: "%.1f frames/s short", target - report.chosen.fps))
    }
    if let budget = report.budget {
      let used = report.chosen.high
      let kinds = [
        ("LUT", used.lut - budget.lut), ("FF", (used.ff ?? 0) - (budget.ff ?? .max)),
        ("BRAM18", used.bram18 - budget.bram18),
        ("URAM", used.uram - budget.uram), ("DSP", used.dsp - budget.dsp),
      ]
      causes += kinds.filter { $0.1 > 0 }.map { "\($0.1) \($0.0) too many" }
    }
    let advice =
      target != nil && report.budget != nil ? "; --max finds the highest rate that fits" : ""
    return "The goal is missed: " + causes.joined(separator: ", ") + advice + "."
  }

  private func row(_ name: String, _ r: FoldingReport.Result) -> [String] {
    [
      name, String(format: "%.1f", r.fps), String(format: "%.0f", r.cyclesPerFrame),
      r.latency.map { String($0.firstFrameCycles) } ?? "-",
    ] + r.resources.cells + [String(r.fifoWords)]
  }

  private var chain: String {
    var table = TextTable(hasHeading: true)
    table.add(["slowest blocks", "cycles"])
    for load in report.bottleneckChain { table.add([load.node, String(load.cyclesAlone)]) }
    return table.text
  }

  private var safety: String {
    guard let safety = report.queueOverflow else { return "" }
    func signed(_ x: Int) -> String { x < 0 ? String(x) : "+\(x)" }
    var lines: [String] = []
    if !safety.avoided.isEmpty {
      let r = safety.resources
      lines.append(
        "Folded so that no result is lost in an output queue (mvu-queue-overflow): "
          + "\(safety.avoided.listed(atMost: 6)), at LUT \(signed(r.lut)), BRAM18 \(signed(r.bram18)), "
          + "DSP \(signed(r.dsp)).")
    }
    if !safety.remaining.isEmpty {
      lines.append(
        "Can still lose results under back-pressure, as no safe folding is fast enough: "
          + "\(safety.remaining.listed(atMost: 6)); `simrun hazards` tells when.")
    }
    return lines.joined(separator: "\n")
  }

  private var surplus: String {
    report.hazards.map { "hazard  \(HazardSearch.surplusSentence($0))" }.joined(separator: "\n")
  }

  private var next: String {
    guard let step = report.fasterFolding else { return "No block can be folded further." }
    let r = step.resources
    func signed(_ x: Int) -> String { x < 0 ? String(x) : "+\(x)" }
    let names = step.changedNodes.sorted(by: naturally).listed(atMost: 6)
    return "Next step: \(String(format: "%.1f", step.fps)) frames/s "
      + "(\(step.cyclesPerFrame) cycles) for LUT \(signed(r.lut)), BRAM18 \(signed(r.bram18)), "
      + "DSP \(signed(r.dsp)), changing \(names)"
  }
}
