import ArgumentParser
import DataflowAnalysis

/// `simrun replay`: repeats a recorded run, or what a board was seen to do.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract:
      "Repeat a recorded run, or a board's captured handshakes, and name the first difference.",
    discussion: """
      simrun replay RUN.simtrace.zst [--design CHANGED] repeats what `simrun run --trace` recorded. \
      simrun replay --capture board.csv --design DESIGN drives the design with the stalls a logic \
      analyser or a simulator captured: an ILA's CSV, a VCD or an FST. Handshakes are recognised by their names \
      (…_tvalid and …_tready of s_axis_0, m_axis_0, or of a node's ports), cycle 0 by the reset; --map \
      says it where they are called otherwise. Exit code 0 when every recorded handshake is repeated, 1 when one \
      differs or its stream is not in the design, 65 when there is nothing to compare.
      """)

  @Argument(help: "A trace (.simtrace.zst).", completion: .file())
  var trace: String?

  @Option(help: "The design to replay on; default: the one in the trace.", completion: .file())
  var design: String?

  @OptionGroup var changes: DesignChanges

  @Option(
    name: [.customLong("capture"), .customLong("vcd")],
    help: "A capture of valid and ready signals: an ILA's CSV, a VCD or an FST.",
    completion: .file())
  var vcd: String?

  @Option(help: "Which signals of the capture are which streams.", completion: .file())
  var map: String?

  @Option(name: .shortAndLong, help: "Write the scenario derived from the capture here.")
  var output: String?

  @OptionGroup var progressing: ProgressOptions

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    guard (trace == nil) != (vcd == nil) else {
      throw ValidationError("give either a trace or --capture with --design")
    }
    if vcd != nil, design == nil { throw ValidationError("--capture needs --design") }
    if design == nil, let option = changes.arguments.first {
      throw ValidationError(
        "\(option) changes the design of --design; without it the run is repeated on the design in the trace"
      )
    }
  }

  func run() throws {
    try reportingInputErrors {
      let report = try progressing.showing { try replay() }
      if json {
        try printJSON(report)
      } else {
        try printText(
          ([text(report)] + (next(report).map { ["", $0.text] } ?? [])).joined(separator: "\n"))
      }
      if !report.isSame { throw SimrunExit.bitsDiffer }
    }
  }

  private func replay() throws -> ReplayReport {
    try OutputPlace.requireDistinct(
      [("-o", output)],
      inputs: changes.files + [
        ("--design", design), ("the trace", trace), ("--map", map), ("the capture", vcd),
      ])
    let changed = try design.map { try changes.load($0).design }
    if let trace {
      let file = try TraceFile(contentsOf: trace)
      return try reportingFile(design ?? trace) { try ReplayReport(file, on: changed) }
    }
    guard let vcd, let changed else { throw SimrunExit.usage }
    let stated = try map.map { try VCDMap(json: try InputFile.readJSON($0), file: $0) }
    if let stated, let map {
      try reportingFile(map) { try ReplayReport.requireStreams(stated.streams.keys, of: changed) }
    }
    let (capture, used) = try CaptureFile.read(vcd, map: stated, design: changed)
    let replay = try reportingFile(map ?? vcd) { try CaptureReplay(capture, on: changed) }
    if stated == nil { tellSignals(used, replay.report, isStartKnown: capture.isStartKnown) }
    if let output { try OutputFiles.write(replay.scenario.json(), to: output) }
    return replay.report
  }

  /// Where to look at what differs.
  private func next(_ report: ReplayReport) -> NextStep? {
    guard let difference = report.firstDifference else { return nil }
    if let trace, let cycle = difference.recorded {
      return NextStep(
        "trace", trace, "--at", String(cycle), reason: "what lay where when it was recorded")
    }
    guard let vcd, let design, output == nil else { return nil }
    let mapped = map.map { ["--map", $0] } ?? []
    return NextStep(
      ["replay", "--capture", vcd] + mapped + ["--design", design] + changes.arguments
        + ["-o", "board.json"],
      reason: "writes the board's stalls as a scenario, for hang, run and compare")
  }

  /// What was taken for what: a wrong guess must be seen.
  private func tellSignals(_ map: VCDMap, _ report: ReplayReport, isStartKnown: Bool) {
    for (stream, pair) in map.streams.sorted(by: { $0.key < $1.key }) {
      writeError("note: \(pair.valid) and \(pair.ready) are taken for stream '\(stream)'")
    }
    guard report.capturePlace == nil else { return }
    if let reset = map.reset, isStartKnown {
      writeError("note: cycle 0 is the first that sees \(reset) released")
    } else {
      let elsewhere =
        report.isSame
        ? ""
        : ": it does not fit into the middle of a run either (looked for where it has "
          + "\(CaptureReplay.fewestToPlace.of("handshake")) or more)"
      writeError(
        "note: cycle 0 is the capture's first\(elsewhere); "
          + "--map states another (first_cycle, reset)")
    }
  }

  /// "The capture begins in cycle 812 of a run, behind 96 words (2 whole frames) of in0. …".
  private func sentence(_ place: CapturePlace) -> String {
    let words = (place.words[place.stream] ?? 0).of("word")
    let behind = ", behind \(words) (\(place.frames.of("whole frame"))) of \(place.stream)"
    let first =
      place.others == 0 ? "" : " That is the first of \(place.others + 1) places where it fits."
    let stalls =
      place.hasStalls
      ? " Sources and sinks stall from there on as on the board."
      : " Nothing stalls the sources and sinks."
    return "The capture begins in cycle \(place.cycle) of a run\(behind)." + first + stalls
  }

  private func text(_ report: ReplayReport) -> String {
    var lines: [String] = []
    if !report.unknownStreams.isEmpty {
      lines.append(
        "Not in \(report.design): \(report.unknownStreams.joined(separator: ", "))"
          + " (\(report.unknownHandshakes.of("handshake")) recorded).")
    }
    lines += report.capturePlace.map { [sentence($0)] } ?? []
    let what = "\(report.handshakes.of("handshake")) on \(report.streams.count.of("stream"))"
    if let difference = report.firstDifference {
      lines.append("First difference: \(difference.sentence) (of \(what)).")
    } else {
      let rest = report.isSame ? "The same" : "The rest is the same"
      // What lies in the middle of a run goes on, unless it stops.
      let stops = [.deadlock, .starved].contains(report.outcome)
      let outcome =
        report.capturePlace == nil || stops ? ", outcome \(report.outcome.rawValue)" : ""
      lines.append("\(rest): \(what)\(outcome).")
    }
    return lines.joined(separator: "\n")
  }
}
