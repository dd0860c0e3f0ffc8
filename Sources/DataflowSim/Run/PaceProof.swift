/// Shows that a design takes so many cycles per frame for ever, though its state does not repeat yet.
///
/// It does where a part by itself takes as long, so that the whole is no faster, and where the state repeats every λ
/// cycles with a source that sends a frame that often: one that sends sooner makes no word later. The part is a block, or
/// what is replayed and never waits for the rest (`SettledPart`), or a stretch of blocks in a row that is simulated
/// alone: words that wait for each other in a circle mostly do so within a few blocks.
///
/// Of recurrences of maxima and sums both are laws. Pipelines that stand still with their bubbles may make single words
/// later; that a design was slower for good never happened in thousands of random ones (`SteadyStateLawTests`). Where it
/// did, with blocks that lose pace (`Process.losesPace`), a state that repeats is the only proof.
struct PaceProof {
  private let simulation: Simulation
  /// λ.
  private let cycles: Cycle
  /// Process at which what is slowest seems to begin.
  private let head: Int?

  /// Blocks to either side of one that are simulated with it.
  private static let radii = [2, 4]
  /// Frames until the state of what is simulated has to repeat.
  private static let frames = 24

  init(_ simulation: Simulation, of cycles: Cycle, slowestFrom head: Int?) {
    (self.simulation, self.cycles, self.head) = (simulation, cycles, head)
  }

  /// Whether it comes to a proof.
  func holds(bySimulatingStretches: Bool) -> Bool {
    guard simulation.isPlain, !simulation.network.losesPace else { return false }
    return (isBoundByBlocks || bySimulatingStretches && isBoundByStretch) && keepsUp
  }

  private var plan: Plan { simulation.plan }

  private var isBoundByBlocks: Bool {
    cycles == (try? simulation.leastPeriod ?? plan.cyclesAlone().max())
  }

  private var isBoundByStretch: Bool {
    // A stretch is a part of the design, without FIFOs that only the plan has.
    guard plan.insertedFIFOs.isEmpty, let head,
      let node = simulation.processes.first(where: { $0.value == head })?.key
    else { return false }
    return Self.radii.contains { radius in
      plan.design.stretch(around: node, blocks: radius).map(needsAsLong) ?? false
    }
  }

  /// Whether a part by itself takes λ, with the FIFO depths of the plan.
  private func needsAsLong(_ part: Design) -> Bool {
    let depths = plan.fifoDepths
    guard let plan = try? Plan(part).replacingFIFODepths({ depths[$0] ?? $1 }),
      let simulation = try? Simulation(plan, without: simulation.hazardsOff)
    else { return false }
    var budget = SteadyStateBudget()
    budget.frames = Self.frames / 2
    return takesAsLong(simulation.steadyState(budget))
  }

  /// Whether a source that sends frames at that pace is never held up for good.
  private var keepsUp: Bool {
    guard
      let paced = try? Simulation(
        plan, scenario: simulation.scenario, without: simulation.hazardsOff,
        pace: FramePeriod(cycles: cycles))
    else { return false }
    var budget = SteadyStateBudget()
    budget.frames = Self.frames
    return takesAsLong(paced.steadyState(budget))
  }

  private func takesAsLong(_ steady: SteadyState?) -> Bool {
    steady.map { $0.isProven && $0.cycles == cycles * $0.frames } ?? false
  }
}
