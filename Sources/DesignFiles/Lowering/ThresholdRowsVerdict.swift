import SimModel

extension LayerComparison {
  /// What changes all thresholds of a channel: not said where most of them are right.
  func wholeRows(
    _ differing: [Differing], _ values: [Int], _ steps: Int, _ wanted: ThresholdTable,
    _ source: Layer, _ low: [Int], _ high: [Int]
  ) -> (finding: String, advice: String)? {
    let within = Set(differing.map(\.channel)).reduce(0) { count, c in
      count + wanted.values[c * steps..<(c + 1) * steps].count { $0 > low[c] && $0 <= high[c] }
    }
    guard steps == 1 || (differing.count > 1 && 2 * differing.count >= within) else { return nil }
    let gaps = StepWidths(values, steps, wanted, low, high)
    let shift = offset(differing, gaps, source, low, high)
    // Where the ends of rows are cut off, widths alone say little.
    if Self.isShift(differing, low, high), let shift { return shift }
    return gaps.scale(source) ?? shift
  }

  /// Whether each channel's thresholds are off by the very same number, of several that no end cuts off.
  private static func isShift(_ differing: [Differing], _ low: [Int], _ high: [Int]) -> Bool {
    let inner = differing.filter { item in
      [item.found, item.wanted].allSatisfy { $0 > low[item.channel] && $0 <= high[item.channel] }
    }
    let channels = Dictionary(grouping: inner, by: \.channel).values
    return channels.contains { $0.count > 2 }
      && channels.allSatisfy { Set($0.map { $0.wanted - $0.found }).count == 1 }
  }

  /// Thresholds that differ one by one.
  static func single(_ differing: [Differing], of count: Int) -> (String, String, Bool) {
    let places = differing.prefix(3).map {
      "threshold \($0.step) of channel \($0.channel): \($0.found) should be \($0.wanted)"
    }
    return (
      "\(differing.count) of \(count) thresholds \(differing.count == 1 ? "differs" : "differ")",
      places.joined(separator: "; ") + (differing.count > 3 ? "; …" : ""), false
    )
  }
}
