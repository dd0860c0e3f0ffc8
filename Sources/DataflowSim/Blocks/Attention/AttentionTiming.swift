extension Attention: HLSBlock {
  /// Estimated: every head takes the cycles of FINN's estimate, its words come in spread over its
  /// queries, and nothing leaves before all keys of the head are in. A mask comes with the first head.
  package func timing() -> BlockTiming {
    let perHead = expectedCycles / heads
    let rows = min(queryCount, Self.mostRows)
    let masked = head(perHead, rows: rows, isMasked: maskType != nil)
    let others = head(perHead, rows: rows, isMasked: false)
    var timing = schedule.timing(masked + [.repeated(heads - 1, others)])
    timing.schedule = nil
    timing.exactness = .approximate("attention: FINN+'s cycles, a schedule estimated by simrun")
    return timing
  }

  /// A head's results leave when the next is half in: the loop is as deep as a head is long.
  var hlsWork: HLSWork {
    let perHead = expectedCycles / heads
    return HLSWork(
      .other(stages: perHead + perHead / min(queryCount, Self.mostRows)),
      iterations: expectedCycles)
  }

  /// More queries than this are scheduled in groups.
  private static let mostRows = 1024

  private func head(_ cycles: Int, rows: Int, isMasked: Bool) -> [Loop] {
    let words = [
      (queryCount * embeddingFold, UInt32(1)), (keyCount * embeddingFold, 6),
      (isMasked ? queryCount * sequenceFold : 0, 8),
    ]
    return (0..<rows).flatMap { row in
      func share(_ total: Int) -> Int { total * (row + 1) / rows - total * row / rows }
      return Self.row(
        share(cycles), words: words.map { (share($0.0), $0.1) },
        results: share(queryCount * embeddingFold))
    }
  }

  /// A row's cycles: all inputs read from its start on, results written one after another.
  private static func row(_ cycles: Int, words: [(count: Int, ports: UInt32)], results: Int)
    -> [Loop]
  {
    let borders = Set(words.map(\.count) + [results]).sorted().filter { $0 > 0 }
    var loops: [Loop] = []
    var done = 0
    for border in borders {
      let reads = words.reduce(UInt32(0)) { $0 | (done < $1.count ? $1.ports : 0) }
      loops.append(.run(border - done, reads: reads, writes: done < results ? 1 : 0))
      done = border
    }
    if cycles > done { loops.append(.run(cycles - done)) }
    return loops
  }
}
