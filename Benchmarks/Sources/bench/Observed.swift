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

  func run() throws {
    print("### Observed runs, one core\n")
    printTable(
      ["design", "ms per frame", "observed", "traced"],
      try design.map { name in
        let plan = try Plan(
          Design(contentsOf: project.appending(path: "configs/\(name).json").path))
        let few = 1
        let first = try timed { try simulate(plan, few, .plain) }.seconds
        let many = few + min(max(2, Int(0.5 / max(first, 1e-6))), 60)
        // Two runs of different length, so that what a run costs once does not count.
        func perFrame(_ kind: Kind) throws -> Double {
          let short = try fastest { try simulate(plan, few, kind) }.seconds
          let long = try fastest { try simulate(plan, many, kind) }.seconds
          return (long - short) / Double(many - few)
        }
        let plain = try perFrame(.plain)
        return [
          name, short(plain * 1e3), "× \(short(try perFrame(.observed) / plain))",
          "× \(short(try perFrame(.traced) / plain))",
        ]
      })
    print()
  }

  private enum Kind {
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
