import DataflowAnalysis
import Foundation

/// `FoldingReport` for a person.
struct FoldingText {
  let report: FoldingReport
  /// Frames per second asked for; nil: the highest rate.
  let target: Double?

  /// What to type next.
  var command: NextStep?

  var text: String {
    [results, safety, layers, chain, next, command?.text ?? ""].filter { !$0.isEmpty }
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

  private var results: String {
    var lines: [String] = []
    var table = TextTable(hasHeading: true)
    table.add([
      "", "frames/s", "cycles/frame", "latency", "LUT", "BRAM18", "URAM", "DSP", "FIFO words",
    ])
    table.add(row("chosen (\(report.chosen.algorithm))", report.chosen))
    if let finn = report.finn { table.add(row("FINN's SetFolding", finn)) }
    if let budget = report.budget {
      table.add(["may use", "", "", ""] + cells(budget))
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
      let used = report.chosen.resources
      let kinds = [
        ("LUT", used.lut - budget.lut), ("BRAM18", used.bram18 - budget.bram18),
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
      r.latency.map(String.init) ?? "-",
    ] + cells(r.resources) + [String(r.fifoWords)]
  }

  private func cells(_ r: Resources) -> [String] {
    [r.lut, r.bram18, r.uram, r.dsp].map { $0 >= ResourceBudget.anyNumber ? "any" : String($0) }
  }

  private var chain: String {
    var table = TextTable(hasHeading: true)
    table.add(["slowest blocks", "cycles"])
    for load in report.bottleneckChain { table.add([load.node, String(load.cycles)]) }
    return table.text
  }

  private var safety: String {
    guard let safety = report.queueOverflow else { return "" }
    func signed(_ x: Int) -> String { x < 0 ? String(x) : "+\(x)" }
    func names(_ all: [String]) -> String {
      all.prefix(6).joined(separator: ", ") + (all.count > 6 ? ", …" : "")
    }
    var lines: [String] = []
    if !safety.avoided.isEmpty {
      let r = safety.resources
      lines.append(
        "Folded so that no result is lost in an output queue (mvu-queue-overflow): "
          + "\(names(safety.avoided)), at LUT \(signed(r.lut)), BRAM18 \(signed(r.bram18)), "
          + "DSP \(signed(r.dsp)).")
    }
    if !safety.remaining.isEmpty {
      lines.append(
        "Can still lose results under back-pressure, as no safe folding is fast enough: "
          + "\(names(safety.remaining)); `simrun hazards` tells when.")
    }
    return lines.joined(separator: "\n")
  }

  private var next: String {
    guard let step = report.nextStep else { return "No block can be folded further." }
    let r = step.resources
    func signed(_ x: Int) -> String { x < 0 ? String(x) : "+\(x)" }
    let names = step.changedNodes.sorted(by: naturally).prefix(6).joined(separator: ", ")
    return "Next step: \(String(format: "%.1f", step.framesPerSecond)) frames/s "
      + "(\(step.cyclesPerFrame) cycles) for LUT \(signed(r.lut)), BRAM18 \(signed(r.bram18)), "
      + "DSP \(signed(r.dsp)), changing \(names)\(step.changedNodes.count > 6 ? ", …" : "")"
  }
}
