/// Makes a scenario smaller as long as it keeps a property: fewest frames, then fewest faults, then the
/// shortest and calmest patterns.
struct ScenarioMinimiser {
  let keeps: (Scenario) throws -> Bool
  /// Runs at most.
  var budget = 400

  init(keeps: @escaping (Scenario) throws -> Bool) { self.keeps = keeps }

  func minimise(_ scenario: Scenario) throws -> Scenario {
    var best = scenario
    var left = budget
    /// Takes the change over if it keeps the property.
    func attempt(_ change: (inout Scenario) -> Void) throws -> Bool {
      guard left > 0 else { return false }
      left -= 1
      var candidate = best
      change(&candidate)
      guard candidate != best, try keeps(candidate) else { return false }
      best = candidate
      return true
    }
    for frames in 1..<max(best.frames, 1) where try attempt({ $0.frames = frames }) { break }
    for index in best.faults.indices.reversed() { _ = try attempt { $0.faults.remove(at: index) } }
    for name in best.sources.keys.sorted() {
      try shrink(best.sources[name]!.pattern) { pattern in
        try attempt { $0.sources[name]!.pattern = pattern }
      }
    }
    for name in best.sinks.keys.sorted() {
      try shrink(best.sinks[name]!.pattern) { pattern in
        try attempt { $0.sinks[name]!.pattern = pattern }
      }
    }
    best.sources = best.sources.filter { $0.value != Scenario.Source() }
    best.sinks = best.sinks.filter { !$0.value.pattern.isAlways }
    return best
  }

  /// Always, then half the length again and again, then blocks of stalls lifted.
  private func shrink(_ pattern: Pattern, _ attempt: (Pattern) throws -> Bool) throws {
    if try attempt(.always) { return }
    var bits = pattern.bits
    var step = bits.count / 2
    while step > 0 {
      if bits.count > step, bits.prefix(bits.count - step).contains(true),
        try attempt(Pattern(bits: Array(bits.prefix(bits.count - step))))
      {
        bits.removeLast(step)
      } else {
        step /= 2
      }
    }
    var size = bits.count / 2
    while size > 0 {
      var start = 0
      while start < bits.count {
        let end = min(start + size, bits.count)
        var calmer = bits
        for i in start..<end { calmer[i] = true }
        if calmer != bits, try attempt(Pattern(bits: calmer)) { bits = calmer }
        start = end
      }
      size /= 2
    }
  }
}
