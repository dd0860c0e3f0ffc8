import DataflowAnalysis
import Foundation

/// `FIFOReport` for a person.
struct FIFOText {
  let report: FIFOReport
  let showsAll: Bool
  let next: NextStep?

  init(_ report: FIFOReport, showsAll: Bool, next: NextStep? = nil) {
    self.report = report
    self.showsAll = showsAll
    self.next = next
  }

  var text: String {
    [table, totals, certainty, margin, report.certificate.text, next?.text ?? ""]
      .filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private var table: String {
    let shown = report.fifos.filter { showsAll || $0.before > 2 || $0.after > 2 }
    guard !shown.isEmpty else { return "" }
    var table = TextTable(hasHeading: true)
    table.add(["FIFO", "before", "after", "held", "bits", "LUT", "BRAM18", "URAM", "between"])
    for fifo in shown {
      let r = fifo.resourcesAfter
      table.add([
        fifo.name, String(fifo.before), String(fifo.after), String(fifo.maxOccupancy),
        String(fifo.width), String(r.lut), String(r.bram18), String(r.uram),
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
      "latency, cycles", report.latencyBefore.map(String.init) ?? "-",
      report.latencyAfter.map(String.init) ?? "-", "",
    ])
    return table.text
  }

  private var certainty: String {
    if report.verified {
      return
        "No FIFO can be one step smaller: each was rerun (\(report.simulations.of("simulation")))."
    }
    return report.complete
      ? "These depths suffice; that none can be smaller is not proven (\(report.simulations.of("simulation")))."
      : "Stopped early: these depths suffice, some may still be larger than needed."
  }

  private var margin: String {
    guard let margin = report.margin else { return "" }
    let certified =
      margin.certifiedWords > 0 ? ", \(margin.certifiedWords) of them for the certificate" : ""
    let words =
      margin.addedWords > 0
      ? "\(margin.addedWords) words more than the predicted schedules need\(certified)."
      : "The predicted schedules need as many words."
    guard !margin.nodes.isEmpty else { return words }
    let rates = margin.samples.map(\.cyclesPerFrame)
    let range = "\(number(rates.min() ?? 0)) to \(number(rates.max() ?? 0)) cycles per frame"
    return
      "Sized for every schedule HLS may give to the \(margin.nodes.count.of("node")) whose own is "
      + "predicted (sampled: \(margin.samples.map(\.schedule).joined(separator: ", ")); \(range)). "
      + words
  }

  private func number(_ x: Double) -> String {
    x == x.rounded() ? String(Int(x)) : String(format: "%.2f", x)
  }

  private func fps(_ cycles: Double) -> String {
    String(format: "%.1f", report.clockMHz * 1e6 / cycles)
  }
}
