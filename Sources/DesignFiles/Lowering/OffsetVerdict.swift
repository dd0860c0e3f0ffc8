import SimModel

extension LayerComparison {
  /// One shift for all thresholds of a channel: a bias, or another rounding.
  func offset(
    _ differing: [Differing], _ gaps: StepWidths, _ source: Layer,
    _ low: [Int], _ high: [Int]
  ) -> (finding: String, advice: String)? {
    var shifts: [Int: [Int]] = [:]
    // Thresholds at an end of the range are cut off there.
    for item in differing
    where ![item.found, item.wanted].contains(where: {
      $0 == low[item.channel] || $0 > high[item.channel]
    }) {
      shifts[item.channel, default: []].append(item.wanted - item.found)
    }
    guard !shifts.isEmpty, shifts.values.allSatisfy({ ($0.max()! - $0.min()!) <= 1 }) else {
      return nil
    }
    let mean = shifts.mapValues { Double($0.reduce(0, +)) / Double($0.count) }
    if let finding = gaps.rounding(mean) { return finding }
    if let finding = Self.zeroPoint(mean, source) { return finding }
    let many = "\(shifts.count) channel\(shifts.count == 1 ? "" : "s")"
    guard let bias = source.bias else {
      return (
        "the thresholds of \(many) are shifted by a constant each",
        "a bias is in the design that the model does not have, or is missing there"
      )
    }
    // The bias in steps of the accumulator, and by how much of it the thresholds are off.
    let pairs = mean.map { (shift: $1, bias: Double(bias[$0]) / source.scale($0)) }
    let square = pairs.reduce(0) { $0 + $1.bias * $1.bias }
    let share = square > 0 ? pairs.reduce(0) { $0 + $1.shift * $1.bias } / square : 0
    guard square > 0, pairs.allSatisfy({ abs($0.shift - share * $0.bias) <= 1.5 }) else {
      return ("the thresholds of \(many) are shifted by a constant each", "the bias differs")
    }
    if abs(share + 1) < 0.05 {
      return (
        "the bias of \(many) is missing in the thresholds",
        "absorb the bias before the thresholds are made: as an integer on the accumulator it is "
          + "bias / (weight scale · input scale)"
      )
    }
    if abs(share - 1) < 0.05 {
      return (
        "the bias of \(many) is applied twice",
        "it is in the thresholds and somewhere in front of them: leave one out"
      )
    }
    return (
      "the bias comes in with another scale: it is \(Self.short(share + 1)) times what it should be",
      "a quantised bias is in units of its own scale, the accumulator in weight scale · input scale: "
        + "was its scale applied twice, or not at all?"
    )
  }

  /// Shifts that are a constant times the sum of each channel's weights.
  private static func zeroPoint(_ shifts: [Int: Double], _ source: Layer)
    -> (finding: String, advice: String)?
  {
    guard case .linear(let rule) = source.kind, shifts.count > 1 else { return nil }
    let pairs = shifts.map { channel, shift in
      (
        shift: shift,
        sum: Double(
          rule.weights[channel * rule.columns..<(channel + 1) * rule.columns].reduce(0, +))
      )
    }
    let square = pairs.reduce(0) { $0 + $1.sum * $1.sum }
    guard square > 0 else { return nil }
    let constant = (pairs.reduce(0) { $0 + $1.shift * $1.sum } / square).rounded()
    guard constant != 0, Set(pairs.map(\.sum)).count > 1,
      pairs.allSatisfy({ abs($0.shift - constant * $0.sum) <= 1 })
    else { return nil }
    return (
      "the thresholds are off by \(Int(abs(constant))) times the sum of each channel's weights: the zero "
        + "point of the layer's input is not taken off, or taken off twice",
      "the thresholds must hold zero point · Σ weights of their channel, unless the stream carries codes "
        + "less the zero point"
    )
  }

  private static func short(_ x: Double) -> String {
    abs(x - x.rounded()) < 0.05
      ? String(Int(x.rounded())) : String(Float((x * 100).rounded() / 100))
  }
}
