/// Looks for the cheapest depths of all that suffice, and for what none can be below.
///
/// Depths that no FIFO can be lowered from one by one need not be the cheapest: what one holds, another can
/// hold in its place. So a proposal is made of the cheapest depths that everything known allows (`FIFOCuts`),
/// and simulated. If it suffices, it is the answer. If not, FIFOs are made as deep as any cheaper design could
/// have them, as long as that does not help: what is left is a cut, and the next proposal costs more.
struct LeastDepths {
  let bench: FIFOBench
  let target: FramePeriod
  /// Sufficient depths, the cheapest known.
  private(set) var best: [Int]
  /// No sufficient depths cost less.
  private(set) var atLeast: Int
  private(set) var simulations = 0
  private var cuts: FIFOCuts
  /// Where depth is free, as for words without bits, nothing else ends the search for what is ample.
  private static let mostSteps = 1 << 30
  /// A cheaper design has no FIFO of more steps than these.
  private let ample: [Int]
  private var tooLittle = FIFOEvidence()
  private var enough: [[Int]]

  /// - Parameter best: depths that suffice.
  init(_ bench: FIFOBench, target: FramePeriod, best: [Int]) {
    (self.bench, self.target, self.best) = (bench, target, best)
    let (cost, widths) = (bench.cost, bench.fifos.map(\.width))
    let price: @Sendable (Int, Int) -> Int = { fifo, step in
      cost.cost(depth: cost.depth(atStep: step), width: widths[fifo])
    }
    let least = widths.indices.reduce(0) { $0 + price($1, 0) }
    atLeast = least
    cuts = FIFOCuts(fifos: widths.count, price: price)
    let total = bench.total(best)
    // All others at their least, this is what one FIFO can have at most.
    ample = widths.indices.map { fifo in
      var (low, high) = (cost.step(holding: best[fifo]), cost.step(holding: best[fifo]) + 1)
      while high < Self.mostSteps, least - price(fifo, 0) + price(fifo, high) <= total {
        (low, high) = (high, 2 * high)
      }
      while high - low > 1 {
        let middle = (low + high) / 2
        if least - price(fifo, 0) + price(fifo, middle) <= total {
          low = middle
        } else {
          high = middle
        }
      }
      return low
    }
    enough = [best]
  }

  /// Nothing that suffices is cheaper than the best.
  var isLeast: Bool { atLeast >= bench.total(best) }

  /// Goes on until the cheapest is found, or for so many simulations.
  mutating func search(simulations limit: Int, _ budget: SearchBudget) throws {
    while !isLeast, simulations < limit, !budget.isSpent {
      let proposal = cuts.cheapest()
      atLeast = max(atLeast, min(proposal.cost, bench.total(best)))
      guard proposal.isFound, !isLeast, let suffices = try test(proposal.steps) else { return }
      if suffices {
        best = depths(proposal.steps)
        return
      }
      cuts.add(try cut(from: proposal.steps, simulations: limit, budget))
    }
  }

  private func depths(_ steps: [Int]) -> [Int] { steps.map(bench.cost.depth(atStep:)) }

  /// Whether steps suffice; nil: neither was proven.
  private mutating func test(_ steps: [Int]) throws -> Bool? {
    let depths = depths(steps)
    if tooLittle.provesTooLittle(depths) { return false }
    if enough.contains(where: { zip($0, depths).allSatisfy { $0 <= $1 } }) { return true }
    simulations += 1
    // Mostly one way of the two tells soon.
    let suffices = try bench.provablySustains(
      target, depths, tries: [(6, nil), (6, target), (24, nil), (24, target)]
    ).suffices
    if suffices == true { enough.append(depths) }
    if suffices == false { tooLittle.add(depths) }
    return suffices
  }

  /// The FIFOs of which one must be deeper than in `steps`, which do not suffice. Cut short it says less.
  private mutating func cut(from steps: [Int], simulations limit: Int, _ budget: SearchBudget)
    throws
    -> [FIFOCuts.Option]
  {
    var steps = steps
    // All at once would suffice, so in halves.
    var open = [0..<steps.count / 2, steps.count / 2..<steps.count]
    while let group = open.popLast(), simulations < limit, !budget.isSpent {
      var raised = steps
      for fifo in group { raised[fifo] = ample[fifo] }
      guard raised != steps else { continue }
      if try test(raised) == false {
        steps = raised
      } else if group.count > 1 {
        let middle = group.lowerBound + group.count / 2
        open += [group.lowerBound..<middle, middle..<group.upperBound]
      } else {
        try raise(group.lowerBound, &steps)
      }
    }
    return steps.indices.filter { steps[$0] < ample[$0] }
      .map { FIFOCuts.Option(fifo: $0, step: steps[$0] + 1) }
  }

  /// Goes to the greatest step of one FIFO that is still too little: mostly a little above the present one.
  private mutating func raise(_ fifo: Int, _ steps: inout [Int]) throws {
    var (low, high) = (steps[fifo], ample[fifo])
    var stride = 1
    while high - low > 1 {
      var trial = steps
      trial[fifo] = min(low + stride, (low + high) / 2)
      if try test(trial) == false {
        low = trial[fifo]
        stride *= 4
      } else {
        high = trial[fifo]
      }
    }
    steps[fifo] = low
  }
}
