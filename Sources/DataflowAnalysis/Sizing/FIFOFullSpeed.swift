/// How a sized design runs from sources that never wait, where that is not the rate it was sized for.
///
/// Depths are found with a source that sends a frame in the time a frame may take. Where one sends as fast as it can,
/// words wait longer, and cores that lose words behind back-pressure may lose some.
public struct FIFOFullSpeed: Codable, Sendable {
  /// nil: it stops.
  public var cyclesPerFrame: Double?
  /// What struck up to there.
  public var hazards: [HazardCount]
}

extension FIFOSizing {
  /// Rates that differ by less are the same, but for pipelines of HLS, which stand still with their bubbles.
  private static let tolerance = 1.01

  /// A design that stops has done so by then, as far as hazards are looked for.
  private static let framesUntilItStops = 16

  /// - Returns: nil where every core keeps its words, or the rate is that of `period`.
  static func fullSpeed(_ sized: Design, _ period: FramePeriod) throws -> FIFOFullSpeed? {
    let plan = try Plan(sized)
    guard plan.blocks.contains(where: { !$0.hazardConditions.isEmpty }) else { return nil }
    let steady = try Simulation(plan).steadyState()?.within(plan)
    if let steady, steady.cyclesPerFrame <= Self.tolerance * period.cyclesPerFrame { return nil }
    let frames = steady?.simulatedFrames ?? Self.framesUntilItStops
    let result = try Simulation(
      plan, scenario: Scenario(frames: frames), observing: Observation(cores: true)
    ).run()
    return FIFOFullSpeed(
      cyclesPerFrame: steady?.cyclesPerFrame, hazards: HazardCount.all(plan, result))
  }
}
