import ArgumentParser
import DataflowSim
import Foundation

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
    let plan = try reportingFile(source.design) { try Plan(design) }
    let writer = try trace.map { try TraceWriter(to: $0, plan: plan, scenario: scenario) }
    let guardian = writer.map { InterruptCleanup(removing: $0.temporaryPath) }
    defer { guardian?.end() }
    let simulation = try reportingFile(self.scenario ?? source.design) {
      try Simulation(
        plan, scenario: scenario,
        observing: Observation(streams: true, hazards: true, listener: writer))
    }
    let report = RunReport(plan, scenario, simulation.run())
    try writer?.finish(report)
    return report
  }
}
