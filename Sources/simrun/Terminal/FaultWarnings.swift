import DataflowAnalysis

/// Says which faults of a scenario the run never gets to: what comes out then tells nothing of them.
func warnOfIdleFaults(_ scenario: Scenario, _ plan: Plan, file: String?) {
  for reason in scenario.idleFaults(in: plan) {
    writeError("warning: \(file ?? "scenario"): \(reason)")
  }
}
