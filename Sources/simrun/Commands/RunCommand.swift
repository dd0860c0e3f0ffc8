import ArgumentParser
import DataflowSim
import Foundation
import ONNXImport

/// `simrun run`: one design under one scenario.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a design under a scenario: when does every word move, and does it get stuck.",
    discussion: """
      Exit code 0 when every frame came out or --max-cycles ended the run, 2 for a deadlock or \
      starvation.
      """)

  @OptionGroup var source: DesignOptions

  @Option(help: "A scenario file: frames, arrival and acceptance patterns.")
  var scenario: String?

  @Option(help: "Frames to run instead of the scenario's.")
  var frames: Int?

  @Option(help: "Stop after this many cycles instead of the scenario's max_cycles.")
  var maxCycles: Int?

  @Option(help: "Write every handshake of every stream to this file (NAME.simtrace.zst).")
  var trace: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    if let frames, frames < 1 { throw ValidationError("--frames must be at least 1") }
    if let maxCycles, !(1...Int.max >> 2).contains(maxCycles) {
      throw ValidationError("--max-cycles must be from 1 to \(Int.max >> 2)")
    }
  }

  func run() throws {
    let report = try reportingInputErrors { try simulate() }
    if json { try printJSON(report) } else { print(RunSummary(report).text) }
    switch report.outcome {
    case .complete, .maxCycles: break
    case .deadlock, .starved: throw SimrunExit.deadlock
    }
  }

  private func simulate() throws -> RunReport {
    let design = try source.load().design
    var scenario = try self.scenario.map { try Scenario(contentsOf: $0) } ?? Scenario()
    scenario.frames = frames ?? scenario.frames
    scenario.maxCycles = maxCycles ?? scenario.maxCycles
    let plan = try Plan(design)
    let writer = try trace.map { try TraceWriter(to: $0, plan: plan, scenario: scenario) }
    let guardian = writer.map { InterruptCleanup(removing: $0.temporaryPath) }
    defer { guardian?.end() }
    let simulation = try Simulation(
      plan, scenario: scenario,
      observing: Observation(streams: true, hazards: true, listener: writer))
    let report = RunReport(plan, scenario, simulation.run())
    try writer?.finish(report)
    return report
  }
}

/// The design a command works on, and how it is folded.
struct DesignOptions: ParsableArguments {
  @Argument(help: "A design: simrun JSON or FINN dataflow ONNX.")
  var design: String

  @Option(help: "A FINN folding configuration to apply (folding_config.json).")
  var folding: String?

  @Option(help: "A .npz or .onnx with weights and thresholds; may be repeated.")
  var parameters: [String] = []

  /// The design with the folding applied; remarks go to standard error.
  func load() throws -> LoadedDesign {
    var loaded = try DesignFile.load(design, options: ImportOptions(parameterFiles: parameters))
    for note in loaded.notes { writeError("note: \(note)") }
    guard let folding else { return loaded }
    let warnings = try FoldingConfig(contentsOf: folding).apply(to: &loaded.design) { opType in
      (try? BlockCatalogue.attributes(of: opType))?.map(\.name)
    }
    for warning in warnings { writeError("warning: \(folding): \(warning)") }
    return loaded
  }
}

/// What a person reads after a run.
struct RunSummary {
  let report: RunReport

  init(_ report: RunReport) { self.report = report }

  var text: String {
    [sentence, stuck, frames, fifos, hazards, exactness].compactMap(\.self)
      .joined(separator: "\n\n")
  }

  private var sentence: String {
    let last = report.lastHandshakeCycle.map { "the last handshake is in cycle \($0)" }
    let done = report.frameEndCycles.count
    let what = "\(report.design): \(done) of \(report.frames) frames"
    return switch report.outcome {
    case .complete: "Complete. \(what), \(last ?? "no word moved")."
    case .deadlock: "Deadlock. \(what), then words are stuck; \(last ?? "no word moved")."
    case .starved: "Starved. \(what), then words are missing; \(last ?? "no word moved")."
    case .maxCycles: "Stopped at \(report.maxCycles ?? 0) cycles. \(what) so far."
    }
  }

  private var stuck: String? {
    guard report.outcome == .deadlock || report.outcome == .starved else { return nil }
    let fifos = report.fifos.sorted { $0.key < $1.key }
    let full = fifos.filter { $0.value.final == $0.value.depth }.map {
      "\($0.key) (\($0.value.depth))"
    }
    let empty = fifos.filter { $0.value.final == 0 }.map(\.key)
    let waiting = report.unfinished.sorted { $0.key < $1.key }.map {
      "\($0.key) (since \($0.value))"
    }
    return [("full FIFOs", full), ("empty FIFOs", empty), ("streams with a waiting word", waiting)]
      .map { "\($0.0): \($0.1.isEmpty ? "none" : Self.list($0.1))" }.joined(separator: "\n")
  }

  private var frames: String? {
    guard !report.frameEndCycles.isEmpty else { return nil }
    let ends = report.frameEndCyclesByOutput.sorted { $0.key < $1.key }
    return ends.map { output, cycles in
      "last word of each frame at \(output): cycle \(Self.list(cycles.map(String.init)))"
    }.joined(separator: "\n")
  }

  private var fifos: String? {
    guard !report.fifos.isEmpty else { return nil }
    var table = TextTable()
    table.add(["FIFO", "depth", "max", "final"])
    for (name, fifo) in report.fifos.sorted(by: { $0.key < $1.key }) {
      table.add([name, "\(fifo.depth)", "\(fifo.max)", "\(fifo.final)"])
    }
    return table.text
  }

  private var hazards: String? {
    guard !report.hazards.isEmpty else { return nil }
    return report.hazards.map {
      "hazard \($0.hazard): \($0.words) words wrong or surplus at \($0.node)"
    }.joined(separator: "\n")
  }

  private var exactness: String {
    let approximate = report.exactness.approximate.sorted { $0.key < $1.key }
    guard let first = approximate.first else { return "Every cycle is the hardware's." }
    let exact = report.exactness.exact.count
    return "\(exact) of \(exact + approximate.count) nodes are cycle-exact; approximate: "
      + Self.list(approximate.map(\.key)) + " (\(first.key): \(first.value))"
  }

  private static func list(_ items: [String]) -> String {
    let shown = items.count > 12 ? items.prefix(11) + ["… \(items.count - 11) more"] : items[...]
    return shown.joined(separator: ", ")
  }
}
