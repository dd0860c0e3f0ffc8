extension HangReport {
  /// Replaces what may be wrong by what is: runs both planes with and without the scenario's faults.
  ///
  /// Leaves the report as it is where parameters are missing or the run is too large.
  public mutating func measureFaults(
    _ plan: Plan, parameters: ParameterStore?, scenario: Scenario
  ) throws {
    guard !scenario.faults.isEmpty else { return }
    var scenario = scenario
    scenario.frames = frames
    for name in scenario.sources.keys { scenario.sources[name]?.endless = false }
    let words = plan.wordsPerFrame.values.reduce(0, +).multipliedReportingOverflow(by: frames)
    guard !words.overflow, words.partialValue < Simulation.mostHandshakesLookedAt,
      let measurement = try? FaultMeasurement(plan, parameters: parameters, scenario: scenario)
    else { return }
    faultEffects = try measurement.effects()
  }
}
