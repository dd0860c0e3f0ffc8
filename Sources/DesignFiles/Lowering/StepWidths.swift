import SimModel

/// How far apart the thresholds of each channel are, in a design and as the model asks.
struct StepWidths {
  private let found: [Double]
  private let wanted: [Double]

  /// Thresholds that no sum reaches, or every sum, say nothing.
  init(_ values: [Int], _ steps: Int, _ table: ThresholdTable, _ low: [Int], _ high: [Int]) {
    func mean(_ list: [Int], _ count: Int, _ c: Int) -> Double {
      let row = list[c * count..<(c + 1) * count].filter { $0 > low[c] && $0 <= high[c] }
      guard row.count > 1, let first = row.first, let last = row.last else { return 0 }
      return Double(last - first) / Double(row.count - 1)
    }
    found = low.indices.map { mean(values, steps, $0) }
    wanted = low.indices.map { mean(table.values, table.steps, $0) }
  }

  /// Whether sums reach several thresholds of a channel.
  func tell(_ channel: Int) -> Bool { wanted[channel] > 0 }

  /// Steps of another width: a scale, or the divisor of a pool.
  func scale(_ source: Layer) -> (finding: String, advice: String)? {
    let ratios = zip(found, wanted).compactMap { $1 > 4 && $0 > 0 ? $0 / $1 : nil }
    guard let first = ratios.first, ratios.contains(where: { abs($0 - 1) > 0.05 }) else {
      return nil
    }
    if ratios.allSatisfy({ abs($0 / first - 1) < 0.05 }) {
      let mean = ratios.reduce(0, +) / Double(ratios.count)
      let divisor = (mean * Double(source.divisor)).rounded()
      if source.isAverage, abs(mean * Double(source.divisor) / divisor - 1) < 0.05 {
        return (
          "the average divides by \(Int(divisor)) where the model's divides by \(source.divisor)",
          "the window of the pool, or whether padding counts (count_include_pad), differs"
        )
      }
      return (
        "every step is \(Float((first * 1000).rounded() / 1000)) times as wide as the model's: the scale "
          + "of the quantiser, of its input or of the weights differs",
        "compare the scales on both sides; branches of an addition may have been given one scale"
      )
    }
    return (
      "the steps of the channels are \(Float(ratios.min()!)) to \(Float(ratios.max()!)) times as wide as "
        + "the model's",
      "a scale per channel is lost: it must go into the thresholds of its channel"
    )
  }

  /// Thresholds half a step off: nearest against down or up.
  func rounding(_ shifts: [Int: Double]) -> (finding: String, advice: String)? {
    let shares = shifts.compactMap { channel, shift in
      wanted[channel] > 2 ? (shift / wanted[channel], 0.75 / wanted[channel]) : nil
    }
    guard let first = shares.first, shares.count == shifts.count,
      shares.allSatisfy({ abs(abs($0.0) - 0.5) <= $0.1 && ($0.0 > 0) == (first.0 > 0) })
    else { return nil }
    return first.0 > 0
      ? (
        "the thresholds are half a step too low: the design rounds to nearest where the model rounds "
          + "down (FLOOR)", "take the rounding mode of the model's quantiser or Trunc"
      )
      : (
        "the thresholds are half a step too high: the design rounds down where the model rounds to "
          + "nearest (ROUND)", "take the rounding mode of the model's quantiser or Trunc"
      )
  }
}
