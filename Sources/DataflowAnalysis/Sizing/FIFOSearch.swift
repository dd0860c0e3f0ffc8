import FoundationEssentials

/// Lowers FIFO depths on one bench, several simulations at a time.
struct FIFOSearch {
  let bench: FIFOBench
  let target: FramePeriod
  let budget: SearchBudget
  /// Shorter stretches within, the shortest first: what does not suffice there does not here.
  private let parts: [Part]
  /// About where the answer may lie.
  private let expected: [Int]
  private(set) var depths: [Int]
  private(set) var simulations = 0
  /// Depths proven too little on the way.
  private(set) var tooLittle: [[Int]] = []
  /// No FIFO gets less than this.
  private var floors: [Int]
  /// Whether to try for a proof before a paced run.
  private(set) var provesFirst: Bool
  /// Whether late frames alone tell nothing here: proofs go on until they decide.
  private let provesLong: Bool
  /// What words are compared with to guess; nil: nothing is guessed.
  private var reference: Arrivals?
  /// Whether guesses turned out wrong.
  private(set) var isMisled: Bool
  /// Whether the floors are what suffices in shorter stretches, and the answer is mostly near.
  private var climbs = false

  init(
    _ bench: FIFOBench, target: FramePeriod, sufficient: [Int], expected: [Int],
    budget: SearchBudget, provesFirst: Bool = false, provesLong: Bool = false,
    isMisled: Bool = false, parts: [Part] = []
  ) {
    self.provesLong = provesLong
    self.parts = parts
    self.isMisled = isMisled
    self.bench = bench
    self.target = target
    self.budget = budget
    self.expected = expected
    self.provesFirst = provesFirst
    depths = sufficient
    floors = sufficient.map { _ in bench.cost.depth(atStep: 0) }
  }

  /// A stretch within what is searched.
  struct Part: Sendable {
    var bench: FIFOBench
    /// Which of the FIFOs of the search are its own, in its order.
    var fifos: [Int]
  }

  /// Which FIFOs are lowered first.
  enum Order: Sendable, Equatable {
    /// Those in which a frame takes the most room: what has to be held is then held where it is
    /// smallest.
    case frameCost
    /// The costliest.
    case depth
    /// The first, or the last, in the flow of the words.
    case upstream, downstream
    /// In an order that depends on the number alone.
    case shuffled(seed: UInt64)
  }

  /// Lowers each of `fifos` as far as it goes, but not below `floors`, which do not suffice.
  mutating func lowerEach(_ fifos: [Int], to floors: [Int]) throws {
    (self.floors, climbs) = (floors, true)
    try lowerEach(fifos, isKnownToFail: true)
  }

  /// Lowers all of `fifos` to `floors`, or none.
  mutating func lowerTogether(_ fifos: [Int], to floors: [Int]) throws {
    self.floors = floors
    let lowest = atFloors(fifos[...])
    if lowest != depths { _ = try starts(from: lowest) }
  }

  /// Lowers each of `fifos` as far as it goes.
  mutating func lowerEach(
    _ fifos: [Int], by order: Order = .frameCost, isKnownToFail: Bool = false
  ) throws {
    let start = depths
    if !isMisled { reference = try bench.arrivals(target, depths) }
    try lowerInOrder(fifos, order, isKnownToFail)
    guard reference != nil, !budget.isSpent else { return }
    reference = nil
    if depths != start, try !isSufficient() {
      isMisled = true
      // The guesses were too good: from what they led to, upwards.
      (floors, climbs) = (depths, true)
      depths = start
      try lowerInOrder(fifos, order, true)
    }
  }

  private mutating func lowerInOrder(
    _ fifos: [Int], _ order: Order, _ isKnownToFail: Bool
  ) throws {
    let shuffled = bench.fifos.indices.shuffled(order)
    func rank(_ i: Int) -> Int {
      switch order {
      case .frameCost: bench.frameCost(i)
      case .depth: bench.cost.cost(depth: depths[i], width: bench.fifos[i].width)
      case .upstream: -bench.fifos[i].node
      case .downstream: bench.fifos[i].node
      case .shuffled: shuffled[i]
      }
    }
    let candidates = fifos.filter { depths[$0] > floors[$0] }
      .sorted { (rank($0), depths[$0], $1) > (rank($1), depths[$1], $0) }
    try lowerGroup(candidates[...], isKnownToFail: isKnownToFail)
  }

  /// Goes on from `depths` if they reach the target.
  mutating func starts(from depths: [Int]) throws -> Bool {
    let suffices = try test([depths])[0].suffices == true
    if suffices { self.depths = depths }
    return suffices
  }

  /// Whether the depths reach the target.
  mutating func isSufficient() throws -> Bool { try test([depths])[0].suffices == true }

  /// All of a group at once, its halves where that is too much, single FIFOs by `narrow`.
  ///
  /// - Parameters:
  ///   - isKnownToFail: all at once is too much.
  ///   - cycles: cycles per frame with all at once, if known.
  private mutating func lowerGroup(
    _ group: ArraySlice<Int>, isKnownToFail: Bool, cycles: Double? = nil
  ) throws {
    guard !group.isEmpty, !budget.isSpent else { return }
    var cycles = cycles
    if !isKnownToFail {
      let result = try test([atFloors(group)])[0]
      if result.suffices == true {
        depths = atFloors(group)
        return
      }
      cycles = result.cyclesPerFrame
    }
    guard group.count > 1 else {
      let failing = bench.cost.step(holding: floors[group.first!])
      try narrow(group.first!, failing: failing, cycles: cycles)
      return
    }
    let middle = group.startIndex + group.count / 2
    let (left, right) = (group[..<middle], group[middle...])
    let both = budget.workers > 1
    let results = try test(both ? [atFloors(left), atFloors(right)] : [atFloors(left)])
    if results[0].suffices == true {
      depths = atFloors(left)
      // The whole group failed, so the right half does on top of the left.
      try lowerGroup(right, isKnownToFail: true, cycles: cycles)
    } else {
      try lowerGroup(left, isKnownToFail: true, cycles: results[0].cyclesPerFrame)
      // What failed with more room in the left half fails now.
      let isKnownToFail = results.count > 1 && results[1].suffices != true
      try lowerGroup(right, isKnownToFail: isKnownToFail, cycles: results.last!.cyclesPerFrame)
    }
  }

  /// The depths with those of a group at their floors.
  private func atFloors(_ group: ArraySlice<Int>) -> [Int] {
    var copy = depths
    for i in group { copy[i] = min(copy[i], floors[i]) }
    return copy
  }

  /// The least step of one FIFO, the others as they are, between one that is known to fail and where it
  /// is.
  ///
  /// - Parameter cycles: cycles per frame where it fails, if known.
  private mutating func narrow(_ i: Int, failing: Int, cycles: Double? = nil) throws {
    var bracket = DepthBracket(
      failing: failing, cycles: cycles, sufficient: bench.cost.step(holding: depths[i]),
      target: target.cyclesPerFrame, expected: climbs ? nil : expectedStep(i), climbs: climbs)
    while bracket.isOpen, !budget.isSpent {
      var probes = [bracket.next]
      // Two neighbours tell which way the line goes.
      if budget.workers > 1, probes[0] - 1 > bracket.low { probes.insert(probes[0] - 1, at: 0) }
      for (step, result) in zip(probes, try test(probes.map { replacing(i, byStep: $0) })) {
        bracket.note(step, suffices: result.suffices == true, cycles: result.cyclesPerFrame)
      }
    }
    depths[i] = bench.cost.depth(atStep: bracket.high)
    if reference != nil { try confirm(i) }
  }

  /// Makes sure that a FIFO does not do with a step less.
  private mutating func confirm(_ i: Int) throws {
    guard !budget.isSpent else { return }
    let smaller = replacing(i, byStep: bench.cost.step(holding: depths[i]) - 1)
    let guess = reference
    reference = nil
    if try test([smaller])[0].suffices == true {
      // Words are late for good now, and others that are late as well would not be seen.
      (depths, isMisled) = (smaller, true)
      try lowerGroup([i], isKnownToFail: false)
    } else {
      reference = guess
    }
  }

  /// What the FIFO held at the start; a long one mostly needs a little less.
  private func expectedStep(_ i: Int) -> Int? {
    let step = bench.cost.step(holding: expected[i])
    return FIFOHeuristics.isDeep(step) ? step : nil
  }

  /// Lowers each of `fifos` from where it is, as far as it goes, and proves that it can go no further. False: out
  /// of time, or not proven.
  ///
  /// The first steps of several are tried side by side. What is too little stays so with less elsewhere; what suffices
  /// is tried again once another has been lowered.
  mutating func descend(_ fifos: [Int]) throws -> Bool {
    var open = fifos.filter { step(of: $0) > 0 }[...]
    while !open.isEmpty {
      guard !budget.isSpent else { return false }
      let tried = Array(open.prefix(budget.workers))
      var isLowered = false
      for (fifo, suffices) in zip(tried, try trySmaller(tried)) {
        guard let suffices else { return false }
        if suffices {
          guard !isLowered else { break }
          guard try descendFurther(fifo) else { return false }
          isLowered = true
        }
        open.removeFirst()
      }
    }
    return true
  }

  /// Lowers one FIFO, which does with a step less, step by step at first and then in steps that double, and proves
  /// that it can go no further. False: out of time, or not proven.
  private mutating func descendFurther(_ i: Int) throws -> Bool {
    var isFirst = true
    var suffices: Bool? = true
    while suffices == true {
      depths = replacing(i, byStep: step(of: i) - 1)
      // Mostly that was all, and the next proof says so.
      if !isFirst { try leap(i) }
      isFirst = false
      guard !budget.isSpent else { return false }
      guard step(of: i) > 0 else { return true }
      suffices = try trySmaller([i])[0]
    }
    return suffices == false
  }

  /// Lowers one FIFO in steps that double, until one is too much.
  private mutating func leap(_ i: Int) throws {
    var stride = 2
    while step(of: i) > 0, !budget.isSpent {
      let next = max(step(of: i) - stride, 0)
      let result = try test([replacing(i, byStep: next)])[0]
      guard result.suffices == true else {
        return try narrow(i, failing: next, cycles: result.cyclesPerFrame)
      }
      depths = replacing(i, byStep: next)
      stride *= 2
    }
  }

  private func step(of i: Int) -> Int { bench.cost.step(holding: depths[i]) }

  private func replacing(_ i: Int, byStep step: Int) -> [Int] {
    var copy = depths
    copy[i] = bench.cost.depth(atStep: step)
    return copy
  }

  /// Whether each of some FIFOs, none of which is the smallest there is, does with a step less, the others as they
  /// are. nil: neither was proven.
  mutating func trySmaller(_ fifos: [Int]) throws -> [Bool?] {
    let smaller = fifos.map { replacing($0, byStep: step(of: $0) - 1) }
    let search = self
    let inPart = try Parallel.all(fifos.count, workers: budget.workers) {
      try search.isTooLittleInPart(smaller[$0], around: fifos[$0])
    }
    tooLittle += inPart.indices.filter { inPart[$0] }.map { smaller[$0] }
    simulations += inPart.count { $0 }
    let open = inPart.indices.filter { !inPart[$0] }
    var results = [Bool?](repeating: false, count: fifos.count)
    for (i, verdict) in zip(open, try test(open.map { smaller[$0] }, isExact: true)) {
      results[i] = verdict.suffices
    }
    return results
  }

  /// Whether depths are proven not to suffice in a shorter stretch with `fifo`, at a fraction of the cost.
  private func isTooLittleInPart(_ depths: [Int], around fifo: Int) throws -> Bool {
    try parts.contains { part in
      guard part.fifos.contains(fifo), !budget.isSpent else { return false }
      let verdict = try part.bench.provablySustains(target, part.fifos.map { depths[$0] })
      return verdict.suffices == false
    }
  }

  /// Whether each of the depth sets reaches the target, run side by side.
  private mutating func test(_ sets: [[Int]], isExact: Bool = false) throws
    -> [FIFOBench.Verdict]
  {
    simulations += sets.count
    let (bench, target, budget) = (bench, target, budget)
    let (provesFirst, provesLong) = (provesFirst || provesLong, provesLong)
    let reference = isExact ? nil : reference
    let results = try Parallel.all(sets.count, workers: budget.workers) { i -> Result in
      guard !budget.isSpent else { return (FIFOBench.Verdict(), provesFirst) }
      if let reference {
        return (try bench.keepsUp(target, sets[i], with: reference), provesFirst)
      }
      if isExact { return (try bench.provablySustains(target, sets[i]), provesFirst) }
      return try Self.test(
        sets[i], bench, target, provesFirst: provesFirst, provesLong: provesLong)
    }
    self.provesFirst = results.last?.provesFirst ?? provesFirst
    for (depths, result) in zip(sets, results)
    where result.verdict.suffices == false && !result.verdict.isGuess { tooLittle.append(depths) }
    return results.map(\.verdict)
  }

  private typealias Result = (verdict: FIFOBench.Verdict, provesFirst: Bool)

  /// The one way or the other first: paced, where FIFOs need not fill; or a short proof, where frames
  /// come late. What decided is likely to decide the next time.
  private static func test(
    _ depths: [Int], _ bench: FIFOBench, _ target: FramePeriod, provesFirst: Bool,
    provesLong: Bool
  ) throws -> Result {
    func proof() throws -> FIFOBench.Verdict {
      try bench.provablySustains(target, depths, tries: [(provesLong ? 24 : 6, nil)])
    }
    if provesFirst {
      let verdict = try proof()
      if verdict.suffices != nil { return (verdict, true) }
    }
    let paced = try bench.sustains(target, depths)
    guard paced.isGuess, !provesFirst else { return (paced, false) }
    let verdict = try proof()
    return verdict.suffices == nil ? (paced, false) : (verdict, true)
  }
}

extension Range<Int> {
  /// The numbers as an order mixes them; as they are in all others.
  fileprivate func shuffled(_ order: FIFOSearch.Order) -> [Int] {
    guard case .shuffled(let seed) = order else { return Array(self) }
    var generator = SeededGenerator(seed: seed)
    return shuffled(using: &generator)
  }
}

/// How long and how widely to search.
struct SearchBudget: Sendable {
  var workers: Int
  var deadline: Date?

  var isSpent: Bool { deadline.map { Date() >= $0 } ?? false }
}
