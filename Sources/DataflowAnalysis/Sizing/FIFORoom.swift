/// Depths that leave room for everything: where a search starts.
struct FIFORoom {
  /// What FIFOs held with all the room there is.
  private(set) var sufficient: [Int]
  /// The same with more room everywhere.
  private(set) var roomy: [Int]
  /// Whether these are those of the whole design, not of its sections.
  private(set) var isOfTheWhole = false

  init(_ sufficient: [Int], _ bench: FIFOBench, _ sections: FIFOSections) {
    self.sufficient = sufficient
    roomy = Self.roomy(sufficient, bench, sections)
  }

  /// Makes room for what FIFOs hold in the whole design.
  mutating func widen(to held: [Int], _ bench: FIFOBench, _ sections: FIFOSections) {
    isOfTheWhole = true
    sufficient = zip(sufficient, held).map { max($0, bench.depth(holding: $1)) }
    roomy = Self.roomy(sufficient, bench, sections)
  }

  /// The more of both, FIFO by FIFO.
  var most: [Int] { zip(sufficient, roomy).map(max) }

  /// Every FIFO deep enough to hold what the fullest FIFO of its section holds, and half as much.
  private static func roomy(_ depths: [Int], _ bench: FIFOBench, _ sections: FIFOSections) -> [Int]
  {
    var result = depths
    for fifos in sections.fifos {
      let frames =
        fifos.map { Double(depths[$0]) / Double(max(bench.fifos[$0].words, 1)) }
        .max() ?? 0
      for i in fifos {
        let words = min(FIFOHeuristics.roominess * frames, 1) * Double(bench.fifos[i].words)
        let step = bench.cost.step(holding: max(depths[i], Int(words.rounded(.up))))
        result[i] = bench.cost.depth(atStep: step)
      }
    }
    return result
  }
}
