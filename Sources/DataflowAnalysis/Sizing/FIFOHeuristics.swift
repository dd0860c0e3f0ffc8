/// Where FIFO sizing looks first. None of these numbers decides a result, every depth is simulated: they
/// decide how soon it is found. They were chosen on the example designs (`docs/speed.md`).
enum FIFOHeuristics {
  /// Sections of the stretches that are tried before the whole: what limits is mostly a cycle of waiting
  /// over a few blocks, and shows in four sections.
  static let shortStretch = 4
  /// Designs of more sections lower theirs in one order only: a second one is not worth its time there.
  static let sectionsWithEveryOrder = 8
  /// How much more room than the fullest FIFO of a section needs each of its FIFOs gets at first.
  static let roominess = 1.5
  /// A stretch is looked into first where so many of its length are no longer than what is to be proven.
  static let shortPart = 8
  /// How often FIFOs that later changes have made too deep are lowered again.
  static let roundsOfProof = 8

  /// Words per frame, times FIFOs that can be smaller, of designs of which each is tried so in the whole at the end.
  static let wordsOfWholeProof = 10_000_000
  /// Words per frame of designs of which a simulation takes a moment: they are searched as a whole for the cheapest
  /// depths there are, and never only for the first that suffice.
  static let frameOfWholeSearch = 1_500_000
  /// About so many words are simulated to find out what depths cost at least.
  static let wordsForBound = 100_000_000

  /// From here on a FIFO holds so many words by itself that it mostly needs few more.
  private static let deepFrom = 200

  static func isDeep(_ depth: Int) -> Bool { depth >= deepFrom }

  /// Words more than the depth a stretch starts from that mostly suffice: few where the FIFO is the
  /// smallest there is or holds many words anyway, half a hundred in between.
  private static func margin(above floor: Int) -> Int { floor == 2 ? 8 : isDeep(floor) ? 12 : 48 }

  /// What mostly suffices where `floors` do not.
  ///
  /// - Parameter most: what no FIFO gets more than.
  static func generous(_ floors: [Int], upTo most: [Int], _ cost: FIFOCost) -> [Int] {
    zip(floors, most).map { floor, most in
      min(cost.depth(atStep: cost.step(holding: floor + margin(above: floor))), most)
    }
  }
}
