import ArgumentParser
import DataflowAnalysis
import FoundationEssentials

/// `simrun trace`: what a recorded run shows, and its handshakes in other forms.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Show a recorded run, or export it as CSV, JSON, VCD, FST or for Perfetto.",
    discussion: """
      Without a format a summary is printed. A damaged trace is exported as far as it can be read; \
      then the error is named and the exit code is 65.
      """)

  @Argument(help: "A trace written by `simrun run --trace`.")
  var file: String

  @Flag(exclusivity: .exclusive)
  var format: TraceExport?

  @Flag(help: "GTKWave's FST: the signals of --vcd in a hundredth of the size (needs -o).")
  var fst = false

  @Option(
    help: "Write a GTKWave save file for the dump of -o: a group per node, occupancy as curves.")
  var gtkw: String?

  @Option(help: "Only this stream.")
  var stream: String?

  @Option(help: "First cycle.")
  var from: Int?

  @Option(help: "Last cycle (included).")
  var to: Int?

  @Option(
    help: "Show what lies in every FIFO and on every stream in this cycle.")
  var at: Int?

  @Option(name: .shortAndLong, help: "Write here instead of to standard output.")
  var output: String?

  @OptionGroup var progressing: ProgressOptions

  func validate() throws {
    let isWhole = stream == nil && from == nil && to == nil && output == nil
    let (from, to) = (from ?? 0, to ?? Int.max >> 2)
    guard from >= 0, to <= Int.max >> 2 else {
      throw ValidationError("--from and --to are cycles from 0 to \(Int.max >> 2)")
    }
    if let at, at < 0 { throw ValidationError("--at is a cycle from 0 on") }
    if at != nil, fst || format != nil || !isWhole { throw ValidationError("--at goes alone") }
    if fst, format != nil { throw ValidationError("--fst is a format of its own; state one") }
    if fst, output == nil { throw ValidationError("--fst writes a file: state it with -o") }
    if gtkw != nil, output == nil || !(fst || format == .vcd) {
      throw ValidationError("--gtkw goes with --fst or --vcd, and -o")
    }
    guard from <= to else { throw ValidationError("--from \(from) lies after --to \(to)") }
  }

  func run() throws {
    try reportingInputErrors {
      // Text may go to a pipe or a device, which no trace is.
      if let output, (try? OutputPlace(output)) != nil {
        try OutputPlace.requireDistinct(
          [("-o", output), ("--gtkw", gtkw)], inputs: [("the trace", file)])
      }
      let trace = try TraceFile(contentsOf: file)
      if let at {
        let end = trace.report?.outcome == .maxCycles ? trace.scenario.maxCycles : nil
        if let end, at >= end {
          throw InputError(
            "was cut off before cycle \(end): what lay where in cycle \(at) is not in it",
            file: file,
            hint: "a run with a higher max_cycles (run --max-cycles) records it")
        }
        return try show(TraceMoment(trace, at: at), end: end)
      }
      let selection = try TraceSelection(
        trace, stream: stream, cycles: (from ?? 0)...(to ?? Int.max >> 2))
      if fst, let output {
        let export = try FSTExport(trace, selection)
        if let gtkw {
          let text = GTKWaveFile(export).text(dump: output)
          try OutputFiles.write(Data(text.utf8), to: gtkw)
        }
        if let damage = try progressing.showing({ try export.write(to: output) }) { throw damage }
        return
      }
      let sink = try TextOutput(to: output)
      let damage =
        if let format {
          try progressing.showing { try format.write(trace, selection, to: sink) }
        } else {
          try writeSummary(trace, selection, to: sink)
        }
      do {
        try sink.finish()
      } catch  where output == nil {
        throw OutputError()
      }
      if let damage { throw damage }
    }
  }

  /// - Parameter end: the cycle before which the recording was cut off; nil: it came to rest.
  private func show(_ moment: TraceMoment, end: Cycle?) throws {
    let never = end.map { "not before \($0)" } ?? "never"
    var fifos = TextTable()
    fifos.add(["FIFO", "words", "comes out next", "went in last"])
    for fifo in moment.fifos where fifo.held > 0 {
      fifos.add([
        fifo.name, "\(fifo.held)/\(fifo.depth)", fifo.first?.text ?? "", fifo.last?.text ?? "",
      ])
    }
    var streams = TextTable()
    streams.add(["stream", "valid word", "since", "moves"])
    for stream in moment.streams {
      streams.add([
        stream.name, stream.word.text, "\(stream.since)", stream.moves.map { "\($0)" } ?? never,
      ])
    }
    let empty = moment.fifos.count { $0.held == 0 }
    try printText(
      """
      \(moment.design) in cycle \(moment.cycle)

      \(fifos.text)
      \(empty.of("FIFO")) empty

      \(streams.text)
      """)
  }

  private func writeSummary(
    _ trace: TraceFile, _ selection: TraceSelection, to sink: TextOutput
  ) throws -> InputError? {
    sink.write(
      trace.report.map { RunSummary($0).text } ?? "\(trace.design.name): the trace breaks off")
    var table = TextTable()
    table.add(["stream", "words", "first", "last"])
    for stream in selection.streams {
      let extent = try trace.extent(of: stream)
      table.add(
        [stream, "\(extent.count)"]
          + [extent.first, extent.last].map { $0.map(String.init) ?? "-" })
    }
    sink.write("\n\n\(table.text)\n")
    return trace.damage
  }
}

extension TraceExport: EnumerableFlag {
  /// What an export is good for, in the help.
  public static func help(for value: TraceExport) -> ArgumentHelp? {
    switch value {
    case .csv: "Rows stream,index,cycle."
    case .json: "One JSON document."
    case .vcd: "Value change dump for GTKWave and Surfer: valid, ready, occupancy."
    case .perfetto: "Perfetto's format, for ui.perfetto.dev: nodes, FIFO levels, frames."
    }
  }
}
