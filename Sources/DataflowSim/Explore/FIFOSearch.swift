import Foundation

/// Lowers FIFO depths on one bench, several simulations at a time.
struct FIFOSearch {
  let bench: FIFOBench
  let target: FramePeriod
  let budget: SearchBudget
  /// About where the answer may lie.
  private let expected: [Int]
  private(set) var depths: [Int]
  private(set) var simulations = 0
  /// No FIFO gets less than this.
  private var floors: [Int]

  init(
    _ bench: FIFOBench, target: FramePeriod, sufficient: [Int], expected: [Int],
    budget: SearchBudget
  ) {
    self.bench = bench
    self.target = target
    self.budget = budget
    self.expected = expected
    depths = sufficient
    floors = sufficient.map { _ in bench.cost.depth(atStep: 0) }
  }

  /// Goes on with other depths, which suffice.
  mutating func restart(from sufficient: [Int]) { depths = sufficient }

  /// Which FIFOs are lowered first.
  enum Order: CaseIterable {
    /// Those in which a frame takes the most room: what has to be held is then held where it is
    /// smallest.
    case frameCost
    /// The costliest.
    case depth
  }

  /// Lowers each of `fifos` as far as it goes, but not below `floors`, which do not suffice.
  mutating func lower(_ fifos: [Int], to floors: [Int]) {
    self.floors = floors
    lower(fifos, isKnownToFail: true)
  }

  /// Lowers each of `fifos` as far as it goes.
  mutating func lower(_ fifos: [Int], _ order: Order = .frameCost, isKnownToFail: Bool = false) {
    func rank(_ i: Int) -> Int {
      order == .frameCost
        ? bench.frameCost(i) : bench.cost.cost(depth: depths[i], width: bench.fifos[i].width)
    }
    let candidates = fifos.filter { depths[$0] > floors[$0] }
      .sorted { (rank($0), depths[$0], $1) > (rank($1), depths[$1], $0) }
    lower(group: candidates[...], isKnownToFail: isKnownToFail)
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
    for i in group { copy[i] = min(copy[i], floors[i]) }
    return copy
  }

  /// The least step of one FIFO, the others as they are; its floor is known to fail.
  private mutating func bisect(_ i: Int) {
    narrow(i, failing: bench.cost.step(holding: floors[i]), bench.cost.step(holding: depths[i]))
  }

  /// The least step of one FIFO between one that is known to fail and one that suffices.
  ///
  /// A frame that comes late tells how far away the answer is: its period falls with the depth, ever
  /// more slowly, so a line through two depths that are too small hits the target below the answer
  /// or at it.
  private mutating func narrow(_ i: Int, failing: Int, _ sufficient: Int) {
    var (low, high) = (failing, sufficient)
    var late: [(step: Int, cycles: Double)] = []
    var reach = 1
    var isFirst = true
    while high - low > 1, !budget.isSpent {
      let probes: [Int]
      if isFirst, let near = nearExpected(i, low, high) {
        probes = near
      } else {
        let guess =
          extrapolated(late) ?? Int((Double(low + 1) * Double(high + 1)).squareRoot()) - 1
        let first = min(max(guess, low + 1), high - 1)
        let other = late.count > 1 ? first + reach : max(high - reach, (low + high) / 2)
        probes = budget.workers > 1 && other > first && other < high ? [first, other] : [first]
      }
      isFirst = false
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

  /// Lowers one FIFO to `depth`; false where that is too little.
  mutating func lower(_ i: Int, to depth: Int) -> Bool {
    guard depth < depths[i] else { return true }
    var lower = depths
    lower[i] = depth
    // A frame that is late once proves nothing.
    guard
      test([lower])[0].suffices == true || test([lower], isExact: true)[0].suffices == true
    else { return false }
    depths = lower
    return true
  }

  /// A long FIFO mostly needs a little less than what it held at the start.
  private func nearExpected(_ i: Int, _ low: Int, _ high: Int) -> [Int]? {
    let step = bench.cost.step(holding: expected[i])
    guard step >= 200, step < high else { return nil }
    let below = step - step / 50
    return below > low ? budget.workers > 1 ? [below, step] : [step] : nil
  }

  /// Lowers one FIFO from where it is, in steps that double, and proves that it can go no further.
  /// False: out of time, or not proven.
  ///
  /// - Parameter failing: a depth known to be too little.
  mutating func descend(_ i: Int, failing: Int? = nil) -> Bool {
    if let failing {
      narrow(i, failing: bench.cost.step(holding: failing), bench.cost.step(holding: depths[i]))
    }
    while !budget.isSpent {
      guard let result = trySmaller([i]).first else { return true }
      guard result.suffices == true else { return result.suffices == false }
      var (step, stride) = (bench.cost.step(holding: depths[i]) - 1, 2)
      depths = replacing(i, byStep: step)
      while step > 0, !budget.isSpent {
        let next = max(step - stride, 0)
        guard test([replacing(i, byStep: next)])[0].suffices == true else {
          narrow(i, failing: next, step)
          break
        }
        (step, stride) = (next, stride * 2)
        depths = replacing(i, byStep: step)
      }
    }
    return false
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
    simulations += sets.count
    let (bench, target, budget) = (bench, target, budget)
    return Parallel.all(sets.count, workers: budget.workers) { i in
      guard !budget.isSpent else { return FIFOBench.Verdict() }
      let verdict =
        isExact
        ? try? bench.provablySustains(target, sets[i]) : try? bench.sustains(target, sets[i])
      return verdict ?? FIFOBench.Verdict()
    }
  }
}

/// How long and how widely to search.
struct SearchBudget: Sendable {
  var workers: Int
  var deadline: Date?

  var isSpent: Bool { deadline.map { Date() >= $0 } ?? false }
}
