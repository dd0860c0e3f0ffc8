import Foundation

/// Lowers FIFO depths one after the other, several simulations at a time.
struct FIFOSearch {
  let bench: FIFOBench
  let target: FramePeriod
  let workers: Int
  let deadline: Date?
  let progress: (@Sendable (Int, Int, Int) -> Void)?
  private(set) var depths: [Int]
  private(set) var simulations = 0
  private(set) var isOutOfTime = false
  private var settled = 0
  private var candidates: [Int] = []

  init(
    _ bench: FIFOBench, target: FramePeriod, sufficient: [Int], workers: Int, deadline: Date?,
    progress: (@Sendable (Int, Int, Int) -> Void)?
  ) {
    self.bench = bench
    self.target = target
    self.workers = max(workers, 1)
    self.deadline = deadline
    self.progress = progress
    depths = sufficient
  }

  /// Makes sure that the depths to start from reach the target.
  mutating func start() throws {
    for _ in 0..<8 {
      if test([depths])[0] { return }
      depths = zip(depths, bench.fifos).map { depth, fifo in
        bench.cost.depth(atStep: bench.cost.step(holding: depth + max(depth / 4, 1)))
      }
    }
    throw InputError(
      "no FIFO depths reach the throughput of \(target.cyclesPerFrame) cycles per frame")
  }

  /// Lowers every FIFO as far as it goes, the costliest first.
  mutating func lower() {
    candidates = depths.indices.filter { bench.cost.step(holding: depths[$0]) > 0 }
      .sorted { cost($0) > cost($1) }
    lower(group: candidates[...], isKnownToFail: false)
  }

  private func cost(_ i: Int) -> Int {
    bench.cost.cost(depth: depths[i], width: bench.fifos[i].width)
  }

  /// All of a group at once, its halves where that is too much, single FIFOs by bisection.
  private mutating func lower(group: ArraySlice<Int>, isKnownToFail: Bool) {
    guard !group.isEmpty, !checkTime() else { return }
    if !isKnownToFail, test([lowered(group)])[0] {
      depths = lowered(group)
      report(group.count)
      return
    }
    guard group.count > 1 else {
      bisect(group.first!)
      report(1)
      return
    }
    let middle = group.startIndex + group.count / 2
    let (left, right) = (group[..<middle], group[middle...])
    let results = workers > 1 ? test([lowered(left), lowered(right)]) : [test([lowered(left)])[0]]
    if results[0] {
      depths = lowered(left)
      report(left.count)
      // The whole group failed, so the right half does on top of the left.
      lower(group: right, isKnownToFail: true)
    } else {
      lower(group: left, isKnownToFail: true)
      // What failed with more room in the left half fails now.
      lower(group: right, isKnownToFail: results.count > 1 && !results[1])
    }
  }

  private func lowered(_ group: ArraySlice<Int>) -> [Int] {
    var copy = depths
    for i in group { copy[i] = bench.cost.depth(atStep: 0) }
    return copy
  }

  /// The least step of one FIFO, the others as they are; step 0 is known to fail.
  private mutating func bisect(_ i: Int) {
    var low = 0
    var high = bench.cost.step(holding: depths[i])
    while high - low > 1 {
      guard !checkTime() else { break }
      let probes = min(workers, high - low - 1)
      let steps = (1...probes).map { low + (high - low) * $0 / (probes + 1) }
      let results = test(
        steps.map { step in
          var copy = depths
          copy[i] = bench.cost.depth(atStep: step)
          return copy
        })
      if let first = results.firstIndex(of: true) {
        high = steps[first]
        if first > 0 { low = steps[first - 1] }
      } else {
        low = steps[steps.count - 1]
      }
    }
    depths[i] = bench.cost.depth(atStep: high)
  }

  /// Reruns every FIFO one step smaller; lowers it if that works after all, and says whether the
  /// whole was confirmed in time.
  mutating func verify() -> Bool {
    let open = depths.indices.filter { bench.cost.step(holding: depths[$0]) > 0 }
    var at = 0
    while at < open.count {
      guard !checkTime() else { return false }
      let batch = open[at..<min(at + workers, open.count)]
      let smaller = batch.map { i in
        var copy = depths
        copy[i] = bench.cost.depth(atStep: bench.cost.step(holding: depths[i]) - 1)
        return copy
      }
      if let better = test(smaller, isExact: true).firstIndex(of: true) {
        // Not monotone here: take the gain and look at everything again.
        depths = smaller[better]
        return verify()
      }
      at += workers
    }
    return true
  }

  /// Whether each of the depth sets reaches the target, run side by side.
  private mutating func test(_ sets: [[Int]], isExact: Bool = false) -> [Bool] {
    simulations += sets.count
    let bench = bench
    let target = target
    @Sendable func meets(_ depths: [Int]) -> Bool {
      (try? bench.sustains(target, depths, isExact: isExact)) ?? false
    }
    guard sets.count > 1, workers > 1 else { return sets.map(meets) }
    nonisolated(unsafe) let results = UnsafeMutablePointer<Bool>.allocate(capacity: sets.count)
    defer { results.deallocate() }
    DispatchQueue.concurrentPerform(iterations: sets.count) { results[$0] = meets(sets[$0]) }
    return Array(UnsafeBufferPointer(start: results, count: sets.count))
  }

  private mutating func checkTime() -> Bool {
    if let deadline, Date() >= deadline { isOutOfTime = true }
    return isOutOfTime
  }

  private mutating func report(_ count: Int) {
    settled += count
    progress?(depths.reduce(0, +), settled, candidates.count)
  }
}
