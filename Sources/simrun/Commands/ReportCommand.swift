import ArgumentParser
import DataflowAnalysis

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write FINN's estimate reports under FINN's file names.")

  @OptionGroup var source: DesignOptions

  @Option(
    name: [.long, .customLong("output"), .customShort("o")],
    help: "The directory for estimate_layer_cycles.json and its siblings.")
  var finn: String

  func run() throws {
    try reportingInputErrors {
      let design = try source.load().design
      let reports = try reportingFile(source.design) { try FINNReports(design) }
      try reports.write(to: finn)
      for file in reports.files { writeError("wrote \(finn)/\(file.name)") }
    }
  }
}
