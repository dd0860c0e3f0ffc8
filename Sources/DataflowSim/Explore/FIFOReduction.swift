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
    for stretches in sections.stretches { try settle(stretches, raises: true) }
    if budget.isSpent { depths = sufficient }
  }

  /// Finds the depths of stretches that share no section: the least there are, or from the present
  /// ones upwards.
  private mutating func settle(_ stretches: [ClosedRange<Int>], raises: Bool) throws {
    let stretches = stretches.filter { $0.contains { !sections.fifos[$0].isEmpty } }
    let windows = try stretches.map { try sections.window($0) }
    let keys = windows.map { window in
      Key(shape: window.shape, start: raises ? window.fifos.map { depths[$0] } : nil)
    }
    let open = Dictionary(zip(keys, windows)) { first, _ in first }.filter { known[$0.key] == nil }
      .map { (key: $0.key, window: $0.value) }
      .sorted { $0.window.fifos[0] < $1.window.fifos[0] }
    var alone = self
    // One simulation at a time in each is less work than guesses side by side.
    if open.count > 1 { alone.budget.workers = 1 }
    let worker = alone
    let found = Parallel.all(open.count, workers: budget.workers) { i in
      let (key, window) = open[i]
      return key.start.map { worker.raised(window, from: $0) } ?? worker.lowest(window)
    }
    for (entry, result) in zip(open, found) {
      known[entry.key] = result.depths
      simulations += result.simulations
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

  private typealias Found = (depths: [Int], simulations: Int)

  /// The cheapest of what different orders end up with.
  private func lowest(_ window: FIFOWindow) -> Found {
    let roomy = window.fifos.map { self.roomy[$0] }
    let sufficient = window.fifos.map { self.sufficient[$0] }
    // Where a simulation is long, the second order is not worth its time.
    let orders: [FIFOSearch.Order] =
      sections.nodes.count > 8 ? [.frameCost] : FIFOSearch.Order.allCases
    var best: [Int]?
    var simulations = 0
    for order in orders {
      var search = search(window, order == .depth ? sufficient : roomy)
      defer { simulations += search.simulations }
      guard search.isSufficient() else { continue }
      search.lower(together: sufficient.indices.filter { sufficient[$0] <= 4 })
      search.lower(Array(roomy.indices), order)
      if best.map({ window.bench.total(search.depths) < window.bench.total($0) }) ?? true {
        best = search.depths
      }
    }
    return (best ?? roomy, simulations)
  }

  /// `floors` if they suffice; else more, where that costs least.
  private func raised(_ window: FIFOWindow, from floors: [Int]) -> Found {
    var search = search(window, floors)
    if search.isSufficient() || budget.isSpent { return (floors, search.simulations) }
    search.restart(from: zip(window.fifos, floors).map { max(roomy[$0], $1) })
    search.lower(Array(floors.indices), to: floors)
    return (search.depths, search.simulations)
  }

  private func search(_ window: FIFOWindow, _ depths: [Int]) -> FIFOSearch {
    FIFOSearch(
      window.bench, target: target, sufficient: depths,
      expected: window.fifos.map { sufficient[$0] }, budget: budget)
  }

  /// Reruns every FIFO one step smaller, each in the stretch that decided it and, where that leaves it
  /// open, in the whole design; lowers it if that works after all. False: not everything was proven in
  /// time.
  mutating func verify() throws -> Bool {
    var proven: [Key: Set<Int>] = [:]
    var open: [Int] = []
    for (stretch, fifos) in Dictionary(grouping: depths.indices, by: { origin[$0] })
      .sorted(by: { ($0.key.count, $0.key.lowerBound) < ($1.key.count, $1.key.lowerBound) })
    {
      let window = try sections.window(stretch)
      let key = Key(shape: window.shape, start: window.fifos.map { depths[$0] })
      let own = window.fifos.indices.filter { fifos.contains(window.fifos[$0]) }
      var search = search(window, key.start!)
      for (i, suffices) in search.trySmaller(own.filter { proven[key]?.contains($0) != true }) {
        if suffices == false {
          proven[key, default: []].insert(i)
        } else {
          open.append(window.fifos[i])
        }
      }
      simulations += search.simulations
    }
    var undecided: [Int] = []
    for (done, fifo) in open.enumerated() {
      if try !lowerAgain(fifo) { undecided.append(fifo) }
      progress?(depths.reduce(0, +), done + 1, open.count)
    }
    // With the other FIFOs as small as they get, one that is too small shows soonest.
    var whole = FIFOSearch(
      bench, target: target, sufficient: depths, expected: sufficient, budget: budget)
    defer { simulations += whole.simulations }
    return whole.trySmaller(undecided).allSatisfy { $0.suffices == false }
  }

  /// Lowers a FIFO that others, deepened later, have made too deep: as far as the stretch that decided
  /// it allows, or less far where the whole design needs more, which longer stretches show. False: not
  /// proven in time.
  private mutating func lowerAgain(_ fifo: Int) throws -> Bool {
    var near = try least(of: fifo, within: origin[fifo])
    if near.depth < depths[fifo], !isSufficient(depths.replacing(fifo, with: near.depth)) {
      for stretch in sections.growing(from: origin[fifo]).dropFirst()
      where near.depth < depths[fifo] {
        near = try least(of: fifo, within: stretch, near)
      }
    }
    depths[fifo] = near.depth
    return near.isProven
  }

  private typealias Least = (depth: Int, isProven: Bool)

  /// The least depth of one FIFO within a stretch, the others as they are, and whether one step less
  /// is proven too little.
  ///
  /// - Parameter near: the answer of a shorter stretch, which is no more than this one.
  private mutating func least(
    of fifo: Int, within stretch: ClosedRange<Int>, _ near: Least? = nil
  ) throws -> Least {
    let window = try sections.window(stretch)
    let own = window.fifos.firstIndex(of: fifo)!
    var search = search(window, window.fifos.map { depths[$0] })
    defer { simulations += search.simulations }
    if let near, search.lower(own, to: near.depth) { return near }
    let isProven = search.descend(own, failing: near?.depth)
    return (search.depths[own], isProven)
  }

  private mutating func isSufficient(_ depths: [Int]) -> Bool {
    var search = FIFOSearch(
      bench, target: target, sufficient: depths, expected: sufficient, budget: budget)
    defer { simulations += search.simulations }
    return search.isSufficient()
  }
}

extension Array {
  fileprivate func replacing(_ index: Int, with element: Element) -> Self {
    var copy = self
    copy[index] = element
    return copy
  }
}
