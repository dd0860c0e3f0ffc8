import ArgumentParser
import DataflowAnalysis
import Foundation
import DesignFiles

/// The front door: `simrun DESIGN --fps`.
struct FPSCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fps",
    abstract: "Throughput, latency, bottleneck and cost of a design (also: simrun DESIGN --fps).")

  @OptionGroup var source: DesignOptions

  @Flag(help: "Report frames per second; this is what the command does anyway.")
  var fps = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "List every node, not only the busiest.")
  var all = false

  @Option(
    parsing: .unconditional,
    help: "Exit with 3 unless the design reaches this many frames per second.")
  var minFps: Double?

  func validate() throws { try requireGoal(minFps, "--min-fps") }

  func run() throws {
    try reportingInputErrors {
      let design = try source.load(usesBoardPort: true).design
      let device = source.device(of: design)
      let throughput = try reportingFile(source.design) { try Throughput(design) }
      let range = try ThroughputRange(throughput)
      let report = ThroughputReport(throughput, device: device, range: range)
      if json {
        try printJSON(report)
      } else {
        try printText(ThroughputText(report, showsAllNodes: all).text)
      }
      guard report.outcome == .complete else { throw SimrunExit.deadlock }
      if let minFps, let fps = report.throughput.fps, fps < minFps {
        writeError("missed: \(fps) of \(minFps) frames/s")
        throw SimrunExit.budgetMissed
      }
    }
  }
}
