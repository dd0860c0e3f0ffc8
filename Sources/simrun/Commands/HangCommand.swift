import ArgumentParser
import DataflowSim
import Foundation

/// `simrun hang`: does it hang, why, what frees it, and is that certain.
struct HangCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hang",
    abstract: "Find out whether a design hangs, why, and the smallest change that frees it.",
    discussion: """
      Ends with a certificate: live for every arrival pattern, fragile with a stall pattern that \
      hangs it, or none with the reason. Exit code 2 for a deadlock or starvation.
      """)

  @OptionGroup var source: DesignOptions

  @Option(help: "A scenario file: frames, arrival and acceptance patterns.", completion: .file())
  var scenario: String?

  @Option(help: "Frames to run; default: the scenario's, and at least 3.")
  var frames: Int?

  @Option(name: .shortAndLong, help: "Write the stall pattern that hangs the design here.")
  var output: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    if let frames, frames < 1 { throw ValidationError("--frames must be at least 1") }
  }

  func run() throws {
    let report = try reportingInputErrors { try analyse() }
    if json { try printJSON(report) } else { print(HangText(report).text) }
    switch report.outcome {
    case .complete, .maxCycles: break
    case .deadlock, .starved: throw SimrunExit.deadlock
    }
  }

  private func analyse() throws -> HangReport {
    let design = try source.load().design
    let scenario = try self.scenario.map { try Scenario(contentsOf: $0) } ?? Scenario()
    let plan = try reportingFile(source.design) { try Plan(design) }
    var options = HangOptions()
    options.frames = frames
    let report = try reportingFile(self.scenario ?? source.design) {
      try HangReport(plan, scenario: scenario, options: options)
    }
    if let output, let witness = report.certificate.witness {
      try OutputFiles.write([(output, Data(witness.utf8))])
    }
    return report
  }
}
