import Dispatch
import Foundation

/// Lowers FIFO depths on one bench, several simulations at a time.
struct FIFOSearch {
  let bench: FIFOBench
  let target: FramePeriod
  let budget: SearchBudget
  private(set) var depths: [Int]
  private(set) var simulations = 0

  init(_ bench: FIFOBench, target: FramePeriod, sufficient: [Int], budget: SearchBudget) {
    self.bench = bench
    self.target = target
    self.budget = budget
    depths = sufficient
  }

  /// Which FIFOs are lowered first.
  enum Order: CaseIterable {
    /// Those in which a frame takes the most room: what has to be held is then held where it is
    /// smallest.
    case frameCost
    /// The costliest.
    case depth
  }

  /// Lowers each of `fifos` as far as it goes.
  mutating func lower(_ fifos: [Int], _ order: Order = .frameCost) {
    func rank(_ i: Int) -> Int {
      order == .frameCost
        ? bench.frameCost(i) : bench.cost.cost(depth: depths[i], width: bench.fifos[i].width)
    }
    let candidates = fifos.filter { bench.cost.step(holding: depths[$0]) > 0 }
      .sorted { (rank($0), depths[$0], $1) > (rank($1), depths[$1], $0) }
    lower(group: candidates[...], isKnownToFail: false)
  }

  /// Lowers `fifos` all at once, or none.
  mutating func lower(together fifos: [Int]) {
    let lowered = lowered(fifos[...])
    if lowered != depths, test([lowered])[0].suffices == true { depths = lowered }
  }

  /// Whether the depths reach the target.
  mutating func isSufficient() -> Bool { test([depths])[0].suffices == true }

  /// All of a group at once, its halves where that is too much, single FIFOs by bisection.
  private mutating func lower(group: ArraySlice<Int>, isKnownToFail: Bool) {
    guard !group.isEmpty, !budget.isSpent else { return }
    if !isKnownToFail, test([lowered(group)])[0].suffices == true {
      depths = lowered(group)
      return
    }
    guard group.count > 1 else {
      bisect(group.first!)
      return
    }
    let middle = group.startIndex + group.count / 2
    let (left, right) = (group[..<middle], group[middle...])
    let results = test(budget.workers > 1 ? [lowered(left), lowered(right)] : [lowered(left)])
    if results[0].suffices == true {
      depths = lowered(left)
      // The whole group failed, so the right half does on top of the left.
      lower(group: right, isKnownToFail: true)
    } else {
      lower(group: left, isKnownToFail: true)
      // What failed with more room in the left half fails now.
      lower(group: right, isKnownToFail: results.count > 1 && results[1].suffices != true)
    }
  }

  private func lowered(_ group: ArraySlice<Int>) -> [Int] {
    var copy = depths
    for i in group { copy[i] = bench.cost.depth(atStep: 0) }
    return copy
  }

  /// The least step of one FIFO, the others as they are; step 0 is known to fail.
  ///
  /// A frame that comes late tells how far away the answer is: its period falls with the depth, ever
  /// more slowly, so a line through two depths that are too small hits the target below the answer
  /// or at it.
  private mutating func bisect(_ i: Int) {
    var low = 0
    var high = bench.cost.step(holding: depths[i])
    var late: [(step: Int, cycles: Double)] = []
    var reach = 1
    while high - low > 1, !budget.isSpent {
      let guess = extrapolated(late) ?? Int((Double(low + 1) * Double(high + 1)).squareRoot()) - 1
      var probes = [min(max(guess, low + 1), high - 1)]
      if budget.workers > 1 {
        let other = late.count > 1 ? probes[0] + reach : max(high - reach, (low + high) / 2)
        if other > probes[0], other < high { probes.append(other) }
      }
      let results = test(probes.map { replacing(i, byStep: $0) })
      for (step, result) in zip(probes, results) where result.suffices == false {
        if let cycles = result.cyclesPerFrame { late.append((step, cycles)) }
      }
      if let first = results.firstIndex(where: { $0.suffices == true }) {
        if first > 0 { low = probes[first - 1] }
        high = probes[first]
        reach = max(reach / 4, 1)
      } else {
        low = probes[probes.count - 1]
        reach *= 4
      }
      // A line that stays in place would creep.
      if results.count == 1 || late.count > 6 { late = late.suffix(1) }
    }
    depths[i] = bench.cost.depth(atStep: high)
  }

  /// Where the line through the last two late depths meets the target.
  private func extrapolated(_ late: [(step: Int, cycles: Double)]) -> Int? {
    guard let b = late.last, let a = late.dropLast().last, a.step < b.step, a.cycles > b.cycles
    else { return nil }
    let slope = (a.cycles - b.cycles) / Double(b.step - a.step)
    let ahead = (b.cycles - target.cyclesPerFrame) / slope
    return ahead < 1e9 ? b.step + max(Int(ahead.rounded(.down)), 1) : nil
  }

  private func replacing(_ i: Int, byStep step: Int) -> [Int] {
    var copy = depths
    copy[i] = bench.cost.depth(atStep: step)
    return copy
  }

  /// For each of `fifos` that is not the smallest there is: whether it does with a step less, the
  /// others as they are. nil: neither was proven.
  mutating func trySmaller(_ fifos: [Int]) -> [(fifo: Int, suffices: Bool?)] {
    let open = fifos.filter { bench.cost.step(holding: depths[$0]) > 0 }
    let smaller = open.map { replacing($0, byStep: bench.cost.step(holding: depths[$0]) - 1) }
    return zip(open, test(smaller, isExact: true)).map { ($0, $1.suffices) }
  }

  /// Whether each of the depth sets reaches the target, run side by side.
  private mutating func test(_ sets: [[Int]], isExact: Bool = false) -> [FIFOBench.Verdict] {
    typealias Verdict = FIFOBench.Verdict
    simulations += sets.count
    let (bench, target, budget) = (bench, target, budget)
    @Sendable func verdict(_ depths: [Int]) -> Verdict {
      guard !budget.isSpent else { return Verdict() }
      return (try? bench.sustains(target, depths, isExact: isExact)) ?? Verdict()
    }
    guard sets.count > 1, budget.workers > 1 else { return sets.map(verdict) }
    nonisolated(unsafe) let results = UnsafeMutablePointer<Verdict>.allocate(capacity: sets.count)
    results.initialize(repeating: Verdict(), count: sets.count)
    defer { results.deallocate() }
    DispatchQueue.concurrentPerform(iterations: sets.count) { results[$0] = verdict(sets[$0]) }
    return Array(UnsafeBufferPointer(start: results, count: sets.count))
  }
}

/// How long and how widely to search.
struct SearchBudget: Sendable {
  var workers: Int
  var deadline: Date?

  var isSpent: Bool { deadline.map { Date() >= $0 } ?? false }
}
