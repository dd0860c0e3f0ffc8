import DataflowAnalysis

/// `CalibrationReport` for a person.
struct CalibrationText {
  let report: CalibrationReport

  init(_ report: CalibrationReport) { self.report = report }

  var text: String {
    [
      table("block", report.blocks), table("build", report.builds), summary,
      report.next?.text ?? "",
    ]
    .joined(separator: "\n\n")
  }

  private func table(_ title: String, _ rows: [CalibrationReport.Errors]) -> String {
    var table = TextTable(rightAligned: 1...12, hasHeading: true)
    table.add([
      title, "nodes", "LUT", "FINN", "error", "own", "error", "FF", "own", "error", "BRAM18",
      "FINN",
      "own",
    ])
    for row in rows {
      func count(_ values: [String: Int], _ kind: String) -> String {
        values[kind].map(String.init) ?? "-"
      }
      func share(_ values: [String: Double], _ kind: String) -> String {
        values[kind].map { $0.percent() } ?? "-"
      }
      table.add([
        row.name, String(row.nodes), count(row.placed, "LUT"), count(row.finn, "LUT"),
        share(row.finnMedianError, "LUT"), count(row.calibrated, "LUT"),
        share(row.calibratedMedianError, "LUT"), count(row.placed, "FF"),
        count(row.calibrated, "FF"), share(row.calibratedMedianError, "FF"),
        count(row.placed, "BRAM_18K"), count(row.finn, "BRAM_18K"),
        count(row.calibrated, "BRAM_18K"),
      ])
    }
    return table.text
  }

  private var summary: String {
    let kinds = ["LUT", "FF", "BRAM_18K", "DSP"]
    func line(_ values: [String: Double]) -> String {
      kinds.compactMap { kind in values[kind].map { "\(kind) \($0.percent())" } }
        .joined(separator: ", ")
    }
    return """
      \(report.nodes.of("node")) of \(report.builds.count.of("build")); errors are medians of nodes, by models fitted without the node's build.
      A build's sum is off by (median) \(line(report.overall.calibrated)); FINN's by \(line(report.overall.finn)).
      In their range are \(line(report.overall.inRange)) of the nodes.
      """
  }
}
