extension CoreLog {
  /// What the core put out, in terms of its slots: result i is the sum of the slots since result
  /// i − 1.
  ///
  /// - Parameter fold: slots of a whole result.
  func coreResults(fold: Int) -> [CoreResult] {
    var cursor = LossCursor(lost: lost)
    var start = 0
    return results.map { end in
      let range = start..<max(start, end)
      start = range.upperBound
      let missing = cursor.losses(in: range)
      guard range.count == fold, range.lowerBound % fold == 0 else {
        return .partial(range, lost: missing)
      }
      let k = range.lowerBound / fold
      return missing.isEmpty ? .whole(k) : .damaged(k, lost: missing)
    }
  }

  /// Walks the lost slots, which ascend, beside the results.
  private struct LossCursor {
    let lost: [Int]
    private var index = 0

    init(lost: [Int]) { self.lost = lost }

    mutating func losses(in range: Range<Int>) -> [Int] {
      while index < lost.count, lost[index] < range.lowerBound { index += 1 }
      let first = index
      while index < lost.count, lost[index] < range.upperBound { index += 1 }
      return Array(lost[first..<index])
    }
  }
}

extension Plan {
  /// What came out of the blocks in whose bits time has a part, in a run that observed them, by node.
  public func coreResults(_ result: RunResult) -> [String: [CoreResult]] {
    let cores = cores
    return result.cores.reduce(into: [:]) { results, entry in
      let (node, log) = entry
      if log.tellsWords {
        results[node] = log.words
      } else if let core = cores[node] {
        results[node] = log.coreResults(fold: core.fold)
      }
    }
  }

  /// The RTL compute cores by node.
  var cores: [String: DotProductShape] {
    var shapes: [String: DotProductShape] = [:]
    for (node, block) in zip(design.nodes, blocks) { shapes[node.name] = DotProductShape(block) }
    return shapes
  }
}
