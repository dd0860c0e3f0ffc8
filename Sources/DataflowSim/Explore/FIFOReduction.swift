/// Lowers the FIFO depths of a design on stretches of it, from short to long.
///
/// What a stretch by itself cannot sustain, the design cannot. So every section is lowered alone first.
/// Then longer and longer stretches are tested, up to the whole design: where one is too slow, the
/// FIFOs that make it so are deepened again, as little as it takes. What limits is thereby found in
/// the smallest part of the design that shows it, where a simulation costs least.
struct FIFOReduction {
  let bench: FIFOBench
  let target: FramePeriod
  private var budget: SearchBudget
  let progress: (@Sendable (Int, Int, Int) -> Void)?
  private let sections: FIFOSections
  /// Sufficient depths measured at the start, and the same with more room everywhere.
  private let sufficient: [Int]
  private let roomy: [Int]
  private(set) var depths: [Int]
  private(set) var simulations = 0
  /// The sections of the stretch that decided each FIFO.
  private var origin: [ClosedRange<Int>]
  /// Rounds of `settle` that are done.
  private var round = 0
  /// Equal stretches end up alike.
  private var known: [Key: [Int]] = [:]
  /// Stretches in which frames are late at first, so that proofs tell sooner than paced runs.
  private var provenFirst: Set<ClosedRange<Int>> = []
  /// FIFOs of a stretch that a step less is proven too little for.
  private var proven: [Key: Set<Int>] = [:]

  private struct Key: Hashable {
    var shape: FIFOWindow.Shape
    /// nil: lowered as far as it goes by itself.
    var start: [Int]?
  }

  init(
    _ bench: FIFOBench, target: FramePeriod, sufficient: [Int], budget: SearchBudget,
    progress: (@Sendable (Int, Int, Int) -> Void)?
  ) throws {
    self.bench = bench
    self.target = target
    self.budget = budget
    self.progress = progress
    sections = try FIFOSections(bench)
    (self.sufficient, simulations) = try Self.raised(sufficient, bench, target, budget)
    depths = self.sufficient
    roomy = Self.roomy(depths, bench, sections)
    origin = Array(repeating: 0...(sections.nodes.count - 1), count: depths.count)
  }

  /// Depths that reach the target, from `depths` upwards, and the simulations it took.
  private static func raised(
    _ depths: [Int], _ bench: FIFOBench, _ target: FramePeriod, _ budget: SearchBudget
  ) throws -> ([Int], Int) {
    var depths = depths
    for count in 1...8 {
      if try bench.sustains(target, depths).suffices == true { return (depths, count) }
      depths = depths.map { depth in
        bench.cost.depth(atStep: bench.cost.step(holding: depth + max(depth / 4, 1)))
      }
    }
    throw InputError(
      "no FIFO depths reach the throughput of \(target.cyclesPerFrame) cycles per frame")
  }

  /// Every FIFO deep enough to hold what the fullest FIFO of its section holds, and half as much.
  private static func roomy(_ depths: [Int], _ bench: FIFOBench, _ sections: FIFOSections) -> [Int]
  {
    var result = depths
    for fifos in sections.fifos {
      let frames =
        fifos.map { Double(depths[$0]) / Double(max(bench.fifos[$0].words, 1)) }
        .max() ?? 0
      for i in fifos {
        let words = min(1.5 * frames, 1) * Double(bench.fifos[i].words)
        let step = bench.cost.step(holding: max(depths[i], Int(words.rounded(.up))))
        result[i] = bench.cost.depth(atStep: step)
      }
    }
    return result
  }

  /// Lowers as far as the target and the time allow.
  mutating func lower() throws {
    try settle((0..<sections.nodes.count).map { $0...$0 }, raises: false)
    try raise()
    if budget.isSpent { settleForMore() }
  }

  /// Out of time: somewhat more than found so far mostly suffices.
  private mutating func settleForMore() {
    var budget = budget
    budget.deadline = nil
    for margin in [4, 32, 256] {
      let deeper = zip(depths, roomy).map { max($0, min($0 + margin, $1)) }
      var search = FIFOSearch(
        bench, target: target, sufficient: deeper, expected: sufficient, budget: budget)
      defer { simulations += search.simulations }
      if search.isSufficient() {
        depths = deeper
        return
      }
    }
    depths = sufficient
  }

  /// Deepens FIFOs until all stretches reach the target.
  private mutating func raise() throws {
    for stretches in sections.stretches { try settle(stretches, raises: true) }
  }

  /// Finds the depths of stretches that share no section: the least there are, or from the present
  /// ones upwards.
  private mutating func settle(_ stretches: [ClosedRange<Int>], raises: Bool) throws {
    let stretches = stretches.filter { $0.contains { !sections.fifos[$0].isEmpty } }
    let windows = try stretches.map { try sections.window($0) }
    let keys = windows.map { window in
      Key(shape: window.shape, start: raises ? window.fifos.map { depths[$0] } : nil)
    }
    let open = Dictionary(zip(keys, zip(windows, stretches))) { first, _ in first }
      .filter { known[$0.key] == nil }
      .map { Task(key: $0.key, window: $0.value.0, stretch: $0.value.1) }
      .sorted { $0.stretch.lowerBound < $1.stretch.lowerBound }
    let found = raises ? raised(open) : each(open) { $0.lowest($1) }
    for (task, result) in zip(open, found) {
      known[task.key] = result.depths
      simulations += result.simulations
      if result.provesFirst { provenFirst.insert(task.stretch) }
    }
    for ((stretch, window), key) in zip(zip(stretches, windows), keys) {
      for (fifo, depth) in zip(window.fifos, known[key]!) where !raises || depths[fifo] != depth {
        depths[fifo] = depth
        origin[fifo] = stretch
      }
    }
    round += 1
    progress?(depths.reduce(0, +), round, sections.stretches.count + 1)
  }

  private typealias Found = (depths: [Int], simulations: Int, provesFirst: Bool)

  private struct Task {
    var key: Key
    var window: FIFOWindow
    var stretch: ClosedRange<Int>
  }

  /// Runs `body` for each task, side by side where that is less work than guesses side by side in each.
  private func each(_ tasks: [Task], _ body: @Sendable (Self, Task) -> Found) -> [Found] {
    let work = tasks.map { $0.window.bench.fifos.reduce(0) { $0 + $1.words } }
    var worker = self
    if let most = work.max(), 3 * most > 2 * work.reduce(0, +) {
      return tasks.map { body(worker, $0) }
    }
    worker.budget.workers = 1
    let alone = worker
    return Parallel.all(tasks.count, workers: budget.workers) { body(alone, tasks[$0]) }
  }

  /// The cheapest of what different orders end up with.
  private func lowest(_ task: Task) -> Found {
    let window = task.window
    let roomy = window.fifos.map { self.roomy[$0] }
    let sufficient = window.fifos.map { self.sufficient[$0] }
    // Where a simulation is long, the second order is not worth its time.
    let orders: [FIFOSearch.Order] =
      sections.nodes.count > 8 ? [.frameCost] : FIFOSearch.Order.allCases
    var best: [Int]?
    var simulations = 0
    for order in orders {
      var search = search(task, order == .depth ? sufficient : roomy)
      defer { simulations += search.simulations }
      guard search.isSufficient() else { continue }
      search.lower(together: sufficient.indices.filter { sufficient[$0] <= 4 })
      search.lower(Array(roomy.indices), order)
      if best.map({ window.bench.total(search.depths) < window.bench.total($0) }) ?? true {
        best = search.depths
      }
    }
    // Out of time, more room than was measured to suffice is of no use.
    return (budget.isSpent ? sufficient : best ?? roomy, simulations, false)
  }

  /// Each task's depths if they suffice; else more, where that costs least.
  private func raised(_ tasks: [Task]) -> [Found] {
    let checks = Parallel.all(tasks.count, workers: budget.workers) { i -> (Found, Bool) in
      var search = search(tasks[i], tasks[i].key.start!)
      let suffices = search.isSufficient() || budget.isSpent
      return ((search.depths, search.simulations, search.provesFirst), suffices)
    }
    let short = tasks.indices.filter { !checks[$0].1 }
    let raised = each(short.map { tasks[$0] }) { $0.raised($1) }
    var result = checks.map(\.0)
    for (i, found) in zip(short, raised) {
      result[i].depths = found.depths
      result[i].simulations += found.simulations
      result[i].provesFirst = found.provesFirst
    }
    return result
  }

  /// More than the depths the task starts from, which do not suffice, where that costs least.
  private func raised(_ task: Task) -> Found {
    let (window, floors) = (task.window, task.key.start!)
    var search = search(task, zip(window.fifos, floors).map { max(roomy[$0], $1) })
    search.lower(Array(floors.indices), to: floors)
    guard !budget.isSpent else {
      let depths = zip(window.fifos, floors).map { max(sufficient[$0], $1) }
      return (depths, search.simulations, search.provesFirst)
    }
    return (search.depths, search.simulations, search.provesFirst)
  }

  private func search(_ task: Task, _ depths: [Int]) -> FIFOSearch {
    let stretch = task.stretch
    return FIFOSearch(
      task.window.bench, target: target, sufficient: depths,
      expected: task.window.fifos.map { sufficient[$0] }, budget: budget,
      provesFirst: provenFirst.contains {
        stretch.lowerBound <= $0.lowerBound && $0.upperBound <= stretch.upperBound
      })
  }

  /// Reruns every FIFO one step smaller, each in the stretch that decided it. One that still suffices
  /// there, because others have been deepened since, is lowered as far as that stretch allows; what
  /// longer stretches need on top is found again. False: not everything was proven in time.
  mutating func verify() throws -> Bool {
    var open = try stepsDown()
    for _ in 1...4 where !open.isEmpty && !budget.isSpent {
      let before = (depths, origin)
      try lowerAgain(open)
      round = 1
      try raise()
      guard bench.total(depths) < bench.total(before.0) else {
        (depths, origin) = before
        break
      }
      open = try stepsDown()
    }
    // With the other FIFOs as small as they get, one that is too small shows soonest.
    var whole = FIFOSearch(
      bench, target: target, sufficient: depths, expected: sufficient, budget: budget)
    let isProven = open.allSatisfy { whole.descend($0) }
    simulations += whole.simulations
    depths = whole.depths
    return isProven
  }

  /// The FIFOs that are not proven to need their last step by the stretch that decided them.
  private mutating func stepsDown() throws -> [Int] {
    var open: [Int] = []
    for (task, fifos) in try tasks(deciding: Array(depths.indices)) {
      var search = search(task, task.key.start!)
      let unknown = fifos.filter { proven[task.key]?.contains($0) != true }
      for (i, suffices) in search.trySmaller(unknown) {
        if suffices == false {
          proven[task.key, default: []].insert(i)
        } else {
          open.append(task.window.fifos[i])
        }
      }
      simulations += search.simulations
    }
    return open
  }

  /// Lowers `fifos` as far as the stretches allow that decided them.
  private mutating func lowerAgain(_ fifos: [Int]) throws {
    let tasks = try tasks(deciding: fifos)
    var alone = self
    if tasks.count > 1 { alone.budget.workers = 1 }
    let worker = alone
    let found = Parallel.all(tasks.count, workers: budget.workers) { t -> Found in
      var search = worker.search(tasks[t].task, tasks[t].task.key.start!)
      for i in tasks[t].fifos { _ = search.descend(i) }
      return (search.depths, search.simulations, search.provesFirst)
    }
    for ((task, fifos), result) in zip(tasks, found) {
      simulations += result.simulations
      for i in fifos { depths[task.window.fifos[i]] = result.depths[i] }
    }
  }

  /// The stretches that decided `fifos`, short ones first, and which of their FIFOs these are.
  private func tasks(deciding fifos: [Int]) throws -> [(task: Task, fifos: [Int])] {
    try Dictionary(grouping: fifos) { origin[$0] }
      .sorted { ($0.key.count, $0.key.lowerBound) < ($1.key.count, $1.key.lowerBound) }
      .map { stretch, decided in
        let window = try sections.window(stretch)
        let key = Key(shape: window.shape, start: window.fifos.map { depths[$0] })
        let own = window.fifos.indices.filter { decided.contains(window.fifos[$0]) }
        return (Task(key: key, window: window, stretch: stretch), own)
      }
  }
}
