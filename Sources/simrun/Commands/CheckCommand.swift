import ArgumentParser
import DataflowSim
import Foundation
import ONNXImport

/// `simrun check`: everything that can be said about designs, for continuous integration.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check designs in continuous integration: counts, liveness, throughput, fit.",
    discussion: """
      Exit code 0 when all is well, 1 when a check failed, 2 for a hang, 3 for a missed budget, 65 \
      for a design that cannot be read. Under GitHub Actions problems are annotated, at most ten.
      """)

  @Argument(help: "Designs (.json) or FINN dataflow graphs (.onnx).", completion: .file())
  var designs: [String]

  @Option(help: "A scenario for all designs.", completion: .file())
  var scenario: String?

  @Option(help: "Frames per second each design must reach.")
  var minFps: Double?

  @Option(help: "FPGA part or board each design must fit.")
  var fits: String?

  @Option(help: "Latest time of the first frame, in microseconds.")
  var maxLatencyUs: Double?

  @Option(help: "Write JUnit XML here.")
  var junit: String?

  @Option(help: "Write SARIF here.")
  var sarif: String?

  @Option(help: "Write a Markdown summary here.")
  var summary: String?

  func run() throws {
    let checks = try reportingInputErrors {
      let scenario = try self.scenario.map { try Scenario(contentsOf: $0) }
      if let fits { _ = try Device.named(Device.part(for: fits)) }
      let limits = CheckLimits(
        minFPS: minFps, part: fits, maxLatencyMicroseconds: maxLatencyUs)
      let checks = designs.map { file in
        DesignCheck(file: file, scenario: scenario, limits: limits) {
          try DesignFile.load(file, options: ImportOptions()).design
        }
      }
      try write(CheckFormats(checks))
      return checks
    }
    for finding in checks.flatMap(\.findings) {
      try printText(
        "\(finding.file): \(finding.rule.rawValue) \(finding.level.rawValue): \(finding.message)")
    }
    if ProcessInfo.processInfo.environment["GITHUB_ACTIONS"] == "true" {
      for line in CheckFormats(checks).annotations { try printText(line) }
    }
    let code = DesignCheck.exitCode(checks)
    if code != 0 { throw ExitCode(code) }
  }

  private func write(_ formats: CheckFormats) throws {
    var files: [(path: String, contents: Data)] = []
    if let junit { files.append((junit, Data(formats.junit.utf8))) }
    if let sarif { files.append((sarif, try formats.sarif())) }
    if let summary { files.append((summary, Data(formats.summary.utf8))) }
    try OutputFiles.write(files)
  }
}
