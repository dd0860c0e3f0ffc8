import DataflowAnalysis
import Foundation

/// `FIFOReport` for a person.
struct FIFOText {
  let report: FIFOReport
  let showsAll: Bool

  init(_ report: FIFOReport, showsAll: Bool) {
    self.report = report
    self.showsAll = showsAll
  }

  var text: String {
    [
      table, totals, certainty, fullSpeed, bound, margin, report.certificate.text,
      report.next?.text ?? "",
    ].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private var table: String {
    let shown = report.fifos.filter { showsAll || $0.depthBefore > 2 || $0.depthAfter > 2 }
    guard !shown.isEmpty else { return "" }
    var table = TextTable(hasHeading: true)
    table.add(["FIFO", "before", "after", "held", "bits", "LUT", "FF", "BRAM18", "URAM", "between"])
    for fifo in shown {
      let r = fifo.resourcesAfter
      table.add([
        fifo.name, String(fifo.depthBefore), String(fifo.depthAfter),
        String(fifo.maxOccupancy), String(fifo.width), String(r.lut),
        r.ff.map(String.init) ?? "-", String(r.bram18),
        String(r.uram),
        "\(fifo.from) → \(fifo.to)",
      ])
    }
    let rest = report.fifos.count - shown.count
    return table.text
      + (rest > 0 ? "\n… and \(rest.of("FIFO")) of 2 words before and after (--all)" : "")
  }

  private var totals: String {
    var table = TextTable(hasHeading: true)
    table.add(["", "before", "after", "unbounded"])
    table.add(["words", String(report.totalBefore), String(report.totalAfter), ""])
    table.add(["bits", String(report.bitsBefore), String(report.bitsAfter), ""])
    for (name, key) in [("LUT", \Resources.lut), ("BRAM18", \.bram18), ("URAM", \.uram)] {
      table.add([
        name, String(report.resourcesBefore[keyPath: key]),
        String(report.resourcesAfter[keyPath: key]), "",
      ])
    }
    table.add([
      "cycles/frame", report.cyclesPerFrameBefore.map(number) ?? "stops",
      number(report.cyclesPerFrameAfter), number(report.cyclesPerFrameUnbounded),
    ])
    table.add([
      "frames/s", report.cyclesPerFrameBefore.map(fps) ?? "0", fps(report.cyclesPerFrameAfter),
      fps(report.cyclesPerFrameUnbounded),
    ])
    table.add([
      "latency, cycles", cycles(report.latencyBefore), cycles(report.latencyAfter), "",
    ])
    return table.text
  }

  private var certainty: String {
    if report.verified {
      let proviso =
        report.verifiedAssumesMonotony
        ? ", if a deeper FIFO never delays a word (pipelines may)" : ""
      return "No FIFO can be one step smaller\(proviso): each was rerun "
        + "(\(report.simulations.of("simulation")))."
    }
    return report.complete
      ? "These depths suffice; that none can be smaller is not proven (\(report.simulations.of("simulation")))."
      : "Stopped early: these depths suffice, some may still be larger than needed."
  }

  private var fullSpeed: String {
    guard let fullSpeed = report.fullSpeed else { return "" }
    let what = fullSpeed.cyclesPerFrame.map { "needs \(number($0)) cycles per frame" } ?? "stops"
    let struck = fullSpeed.hazards.map { "\($0.node): \($0.hazard), \($0.words.of("word"))" }
    let reason = struck.isEmpty ? "" : " (\(struck.joined(separator: "; ")))"
    return
      "Behind sources that never wait the design \(what)\(reason). These depths are for sources that send a frame "
      + "every \(number(report.cyclesPerFrameAfter)) cycles."
  }

  private var bound: String {
    guard let bound = report.bound else { return "" }
    let proviso =
      bound.assumesMonotony ? ", if a deeper FIFO never delays a word (HLS pipelines may)" : ""
    guard bound.atLeast < bound.found else {
      return "No other depths that keep the rate are cheaper\(proviso)."
    }
    // At most: rounded up, of whole numbers, as 0.07 is a little more than seven hundredths.
    let share = (100 * (bound.found - bound.atLeast) + bound.found - 1) / bound.found
    return
      "Depths that keep the rate cost at least \(bound.atLeast), these \(bound.found): at most "
      + "\(share) % could be saved\(proviso)."
  }

  private var margin: String {
    guard let margin = report.margin else { return "" }
    let certified =
      margin.certifiedWords > 0 ? ", \(margin.certifiedWords) of them for the certificate" : ""
    let words =
      margin.addedWords > 0
      ? "\(margin.addedWords.of("word")) more than the predicted schedules need\(certified)."
      : "The predicted schedules need as many words."
    guard !margin.nodes.isEmpty else { return words }
    let rates = margin.samples.map(\.cyclesPerFrame)
    let range = "\(number(rates.min() ?? 0)) to \(number(rates.max() ?? 0)) cycles per frame"
    return
      "Sized for schedules from one end to the other of what HLS may give to the "
      + "\(margin.nodes.count.of("node")) whose own is predicted (sampled: \(margin.samples.map(\.schedule).joined(separator: ", ")); \(range)). "
      + words
  }

  private func cycles(_ latency: LatencyReport?) -> String {
    latency.map { String($0.firstFrameCycles) } ?? "-"
  }

  private func number(_ x: Double) -> String {
    x == x.rounded() ? String(Int(x)) : String(format: "%.2f", x)
  }

  private func fps(_ cycles: Double) -> String {
    String(format: "%.1f", report.clockMHz * 1e6 / cycles)
  }
}
