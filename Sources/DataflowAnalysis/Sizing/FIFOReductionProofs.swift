/// That no FIFO can be smaller.
extension FIFOReduction {
  /// Proves every FIFO to need its last step. One that does not, because others have been deepened
  /// since, is lowered as far as the stretch allows that decided it; what longer stretches need on top is
  /// found again. False: not everything was proven in time.
  mutating func verify() throws -> Bool {
    phase = "that no FIFO can be smaller"
    WorkProgress.tell(phase, best: "\(depths.reduce(0, +)) words")
    var open = try stepsDown(unproven)
    for _ in 1...FIFOHeuristics.roundsOfProof where !open.isEmpty && !budget.isSpent {
      try lowerAgain(open)
      guard try deepen() else { break }
      open = try stepsDown(unproven)
    }
    // Each by itself, at the depths that have come of it.
    open = try stepsDown(Array(depths.indices))
    // With the other FIFOs as small as they get, one that is too small shows soonest.
    let parts = try parts(of: knowledge.stretch(sections.whole, of: sections))
    var whole = FIFOSearch(
      bench, target: target, sufficient: depths, expected: room.sufficient, budget: budget,
      parts: parts)
    let isProven = try whole.descend(open)
    knowledge.note(simulations: whole.simulations)
    depths = whole.depths
    try lowerInTheWhole()
    return isProven || depthsTriedInTheWhole == depths
  }

  /// Tries a step less of every FIFO in the whole design, where that is soon simulated, until none does with it.
  ///
  /// A stretch by itself is no slower than within the whole, and what is too little stays so with less elsewhere: of
  /// pipelines that stand still with their bubbles that is no theorem, and in some designs a FIFO is lowered here.
  private mutating func lowerInTheWhole() throws {
    let larger = depths.indices.count { smaller(depths, $0) != nil }
    guard bench.wordsPerFrame * larger <= FIFOHeuristics.wordsOfWholeProof else { return }
    var whole = FIFOSearch(
      bench, target: target, sufficient: depths, expected: room.sufficient, budget: budget)
    var (before, isProven) = (depths, true)
    repeat {
      (before, isProven) = (whole.depths, true)
      // Where it is proven neither way, what stretches have told stands.
      for fifo in depths.indices where try !whole.descend([fifo]) { isProven = false }
    } while whole.depths != before && !budget.isSpent
    knowledge.note(simulations: whole.simulations)
    depths = whole.depths
    if isProven, depths == before { depthsTriedInTheWhole = depths }
  }

  /// The FIFOs that are not known to need their last step.
  private var unproven: [Int] {
    depths.indices.filter { fifo in
      smaller(depths, fifo).map { !knowledge.isTooLittle($0, for: fifo) } ?? false
    }
  }

  /// Reruns FIFOs one step smaller, each in the stretch that decided it. Returns those that may do with it.
  private mutating func stepsDown(_ fifos: [Int]) throws -> [Int] {
    let larger = fifos.filter { smaller(depths, $0) != nil }
    let tasks = try tasks(deciding: larger).flatMap { task, fifos in
      fifos.map { (task: task, fifo: $0) }
    }
    let known = tasks.map { task, fifo in
      knowledge.isUndecided(smaller(fifo, of: task), in: task.stretch)
    }
    let open = tasks.indices.filter { !known[$0] }
    let worker = self
    let found = try Parallel.all(open.count, workers: budget.workers) { t -> (Found, Bool?) in
      let (task, fifo) = tasks[open[t]]
      var search = worker.search(task, task.key.start!)
      let suffices = try search.trySmaller([fifo])[0]
      return (Found(search), suffices)
    }
    var isOpen = known
    for (t, (found, suffices)) in zip(open, found) {
      let (task, fifo) = tasks[t]
      knowledge.note(found, task)
      isOpen[t] = suffices != false
      if suffices == true { knowledge.noteMisjudged(task.stretch) }
      if suffices == nil, !budget.isSpent {
        knowledge.noteUndecided(smaller(fifo, of: task), in: task.stretch)
      }
    }
    return zip(tasks, isOpen).filter(\.1).map { $0.0.task.stretch.fifos[$0.0.fifo] }
  }

  /// The depths a task starts from, with a step less of one of its FIFOs.
  private func smaller(_ fifo: Int, of task: Task) -> [Int] {
    smaller(task.key.start!, fifo)!
  }

  /// Depths with a step less of one of its FIFOs; nil: it is the smallest there is.
  private func smaller(_ depths: [Int], _ fifo: Int) -> [Int]? {
    let step = bench.cost.step(holding: depths[fifo])
    guard step > 0 else { return nil }
    var smaller = depths
    smaller[fifo] = bench.cost.depth(atStep: step - 1)
    return smaller
  }

  /// Lowers `fifos` as far as the stretches allow that decided them.
  private mutating func lowerAgain(_ fifos: [Int]) throws {
    let tasks = try tasks(deciding: fifos)
    var alone = self
    if tasks.count > 1 { alone.budget.workers = 1 }
    let worker = alone
    let found = try Parallel.all(tasks.count, workers: budget.workers) { t -> Found in
      var search = worker.search(tasks[t].task, tasks[t].task.key.start!)
      for i in tasks[t].fifos { _ = try search.descend([i]) }
      return Found(search)
    }
    for ((task, fifos), result) in zip(tasks, found) {
      knowledge.note(result, task)
      for i in fifos { depths[task.stretch.fifos[i]] = result.depths[i] }
    }
  }

  /// The stretches that decided `fifos`, short ones first, and which of their FIFOs these are.
  private mutating func tasks(deciding fifos: [Int]) throws -> [(task: Task, fifos: [Int])] {
    try Dictionary(grouping: fifos) { origin[$0] }
      .sorted { ($0.key.count, $0.key.lowerBound) < ($1.key.count, $1.key.lowerBound) }
      .map { range, decided in
        let task = try task(range, .more)!
        let own = task.stretch.fifos.indices.filter { decided.contains(task.stretch.fifos[$0]) }
        return (task, own)
      }
  }
}
