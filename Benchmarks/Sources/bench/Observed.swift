import ArgumentParser
import DataflowSim
import DataflowTrace
import Foundation

/// What it costs to follow a run: every frame simulated, nobody looking, counts and FIFO maxima, a trace.
struct Observed: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Observed and traced runs beside those nobody follows, frame by frame.")

  @Option(help: "Only these designs of configs/.")
  var design: [String] = ["cnv-w1a1", "mobilenetv1-w4a4", "resnet50-w1a2"]

  @Option(
    help:
      "How long the frames of a run take that are compared, by what the first takes; 60 frames at most."
  )
  var seconds = 0.1

  @Option(help: "How often each kind of run is timed.")
  var rounds = 10

  @Option(help: "Runs of one kind and nothing else, for a profiler: plain, observed, traced.")
  var only: Kind?

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds is at least 1, not \(rounds)") }
  }

  func run() throws {
    if let only {
      for name in design {
        let plan = try plan(of: name)
        for _ in 0..<rounds { try simulate(plan, 20, only) }
      }
      return
    }
    print("### Observed runs, one core\n")
    printTable(
      ["design", "ms per frame", "observed", "traced"],
      try design.map { name in
        let plan = try plan(of: name)
        let seconds = try perFrame(plan)
        return [
          name, short(seconds[0] * 1e3), "× \(short(seconds[1] / seconds[0]))",
          "× \(short(seconds[2] / seconds[0]))",
        ]
      })
    print()
  }

  private func plan(of name: String) throws -> Plan {
    try Plan(Design(contentsOf: project.appending(path: "configs/\(name).json").path))
  }

  /// Seconds a frame takes in each kind of run: two runs of different length, so that what a run costs once does not
  /// count. The kinds take turns and the fastest of each counts, since a shared machine is slow for seconds at a time.
  private func perFrame(_ plan: Plan) throws -> [Double] {
    let first = try timed { try simulate(plan, 1, .plain) }.seconds
    let more = min(max(2, Int(seconds / max(first, 1e-6))), 60)
    var short = Kind.allCases.map { _ in Double.infinity }
    var long = short
    for _ in 0..<rounds {
      for (i, kind) in Kind.allCases.enumerated() {
        short[i] = min(short[i], try timed { try simulate(plan, 1, kind) }.seconds)
        long[i] = min(long[i], try timed { try simulate(plan, 1 + more, kind) }.seconds)
      }
    }
    return zip(short, long).map { ($1 - $0) / Double(more) }
  }

  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case plain
    case observed
    case traced
  }

  private func simulate(_ plan: Plan, _ frames: Int, _ kind: Kind) throws {
    let scenario = Scenario(frames: frames)
    guard kind == .traced else {
      _ = try Simulation(
        plan, scenario: scenario, observing: Observation(streams: kind == .observed)
      ).run()
      return
    }
    let path = FileManager.default.temporaryDirectory
      .appending(path: "bench-\(getpid()).simtrace.zst").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let writer = try TraceWriter(to: path, plan: plan, scenario: scenario)
    let result = try Simulation(
      plan, scenario: scenario, observing: Observation(streams: true, listener: writer)
    ).run()
    try writer.finish(RunReport(plan, scenario, result))
  }
}
