import ArgumentParser
import DataflowAnalysis
import Foundation

/// `simrun replay`: repeats a recorded run, or what a board was seen to do.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract:
      "Repeat a recorded run, or a board's captured handshakes, and name the first difference.",
    discussion: """
      simrun replay RUN.simtrace.zst [--design CHANGED] repeats what `simrun run --trace` recorded. \
      simrun replay --vcd board.vcd --map map.json --design DESIGN drives the design with the stalls \
      a logic analyser captured. Exit code 0 when every recorded handshake is repeated, 1 when one \
      differs or its stream is not in the design, 65 when there is nothing to compare.
      """)

  @Argument(help: "A trace (.simtrace.zst).", completion: .file())
  var trace: String?

  @Option(help: "The design to replay on; default: the one in the trace.", completion: .file())
  var design: String?

  @OptionGroup var changes: DesignChanges

  @Option(help: "A capture of valid and ready signals.", completion: .file())
  var vcd: String?

  @Option(help: "Which signals of the capture are which streams.", completion: .file())
  var map: String?

  @Option(name: .shortAndLong, help: "Write the scenario derived from the capture here.")
  var output: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    guard (trace == nil) != (vcd == nil) else {
      throw ValidationError("give either a trace or --vcd with --map and --design")
    }
    if vcd != nil, map == nil || design == nil {
      throw ValidationError("--vcd needs --map and --design")
    }
  }

  func run() throws {
    try reportingInputErrors {
      let report = try replay()
      if json { try printJSON(report) } else { try printText(text(report)) }
      if !report.isSame { throw SimrunExit.bitsDiffer }
    }
  }

  private func replay() throws -> ReplayReport {
    let changed = try design.map { try changes.load($0).design }
    if let trace {
      let file = try TraceFile(contentsOf: trace)
      return try reportingFile(design ?? trace) { try ReplayReport(file, on: changed) }
    }
    guard let vcd, let map, let changed else { throw SimrunExit.usage }
    let signals = try VCDMap(json: try InputFile.read(map), file: map)
    try reportingFile(map) { try ReplayReport.requireStreams(signals.streams.keys, of: changed) }
    let capture = try VCDReader.read(try InputFile.read(vcd), file: vcd, map: signals)
    let report = try reportingFile(map) { try ReplayReport(capture, on: changed) }
    if let output {
      try OutputFiles.write(capture.scenario(try Plan(changed)).json(), to: output)
    }
    return report
  }

  private func text(_ report: ReplayReport) -> String {
    var lines: [String] = []
    if !report.unknownStreams.isEmpty {
      lines.append(
        "Not in \(report.design): \(report.unknownStreams.joined(separator: ", "))"
          + " (\(report.unknownHandshakes.of("handshake")) recorded).")
    }
    let what = "\(report.handshakes.of("handshake")) on \(report.streams.count.of("stream"))"
    if let difference = report.firstDifference {
      lines.append("First difference: \(difference.sentence) (of \(what)).")
    } else {
      let rest = report.isSame ? "The same" : "The rest is the same"
      lines.append("\(rest): \(what), outcome \(report.outcome.rawValue).")
    }
    return lines.joined(separator: "\n")
  }
}
