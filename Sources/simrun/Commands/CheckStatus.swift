import DataflowAnalysis

extension DesignCheck {
  /// The exit code of these checks: bad input before a hang before a missed budget before any other
  /// failure.
  package static func exitCode(_ checks: [DesignCheck]) -> Int32 {
    let failed = Set(checks.flatMap(\.findings).filter { $0.level == .failed }.map(\.rule))
    if failed.contains(.readable) { return 65 }
    if failed.contains(.live) { return 2 }
    if !failed.isDisjoint(with: [.fps, .latency, .fits]) { return 3 }
    return failed.isEmpty ? 0 : 1
  }
}
