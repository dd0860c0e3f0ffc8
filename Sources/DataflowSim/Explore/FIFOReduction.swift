/// Lowers the FIFO depths of a design section by section.
///
/// A section is simulated with the one before it, which has its final depths. What such a piece cannot
/// sustain, the design cannot; that all pieces together sustain it is tested on the whole design.
struct FIFOReduction {
  let bench: FIFOBench
  let target: FramePeriod
  let budget: SearchBudget
  let progress: (@Sendable (Int, Int, Int) -> Void)?
  private let sections: FIFOSections
  /// Sufficient depths measured at the start.
  private let sufficient: [Int]
  private(set) var depths: [Int]
  private(set) var simulations = 0
  /// Equal sections with equal depths before and in them end up alike.
  private var known: [Key: [Int]] = [:]
  private var proven: Set<Key> = []

  private struct Key: Hashable {
    var shape: FIFOWindow.Shape
    var depths: [Int]
    var own: [Int]
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
    (self.sufficient, simulations) = try Self.confirmed(sufficient, bench, target, budget)
    depths = self.sufficient
    depths = roomy()
  }

  /// Depths that reach the target, from `depths` upwards, and the simulations it took.
  private static func confirmed(
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

  /// Every FIFO deep enough to hold what the fullest FIFO of its section holds now, and half as much.
  private func roomy() -> [Int] {
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

  private func window(_ section: Int) throws -> FIFOWindow {
    try sections.window(max(section - 1, 0)...section)
  }

  private func key(_ window: FIFOWindow, _ own: [Int]) -> Key {
    Key(shape: window.shape, depths: window.fifos.map { depths[$0] }, own: own)
  }

  /// Positions in the window of the section's own FIFOs.
  private func own(_ section: Int, in window: FIFOWindow) -> [Int] {
    let members = Set(sections.fifos[section])
    return window.fifos.indices.filter { members.contains(window.fifos[$0]) }
  }

  mutating func lower() throws {
    let roomy = depths
    for section in sections.nodes.indices {
      let window = try window(section)
      let own = own(section, in: window)
      let key = key(window, own)
      if known[key] == nil {
        known[key] = lowest(window, own)
      }
      for (i, depth) in zip(window.fifos, known[key]!) { depths[i] = depth }
      progress?(depths.reduce(0, +), section + 1, sections.nodes.count)
      if budget.isSpent { break }
    }
    if sections.nodes.count > 1 { try repair(roomy) }
    if budget.isSpent, bench.total(sufficient) < bench.total(depths) { depths = sufficient }
  }

  /// The cheapest of what different orders end up with.
  private mutating func lowest(_ window: FIFOWindow, _ own: [Int]) -> [Int] {
    let roomy = window.fifos.map { depths[$0] }
    // Where a simulation is long, the second order is not worth its time.
    let orders: [FIFOSearch.Order] =
      sections.nodes.count > 8 ? [.frameCost] : FIFOSearch.Order.allCases
    let results = orders.compactMap { order -> [Int]? in
      var start = roomy
      if order == .depth { for i in own { start[i] = sufficient[window.fifos[i]] } }
      var search = FIFOSearch(window.bench, target: target, sufficient: start, budget: budget)
      guard search.isSufficient() else { return nil }
      let quiet = own.filter { sufficient[window.fifos[$0]] <= 4 }
      search.lower(together: quiet)
      search.lower(own, order)
      simulations += search.simulations
      return search.depths
    }
    return results.min { window.bench.total($0) < window.bench.total($1) } ?? roomy
  }

  /// Lowers sections that do not work together once more, with more of the design around them.
  private mutating func repair(_ roomy: [Int]) throws {
    let all = sections.nodes.count
    var reach = 2
    while !isSufficient(depths) {
      // With sections up to `fails` lowered and roomy ones behind, the design is too slow.
      var (works, fails) = (0, all)
      while fails - works > 1 {
        let middle = (works + fails) / 2
        if isSufficient(mixed(roomy, lowered: 0..<middle)) {
          works = middle
        } else {
          fails = middle
        }
      }
      let last = fails - 1
      let range = max(last - reach, 0)...min(last + reach, all - 1)
      let redone = max(last - reach / 2, 0)...min(last + reach / 2, all - 1)
      depths = mixed(roomy, lowered: 0..<redone.lowerBound, (redone.upperBound + 1)..<all)
      reach *= 2
      guard !budget.isSpent else { continue }
      let window = try sections.window(range)
      let own = redone.flatMap { self.own($0, in: window) }
      var search = FIFOSearch(
        window.bench, target: target, sufficient: window.fifos.map { depths[$0] }, budget: budget)
      search.lower(own)
      simulations += search.simulations
      for (i, depth) in zip(window.fifos, search.depths) { depths[i] = depth }
    }
  }

  private func mixed(_ roomy: [Int], lowered: Range<Int>...) -> [Int] {
    var mixed = roomy
    for i in lowered.joined().flatMap({ sections.fifos[$0] }) { mixed[i] = depths[i] }
    return mixed
  }

  private mutating func isSufficient(_ depths: [Int]) -> Bool {
    var search = FIFOSearch(bench, target: target, sufficient: depths, budget: .init(workers: 1))
    simulations += 1
    return search.isSufficient()
  }

  /// Reruns every FIFO one step smaller, each in its window and, where that leaves it open, in the whole
  /// design; lowers it if that works after all. False: not everything was proven in time.
  mutating func verify() throws -> Bool {
    var isProven = true
    for section in sections.nodes.indices {
      let window = try window(section)
      let own = own(section, in: window)
      let key = key(window, own)
      guard !proven.contains(key) else { continue }
      var search = FIFOSearch(window.bench, target: target, sufficient: key.depths, budget: budget)
      let open = search.trySmaller(own).filter { $0.suffices != false }.map {
        window.fifos[$0.fifo]
      }
      simulations += search.simulations
      if open.isEmpty { proven.insert(key) }
      for fifo in open {
        guard let isMinimal = lowerWithinTheWhole(fifo) else { return false }
        isProven = isProven && isMinimal
      }
      progress?(depths.reduce(0, +), section + 1, sections.nodes.count)
    }
    return isProven
  }

  /// nil: out of time; false: neither proven.
  private mutating func lowerWithinTheWhole(_ fifo: Int) -> Bool? {
    while !budget.isSpent {
      var search = FIFOSearch(bench, target: target, sufficient: depths, budget: budget)
      guard let result = search.trySmaller([fifo]).first else { return true }
      simulations += 1
      guard result.suffices == true else { return result.suffices == false ? true : false }
      let step = bench.cost.step(holding: depths[fifo]) - 1
      depths[fifo] = bench.cost.depth(atStep: step)
    }
    return nil
  }
}
