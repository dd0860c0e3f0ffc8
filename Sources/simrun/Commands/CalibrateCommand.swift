import ArgumentParser
import DataflowAnalysis
import DesignFiles
import Foundation

struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Fit the coefficients of the resource estimate to builds of your own.",
    discussion: """
      Reads what Vivado has placed of each node (report/post_synth_resources.json of FINN's output \
      directories), fits what a unit of each part of a block takes, and tells how far the estimates are \
      off: those of models fitted without the build in question. --cost-model takes the file. Blocks the \
      builds have none of keep the coefficients simrun comes with.
      """)

  @Argument(help: "FINN's output directories, or simrun-calibration files.", completion: .directory)
  var builds: [String]

  @Option(name: .shortAndLong, help: "Write the coefficients.")
  var output: String?

  @Option(help: "What the coefficients are called.")
  var name = "own builds"

  @Option(help: "The day of the fit, for files that are to come out the same again.")
  var date: String?

  @Flag(help: "Start from construction alone, not from the coefficients simrun comes with.")
  var fromScratch = false

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    try reportingInputErrors {
      try OutputPlace.requireDistinct(
        [("-o", output)], inputs: builds.map { ("a build", $0) })
      var rows: [CalibrationRow] = []
      var sources: [String] = []
      for path in builds {
        let file = try CalibrationSource.read(path)
        rows += file.rows
        sources.append(file.source)
        guard let first = file.refused.first else { continue }
        writeError("note: \(file.refused.count.of("node")) left out (\(first))")
      }
      guard !rows.isEmpty else {
        throw InputError("there is no placed node in \(builds.joined(separator: ", "))")
      }
      let fit = CostFit(
        rows, base: fromScratch ? nil : .shipped, name: name, date: date ?? Self.today,
        data: sources.joined(separator: "; "))
      if let output { try OutputFiles.write(fit.model.json(), to: output) }
      var report = CalibrationReport(fit)
      report.next = next
      if json {
        try printJSON(report)
      } else {
        try printText(CalibrationText(report).text)
      }
    }
  }

  private var next: NextStep {
    output.map {
      NextStep(
        "fps", "DESIGN", "--cost-model", $0, reason: "what a design takes by these coefficients")
    }
      ?? NextStep(
        "calibrate", "-o", "cost-model.json", "DIR…",
        reason: "writes the coefficients for --cost-model")
  }

  private static var today: String {
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withFullDate]
    return formatter.string(from: Date())
  }
}
