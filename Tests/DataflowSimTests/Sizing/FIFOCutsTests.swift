import DataflowAnalysis
import SimModel
import Testing

struct FIFOCutsTests {
  private struct Case {
    var prices: [Int]
    var cuts: [[FIFOCuts.Option]]

    init(_ dice: inout SeededGenerator) {
      let fifos = Int.random(in: 1...5, using: &dice)
      prices = (0..<fifos).map { _ in Int.random(in: 1...9, using: &dice) }
      cuts = (0..<Int.random(in: 0...6, using: &dice)).map { _ in
        let members = (0..<fifos).shuffled(using: &dice).prefix(
          Int.random(in: 1...fifos, using: &dice))
        return members.map {
          FIFOCuts.Option(fifo: $0, step: Int.random(in: 1...4, using: &dice))
        }
      }
    }

    var solver: FIFOCuts {
      let prices = prices
      // Not quite proportional, as depths FINN builds are not.
      var solver = FIFOCuts(fifos: prices.count) { $1 * prices[$0] + ($1 > 2 ? 3 : 0) }
      for cut in cuts { solver.add(cut) }
      return solver
    }

    func cost(_ steps: [Int]) -> Int {
      zip(steps, prices).reduce(0) { $0 + $1.0 * $1.1 + ($1.0 > 2 ? 3 : 0) }
    }

    func obeys(_ steps: [Int]) -> Bool {
      cuts.allSatisfy { cut in cut.contains { steps[$0.fifo] >= $0.step } }
    }

    /// By trying all.
    var cheapest: Int {
      var best = Int.max
      func go(_ steps: [Int]) {
        if steps.count == prices.count {
          if obeys(steps) { best = min(best, cost(steps)) }
        } else {
          for step in 0...4 { go(steps + [step]) }
        }
      }
      go([])
      return best
    }
  }

  @Test func findsTheCheapest() {
    var dice = SeededGenerator(seed: 22)
    for _ in 0..<300 {
      let given = Case(&dice)
      let found = given.solver.cheapest()
      #expect(found.isFound && given.obeys(found.steps))
      #expect(found.cost == given.cost(found.steps))
      #expect(found.cost == given.cheapest, "\(given)")
    }
  }

  /// Cut short it says what nothing is below.
  @Test func boundsTheCheapest() {
    var dice = SeededGenerator(seed: 23)
    var cutShort = 0
    for _ in 0..<300 {
      let given = Case(&dice)
      let found = given.solver.cheapest(limit: 1)
      if !found.isFound { cutShort += 1 }
      #expect(found.cost <= given.cheapest)
    }
    #expect(cutShort > 20)
  }
}
