import DataflowSim
import Foundation

/// `ThroughputReport` for a person.
struct ThroughputText {
  let report: ThroughputReport
  let showsAllNodes: Bool

  init(_ report: ThroughputReport, showsAllNodes: Bool) {
    self.report = report
    self.showsAllNodes = showsAllNodes
  }

  var text: String {
    [headline, summary, nodeTable, resourceTable, certainty].filter { !$0.isEmpty }
      .joined(separator: "\n\n")
  }

  private var headline: String {
    let clock = "\(number(report.clockMHz)) MHz"
    guard let rate = report.throughput else {
      return "\(report.design) at \(clock): \(report.outcome.rawValue) before all frames were out"
    }
    let proof = rate.steadyState ? "steady state, exact" : "not yet steady: estimate"
    return "\(report.design) at \(clock): \(number(rate.fps)) frames/s (\(proof))"
  }

  private var summary: String {
    var table = TextTable()
    if let rate = report.throughput {
      let exact = rate.cyclesPerFrameExact
      let cycles = exact.hasSuffix("/1") ? String(exact.dropLast(2)) : exact
      table.add(["period", "\(cycles) cycles per frame"])
    }
    if let latency = report.latency {
      table.add([
        "latency",
        "\(number(latency.microseconds)) µs (first frame out after \(latency.firstFrameCycles) cycles, "
          + "first word in cycle \(latency.firstOutputCycle))",
      ])
    }
    if let limit = report.bottleneck { table.add(["limit", describe(limit)]) }
    table.add([
      "FINN says",
      "\(report.finnEstimate.cyclesPerFrame) cycles per frame, \(number(report.finnEstimate.fps)) "
        + "frames/s (FIFOs ignored)",
    ])
    if let stuck = report.stuck {
      table.add(["full FIFOs", list(stuck.fullFIFOs)])
      table.add(["empty FIFOs", list(stuck.emptyFIFOs)])
    }
    return table.text
  }

  private func describe(_ limit: ThroughputReport.Bottleneck) -> String {
    switch limit.limit {
    case .compute: "compute: \(limit.node) is busy in every cycle"
    case .memory: "memory: \(limit.node) moves data in every cycle"
    case .fifo:
      "FIFOs: the slowest block, \(limit.node), needs only \(limit.busyCycles) cycles by itself; "
        + "blocks wait for each other"
    }
  }

  private var nodeTable: String {
    let busiest = report.nodes.filter { $0.busyCycles > 0 }
      .sorted { ($0.busyCycles, $1.name) > ($1.busyCycles, $0.name) }
    let shown = showsAllNodes ? report.nodes : Array(busiest.prefix(8))
    guard !shown.isEmpty else { return "" }
    var table = TextTable()
    table.add(["node", "busy", "cycles", "FINN", "LUT", "BRAM18", "URAM", "DSP", ""])
    for node in shown {
      let r = node.resources
      table.add([
        node.name, node.utilisation.map(percent) ?? "-", String(node.busyCycles),
        String(node.expectedCycles), String(r.lut), String(r.bram18), String(r.uram),
        String(r.dsp), node.exact ? "exact" : "approximate",
      ])
    }
    let more = report.nodes.count - shown.count
    return table.text + (more > 0 ? "\n… and \(more) more nodes (--all)" : "")
  }

  private var resourceTable: String {
    let cost = report.resources
    var table = TextTable()
    table.add(["resources", "LUT", "BRAM18", "URAM", "DSP"])
    table.add(["design"] + cells(cost.total))
    if cost.finnEstimate != cost.total { table.add(["FINN's estimate"] + cells(cost.finnEstimate)) }
    if let device = cost.device, let shares = cost.utilisation {
      table.add([cost.part ?? "device"] + cells(device))
      table.add(
        ["used"]
          + ["LUT", "BRAM_18K", "URAM", "DSP"].map { shares[$0].map(percent) ?? "none there" })
    }
    let verdict =
      cost.fits.map { $0 ? "" : "\nThe design does not fit \(cost.part ?? "the device")." } ?? ""
    return table.text + verdict
  }

  private var certainty: String {
    let approximate = report.exactness.approximate.count
    guard approximate > 0 else { return "Every node is cycle-exact." }
    return
      "\(report.exactness.exact.count) nodes are cycle-exact, \(approximate) are scheduled from "
      + "their loop nests (approximate)."
  }

  private func cells(_ r: Resources) -> [String] {
    [r.lut, r.bram18, r.uram, r.dsp].map { String($0) }
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

  private func list(_ names: [String]) -> String {
    let shown = names.prefix(8).joined(separator: ", ")
    return names.isEmpty ? "none" : names.count > 8 ? "\(shown), … (\(names.count))" : shown
  }

  /// Four significant digits or more, without a needless fraction.
  private func number(_ x: Double) -> String {
    if x == x.rounded(), abs(x) < 1e15 { return String(Int(x)) }
    let digits = max(0, 3 - Int(log10(max(abs(x), 1e-9)).rounded(.down)))
    return String(format: "%.\(digits)f", x)
  }
}
