/// Stall patterns made from a seed: the same seed and index always give the same scenario.
public struct StallPatterns: Sendable {
  public let inputs: [String]
  public let outputs: [String]
  /// Frames of each run, and what the patterns depend on.
  public let frames: Int
  public let seed: UInt64

  /// Patterns for the graph inputs and outputs of `design`.
  public init(_ design: Design, frames: Int, seed: UInt64) {
    inputs = design.graphInputs
    outputs = design.graphOutputs
    self.frames = frames
    self.seed = seed
  }

  /// Pattern `index`. The kinds take turns: coin flips, long bursts, sparse arrivals, sparse
  /// acceptance, bursts against sparse.
  public subscript(index: Int) -> Scenario {
    var random = SeededGenerator(seed: seed &* 0x9E37_79B9 &+ UInt64(truncatingIfNeeded: index))
    var scenario = Scenario(frames: frames)
    let kind = index % 6
    for name in inputs {
      let pattern: Pattern =
        switch kind {
        case 0: coin(&random, length: 997)
        case 1: bursts(&random, length: 1999)
        case 2, 5: sparse(&random)
        case 3: .always
        default: Bool.random(using: &random) ? coin(&random, length: 499) : .always
        }
      scenario.sources[name] = Scenario.Source(pattern: pattern)
    }
    for name in outputs {
      let pattern: Pattern =
        switch kind {
        case 0: coin(&random, length: 991)
        case 1, 5: bursts(&random, length: 1997)
        case 2: .always
        case 3: sparse(&random)
        default: bursts(&random, length: 499)
        }
      scenario.sinks[name] = Scenario.Sink(pattern: pattern)
    }
    return scenario
  }

  private func coin(_ random: inout SeededGenerator, length: Int) -> Pattern {
    let share = [0.5, 0.3, 0.7, 0.15].randomElement(using: &random)!
    return Pattern(
      bits: [true] + (1..<length).map { _ in Double.random(in: 0..<1, using: &random) < share })
  }

  /// Runs of ready and not ready of random length.
  private func bursts(_ random: inout SeededGenerator, length: Int) -> Pattern {
    let longest = [16, 64, 256].randomElement(using: &random)!
    var bits: [Bool] = []
    var isOn = true
    while bits.count < length {
      bits += Array(repeating: isOn, count: Int.random(in: 1...longest, using: &random))
      isOn.toggle()
    }
    return Pattern(bits: bits)
  }

  /// One cycle in many: every block downstream sees bubbles.
  private func sparse(_ random: inout SeededGenerator) -> Pattern {
    let gap = [2, 3, 5, 8, 13, 40].randomElement(using: &random)!
    return Pattern(bits: [true] + Array(repeating: false, count: gap))
  }
}

/// Looks for a stall pattern that hangs a design.
struct StallSearch {
  let plan: Plan
  let frames: Int
  let seed: UInt64

  /// The first of `count` patterns, by index, under which the design stops.
  func firstHang(among count: Int) throws -> Scenario? {
    let patterns = StallPatterns(plan.design, frames: frames, seed: seed)
    let plan = plan
    return try Parallel.first(count) { index in
      let scenario = patterns[index]
      let simulation = try Simulation(plan, scenario: scenario)
      simulation.run(frames: scenario.frames)
      return simulation.outcome(frames: scenario.frames) == .complete ? nil : scenario
    }
  }
}
