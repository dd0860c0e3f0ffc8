import ArgumentParser
import DataflowAnalysis
import DesignFiles
import FoundationEssentials
import OriginalModel
import ReportPage

/// `simrun compare`: where a compiled design leaves its reference, and why.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare every layer with reference activations; name the first wrong value and why.",
    discussion: """
      Exits with 0 when all tensors agree (values exactly on a rounding boundary aside), with 1 and \
      the first divergence otherwise.

      --model takes the export of the training, or any earlier graph of the same network, instead of a \
      golden file: streams and quantised tensors are paired by order, shape and values, and each layer \
      is fed the model's codes, so that every wrong layer is named, not only the first. With --scenario \
      what its stalls and faults do to the words is named as well.

      --dump takes what a board's output held, and nothing else: a dump that begins some words or frames \
      too late or too early is told as that. With --model the design is fed what the model makes of --input.
      """)

  @OptionGroup var source: DesignOptions

  @OptionGroup var progressing: ProgressOptions

  @Option(
    help: """
      Input data (.npy or .npz): leading axis frames, then the input's shape. With --model it may be \
      left out: weights and thresholds need none, and values are compared on made-up data.
      """)
  var input: String?

  @Option(help: "Reference activations (.npz).")
  var golden: String?

  @Option(help: "A quantised model (.onnx) that computes the reference: no golden file is needed.")
  var model: String?

  @Option(
    help: "What a board's output held (.npy or .npz), to be judged by what the design computes.")
  var dump: String?

  @Option(
    help: "With --model: the design's own input data, when the model's is prepared differently.")
  var designInput: String?

  @Option(help: "Which array belongs to which stream, with scale and offset (.json).")
  var map: String?

  @Option(
    help: "Compare what the design moves under this scenario (.json), hazards and faults included.")
  var scenario: String?

  @Option(help: "Write a page: error per layer, and where the wrong tensors are wrong.")
  var html: String?

  @Flag(help: "Go on behind the first divergence.")
  var all = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "Print the table as CSV.")
  var csv = false

  func validate() throws {
    guard [golden, model ?? dump].count(where: { $0 != nil }) == 1 else {
      throw ValidationError("state one of --golden, --model and --dump (or --dump with --model)")
    }
    guard input != nil || (model != nil && dump == nil) else {
      throw ValidationError("state --input")
    }
    guard dump == nil || html == nil else { throw ValidationError("--dump makes no page") }
    guard dump == nil || (map == nil && scenario == nil) else {
      throw ValidationError("--dump goes without --map and --scenario")
    }
    guard dump == nil || !csv else {
      throw ValidationError("--dump has no table: --csv is none of its")
    }
    guard designInput == nil || model != nil else {
      throw ValidationError("--design-input belongs to --model")
    }
    guard model == nil || map == nil else { throw ValidationError("--model needs no --map") }
  }

  func run() throws {
    try reportingInputErrors {
      try OutputPlace.requireDistinct(
        [("--html", html)],
        inputs: source.files + [
          ("--input", input), ("--golden", golden), ("--model", model),
          ("--design-input", designInput), ("--map", map),
          ("--scenario", scenario),
        ])
      if let dump { return try compare(source.load(), dump) }
      if let model { return try compare(with: model) }
      let loaded = try source.load()
      let input = self.input!
      var comparison = try reportingFile(source.design) {
        try Comparison(loaded.design, parameters: loaded.parameters)
      }
      comparison.threads = ProcessInfo.processInfo.activeProcessorCount
      let inputs = try source.changes.tensors(
        in: input, of: loaded, entering: comparison.plane, threads: comparison.threads)
      let golden = golden!
      let reference = try NPZ(contentsOf: golden)
      let map = try map.map(ReferenceMap.init(contentsOf:))
      let stimulus = try scenario.map { try Scenario(contentsOf: $0) }
      let known = BestSoFar<[TensorComparison]>()
      comparison.known = { known.value = $0 }
      let name = loaded.design.name
      let results = try Interruption.reporting(
        known, { [self] in try show($0, name, reference: golden) }, advice: Self.advice
      ) {
        try progressing.showing {
          try reportingFile(input) {
            try comparison.run(
              inputs, reference: reference, map: map, stopsAtFirst: !all, under: stimulus)
          }
        }
      }
      if stimulus == nil {
        comparison.plane.noteShiftedFrames(inputs.frames)
        noteIdealStrikes(loaded.design, frames: inputs.frames)
      }
      if let note = ComparisonReport.frameNote(results, given: inputs.frames) {
        writeError("note: \(note)")
      }
      let left = comparison.unmatched(reference, map)
      if !left.isEmpty {
        writeError(
          "note: \(left.count) of \(reference.names.count) arrays of \(golden) belong to no stream "
            + "(\(left.listed(atMost: 3)))"
            + (map == nil ? "; --map says which belongs to which" : ""))
      }
      var report = ComparisonReport(loaded.design.name, results)
      report.next = next(isWrong: !report.agrees, struck: report.firstDivergence?.origin != nil)
      try writePage(report, results, reference: golden)
      try show(report)
      if !results.allSatisfy(\.isFine) { throw SimrunExit.bitsDiffer }
    }
  }

  private func compare(with model: String) throws {
    let known = BestSoFar<[TensorComparison]>()
    var (report, tensors) = try Interruption.reporting(
      known, { [self] in try show($0, source.design, reference: model) }, advice: Self.advice
    ) {
      try progressing.showing { try self.report(model) { known.value = $0 } }
    }
    report.next = next(isWrong: report.isWrong)
    try writePage(
      report.comparison, tensors, reference: model,
      findings: report.verdicts.map {
        ComparisonDocument.Finding(node: $0.node, finding: $0.finding, advice: $0.advice)
      }
    )
    if json {
      try printJSON(report)
    } else {
      try printText(csv ? report.comparison.csv : report.text)
      try tell(report.next)
    }
    if report.isWrong { throw SimrunExit.bitsDiffer }
  }

  /// What Ctrl-C leaves: the tensors compared until then, as table and as page.
  private func show(_ results: [TensorComparison], _ design: String, reference: String) throws {
    var report = ComparisonReport(design, results)
    report.interrupted = true
    try writePage(report, results, reference: reference)
    try show(report)
  }

  private static let advice: @Sendable ([TensorComparison]?) -> String = { known in
    (known.map { "after \($0.count.of("tensor")); those behind were not compared" }
      ?? "no tensor was compared yet")
      + "\n  hint: the same command starts anew; fewer frames of --input take less time"
  }

  /// A design against a model, or two graphs in front of any hardware.
  private func report(
    _ model: String, known: @escaping @Sendable ([TensorComparison]) -> Void
  ) throws -> (ModelComparisonReport, [TensorComparison]) {
    let loaded: LoadedDesign
    do {
      loaded = try source.load(hasModel: true)
    } catch let error as InputError {
      guard scenario == nil, try DesignFile.isOriginalModel(source.design) else { throw error }
      writeError("note: compared as graphs, since no hardware can be made of it yet: \(error)")
      return try StepComparisonRun(
        source: source, model: model, input: input, designInput: designInput
      ).report()
    }
    return try ModelComparisonRun(
      source: source, model: model, input: input, designInput: designInput, known: known,
      scenario: scenario.map { try Scenario(contentsOf: $0) }
    ).report(loaded)
  }

  /// What a board gave against what the design computes.
  private func compare(_ loaded: LoadedDesign, _ dump: String) throws {
    let input = self.input!
    let plane = try reportingFile(source.design) {
      try Dataplane(loaded.design, parameters: loaded.parameters)
    }
    let threads = ProcessInfo.processInfo.activeProcessorCount
    let feed = try model.map { try placed(plane, in: source.changes.reference($0), input, threads) }
    let inputs =
      try feed?.inputs
      ?? source.changes.tensors(in: input, of: loaded, entering: plane, threads: threads)
    var report = try reportingFile(dump) {
      try DumpReport(
        plane, inputs, given: feed?.given ?? [:], TensorFile.read(dump), threads: threads)
    }
    if !report.agrees {
      report.next = source.next(
        "hazards",
        reason: "where the design can lose, repeat or damage words, and under which stalls")
    }
    if json {
      try printJSON(report)
    } else {
      try printText(report.text)
      try tell(report.next)
    }
    if !report.agrees { throw SimrunExit.bitsDiffer }
  }

  /// What a model makes of its data in front of the design.
  private func placed(_ plane: Dataplane, in reference: Reference, _ input: String, _ threads: Int)
    throws -> PlacedDesign.Feed
  {
    let arrays = try TensorFile.read(input)
    let frames = try reference.frames(of: arrays, file: input)
    let design = try PlacedDesign(
      plane, in: reference, arrays: arrays, file: input,
      own: designInput.map { try plane.namedInputs(TensorFile.read($0), file: $0) },
      threads: threads)
    return try design.feed(frames, 0..<frames.count, plane: plane, threads: threads)
  }

  /// What goes on from a difference: the run that a hazard struck, or the pictures.
  private func next(isWrong: Bool, struck: Bool = false) -> NextStep? {
    guard isWrong else { return nil }
    if struck {
      return source.next("hazards", reason: "where else it can strike, and under which stalls")
    }
    guard html == nil else { return nil }
    let typed = [
      ("--input", input), ("--golden", golden), ("--model", model), ("--design-input", designInput),
      ("--map", map), ("--scenario", scenario),
    ]
    return source.next(
      "compare",
      typed.flatMap { option in option.1.map { [option.0, $0] } ?? [] }
        + (model == nil ? ["--all"] : []) + ["--html", "compare.html"],
      reason: "every layer's error, and where its values are wrong, as a page")
  }

  private func tell(_ next: NextStep?) throws {
    if !csv, let next { try printText("\n" + next.text) }
  }

  private func writePage(
    _ report: ComparisonReport, _ results: [TensorComparison], reference: String,
    findings: [ComparisonDocument.Finding] = []
  ) throws {
    guard let html else { return }
    let page = Page(report, results, reference: reference, findings: findings)
    try OutputFiles.write(try page.html(), to: html)
    writeError("wrote \(html)")
  }

  private func show(_ report: ComparisonReport) throws {
    if json {
      try printJSON(report)
    } else {
      try printText(csv ? report.csv : report.text)
      try tell(report.next)
    }
  }
}
