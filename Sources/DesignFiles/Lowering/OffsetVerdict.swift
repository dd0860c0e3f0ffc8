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
    let many = shifts.count.of("channel")
    let common = common(mean, of: low.count)
    let each = (
      "the thresholds of \(many) are shifted by a constant each",
      "a bias is in the design that the model does not have, or is missing there"
    )
    guard let bias = source.bias else { return common ?? each }
    // The bias in steps of the accumulator, and by how much of it the thresholds are off.
    let pairs = mean.map { (shift: $1, bias: Double(bias[$0]) / source.scale($0)) }
    let square = pairs.reduce(0) { $0 + $1.bias * $1.bias }
    let share = square > 0 ? pairs.reduce(0) { $0 + $1.shift * $1.bias } / square : 0
    let left = pairs.reduce(0) { $0 + ($1.shift - share * $1.bias) * ($1.shift - share * $1.bias) }
    // What does not go with the bias is no matter of its scale.
    guard square > 0, pairs.allSatisfy({ abs($0.shift - share * $0.bias) <= 1.5 }),
      left <= 0.1 * pairs.reduce(0, { $0 + $1.shift * $1.shift })
    else { return common ?? each }
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
    // Channels that are right have no bias that could come in wrong.
    let wrong = Set(differing.map(\.channel))
    let right = bias.indices.filter { !wrong.contains($0) && gaps.tell($0) }
    guard common == nil,
      right.allSatisfy({ abs(share * Double(bias[$0]) / source.scale($0)) <= 1.5 })
    else { return common ?? each }
    return (
      "the bias comes in with another scale: it is \(Self.short(share + 1)) times what it should be",
      "a quantised bias is in units of its own scale, the accumulator in weight scale · input scale: "
        + "was its scale applied twice, or not at all?"
    )
  }

  /// One number for all channels.
  private func common(_ shifts: [Int: Double], of channels: Int) -> (
    finding: String, advice: String
  )? {
    guard channels > 1, let first = shifts.values.first,
      shifts.values.allSatisfy({ abs($0 - first) < 0.25 }), abs(first) >= 0.75
    else { return nil }
    let number = Int(abs(first).rounded())
    let which =
      shifts.count == channels
      ? "all channels"
      : shifts.count == 1 ? "channel \(shifts.keys.first!)" : shifts.count.of("channel")
    return (
      "the thresholds of \(which) are \(number) too \(first < 0 ? "high" : "low")",
      "a constant is in front of them that the model does not have, or is missing there"
        + (number == 1 ? ", or the hardware's ≥ was taken for >" : "")
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
