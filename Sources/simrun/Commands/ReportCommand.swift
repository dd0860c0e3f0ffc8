import ArgumentParser
import DataflowAnalysis
import DesignFiles
import FoundationEssentials
import ReportPage

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show a design at work as one HTML page, or write FINN's estimate reports.",
    discussion: """
      --html draws the graph with what each block does, where frames are over time, what FIFOs hold, and \
      for a design that hangs the cycle of waits and the change that frees it. The page is one file that \
      needs no network.
      """)

  @OptionGroup var source: DesignOptions

  @OptionGroup var progressing: ProgressOptions

  @Option(help: "Write the page here.")
  var html: String?

  @Option(
    help: """
      With --html: input data (.npy or .npz), leading axis frames. The page then shows what the words on \
      every stream were.
      """)
  var input: String?

  @Option(
    help: """
      Write the ONNX graph that was read with cycles, waits, FIFO fill and cost at every node, as \
      netron shows them.
      """)
  var onnx: String?

  @Option(
    name: [.long, .customLong("output"), .customShort("o")],
    help: "The directory for FINN's estimate_layer_cycles.json and its siblings.")
  var finn: String?

  func validate() throws {
    guard html != nil || finn != nil || onnx != nil else {
      throw ValidationError("state what to write: --html PAGE, --onnx GRAPH or --finn FOLDER")
    }
    guard input == nil || html != nil else { throw ValidationError("--input belongs to --html") }
  }

  func run() throws {
    try reportingInputErrors {
      let reports = finn.map { folder in FINNReports.names.map { ("--finn", "\(folder)/\($0)") } }
      try OutputPlace.requireDistinct(
        [("--html", html), ("--onnx", onnx)] + (reports ?? []),
        inputs: source.files + [("--input", input)])
      if onnx != nil, !source.design.lowercased().hasSuffix(".onnx") {
        throw InputError(
          "--onnx annotates the ONNX graph that is read; this is none", file: source.design)
      }
      let loaded = try source.load()
      var ported = loaded
      if html != nil || onnx != nil { try source.changes.insertBoardPort(&ported, source.design) }
      if let html { try writePage(ported, to: html) }
      if let onnx { try writeGraph(ported, to: onnx) }
      if let finn { try writeReports(loaded.design, to: finn) }
    }
  }

  private func writeReports(_ design: Design, to folder: String) throws {
    let reports = try reportingFile(source.design) { try FINNReports(design) }
    try reports.write(to: folder)
    for file in reports.files { writeError("wrote \(folder)/\(file.name)") }
  }

  private func writeGraph(_ loaded: LoadedDesign, to path: String) throws {
    let design = loaded.design
    let costing = try source.changes.costing(loaded)
    let device = source.device(of: design)
    let (data, nodes) = try progressing.showing {
      try reportingFile(source.design) {
        let throughput = try Throughput(design, costing: costing)
        let recording = try Recording(throughput)
        return try AnnotatedGraph.annotated(
          InputFile.read(source.design), file: source.design,
          with: ThroughputReport(throughput, device: device),
          profile: recording.windows.last?.profile)
      }
    }
    try OutputFiles.write(data, to: path)
    writeError(
      "wrote \(path): \(nodes.of("node")) annotated (simrun.… in netron's node properties)")
  }

  private func writePage(_ loaded: LoadedDesign, to path: String) throws {
    let design = loaded.design
    var options = DesignPageOptions()
    options.costing = try source.changes.costing(loaded)
    options.command = source.next("fps", reason: "").command
    if let input {
      options.recording.data = try reportingFile(input) {
        try PageData(design, loaded.parameters) { plane in
          try source.changes.tensors(
            in: input, of: loaded, entering: plane,
            threads: ProcessInfo.processInfo.activeProcessorCount)
        }
      }
    }
    let device = source.device(of: design)
    let page = try progressing.showing {
      try reportingFile(source.design) {
        try Page(design, device: device, options: options) { report, hang, plan in
          steps(report, hang, plan)
        }
      }
    }
    try OutputFiles.write(try page.html(), to: path)
    writeError("wrote \(path)")
  }

  /// What helps: the way out of a deadlock, or the command against the limit.
  private func steps(_ report: ThroughputReport, _ hang: HangReport?, _ plan: Plan) -> [NextStep] {
    if let hang, !hang.smallestFix.isEmpty {
      return [
        source.next(
          "hang", "--apply", "fixed.json", reason: "writes the design with the smallest change"),
        NextStep([source.fresh("fixed.json"), "--fps"], reason: "how fast it is then"),
      ]
    }
    return source.next(after: report, plan).map { [$0] } ?? []
  }
}
