import ArgumentParser
import DataflowSim
import Foundation

/// The timing engine on fixed designs, beside the cycle stepper of the tests.
struct Engine: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Simulated cycles per second and cost per handshake, beside the naive stepper.")

  static let designs = [
    "cnv-w1a1", "cnv-w1a1 with FIFOs of 2", "mobilenetv1-w4a4", "resnet50-w1a2",
  ]

  func run() {
    print("### Timing engine, one core\n")
    printTable(
      [
        "design", "cycles per frame", "M cycles/s", "ms per frame", "ns per handshake", "peak MB",
        "× stepper",
      ],
      Self.designs.map { name in
        let row = child(CommandLine.arguments[0], ["engine-row", name])?.output ?? "failed"
        return [name]
          + row.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: "|")
          .map(String.init)
      })
    print()
  }
}

/// One design in a process of its own.
struct EngineRow: ParsableCommand {
  static let configuration = CommandConfiguration(shouldDisplay: false)

  @Argument var name: String

  func run() throws {
    let file = name.split(separator: " ")[0]
    let design = try Design(contentsOf: project.appending(path: "configs/\(file).json").path)
    var plan = try Plan(design)
    if name.hasSuffix("FIFOs of 2") { plan = plan.replacingFIFODepths { _, _ in 2 } }
    // Enough frames for half a second.
    let frame = try timed { try simulate(plan, frames: 1) }
    let frames = min(max(2, Int(0.5 / max(frame.seconds, 1e-6))), 1000)
    let (seconds, result) = try fastest { try simulate(plan, frames: frames) }
    let memory = peakMegabytes
    let ends = result.frameEnds.values.first!
    let cycles = ends.last!
    let handshakes = try handshakesPerFrame(plan)
    let engine = Double(cycles) / seconds
    let stepper = try cyclesPerSecondStepping(plan)
    print(
      [
        "\((ends.last! - ends[0]) / (frames - 1))", short(engine / 1e6),
        short(seconds / Double(frames) * 1e3),
        short(seconds * 1e9 / Double(handshakes * frames)), short(memory),
        stepper.map { short(engine / $0) } ?? "–",
      ].joined(separator: "|"))
  }

  private func simulate(_ plan: Plan, frames: Int) throws -> RunResult {
    try Simulation(plan, scenario: Scenario(frames: frames)).run()
  }

  private func handshakesPerFrame(_ plan: Plan) throws -> Int {
    try Simulation(plan, scenario: Scenario(frames: 1), observing: Observation(streams: true))
      .run().handshakeCounts.values.reduce(0, +)
  }

  /// The stepper over the first cycles of a frame; nil where the design has a block it does not know.
  private func cyclesPerSecondStepping(_ plan: Plan) throws -> Double? {
    let design = plan.design
    guard !design.nodes.contains(where: { $0.opType == "VVAU_hls" }) else { return nil }
    let words = plan.wordsPerFrame
    let cycles = 4000
    let stepper = try CycleStepper(
      plan.fullySpecified, Scenario(frames: 1, maxCycles: cycles),
      words: Dictionary(uniqueKeysWithValues: design.graphInputs.map { ($0, words[$0] ?? 0) }))
    return Double(cycles) / timed { stepper.run() }.seconds
  }
}

extension Plan {
  /// The stepper knows no defaults for schedules and compute cores: it takes the engine's.
  fileprivate var fullySpecified: Design {
    var copy = design
    for (i, node) in design.nodes.enumerated() {
      let given = node.attributes
      if let schedule = timings[i].schedule {
        copy.nodes[i].attributes["hls_structure"] = .string(schedule.structure.rawValue)
        copy.nodes[i].attributes["hls_stages"] = .int(schedule.stages)
      }
      if node.opType == "MVAU_rtl" {
        copy.nodes[i].attributes["compute_core"] =
          given["compute_core"] ?? .string("mvu_4sx4u_dsp48e2")
      }
    }
    return copy
  }
}
