extension CoreLog {
  /// What the core put out, in terms of its slots.
  ///
  /// - Parameters:
  ///   - fold: slots of a whole result.
  ///   - without: hazards taken as if the core did not have them. Without a hazard that makes
  ///     surplus words, the genuine results remain, in their order.
  func coreResults(fold: Int, without: Set<Hazard>, surplus: Hazard) -> [CoreResult] {
    let lost = without.contains(.frozenZero) ? [] : self.lost
    return without.contains(surplus) ? genuine(fold, lost) : all(fold, lost)
  }

  /// Result i is the sum of the slots since result i − 1.
  private func all(_ fold: Int, _ lost: [Int]) -> [CoreResult] {
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

  private func genuine(_ fold: Int, _ lost: [Int]) -> [CoreResult] {
    var cursor = LossCursor(lost: lost)
    var next = 0
    return results.compactMap { end in
      guard end == (next + 1) * fold else { return nil }
      let missing = cursor.losses(in: next * fold..<end)
      next += 1
      return missing.isEmpty ? .whole(next - 1) : .damaged(next - 1, lost: missing)
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
  /// What the compute cores put out in a run that observed them, by node.
  public func coreResults(_ result: RunResult, without: Set<Hazard> = []) -> [String: [CoreResult]]
  {
    var cores: [String: [CoreResult]] = [:]
    for (node, block) in zip(design.nodes, blocks) {
      guard let core = DotProductShape(block), let log = result.cores[node.name] else { continue }
      cores[node.name] = log.coreResults(
        fold: core.fold, without: without, surplus: core.surplusHazard)
    }
    return cores
  }
}

/// What hazards ask about an RTL compute core.
struct DotProductShape {
  /// Slots of a result.
  let fold: Int
  /// Every slot of the core ends a result, whatever the activation: SF 1, and NF 1 for an MVU.
  let everySlotEnds: Bool
  let compute: ComputeSettings

  /// `nil` for anything but an RTL MVAU or VVAU.
  init?(_ block: any Block) {
    guard block.isRTL else { return nil }
    if let mvu = block as? MatrixVector {
      fold = mvu.synapseFold
      everySlotEnds = mvu.synapseFold == 1 && mvu.neuronFold == 1
      compute = mvu.compute
    } else if let vvu = block as? VectorVector {
      fold = vvu.synapseFold
      everySlotEnds = vvu.synapseFold == 1
      compute = vvu.compute
    } else {
      return nil
    }
  }

  /// The name of the hazard by which this core emits surplus words.
  var surplusHazard: Hazard {
    compute.weightStream == .external ? .weightStallLast : .startUpWords
  }

  var losesProducts: Bool { compute.computeCore.map { $0 != .mvuVVU8sx9DSP58 } ?? false }
}
