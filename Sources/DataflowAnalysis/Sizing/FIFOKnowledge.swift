/// What the search has learned about stretches on the way.
struct FIFOKnowledge {
  /// Sets of depths that were simulated.
  private(set) var simulations = 0
  /// Stretches that have been cut out.
  private var stretches: [ClosedRange<Int>: FIFOStretch] = [:]
  /// What came of tasks that are done.
  private var depths: [FIFOReduction.Key: [Int]] = [:]
  /// What stretches needed once they turned out to be too slow.
  var needed: [FIFOStretch.Shape: [Int]] = [:]
  /// What sections cost at least.
  var leastCost: [FIFOStretch.Shape: Int] = [:]
  private var evidence: [FIFOStretch.Shape: FIFOEvidence] = [:]
  /// Stretches in which less sufficed than frames that came late had made believe.
  private var misjudged: Set<ClosedRange<Int>> = []
  /// Depths of stretches of which a proof was tried in vain.
  private var undecided: [FIFOStretch.Shape: Set<[Int]>] = [:]
  /// Stretches in which frames are late at first, so that proofs tell sooner than paced runs.
  private var provenFirst: Set<ClosedRange<Int>> = []
  /// Stretches in which guesses were wrong.
  private var misleading: Set<ClosedRange<Int>> = []

  /// The sections of `range`, cut out once.
  mutating func stretch(_ range: ClosedRange<Int>, of sections: FIFOSections) throws -> FIFOStretch
  {
    if let known = stretches[range] { return known }
    let stretch = try sections.stretch(range)
    stretches[range] = stretch
    return stretch
  }

  /// The depths of a task that is done, or of one with the same key.
  func depths(of task: FIFOReduction.Task) -> [Int]? { depths[task.key] }

  /// Takes down what a task came to.
  mutating func settle(_ found: FIFOReduction.Found, _ task: FIFOReduction.Task) {
    depths[task.key] = found.depths
    note(found, task)
  }

  /// Takes down what a search has learned on the way.
  mutating func note(_ found: FIFOReduction.Found, _ task: FIFOReduction.Task) {
    simulations += found.simulations
    if found.provesFirst { provenFirst.insert(task.stretch.sections) }
    if found.isMisled { misleading.insert(task.stretch.sections) }
    for depths in found.tooLittle {
      evidence[task.stretch.shape, default: FIFOEvidence()].add(depths)
    }
  }

  /// Takes down runs of the whole design.
  mutating func note(simulations count: Int) { simulations += count }

  /// Forgets what was found with less room.
  mutating func forgetDeepened() { depths = depths.filter { $0.key.start == nil } }

  /// Whether some stretch with this FIFO is known not to do with the depths of the design.
  func isTooLittle(_ depths: [Int], for fifo: Int) -> Bool {
    stretches.values.contains { stretch in
      stretch.fifos.contains(fifo)
        && evidence[stretch.shape]?.provesTooLittle(stretch.fifos.map { depths[$0] }) == true
    }
  }

  /// A step less suffices in the stretch.
  mutating func noteMisjudged(_ stretch: FIFOStretch) { misjudged.insert(stretch.sections) }

  /// Whether late frames have been taken for too little in a part of `range`.
  func isMisjudged(in range: ClosedRange<Int>) -> Bool {
    misjudged.contains { range.contains($0) }
  }

  /// A proof of whether `depths` suffice in a stretch came to nothing, and would again.
  mutating func noteUndecided(_ depths: [Int], in stretch: FIFOStretch) {
    undecided[stretch.shape, default: []].insert(depths)
  }

  /// Whether a proof was tried in vain before.
  func isUndecided(_ depths: [Int], in stretch: FIFOStretch) -> Bool {
    undecided[stretch.shape]?.contains(depths) == true
  }

  /// Whether proofs told sooner in any stretch.
  var hasProvenFirst: Bool { !provenFirst.isEmpty }

  /// Whether proofs told sooner in a part of `range`.
  func provesFirst(in range: ClosedRange<Int>) -> Bool {
    provenFirst.contains { range.contains($0) }
  }

  /// Whether guesses were wrong in a part of `range`.
  func isMisled(in range: ClosedRange<Int>) -> Bool { misleading.contains { range.contains($0) } }
}
