import ArgumentParser
import DataflowAnalysis
import DesignFiles
import OriginalModel

/// `simrun run`: one design under one scenario, with or without data.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a design: when does every word move, does it get stuck, what comes out.",
    discussion: """
      With --input alone the design computes whole frames, without any notion of time. With \
      --scenario (or --trace, --max-cycles) the data rides on the handshakes: what comes out is what \
      the hardware would have moved, hazards included.

      A quantised model (QONNX, QDQ) with --input runs as it was trained: every operation exact and \
      rounded once to float32. With --lowered, or by cycles, it is the dataflow design it lowers to.

      Exit code 0 when every frame came out or --max-cycles ended the run, 1 when --repeat finds a \
      frame that differs, 2 for a deadlock or starvation.
      """)

  @OptionGroup var source: DesignOptions

  @Option(help: "A scenario file: frames, arrival and acceptance patterns, data.")
  var scenario: String?

  @Option(parsing: .unconditional, help: "Frames to run instead of the scenario's.")
  var frames: Int?

  @Option(
    parsing: .unconditional,
    help: "Stop after this many cycles instead of the scenario's max_cycles.")
  var maxCycles: Int?

  @Option(help: "Write every handshake of every stream to this file (NAME.simtrace.zst).")
  var trace: String?

  @Flag(help: "Keep what the words were in the trace, not only when they moved; needs data.")
  var values = false

  @Flag(
    help: """
      Run with FIFOs that are never full, as FINN simulates to size them: what each held is the depth \
      FINN takes.
      """)
  var gauge = false

  @OptionGroup var data: DataOptions

  @Flag(help: "Compute a quantised model as the hardware it lowers to, not as it was trained.")
  var lowered = false

  @Flag(help: "Print one JSON document.")
  var json = false

  /// Whether the run goes by cycles.
  private var isTimed: Bool {
    data.input == nil || scenario != nil || trace != nil || maxCycles != nil || gauge
  }

  func validate() throws {
    if let frames, frames < 1 { throw ValidationError("--frames must be at least 1") }
    if let maxCycles, !(1...Int.max >> 2).contains(maxCycles) {
      throw ValidationError("--max-cycles must be from 1 to \(Int.max >> 2)")
    }
    if data.isUsed, data.input == nil, scenario == nil {
      throw ValidationError("there is no data: state --input, or a --scenario that names some")
    }
    if values, trace == nil || (data.input == nil && scenario == nil) {
      throw ValidationError("--values keeps words in a --trace, of --input or a scenario's data")
    }
    if frames != nil, !isTimed || data.repeats != nil {
      throw ValidationError("--frames goes with --scenario; the input says how many frames it has")
    }
    if data.repeats != nil, trace != nil {
      throw ValidationError("--repeat makes several runs; it writes no --trace")
    }
  }

  func run() throws {
    try reportingInputErrors {
      try OutputPlace.requireDistinct(
        [("--trace", trace), ("--outputs", data.outputs), ("--activations", data.activations)],
        inputs: source.files + [("--scenario", scenario), ("--input", data.input)])
      if !isTimed, !lowered, data.repeats == nil, try DesignFile.isOriginalModel(source.design) {
        return try ReferenceRun(source: source, data: data, json: json).run()
      }
      let loaded = try source.load()
      if let repeats = data.repeats {
        try check(loaded, repeats)
      } else if isTimed {
        try show(try simulate(loaded))
      } else {
        let report = try compute(loaded)
        if json { try printJSON(report) } else { try printText(BitSummary(report).text) }
      }
    }
  }

  private func show(_ report: RunReport) throws {
    var report = report
    report.next = nextStep(report)
    if json {
      try printJSON(report)
    } else {
      try printText(RunSummary(report).text)
    }
    switch report.outcome {
    case .complete, .maxCycles: break
    case .deadlock, .starved: throw SimrunExit.deadlock
    }
  }

  private func nextStep(_ report: RunReport) -> NextStep? {
    guard report.outcome == .deadlock || report.outcome == .starved else { return nil }
    let same = scenario.map { ["--scenario", $0] } ?? []
    return NextStep(
      ["hang", source.design] + source.changes.arguments + same,
      reason: "who waits for whom, and what frees it")
  }

  private func readScenario() throws -> Scenario {
    var scenario = try self.scenario.map { try Scenario(contentsOf: $0) } ?? Scenario()
    scenario.frames = frames ?? scenario.frames
    scenario.maxCycles = maxCycles ?? scenario.maxCycles
    return scenario
  }

  /// The file that an error in the input data belongs to.
  private var dataFile: String { data.input ?? scenario ?? source.design }
}

// MARK: Whole frames

extension RunCommand {
  private func compute(_ loaded: LoadedDesign) throws -> FrameReport {
    let off = try data.hazardsOff()
    let hazards = ValueHazards(
      thresholdingNarrowWrap: !off.contains(.narrowWrap),
      requantWideInput: !off.contains(.wideInput),
      windowLeftoverRows: !off.contains(.windowLeftoverRows))
    let plane = try reportingFile(source.design) {
      try Dataplane(
        loaded.design, parameters: loaded.parameters, options: .init(hazards: hazards))
    }
    let tensors = try data.tensors(for: plane, of: loaded, source, scenario: nil, file: nil)
    let frames = tensors.values.first?.shape.first ?? 1
    let line = data.progressLine
    let result = try reportingFile(dataFile) {
      try plane.run(
        tensors, keep: data.activations == nil ? .outputs : .all, threads: data.threadCount
      ) { line.show($0, of: frames, "frames") }
    }
    line.clear()
    plane.noteShiftedFrames(result.frames)
    try data.write(
      outputs: loaded.design.graphOutputs, streams: result.streams.keys.sorted(),
      ordered: { try plane.referenceTensor($0, result) }, result.tensor)
    var bits = BitReport()
    bits.add(result.findings)
    bits.approximate = plane.approximateNodes
    bits.hazardsOff = off.map(\.rawValue).sorted()
    for name in loaded.design.graphOutputs {
      bits.add(output: name, try result.tensor(name), layout: try plane.layout(of: name))
    }
    return FrameReport(design: loaded.design.name, frames: result.frames, bits: bits)
  }
}

// MARK: By cycles

extension RunCommand {
  private func simulate(_ loaded: LoadedDesign) throws -> RunReport {
    let off = try data.hazardsOff()
    var scenario = try readScenario()
    var loaded = loaded
    if gauge {
      loaded.design = try reportingFile(self.scenario ?? source.design) {
        try loaded.design.gaugingFIFOs(for: scenario)
      }
      writeError("note: no FIFO is ever full (--gauge); their depths hold all words of the run")
    }
    let plan = try reportingFile(source.design) { try Plan(loaded.design) }
    let hasData = data.isUsed || scenario.sources.values.contains { $0.data != nil }
    let values = try hasData ? prepare(plan, loaded, scenario) : nil
    // A scenario that states no frames has one; the data has as many as it has.
    if let values, frames == nil, scenario.frames == 1 { scenario.frames = values.data.frames }
    warnOfIdleFaults(scenario, plan, file: self.scenario)
    let writer = try trace.map { try TraceWriter(to: $0, plan: plan, scenario: scenario) }
    let simulation = try reportingFile(self.scenario ?? source.design) {
      try Simulation(
        plan, scenario: scenario,
        observing: Observation(
          streams: true, cores: values != nil, hazards: true, listener: writer),
        without: off)
    }
    let result = runAll(simulation, frames: scenario.frames)
    var report = RunReport(plan, scenario, result)
    if report.outcome == .deadlock || report.outcome == .starved,
      let verdict = try StopVerdict(plan, scenario: scenario)
    {
      (report.outcome, report.cause) = (verdict.outcome, verdict.cause)
    }
    var kept: [String: (words: WordSequence, type: DataType)] = [:]
    if let values {
      let moved: MovedWords
      (report, moved) = try add(values, to: report, result, scenario)
      if self.values {
        for (name, words) in moved.words {
          kept[name] = (words, try values.timed.plane.layout(of: name).dataType)
        }
      }
    } else if self.values {
      throw InputError("--values: the scenario names no data", file: self.scenario)
    }
    try writer?.finish(report, values: kept)
    return report
  }

  /// All frames; released in portions, which changes no cycle, so that progress can be shown.
  private func runAll(_ simulation: Simulation, frames: Int) -> RunResult {
    let line = data.progressLine
    let portion = max(1, frames / 100)
    for done in stride(from: portion, to: frames, by: portion) {
      simulation.run(frames: done)
      line.show(done, of: frames, "frames")
    }
    line.clear()
    return simulation.run()
  }

  private struct Values {
    let timed: TimedDataplane
    let tensors: [String: Tensor]
    let data: SourceData
  }

  private func prepare(_ plan: Plan, _ loaded: LoadedDesign, _ scenario: Scenario) throws -> Values
  {
    let off = try data.hazardsOff()
    let timed = try reportingFile(source.design) {
      try TimedDataplane(plan, parameters: loaded.parameters, without: off)
    }
    let tensors = try data.tensors(
      for: timed.plane, of: loaded, source, scenario: scenario, file: self.scenario)
    return try reportingFile(dataFile) {
      Values(timed: timed, tensors: tensors, data: try timed.plane.sourceData(tensors))
    }
  }

  private func add(
    _ values: Values, to report: RunReport, _ result: RunResult, _ scenario: Scenario
  ) throws -> (RunReport, MovedWords) {
    let timed = values.timed
    let moved = try timed.words(of: values.data, in: result, scenario: scenario)
    func tensor(_ name: String) throws -> Tensor {
      guard let words = moved.words[name] else {
        throw InputError("the stream '\(name)' carries no data")
      }
      return try timed.plane.tensor(words, of: name)
    }
    let outputs = timed.plan.design.graphOutputs
    let streams = moved.words.keys.sorted()
    // A file with words of no whole frame is none that a comparison reads.
    let whole = streams.filter { name in
      let perFrame = (try? timed.plane.layout(of: name).words) ?? 0
      return perFrame == 0 || moved.words[name]!.count >= perFrame
    }
    try data.write(
      outputs: outputs, streams: whole.isEmpty ? streams : whole,
      ordered: { name in
        try moved.words[name].map { try timed.plane.wholeFrames($0, of: name) } ?? tensor(name)
      }, tensor)
    noteUnfinished(outputs, moved, timed.plane, isAnyWhole: !whole.isEmpty)
    var bits = BitReport()
    let line = data.progressLine
    let frames = try timed.plane.run(values.tensors, threads: data.threadCount) {
      line.show($0, of: values.data.frames, "frames computed")
    }
    line.clear()
    bits.add(frames.findings)
    bits.approximate = timed.plane.approximateNodes
    bits.differingWords = moved.differing
    bits.origins = timed.origins(on: outputs, in: moved).sorted { $0.key < $1.key }.map {
      BitReport.Origin(output: $0.key, origin: $0.value)
    }
    bits.hazardsOff = timed.without.map(\.rawValue).sorted()
    for name in outputs {
      bits.add(output: name, try tensor(name), layout: try timed.plane.layout(of: name))
    }
    var report = report
    report.bits = bits
    report.hazards += moved.staleFrames
    return (report, moved)
  }
}

extension RunCommand {
  /// Words behind the last whole frame, as padding in front of a next frame gives them, make another array of an
  /// output, and are none of the activations.
  private func noteUnfinished(
    _ outputs: [String], _ moved: MovedWords, _ plane: Dataplane, isAnyWhole: Bool
  ) {
    func unfinished(_ names: [String]) -> [(name: String, whole: Int, rest: Int, perFrame: Int)] {
      names.compactMap { name in
        guard let words = moved.words[name]?.count,
          let perFrame = try? plane.layout(of: name).words,
          perFrame > 0, words % perFrame != 0
        else { return nil }
        return (name, words / perFrame, words % perFrame, perFrame)
      }
    }
    if data.outputs != nil {
      for (name, _, rest, perFrame) in unfinished(outputs) {
        writeError(
          "note: '\(name)' ends in \(rest.of("word")) of a frame that never came whole; its "
            + "array is written word by word, \(perFrame) a frame")
      }
    }
    guard data.activations != nil else { return }
    let all = unfinished(moved.words.keys.sorted(by: naturally))
    let (begun, none) = (
      all.filter { $0.whole > 0 }.map(\.name), all.filter { $0.whole == 0 }.map(\.name)
    )
    if !begun.isEmpty {
      writeError(
        "note: \(begun.count.of("stream")) \(begun.count == 1 ? "ends" : "end") in words of a frame that never came "
          + "whole; --activations has the whole frames (\(begun.listed(atMost: 3)))")
    }
    guard !none.isEmpty else { return }
    writeError(
      "note: \(none.count.of("stream")) carried no whole frame; --activations "
        + (isAnyWhole
          ? "leaves \(none.count == 1 ? "it" : "them") out " : "has the words as they came ")
        + "(\(none.listed(atMost: 3)))")
  }
}

// MARK: One frame many times

extension RunCommand {
  private func check(_ loaded: LoadedDesign, _ repeats: Int) throws {
    let scenario = try self.scenario == nil ? nil : readScenario()
    let plan = try reportingFile(source.design) { try Plan(loaded.design) }
    let values = try prepare(plan, loaded, scenario ?? Scenario())
    let line = data.progressLine
    let report = try reportingFile(dataFile) {
      try RepeatCheck(values.timed, inputs: values.tensors).run(
        repeats: repeats, seed: data.seed, scenario: scenario, maxCycles: maxCycles
      ) { line.show($0, of: $1, "runs of \(repeats) frames") }
    }
    line.clear()
    if json { try printJSON(report) } else { try printText(report.text) }
    if !report.allEqual { throw SimrunExit.bitsDiffer }
  }
}
