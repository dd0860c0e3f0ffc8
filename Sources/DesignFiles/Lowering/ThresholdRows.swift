import SimModel

/// Rows of thresholds, one per channel, of a design and as the model asks.
struct ThresholdRows {
  private let found: [[Int]]
  private let wanted: [[Int]]
  private let low: [Int]
  private let high: [Int]

  init(_ values: [Int], _ steps: Int, _ table: ThresholdTable, _ low: [Int], _ high: [Int]) {
    func rows(_ list: [Int], _ count: Int) -> [[Int]] {
      low.indices.map { Array(list[$0 * count..<($0 + 1) * count]) }
    }
    (found, wanted) = (rows(values, steps), rows(table.values, table.steps))
    (self.low, self.high) = (low, high)
  }

  /// The right rows in channels that are not theirs.
  var order: (finding: String, advice: String)? {
    guard let sources, let first = sources.indices.first(where: { sources[$0] != $0 }) else {
      return nil
    }
    let isReversed = sources.indices.allSatisfy { isSame($0, sources.count - 1 - $0) }
    let moved = sources.indices.count { sources[$0] != $0 }
    return (
      isReversed
        ? "the thresholds of the channels are in reversed order"
        : "the thresholds of \(moved) channels are those of other channels",
      "channel \(first) has the row of channel \(isReversed ? sources.count - 1 - first : sources[first]): "
        + "put the rows in the order of the channels, as the weights are"
    )
  }

  /// For each channel the one whose row it has, its own where that fits; nil where rows are left over.
  private var sources: [Int]? {
    var sources = found.indices.map { isSame($0, $0) ? $0 : -1 }
    var open = found.indices.filter { sources[$0] < 0 }
    guard open.count > 1 else { return nil }
    for channel in open {
      guard let place = open.firstIndex(where: { isSame(channel, $0) }) else { return nil }
      sources[channel] = open.remove(at: place)
    }
    return sources
  }

  /// Whether a channel has the row of another, as far as sums can tell: no threshold beyond them matters.
  private func isSame(_ channel: Int, _ source: Int) -> Bool {
    func cut(_ threshold: Int) -> Int { min(max(threshold, low[source]), high[source] + 1) }
    return found[channel].count == wanted[source].count
      && zip(found[channel], wanted[source]).allSatisfy { cut($0) == cut($1) }
  }
}
