/// The depths of one stretch: the least there are, or more than the present ones where these do not do.
extension FIFOReduction {
  /// Stretches with equal keys end up with equal depths.
  struct Key: Hashable {
    var shape: FIFOStretch.Shape
    /// nil: lowered as far as it goes by itself.
    var start: [Int]?
    var isRough = false
  }

  struct Task {
    var key: Key
    var stretch: FIFOStretch
    /// Shorter stretches within.
    var parts: [FIFOSearch.Part]
    /// What an equal stretch needed.
    var hint: [Int]?
  }

  /// What came of a task.
  struct Found {
    var depths: [Int]
    var simulations = 0
    var provesFirst = false
    var isMisled = false
    var tooLittle: [[Int]] = []

    init(depths: [Int]) { self.depths = depths }

    init(_ search: FIFOSearch) {
      self.init(depths: search.depths)
      simulations = search.simulations
      provesFirst = search.provesFirst
      isMisled = search.isMisled
      tooLittle = search.tooLittle
    }

    /// The same, after something has been done on top.
    func followed(by later: Found) -> Found {
      var result = later
      result.simulations += simulations
      result.isMisled = result.isMisled || isMisled
      result.tooLittle += tooLittle
      return result
    }
  }

  /// nil: nothing to find there.
  mutating func task(_ range: ClosedRange<Int>, _ goal: Goal) throws -> Task? {
    guard range.contains(where: { !sections.fifos[$0].isEmpty }) else { return nil }
    let stretch = try knowledge.stretch(range, of: sections)
    let start = goal == .least ? nil : stretch.fifos.map { depths[$0] }
    return Task(
      key: Key(shape: stretch.shape, start: start, isRough: goal == .roughly), stretch: stretch,
      parts: try parts(of: stretch))
  }

  /// Stretches within one that cost little beside it, the shortest first.
  mutating func parts(of stretch: FIFOStretch) throws -> [FIFOSearch.Part] {
    let place = Dictionary(uniqueKeysWithValues: zip(stretch.fifos, stretch.fifos.indices))
    return try sections.parts(of: stretch.sections).map { range in
      let part = try knowledge.stretch(range, of: sections)
      return FIFOSearch.Part(bench: part.bench, fifos: part.fifos.map { place[$0]! })
    }
  }

  mutating func found(_ tasks: [Task], _ goal: Goal) throws -> [Found] {
    try goal == .least ? each(tasks) { try $0.leastDepths($1) } : deepened(tasks)
  }

  /// Runs `body` for each task, side by side where that is less work than guesses side by side in each.
  private func each(_ tasks: [Task], _ body: @Sendable (Self, Task) throws -> Found) throws
    -> [Found]
  {
    let work = tasks.map { $0.stretch.bench.fifos.reduce(0) { $0 + $1.words } }
    var worker = self
    if let most = work.max(), 3 * most > 2 * work.reduce(0, +) {
      return try tasks.map { try body(worker, $0) }
    }
    worker.budget.workers = 1
    let alone = worker
    // The longest first, so that none is left to the end.
    let order = tasks.indices.sorted { (work[$1], $0) < (work[$0], $1) }
    let found = try Parallel.all(tasks.count, workers: budget.workers) {
      try body(alone, tasks[order[$0]])
    }
    return zip(order, found).sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// The cheapest of what different orders end up with.
  private func leastDepths(_ task: Task) throws -> Found {
    let roomy = task.stretch.fifos.map { room.roomy[$0] }
    let sufficient = task.stretch.fifos.map { room.sufficient[$0] }
    // Where a simulation is long, the second order is not worth its time.
    let orders: [FIFOSearch.Order] =
      sections.nodes.count > FIFOHeuristics.sectionsWithEveryOrder
      ? [.frameCost] : [.frameCost, .depth]
    var best: [Int]?
    var all = Found(depths: roomy)
    for order in orders {
      var search = search(task, order == .depth ? sufficient : roomy)
      if try search.isSufficient() {
        try search.lowerEach(Array(roomy.indices), by: order)
        let cost = task.stretch.bench.total(search.depths)
        if best.map({ cost < task.stretch.bench.total($0) }) ?? true { best = search.depths }
      }
      all = all.followed(by: Found(search))
    }
    all.depths = best ?? roomy
    return all
  }

  /// Each task's depths if they suffice; else more, where that costs least.
  private mutating func deepened(_ tasks: [Task]) throws -> [Found] {
    let worker = self
    let checks = try Parallel.all(tasks.count, workers: budget.workers) { i -> (Found, Bool) in
      var search = worker.search(tasks[i], tasks[i].key.start!)
      let suffices = try search.isSufficient() || worker.budget.isSpent
      return (Found(search), suffices)
    }
    var result = checks.map(\.0)
    var short = tasks.indices.filter { !checks[$0].1 }
    // One of each shape at a time: what it needs, the next mostly needs, too.
    while !short.isEmpty {
      var shapes: Set<FIFOStretch.Shape> = []
      let now = short.filter { shapes.insert(tasks[$0].stretch.shape).inserted }
      short.removeAll { now.contains($0) }
      let hinted = now.map { i in
        var task = tasks[i]
        task.hint = knowledge.needed[task.stretch.shape]
        return task
      }
      for (i, found) in zip(now, try each(hinted) { try $0.deepened($1) }) {
        knowledge.needed[tasks[i].stretch.shape] = found.depths
        result[i] = result[i].followed(by: found)
      }
    }
    return result
  }

  /// More than the depths the task starts from, which do not suffice, where that costs least.
  private func deepened(_ task: Task) throws -> Found {
    let floors = task.key.start!
    let most = zip(task.stretch.fifos, floors).map { max(room.roomy[$0], $1) }
    var search = search(task, most)
    if task.key.isRough,
      try search.starts(from: FIFOHeuristics.generous(floors, upTo: most, bench.cost))
    {
      // Not where it is of no use.
      for fifos in [
        floors.indices.filter { floors[$0] == 2 },
        floors.indices.filter { FIFOHeuristics.isDeep(floors[$0]) },
      ] {
        try search.lowerTogether(fifos, to: floors)
      }
      return Found(search)
    }
    let isHinted = try task.hint.map { try search.starts(from: zip($0, floors).map(max)) } ?? false
    guard try isHinted || search.isSufficient() else { return Found(search) }
    try search.lowerEach(Array(floors.indices), to: floors)
    return Found(search)
  }

  func search(_ task: Task, _ depths: [Int]) -> FIFOSearch {
    let range = task.stretch.sections
    return FIFOSearch(
      task.stretch.bench, target: target, sufficient: depths,
      expected: task.stretch.fifos.map { room.sufficient[$0] }, budget: budget,
      provesFirst: knowledge.provesFirst(in: range), provesLong: knowledge.isMisjudged(in: range),
      isMisled: knowledge.isMisled(in: range), parts: task.parts)
  }
}
